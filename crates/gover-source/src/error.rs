//! Why a source, and in the end every source, has nothing to give.

use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

use thiserror::Error;

use gover_core::diagnose::{Diagnose, Exit, MAKE_ROOM};
use gover_log::{DatabaseError, SumdbError};
use gover_net::HttpError;
use gover_net::reason_of;

use crate::artifact::{SumOrigin, Wanted};
use crate::disguise::Disguise;

/// Why one source has not got something. `Display` is the reason in one line, for people.
#[derive(Clone, Debug, Error)]
pub(crate) enum SourceError {
    /// Nothing was learned: no connection, a timeout, an answer that makes no sense.
    #[error("{reason}")]
    Unreachable {
        /// In a few words.
        reason: String,
        /// Whether that is about the source and the way to it, not about settings or this machine.
        lasting: bool,
        /// What a person can do about just this.
        remedy: Option<String>,
    },
    /// The source was asked and has not got it, or does not give it away.
    #[error("{reason}")]
    NotThere {
        /// In a few words, with the answer.
        reason: String,
        /// Whether GOPROXY's comma goes on to the next entry: 404 and 410, but not a refusal.
        not_found: bool,
    },
    /// Two places that are believed contradict each other, or the bytes cannot be the ones announced.
    #[error(transparent)]
    Integrity(#[from] IntegrityError),
}

impl SourceError {
    /// The source lacks it, as far as it says itself.
    pub(crate) fn not_there(reason: impl Into<String>) -> Self {
        Self::NotThere { reason: reason.into(), not_found: true }
    }

    /// Nothing was learned.
    pub(crate) fn unreachable(reason: impl Into<String>) -> Self {
        Self::Unreachable { reason: reason.into(), lasting: false, remedy: None }
    }

    /// Nothing came for so long that others were asked.
    pub(crate) fn silent(patience: Duration) -> Self {
        let reason = format!("no answer within {} s", patience.as_secs_f32());
        Self::Unreachable { reason, lasting: true, remedy: None }
    }

    /// An error of a file on this machine.
    pub(crate) fn file(verb: &str, path: &Path, error: &io::Error) -> Self {
        let reason = format!("cannot {verb} `{}`: {}", path.display(), reason_of(error));
        if error.kind() == io::ErrorKind::NotFound {
            Self::not_there(format!("no file `{}`", path.display()))
        } else {
            Self::unreachable(reason)
        }
    }

    /// What a person can do about it, where that differs from what is always good advice.
    pub(crate) fn remedy(&self) -> Option<String> {
        match self {
            Self::Unreachable { remedy, .. } => remedy.clone(),
            Self::NotThere { .. } | Self::Integrity(_) => None,
        }
    }

    /// Whether the source was asked and answered no.
    pub(crate) fn is_not_there(&self) -> bool {
        matches!(self, Self::NotThere { .. })
    }

    /// Whether the source had better be asked last for a while.
    pub(crate) fn is_lasting(&self) -> bool {
        matches!(self, Self::Unreachable { lasting: true, .. })
    }

    /// Whether it counts as not found for a list in GOPROXY.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::NotThere { not_found: true, .. })
    }
}

impl From<HttpError> for SourceError {
    fn from(error: HttpError) -> Self {
        let reason = error.to_string();
        if error.is_refusal() {
            Self::NotThere { reason, not_found: error.is_not_found() }
        } else {
            Self::Unreachable { reason, lasting: error.is_of_the_network(), remedy: error.remedy() }
        }
    }
}

/// One source that could not serve, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFailure {
    /// The source's label: `go.dev`, `goproxy`.
    pub source: String,
    /// Where it was asked, if the label does not say it; without credentials.
    pub url: Option<String>,
    /// Why not, in one line.
    pub reason: String,
    /// What a person can do about just this, where that is known.
    pub remedy: Option<String>,
}

impl SourceFailure {
    /// A failure of the source of that label; `url` is without credentials.
    pub(crate) fn new(source: impl Into<String>, url: Option<String>, error: &SourceError) -> Self {
        Self { source: source.into(), url, reason: error.to_string(), remedy: error.remedy() }
    }
}

