//! Why one source, or all of them, cannot provide a toolchain.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use gover_core::date::Date;
use gover_core::diagnose::{Diagnose, Exit, MAKE_ROOM, is_full};
use gover_log::{DatabaseError, SumdbError};
use gover_net::{HttpError, Then, reason_of};

use crate::artifact::{Location, SumOrigin, Wanted};
use crate::index::IndexError;
use crate::likely_cause::LikelyCause;
use crate::proxy::GoproxyError;
use crate::settings::SourceSpec;

/// Why one source failed. `Display` is the reason in one line, without the address.
#[derive(Clone, Debug, Error)]
pub enum SourceError {
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The source did not respond within `patience`, so gover went on without it.
    #[error("no answer within {} s", patience.as_secs_f32())]
    Silent { patience: Duration },
    /// An operation on a local file or directory failed, but not because it is missing.
    #[error("cannot {verb} `{}`: {}", path.display(), reason_of(source))]
    File { verb: &'static str, path: PathBuf, source: Arc<io::Error> },
    #[error("{0}")]
    Lacks(String),
    #[error(transparent)]
    Goproxy(#[from] GoproxyError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("unexpected response (\"not modified\" for a file that is not cached)")]
    Unchanged,
    /// The cached index does not list the release, and the attempt to get a newer index failed.
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

    /// Whether the source answered that it does not have the file: 404 or 410, or no such file.
    pub fn is_not_found(&self) -> bool {
        self.then() == Then::NotHere { not_found: true }
    }

    /// What the user can do about it; `None` if only general advice applies.
    pub fn remedy(&self) -> Option<String> {
        if let Self::Http(error) = self { error.remedy() } else { None }
    }
}

#[derive(Clone, Debug)]
pub struct SourceFailure {
    pub source: SourceSpec,
    /// The entry of GOPROXY, or the location of a custom build.
    pub at: Option<Location>,
    pub error: SourceError,
    /// The older data that is used instead.
    pub used: Option<OlderAnswer>,
    /// Whether GOPROXY is not set, so the release site was the only module proxy.
    pub goproxy_is_unset: bool,
}

/// Data from a source that an earlier command cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OlderAnswer {
    /// The release index, with the day when the site last confirmed it.
    Index(Date),
    List,
}

impl SourceFailure {
    pub(crate) fn new(source: SourceSpec, error: SourceError) -> Self {
        Self { source, at: None, error, used: None, goproxy_is_unset: false }
    }

    /// What the user can do about this failure; `None` if only general advice applies.
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

/// A file was altered, or two trusted checksums differ. No other source is tried after that.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IntegrityError {
    /// A release index and another trusted origin have different checksums for the same file.
    #[error("trusted sources disagree about the checksum of `{file_name}`")]
    Contradiction { file_name: String, first: (SumOrigin, String), second: (SumOrigin, String) },
    #[error("`{file_name}` from {location} is not what was released")]
    WrongSize {
        file_name: String,
        /// The location of the file, without credentials.
        location: String,
        /// The expected length in bytes, or the maximum length if `at_most` is true.
        expected: u64,
        at_most: bool,
        /// The number of bytes that arrived or that the server announced.
        received: u64,
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
        let hint = match self {
            Self::Contradiction { .. } => {
                "the release index was altered, at its source or in transit; run `gover cache clean` and \
                 try again on another network"
            }
            Self::WrongSize { .. } => {
                "the source or a proxy alters files; try another source (`gover help sources`)"
            }
        };
        vec![hint.to_owned()]
    }
}

#[derive(Debug, Error)]
pub enum SupplyError {
    /// At least one source failed without saying whether it has the toolchain.
    #[error("cannot get {wanted} from any source")]
    Unreachable {
        wanted: Wanted,
        /// The last failure of each source or entry of GOPROXY, in the order of time.
        failures: Vec<SourceFailure>,
        obstacle: Obstacle,
    },
    #[error("no source has {wanted}")]
    Unknown { wanted: Wanted, failures: Vec<SourceFailure> },
    #[error(transparent)]
    Integrity(#[from] IntegrityError),
    #[error("cannot write the download of `{file_name}`")]
    Write { file_name: String, source: io::Error },
}

impl SupplyError {
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
                // The remedy of an error replaces general advice. The hint that GOPROXY is not set
                // does not, because it is about another source.
                if failures.iter().all(|failure| failure.error.remedy().is_none()) {
                    let usual = if *obstacle == Obstacle::OwnServer { OWN_SOURCE } else { USUAL };
                    remedies.insert(0, usual.to_owned());
                    remedies.push(MEASURE.to_owned());
                }
                return remedies;
            }
            Self::Unknown { .. } => "`gover list --remote` shows every release",
            Self::Integrity(error) => return error.hints(),
            Self::Write { source, .. } if is_full(source.kind()) => MAKE_ROOM,
            Self::Write { .. } => "check the space on the disk and the permissions of GOVER_HOME",
        };
        vec![hint.to_owned()]
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    Offline {
        /// How to allow the network again, or to do without it.
        hint: String,
    },
    /// Only servers on this machine failed, so the network is not the cause.
    OwnServer,
    Network,
}

