//! Checks that an installed toolchain is unchanged: its files against the list of files, the list
//! against the receipt, and the receipt against the checksum database.
//!
//! There are three steps. [`Baseline::read`] reads what the installation recorded, [`Tree::read`]
//! hashes the files, and [`compare()`] compares both with the log. Nothing is changed.

mod baseline;
mod compare;
mod tree;
mod written_by_go;

use gover_core::{Platform, ToolchainName};
use gover_log::LogRecord;

pub use baseline::Baseline;
pub use compare::compare;
pub use tree::Tree;

/// What the checksum database says about a toolchain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogStatus {
    Proven(LogRecord),
    /// No record, for this reason: there is none, or the database was not asked or did not answer.
    Silent(String),
    /// A response that cannot be trusted, for this reason. Then nothing proves the toolchain.
    Refused(String),
}

impl LogStatus {
    pub fn failure(&self) -> Option<&str> {
        match self {
            Self::Proven(_) => None,
            Self::Silent(reason) | Self::Refused(reason) => Some(reason),
        }
    }
}

/// A toolchain and what it is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub name: &'a ToolchainName,
    /// `None` if it is unknown, and then there is no proof.
    pub platform: Option<&'a Platform>,
    pub baseline: &'a Baseline,
    pub tree: &'a Tree,
    pub log: &'a LogStatus,
    /// Whether a record of the checksum database is required (`require_sumdb`).
    pub require_log: bool,
}

/// The result of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    pub status: Status,
    /// Sorted by path.
    pub findings: Vec<Finding>,
    /// Files that the go command may have added. No proof covers them.
    pub written_by_go: Vec<String>,
    /// Whether there are files in `api`, `doc`, `misc` and `test` that no proof covers.
    pub uncovered: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Released(LogRecord),
    /// As the receipt says it was installed. `log` says why the log does not prove it.
    Installed {
        log: String,
    },
    Damaged,
    Unproven {
        reason: String,
    },
}

/// A difference. Paths are below GOROOT, with `/`; one that ends in `/` is a whole directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Empty if it is about the whole toolchain.
    pub path: String,
    pub kind: FindingKind,
    pub files: u64,
    pub detail: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    Changed,
    Added,
    Missing,
    NotExecutable,
    NotAFile,
    Unreadable,
    /// All files together have another h1.
    Tree,
    List,
    Receipt,
}

impl FindingKind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Missing => "missing",
            Self::NotExecutable => "not-executable",
            Self::NotAFile => "not-a-file",
            Self::Unreadable => "unreadable",
            Self::Tree => "tree",
            Self::List => "list",
            Self::Receipt => "receipt",
        }
    }
}

impl Finding {
    fn at(path: impl Into<String>, kind: FindingKind) -> Self {
        Self { path: path.into(), kind, files: 1, detail: None }
    }

    fn detailed(path: impl Into<String>, kind: FindingKind, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::at(path, kind) }
    }

    /// About the toolchain as a whole, or its baseline.
    fn general(kind: FindingKind, detail: impl Into<String>) -> Self {
        Self { files: 0, ..Self::detailed("", kind, detail) }
    }
}
