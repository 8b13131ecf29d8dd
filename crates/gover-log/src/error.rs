//! Why a lookup in the checksum database failed, and what was wrong although it succeeded.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use thiserror::Error;

use gover_core::display::pasted;
use gover_core::sync::locked;
use gover_core::{Diagnose, Exit};

use super::escape::EscapeError;
use super::fork::Fork;
use super::head::HeadError;
use super::note::NoteError;
use super::record::RecordError;
use super::remote::{LogMirror, RemoteError};

#[derive(Debug, Error)]
pub enum SumdbError {
    #[error("cannot look up a module in the checksum database")]
    Question(#[from] EscapeError),
    #[error("checksum database `{database}` has no record of `{module}`")]
    NotInDatabase { database: String, module: String, source: RemoteError },
    #[error("cannot read `{path}` of checksum database `{database}`")]
    Unavailable { database: String, path: String, source: RemoteError },
    /// An answer is longer than any answer can be, or a tile has not the length of its hashes.
    #[error(
        "`{path}` of checksum database `{database}` has the wrong size: {received} bytes, wanted {wanted}"
    )]
    WrongSize { database: String, path: String, received: usize, wanted: String },
    #[error("checksum database `{database}` gave a malformed answer about `{module}`")]
    Answer { database: String, module: String, source: RecordError },
    #[error("the tree head of checksum database `{database}` in {origin} is not valid")]
    Head { database: String, origin: HeadOrigin, source: HeadError },
    #[error("the tree head in `{}` is damaged ({reason}) and could not be replaced", path.display())]
    DamagedHead { path: PathBuf, reason: String, source: Box<SumdbError> },
    #[error("the part of the checksum database in {} is damaged", quoted(places))]
    DamagedMirror { places: Vec<LogMirror>, source: Box<SumdbError> },
    #[error("{} lacks a part of checksum database `{database}` that is needed", quoted(places))]
    IncompleteMirror { places: Vec<LogMirror>, database: String, source: Box<SumdbError> },
    /// Tiles do not add up to the signed hash: at least one was changed.
    #[error("checksum database `{database}`: downloaded inconsistent tile (tree of {tree_size} records)")]
    InconsistentTile { database: String, tree_size: u64 },
    #[error("checksum database `{database}`: cannot validate record {id} in tree of size {tree_size}")]
    OutsideTree { database: String, id: u64, tree_size: u64 },
    #[error("checksum database `{database}`: cannot authenticate record {id} in server response")]
    RecordMismatch { database: String, id: u64 },
    #[error("record {id} of checksum database `{database}` has no `h1:` hash of `{module}`")]
    NoHash { database: String, id: u64, module: String },
    /// The tiles that relate the answer's head to the newest one known here are missing.
    #[error(
        "the tree head of {other} records of checksum database `{database}` cannot be compared with the newest head \
         seen on this machine, of {own} records"
    )]
    Unrelated { database: String, own: u64, other: u64, source: Box<SumdbError> },
    #[error(
        "SECURITY ERROR: checksum database `{}` shows two histories: the tree of {} records with hash {} is not \
         part of the tree of {} records with hash {}",
        .0.database, .0.older_size, .0.older_hash, .0.newer_size, .0.newer_hash
    )]
    Fork(Box<Fork>),
    #[error("cannot {verb} `{}`", path.display())]
    Io { verb: &'static str, path: PathBuf, source: io::Error },
}

impl SumdbError {
    /// Whether nothing was learned, so another route to the same database may be tried. Every other
    /// error about an answer is a failure of integrity, which no other source may hide.
    pub fn is_transport(&self) -> bool {
        matches!(
            self,
            Self::NotInDatabase { .. }
                | Self::Unavailable { .. }
                | Self::IncompleteMirror { .. }
                | Self::Unrelated { .. }
                | Self::DamagedHead { .. }
        )
    }

    /// Whether the bytes that were read are wrong; not if nothing was read or heads contradict.
    pub fn is_damage(&self) -> bool {
        self.is_wrong_answer() || matches!(self, Self::WrongSize { .. } | Self::InconsistentTile { .. })
    }

    /// Whether the lookup answer itself is wrong, not tiles or other heads.
    pub(super) fn is_wrong_answer(&self) -> bool {
        matches!(
            self,
            Self::Answer { .. }
                | Self::Head { origin: HeadOrigin::Answer, .. }
                | Self::OutsideTree { .. }
                | Self::RecordMismatch { .. }
                | Self::NoHash { .. }
        )
    }
}

