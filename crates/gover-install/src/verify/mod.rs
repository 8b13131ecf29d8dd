//! Checks that an installed toolchain is unchanged: its files against the list of files, the list
//! against the receipt, and the receipt against the checksum database.
//!
//! There are three steps. [`Baseline::read`] reads what the installation recorded, [`Tree::read`]
//! hashes the files, and [`compare()`] compares both with the log. Nothing is changed.

mod compare;
pub(crate) mod tree;
mod written_by_go;

use gover_archive::digest::{Digest, Hashed};
use gover_core::{Layout, Platform, ToolchainName};
use gover_log::LogRecord;

use crate::file_list::FileList;
use crate::receipt::Receipt;

pub use compare::compare;
pub use tree::Tree;

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

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    pub status: Status,
    pub findings: Vec<Finding>,
    /// Files that the go command may have added. No proof covers them.
    pub written_by_go: Vec<String>,
    /// Whether there are files in `api`, `doc`, `misc` and `test` that no proof covers.
    pub uncovered: bool,
}

/// `Installed` is what the receipt says was installed, and `log` why the log does not prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Released(LogRecord),
    Installed { log: String },
    Damaged,
    Unproven { reason: String },
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

    fn general(kind: FindingKind, detail: impl Into<String>) -> Self {
        Self { files: 0, ..Self::detailed("", kind, detail) }
    }
}

/// The receipt and the list of files, if they exist and can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    pub receipt: Option<Receipt>,
    pub receipt_error: Option<String>,
    /// The list, and the checksum of its bytes.
    pub list: Option<(FileList, Digest)>,
    pub list_error: Option<String>,
}

impl Baseline {
    pub fn read(layout: &Layout, name: &ToolchainName) -> Self {
        let (receipt, receipt_error) = split(Receipt::read(layout, name));
        let (list, list_error) = split(FileList::read(&layout.file_list(name)));
        Self { receipt, receipt_error, list, list_error }
    }

    /// Whether nothing was recorded, as for a toolchain that was copied by hand.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How the files map to the module. A module zip is recognized by its name.
    pub(super) fn hashed(&self) -> Hashed {
        let is_module =
            |receipt: &Receipt| receipt.file.as_ref().is_some_and(|file| file.starts_with("v0.0.1-"));
        if self.receipt.as_ref().is_some_and(is_module) { Hashed::Module } else { Hashed::Archive }
    }
}

fn split<T>(result: Result<Option<T>, impl std::error::Error>) -> (Option<T>, Option<String>) {
    match result {
        Ok(value) => (value, None),
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            (None, Some(format!("{error}{cause}")))
        }
    }
}
