//! Why a module was not added to a mirror.

use gover_archive::ArchiveError;
use gover_archive::digest::NewlineInName;
use gover_core::Diagnose;
use gover_core::text::shown;
use gover_log::{EscapeError, LogRecord};
use gover_source::{LookupError, ModuleError};

use super::{NeededModule, Sum};
use crate::error::shorten;
use crate::mirror::MirrorError;

#[derive(Debug, thiserror::Error)]
pub enum ModuleFault {
    #[error(transparent)]
    Get(Box<ModuleError>),
    #[error("cannot get the record of {name} from the checksum database")]
    Record { name: String, source: Box<LookupError> },
    #[error("{file} does not have its published hash")]
    Different { file: String, received: String, expected: Vec<Expected> },
    /// Nothing was downloaded yet.
    #[error("{place} has another hash of {name} than the checksum database")]
    Disagreement { name: String, place: String, written: String, recorded: Expected },
    #[error("nothing proves the go.mod file of {name}")]
    Unproven { name: String },
    #[error("`{}` is not a module version", shown(name))]
    Name { name: String, source: EscapeError },
    #[error("the zip of {name} cannot be read")]
    Zip { name: String, source: ArchiveError },
    #[error(transparent)]
    Hash(#[from] NewlineInName),
    #[error("gover failed internally while working on {name}")]
    Defect { name: String, source: tokio::task::JoinError },
}

/// A hash that a file must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    h1: String,
    by: String,
}

impl Expected {
    pub(super) fn of(sums: &[Sum], record: Option<&LogRecord>) -> Vec<Self> {
        let written = sums.iter().map(|sum| Self { h1: sum.h1.clone(), by: sum.place.clone() });
        written.chain(record.map(Self::recorded)).collect()
    }

    fn recorded(record: &LogRecord) -> Self {
        Self { h1: record.h1.clone(), by: format!("checksum database, record {}", record.id) }
    }
}

/// Fails unless a hash is equal to all that are expected.
pub(super) fn check(file: &str, received: &str, expected: &[Expected]) -> Result<(), MirrorError> {
    let differ: Vec<Expected> = expected.iter().filter(|expected| expected.h1 != received).cloned().collect();
    if differ.is_empty() {
        return Ok(());
    }
    let (file, received) = (file.to_owned(), received.to_owned());
    Err(ModuleFault::Different { file, received, expected: differ }.into())
}

impl ModuleFault {
    pub(super) fn get(source: ModuleError) -> Self {
        Self::Get(Box::new(source))
    }

    pub(super) fn disagreement(needed: &NeededModule, sum: &Sum, record: &LogRecord) -> Self {
        let (place, written) = (sum.place.clone(), sum.h1.clone());
        Self::Disagreement { name: needed.name(), place, written, recorded: Expected::recorded(record) }
    }

    /// Whether the bytes are wrong, as opposed to a file that could not be read.
    pub(in crate::mirror) fn is_damage(&self) -> bool {
        match self {
            Self::Different { .. } | Self::Hash(_) => true,
            Self::Zip { source, .. } => source.is_integrity(),
            _ => false,
        }
    }

    /// Whether only this module is unavailable, so that others may be available.
    pub(in crate::mirror) fn is_missing(&self) -> bool {
        match self {
            Self::Get(_) | Self::Unproven { .. } | Self::Name { .. } => true,
            Self::Record { source, .. } => source.is_unavailable(),
            _ => false,
        }
    }
}

impl From<ModuleFault> for MirrorError {
    fn from(fault: ModuleFault) -> Self {
        Self::Module(Box::new(fault))
    }
}

impl Diagnose for ModuleFault {
    fn details(&self) -> Vec<String> {
        let expected =
            |expected: &Expected| format!("expected  {}  ({})", shorten(&expected.h1), expected.by);
        match self {
            Self::Get(source) => source.details(),
            Self::Record { source, .. } => source.details(),
            Self::Different { received, expected: sums, .. } => {
                let received = format!("received  {}", shorten(received));
                let end = "the download was deleted and nothing of it was added".to_owned();
                sums.iter().map(expected).chain([received, end]).collect()
            }
            Self::Disagreement { written, recorded, place, .. } => {
                let written = format!("received  {}  ({place})", shorten(written));
                vec![expected(recorded), written, "nothing was downloaded".to_owned()]
            }
            Self::Zip { .. } => vec!["the download was deleted and nothing of it was added".to_owned()],
            _ => Vec::new(),
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Get(source) => return source.hints(),
            Self::Record { source, .. } => {
                let mut hints = source.hints();
                hints.push(PRIVATE.to_owned());
                return hints;
            }
            Self::Different { .. } => CHANGED,
            Self::Disagreement { .. } => ALTERED,
            Self::Unproven { .. } => {
                "run `go mod tidy` in the project, which adds the missing hash to go.sum"
            }
            Self::Name { .. } => "correct that line of go.sum, or run `go mod tidy` in the project",
            Self::Zip { .. } => {
                "see what the proxy in GOPROXY serves, or set another and run the command again"
            }
            Self::Hash(_) | Self::Defect { .. } => return Vec::new(),
        };
        vec![hint.to_owned()]
    }
}

const CHANGED: &str =
    "the module proxy, or something between it and this machine, changes files; set another proxy in GOPROXY";
const ALTERED: &str = "the author moved the tag, or somebody changed go.sum; find out which before you build";
const PRIVATE: &str = "if that module is private, name it in GOPRIVATE or GONOSUMDB";
