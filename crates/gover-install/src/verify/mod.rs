//! Whether an installed toolchain still is what it was: its files against the list of files, the list against the receipt,
//! the receipt against the checksum database.
//!
//! Three steps: [`Baseline::read`] takes up what was written down at the installation, [`Tree::read`] hashes what is there, and
//! [`compare`] compares both with the answer of the database. Nothing is changed.

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
    /// It has none, or was not asked, or did not answer; the reason, as people read it.
    Silent(String),
    /// What it says is not believed, for that reason; then nothing can be told to be as it should be.
    Refused(String),
}

impl LogStatus {
    /// Why there is no record; `None` if there is one.
    pub fn failure(&self) -> Option<&str> {
        match self {
            Self::Proven(_) => None,
            Self::Silent(reason) | Self::Refused(reason) => Some(reason),
        }
    }
}

/// A toolchain and all that is known about it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub name: &'a ToolchainName,
    /// What it is for; `None` if nothing tells, and then no proof fits.
    pub platform: Option<&'a Platform>,
    pub baseline: &'a Baseline,
    pub tree: &'a Tree,
    pub log: &'a LogStatus,
    /// Whether the checksum database must vouch for it (`require_sumdb`).
    pub require_log: bool,
}

/// The result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    pub status: Status,
    /// Everything that is not as it should be, sorted by path.
    pub findings: Vec<Finding>,
    /// Files that Go itself may have added. No proof covers them.
    pub written_by_go: Vec<String>,
    /// Whether `api`, `doc`, `misc` and `test` are there and covered by no proof.
    pub uncovered: bool,
}

/// How a toolchain stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Released(LogRecord),
    /// As it was installed, as its receipt has it; the log does not vouch for that.
    Installed {
        log: String,
    },
    Damaged,
    Unproven {
        reason: String,
    },
}

/// Something that is not as it should be. Paths are below GOROOT, with `/`; one that ends in `/` is a whole directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where; empty for what is about all of it.
    pub path: String,
    pub kind: FindingKind,
    pub files: u64,
    pub detail: Option<String>,
}

/// What is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    Changed,
    Added,
    Missing,
    NotExecutable,
    NotAFile,
    Unreadable,
    /// The files together do not have the hash that they should have.
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

    /// About the toolchain as a whole, or what is known of it.
    fn general(kind: FindingKind, detail: impl Into<String>) -> Self {
        Self { files: 0, ..Self::detailed("", kind, detail) }
    }
}