impl fmt::Display for SourceFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.url {
            Some(url) => write!(f, "{url}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

/// Something was changed on the way, or two that are believed disagree. It stops everything.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IntegrityError {
    /// The index and another place that is believed have different sums for one file.
    #[error("the sums known of `{file_name}` contradict each other")]
    Contradiction {
        /// The file.
        file_name: String,
        /// The one and its sum.
        first: (SumOrigin, String),
        /// The other and its sum.
        second: (SumOrigin, String),
    },
    /// The file has another length than it must have.
    #[error("`{file_name}` from {location} is not what was released")]
    WrongSize {
        /// The file.
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
        disguise: Option<Disguise>,
    },
}

impl Diagnose for IntegrityError {
    fn details(&self) -> Vec<String> {
        match self {
            Self::Contradiction { first, second, .. } => {
                [first, second].map(|(origin, sum)| format!("{sum}  {origin}")).into()
            }
            Self::WrongSize { expected, at_most, received, disguise, .. } => {
                let at_most = if *at_most { "at most " } else { "" };
                let mut details = vec![
                    format!("expected  {at_most}{expected} bytes"),
                    format!("received  {received} bytes or more"),
                ];
                details.extend(disguise.map(|disguise| disguise.to_string()));
                details
            }
        }
    }

    fn hints(&self) -> Vec<String> {
        vec![
            match self {
                Self::Contradiction { .. } => {
                    "the index, or something on the way to it, was changed; `gover cache clean` forgets it, and \
                     another network may have the true one"
                }
                Self::WrongSize { .. } => {
                    "the source, or something on the way to it, changes files; another one may have the true file \
                     (`gover help sources`)"
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
        /// What was wanted.
        wanted: Wanted,
        /// What happened, in the order of the sources.
        failures: Vec<SourceFailure>,
        /// What is in the way.
        obstacle: Obstacle,
    },
    /// Every source answered, and none has it.
    #[error("no source has {wanted}")]
    Unknown {
        /// What was wanted.
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
        /// What the system said.
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
                // That there could be another source says nothing of what is wrong with these.
                if remedies.iter().all(|remedy| remedy == GOPROXY_UNSET) {
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

/// What a person can do about failures, each thing once; empty where nothing but the usual advice is known.
pub fn remedies(failures: &[SourceFailure]) -> Vec<String> {
    let mut remedies: Vec<String> = Vec::new();
    for remedy in failures.iter().filter_map(|failure| failure.remedy.clone()) {
        if !remedies.contains(&remedy) {
            remedies.push(remedy);
        }
    }
    remedies
}

/// One line a failure, reasons below each other.
pub fn aligned(failures: &[SourceFailure]) -> Vec<String> {
    let width = failures.iter().map(|failure| failure.source.chars().count()).max().unwrap_or_default() + 4;
    failures.iter().map(|failure| format!("{:<width$}{failure}", failure.source)).collect()
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
    /// Whether nothing was learned: the database could not be asked, may not be asked, or has no such record. An
    /// archive with a known SHA-256 does without. Everything else means that somebody is not honest.
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
pub(crate) const GOPROXY_UNSET: &str = "GOPROXY is not set, and no Go is here that sets it, so that go.dev is asked alone; \
     `GOPROXY=https://…` of your company or network would be asked, too (`gover help sources`)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_every_source_with_its_answer() {
        let wanted = Wanted {
            name: gover_core::ToolchainName::parse("go1.26.8").unwrap(),
            platform: "linux-amd64".parse().unwrap(),
        };
        let failure = |source: &str, url: Option<&str>, reason: &str| SourceFailure {
            source: source.to_owned(),
            url: url.map(str::to_owned),
            reason: reason.to_owned(),
            remedy: None,
        };
        let failures = vec![
            failure("go.dev", None, "cannot connect: name not known"),
            failure(
                "goproxy",
                Some("https://proxy.corp.example"),
                "403 this module version is not available",
            ),
        ];
        let error = SupplyError::Unreachable { wanted, failures, obstacle: Obstacle::Network };
        assert_eq!(error.to_string(), "cannot get go1.26.8 for linux/amd64 from any source");
        assert_eq!(
            error.details(),
            [
                "go.dev     cannot connect: name not known",
                "goproxy    https://proxy.corp.example: 403 this module version is not available"
            ]
        );
        assert_eq!(error.hints().len(), 1);
    }
}
