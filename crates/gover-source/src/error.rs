//! Why a source, and in the end every source, has nothing to give.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use gover_core::date::Date;
use gover_core::diagnose::{Diagnose, Exit, MAKE_ROOM};
use gover_log::{DatabaseError, SumdbError};
use gover_net::{HttpError, Then, reason_of};

use crate::artifact::{Location, SumOrigin, Wanted};
use crate::index::IndexError;
use crate::likely_cause::LikelyCause;
use crate::proxy::GoproxyError;
use crate::settings::SourceSpec;

/// Why one source cannot serve. `Display` is the reason in one line, without the address.
#[derive(Clone, Debug, Error)]
pub enum SourceError {
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Nothing came for so long that others were asked.
    #[error("no answer within {} s", patience.as_secs_f32())]
    Silent { patience: Duration },
    /// A file of this machine, which is there.
    #[error("cannot {verb} `{}`: {}", path.display(), reason_of(source))]
    File { verb: &'static str, path: PathBuf, source: Arc<io::Error> },
    /// The source was asked and does not have it.
    #[error("{0}")]
    Lacks(String),
    #[error(transparent)]
    Goproxy(#[from] GoproxyError),
    #[error(transparent)]
    Index(#[from] IndexError),
    /// A server confirmed what nobody claimed to have.
    #[error("unexpected response (\"not modified\" for a file that is not cached)")]
    Unchanged,
    /// The index in the cache does not have it, and there is no newer one.
    #[error("{0}")]
    Outdated(Box<Self>),
    #[error(transparent)]
    Integrity(#[from] IntegrityError),
}

impl SourceError {
    pub(crate) fn lacks(reason: impl Into<String>) -> Self {
        Self::Lacks(reason.into())
    }

    pub(crate) fn file(verb: &'static str, path: &Path, error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound {
            Self::Lacks(format!("no file `{}`", path.display()))
        } else {
            Self::File { verb, path: path.to_owned(), source: Arc::new(error) }
        }
    }

    pub(crate) fn then(&self) -> Then {
        match self {
            Self::Http(error) => error.then(),
            Self::Silent { .. } | Self::Outdated(_) => Then::NextSource { remember: true },
            Self::Lacks(_) => Then::NotHere { not_found: true },
            Self::File { .. } | Self::Goproxy(_) | Self::Index(_) | Self::Unchanged => {
                Then::NextSource { remember: false }
            }
            Self::Integrity(_) => Then::Stop,
        }
    }

    /// What a person can do about it, where that differs from the usual advice.
    pub(crate) fn remedy(&self) -> Option<String> {
        match self {
            Self::Http(error) => error.remedy(),
            _ => None,
        }
    }
}

/// A source that could not serve, and why.
#[derive(Clone, Debug)]
pub struct SourceFailure {
    pub source: SourceSpec,
    /// The entry of GOPROXY that was asked.
    pub at: Option<Location>,
    pub error: SourceError,
    /// The older answer that is used instead.
    pub used: Option<OlderAnswer>,
    /// Whether only go.dev was asked as a proxy because nothing sets GOPROXY.
    pub goproxy_is_unset: bool,
}

/// What an earlier command kept of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OlderAnswer {
    /// The index as the site last confirmed it on that day.
    Index(Date),
    List,
}

impl SourceFailure {
    pub(crate) fn new(source: SourceSpec, error: SourceError) -> Self {
        Self { source, at: None, error, used: None, goproxy_is_unset: false }
    }

    /// What a person can do about just this, where that is known.
    fn remedy(&self) -> Option<String> {
        let unset = || self.goproxy_is_unset && self.error.then().remember();
        self.error.remedy().or_else(|| unset().then(|| GOPROXY_UNSET.to_owned()))
    }
}

impl fmt::Display for SourceFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.at {
            write!(f, "{at}: ")?;
        }
        write!(f, "{}", self.error)?;
        match self.used {
            Some(OlderAnswer::Index(date)) => write!(f, "; its index of {date} is used"),
            Some(OlderAnswer::List) => f.write_str("; what it listed before is used"),
            None => Ok(()),
        }
    }
}

