use std::io;
use std::path::PathBuf;

use gover_core::date::Date;
use gover_log::LogRecord;
use gover_net::reason_of;
use gover_source::{LookupError, ModuleError, SourceError};
use thiserror::Error;

use crate::entry::EntryError;

/// Why a place gave no usable database. `Display` is the reason in one line.
#[derive(Debug, Error)]
pub enum AskError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("{file} is not what a vulnerability database has there")]
    Garbage { file: String },
    #[error("{file}: {}", detailed(.source))]
    Entry { file: String, source: EntryError },
    #[error("it is of {date}, and one of {newer} is known")]
    Old { date: Date, newer: Date },
    #[error("it lists more than {most} vulnerabilities of Go")]
    TooMany { most: usize },
    #[error("it has no vulnerabilities of Go")]
    Empty,
    #[error("{}", first_line(.0))]
    Module(#[from] ModuleError),
    #[error("golang.org/x/vulndb could not be verified: {0}")]
    Lookup(#[from] LookupError),
    #[error("golang.org/x/vulndb is not what the checksum database has: {} instead of {}", received, .record.h1)]
    Altered { received: String, record: Box<LogRecord> },
    #[error("the module cannot be unpacked: {0}")]
    Unpack(String),
    #[error("cannot write `{}`: {}", path.display(), reason_of(source))]
    Write { path: PathBuf, source: io::Error },
    #[error("`{version}` is not the version of a commit")]
    Version { version: String },
}

fn detailed(error: &EntryError) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// The error, and why the first proxy failed.
fn first_line(error: &ModuleError) -> String {
    match error {
        ModuleError::Unavailable { failures, .. } => {
            failures.first().map_or_else(|| error.to_string(), ToString::to_string)
        }
        _ => error.to_string(),
    }
}

impl AskError {
    pub(super) fn io(error: &io::Error) -> Self {
        Self::Unpack(reason_of(error))
    }
}