/// What the user can do about failures, without duplicates. Empty if only general advice applies.
pub fn remedies(failures: &[SourceFailure]) -> Vec<String> {
    let mut remedies: Vec<String> = Vec::new();
    for remedy in failures.iter().filter_map(SourceFailure::remedy) {
        if !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    remedies
}

/// One line for each failure, with the reasons aligned.
pub fn aligned(failures: &[SourceFailure]) -> Vec<String> {
    let labels: Vec<String> = failures.iter().map(|failure| failure.source.label()).collect();
    let width = labels.iter().map(|label| label.chars().count()).max().unwrap_or_default() + 4;
    labels.iter().zip(failures).map(|(label, failure)| format!("{label:<width$}{failure}")).collect()
}

#[derive(Debug, Error)]
pub enum LookupError {
    #[error("the checksum database cannot be asked")]
    Setting(#[from] DatabaseError),
    #[error(transparent)]
    Database(#[from] SumdbError),
}

impl LookupError {
    /// Whether the lookup gave no result: the database is off, cannot be reached or does not have
    /// the record. Then a trusted SHA-256 of an archive is enough proof. Any other error stops the
    /// install, because it may mean that data was altered.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Setting(error) => *error == DatabaseError::Off,
            Self::Database(error) => error.is_transport(),
        }
    }

    /// Whether files of this machine could not be read or written, so that nothing was learned.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Database(SumdbError::Io { .. }))
    }

    /// Whether the database answered that it has no record, which is not the same as no answer.
    pub fn is_denial(&self) -> bool {
        matches!(self, Self::Database(SumdbError::NotInDatabase { .. }))
    }

    fn cause(&self) -> &dyn Diagnose {
        match self {
            Self::Setting(error) => error,
            Self::Database(error) => error,
        }
    }
}

impl Diagnose for LookupError {
    fn details(&self) -> Vec<String> {
        self.cause().details()
    }

    fn hints(&self) -> Vec<String> {
        self.cause().hints()
    }

    fn exit(&self) -> Exit {
        self.cause().exit()
    }
}

/// The command that shows which sources work, and why the others do not.
pub(crate) const MEASURE: &str = "gover proxy";

const USUAL: &str = "behind a proxy set HTTPS_PROXY; a company mirror goes into GOVER_SOURCES or GOPROXY (`gover help sources`)";

/// Advice if the source that failed is on this machine.
pub(crate) const OWN_SOURCE: &str = "see whether that server runs on this machine, or name another source in GOVER_SOURCES or GOPROXY (`gover help sources`)";

/// Advice if neither the environment nor a go.env sets GOPROXY.
pub(crate) const GOPROXY_UNSET: &str = "GOPROXY is not set, so the release site is the only source; \
     if your company has a module proxy, set GOPROXY to it (`gover help sources`)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_every_source_with_its_reason() {
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
        assert_eq!(error.hints().last().map(String::as_str), Some(MEASURE));
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