/// Something was changed on the way, or two that are believed disagree. It stops everything.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IntegrityError {
    /// The index and another place that is believed have different sums for one file.
    #[error("trusted sources disagree about the checksum of `{file_name}`")]
    Contradiction {
        file_name: String,
        /// The one and its sum.
        first: (SumOrigin, String),
        /// The other and its sum.
        second: (SumOrigin, String),
    },
    /// The file has another length than it must have.
    #[error("`{file_name}` from {location} is not what was released")]
    WrongSize {
        file_name: String,
        /// Where it was, without credentials.
        location: String,
        /// Bytes it must have; or, if `at_most`, that it may not exceed.
        expected: u64,
        /// Whether `expected` is only a limit.
        at_most: bool,
        /// Bytes that came or were announced.
        received: u64,
        /// What probably happened to it, if its beginning tells.
        likely_cause: Option<LikelyCause>,
    },
}

impl Diagnose for IntegrityError {
    fn details(&self) -> Vec<String> {
        match self {
            Self::Contradiction { first, second, .. } => {
                [first, second].map(|(origin, sum)| format!("{sum}  {origin}")).into()
            }
            Self::WrongSize { expected, at_most, received, likely_cause, .. } => {
                let at_most = if *at_most { "at most " } else { "" };
                let mut details = vec![
                    format!("expected  {at_most}{expected} bytes"),
                    format!("received  {received} bytes or more"),
                ];
                details.extend(likely_cause.map(|likely_cause| likely_cause.to_string()));
                details
            }
        }
    }

    fn hints(&self) -> Vec<String> {
        vec![
            match self {
                Self::Contradiction { .. } => {
                    "the release index was altered, at its source or in transit; run `gover cache clean` and \
                     try again on another network"
                }
                Self::WrongSize { .. } => {
                    "the source or a proxy alters files; try another source (`gover help sources`)"
                }
            }
            .to_owned(),
        ]
    }
}

/// Why a toolchain cannot be downloaded.
#[derive(Debug, Error)]
pub enum SupplyError {
    /// At least one source could not be asked.
    #[error("cannot get {wanted} from any source")]
    Unreachable {
        wanted: Wanted,
        /// What happened, in the order of the sources.
        failures: Vec<SourceFailure>,
        /// What is in the way.
        obstacle: Obstacle,
    },
    /// Every source answered, and none has it.
    #[error("no source has {wanted}")]
    Unknown {
        wanted: Wanted,
        /// What they answered, in the order of the sources.
        failures: Vec<SourceFailure>,
    },
    /// Something was changed on the way.
    #[error(transparent)]
    Integrity(#[from] IntegrityError),
    /// What arrives cannot be written down.
    #[error("cannot write the download of `{file_name}`")]
    Write {
        /// The file that was on its way.
        file_name: String,
        source: io::Error,
    },
}

impl SupplyError {
    /// What happened at each source.
    pub fn failures(&self) -> &[SourceFailure] {
        match self {
            Self::Unreachable { failures, .. } | Self::Unknown { failures, .. } => failures,
            Self::Integrity(_) | Self::Write { .. } => &[],
        }
    }
}

impl Diagnose for SupplyError {
    fn details(&self) -> Vec<String> {
        match self {
            Self::Integrity(error) => error.details(),
            _ => aligned(self.failures()),
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Unreachable { obstacle: Obstacle::Offline { hint }, .. } => hint,
            Self::Unreachable { failures, obstacle, .. } => {
                let mut remedies = remedies(failures);
                // Advice about another source does not say what is wrong with these.
                if failures.iter().all(|failure| failure.error.remedy().is_none()) {
                    let usual = if *obstacle == Obstacle::OwnServer { OWN_SOURCE } else { USUAL };
                    remedies.insert(0, usual.to_owned());
                }
                return remedies;
            }
            Self::Unknown { .. } => "`gover list --remote` shows every release",
            Self::Integrity(error) => return error.hints(),
            Self::Write { source, .. } if source.kind() == io::ErrorKind::StorageFull => MAKE_ROOM,
            Self::Write { .. } => "check the space on the disk and the permissions of GOVER_HOME",
        };
        vec![hint.to_owned()]
    }
}

/// What is in the way where sources cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The settings forbid the network.
    Offline {
        /// How it is allowed again, or done without.
        hint: String,
    },
    /// Only servers on this machine are at fault, to which no network leads.
    OwnServer,
    /// Something between here and the servers, or they themselves.
    Network,
}