impl Diagnose for SumdbError {
    fn hints(&self) -> Vec<String> {
        match self {
            // No hint: the source names the broken rule, and only the user knows what was meant.
            Self::Question(_) => Vec::new(),
            Self::NotInDatabase { .. } => {
                vec!["`gover list --remote` shows the releases that exist for this platform".to_owned()]
            }
            Self::Unavailable { source: RemoteError::Unreachable { remedy: Some(remedy), .. }, .. } => {
                vec![remedy.clone()]
            }
            Self::Unavailable { .. } => vec![
                "behind a proxy set HTTPS_PROXY; a company's GOPROXY must pass `/sumdb/` through".to_owned(),
            ],
            Self::Unrelated { own, .. } => vec![format!(
                "run `gover mirror DIR --seen {own}` where the mirror is made, or connect to the network once"
            )],
            Self::DamagedHead { path, .. } => vec![format!(
                "connect to the network once: gover then replaces it and keeps the file as evidence; or, if you trust this machine, delete `{}`",
                path.display()
            )],
            Self::IncompleteMirror { places, source, .. } => {
                let repairs = places.iter().map(repair_of);
                // If a server says that it lacks the file, the route to it is not the problem.
                let is_missing =
                    matches!(**source, Self::Unavailable { source: RemoteError::NotFound { .. }, .. });
                let others = if is_missing { Vec::new() } else { source.hints() };
                repairs.chain(others).collect()
            }
            Self::DamagedMirror { places, .. } => places.iter().map(repair_of).collect(),
            Self::Head { origin: HeadOrigin::Stored(path), source, .. } => {
                let path = path.display();
                vec![match source {
                    HeadError::Note(NoteError::Unverified { .. }) => format!(
                        "GOSUMDB named another key before: restore it, or delete `{path}` if the change is intended"
                    ),
                    _ => format!("if you trust this machine, delete `{path}` and try again"),
                }]
            }
            Self::WrongSize { .. }
            | Self::Answer { .. }
            | Self::Head { .. }
            | Self::InconsistentTile { .. }
            | Self::OutsideTree { .. }
            | Self::RecordMismatch { .. }
            | Self::NoHash { .. } => vec![
                "the proxy, or something between you and it, changes answers; `GOPROXY=direct` asks the database itself"
                    .to_owned(),
                "if it is a mirror made by `gover mirror DIR`, run that command again to repair it".to_owned(),
            ],
            Self::Fork(_) => vec![
                "do not install anything until this is resolved: try another network; if it happens there too, send \
                 the evidence to security@golang.org (docs/trust.md)"
                    .to_owned(),
            ],
            Self::Io { path, .. } => {
                vec![format!("check the permissions of `{}` and the space on its disk", path.display())]
            }
        }
    }

    fn details(&self) -> Vec<String> {
        let Self::Fork(fork) = self else { return Vec::new() };
        vec![
            format!("one head: {} records, {}", fork.older_size, fork.older_hash),
            format!("the other: {} records, {}", fork.newer_size, fork.newer_hash),
            format!("the other has {} over its first {} records", fork.computed_hash, fork.older_size),
            match &fork.evidence {
                Ok(path) => format!("both signed heads are kept in `{}`", path.display()),
                Err(reason) => format!("the evidence could not be kept: {reason}"),
            },
        ]
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Question(_) => Exit::Usage,
            _ => Exit::Failure,
        }
    }
}

fn repair_of(mirror: &LogMirror) -> String {
    match mirror {
        LogMirror::Server(address) => {
            format!("run `gover mirror DIR` where the mirror at {address} is made, to repair it")
        }
        LogMirror::Directory(path) => {
            let path = pasted(&path.display().to_string());
            format!("run `gover mirror {path}` with a network connection, to repair it")
        }
    }
}

fn quoted(places: &[LogMirror]) -> String {
    places.iter().map(|place| format!("`{place}`")).collect::<Vec<_>>().join(" and ")
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HeadOrigin {
    #[error("a lookup answer")]
    Answer,
    #[error("`{}`", .0.display())]
    Stored(PathBuf),
}

/// A fault that was repaired or worked around.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogWarning {
    #[error(
        "`{}` was damaged; it has been replaced by a tree head of {records} records, and the damaged file is kept as `{}`",
        path.display(), aside.display()
    )]
    HeadReplaced { path: PathBuf, aside: PathBuf, records: u64 },
    #[error("the part of checksum database `{database}` in `{place}` is damaged; another source was used")]
    DamagedMirror { place: LogMirror, database: String },
}

impl LogWarning {
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::HeadReplaced { .. } => None,
            Self::DamagedMirror { place, .. } => Some(repair_of(place)),
        }
    }
}

/// Collects warnings; clones share them. A warning outlives a lookup that was cancelled.
#[derive(Clone, Debug, Default)]
pub struct LogWarnings(Arc<Mutex<Vec<LogWarning>>>);

impl LogWarnings {
    /// The warnings since the last call.
    pub fn take(&self) -> Vec<LogWarning> {
        std::mem::take(&mut *locked(&self.0))
    }

    pub(super) fn add(&self, warning: LogWarning) {
        let mut warnings = locked(&self.0);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
}