/// What a person can do about failures, each thing once; empty where nothing but the usual advice
/// is known.
pub fn remedies(failures: &[SourceFailure]) -> Vec<String> {
    let mut remedies: Vec<String> = Vec::new();
    for remedy in failures.iter().filter_map(SourceFailure::remedy) {
        if !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    remedies
}

/// One line a failure, reasons below each other.
pub fn aligned(failures: &[SourceFailure]) -> Vec<String> {
    let labels: Vec<String> = failures.iter().map(|failure| failure.source.label()).collect();
    let width = labels.iter().map(|label| label.chars().count()).max().unwrap_or_default() + 4;
    labels.iter().zip(failures).map(|(label, failure)| format!("{label:<width$}{failure}")).collect()
}

/// Why the checksum database has no answer.
#[derive(Debug, Error)]
pub enum LookupError {
    /// GOSUMDB names no database, or forbids it.
    #[error("the checksum database cannot be asked")]
    Setting(#[from] DatabaseError),
    /// The lookup did not end in a proven record.
    #[error(transparent)]
    Database(#[from] SumdbError),
}

impl LookupError {
    /// Whether nothing was learned: the database could not be asked, may not be asked, or has no
    /// such record. An archive with a known SHA-256 does without. Everything else means that
    /// somebody is not honest.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Setting(error) => *error == DatabaseError::Off,
            Self::Database(error) => error.is_transport(),
        }
    }
}

impl Diagnose for LookupError {
    fn details(&self) -> Vec<String> {
        match self {
            Self::Setting(error) => error.details(),
            Self::Database(error) => error.details(),
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Setting(error) => error.hints(),
            Self::Database(error) => error.hints(),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Setting(error) => error.exit(),
            Self::Database(error) => error.exit(),
        }
    }
}

/// What most often helps.
const USUAL: &str = "behind a proxy set HTTPS_PROXY; a company mirror goes into GOVER_SOURCES or GOPROXY (`gover help sources`)";

/// What helps where a source is on this machine.
pub(crate) const OWN_SOURCE: &str = "see whether that server runs on this machine, or name another source in GOVER_SOURCES or GOPROXY (`gover help sources`)";

/// What a machine lacks on which neither a person nor a Go sets GOPROXY.
pub(crate) const GOPROXY_UNSET: &str = "GOPROXY is not set, so go.dev is the only source; \
     if your company has a module proxy, set GOPROXY to it (`gover help sources`)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_every_source_with_its_answer() {
        let wanted = Wanted {
            name: gover_core::ToolchainName::parse("go1.26.8").unwrap(),
            platform: "linux-amd64".parse().unwrap(),
        };
        let status = |status, text: &str| HttpError::Status { status, text: text.to_owned(), wait: None };
        let connect = HttpError::Connect { reason: "DNS lookup failed".to_owned() };
        let mut of_proxy = SourceFailure::new(
            SourceSpec::GoProxy,
            status(403, "this module version is not available").into(),
        );
        of_proxy.at = Some(Location::Url("https://u:p@proxy.corp.example".parse().unwrap()));
        let failures = vec![SourceFailure::new(SourceSpec::GoDev, connect.into()), of_proxy];
        let error = SupplyError::Unreachable { wanted, failures, obstacle: Obstacle::Network };
        assert_eq!(error.to_string(), "cannot get go1.26.8 for linux/amd64 from any source");
        assert_eq!(
            error.details(),
            [
                "go.dev     cannot connect: DNS lookup failed",
                "goproxy    https://proxy.corp.example: 403 this module version is not available"
            ]
        );
        assert_eq!(error.hints().len(), 1);
    }

    #[test]
    fn what_follows_from_each_failure_of_a_source() {
        let remember = Then::NextSource { remember: true };
        let none = Then::NextSource { remember: false };
        let connect = || SourceError::from(HttpError::Connect { reason: String::new() });
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let path = Path::new("/x");
        let wrong_size = IntegrityError::WrongSize {
            file_name: String::new(),
            location: String::new(),
            expected: 1,
            at_most: false,
            received: 2,
            likely_cause: None,
        };
        for (error, then) in [
            (connect(), remember),
            (HttpError::Offline.into(), none),
            (SourceError::Silent { patience: Duration::ZERO }, remember),
            (SourceError::Outdated(Box::new(HttpError::Offline.into())), remember),
            (SourceError::lacks("x"), Then::NotHere { not_found: true }),
            (SourceError::file("read", path, denied()), none),
            (
                SourceError::file("read", path, io::ErrorKind::NotFound.into()),
                Then::NotHere { not_found: true },
            ),
            (GoproxyError::Off.into(), none),
            (IndexError::Empty.into(), none),
            (SourceError::Unchanged, none),
            (wrong_size.into(), Then::Stop),
        ] {
            assert_eq!(error.then(), then, "{error:?}");
        }
    }
}
