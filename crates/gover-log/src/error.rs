//! What can go wrong between a question to the checksum database and a proven answer.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use gover_core::display::pasted;
use gover_core::{Diagnose, Exit};
use gover_net::address::is_http;

use super::escape::EscapeError;
use super::fork::Fork;
use super::head::HeadError;
use super::note::NoteError;
use super::record::RecordError;
use super::remote::RemoteError;

/// Why a lookup did not end in a proven record.
#[derive(Debug, Error)]
pub enum SumdbError {
    /// The question itself is malformed.
    #[error("cannot look up a module in the checksum database")]
    Question(#[from] EscapeError),
    /// The database has no such module version.
    #[error("checksum database `{database}` has no record of `{module}`")]
    NotInDatabase {
        /// Name of the database.
        database: String,
        /// `<path>@<version>`.
        module: String,
        /// What the server said.
        source: RemoteError,
    },
    /// The database or its pass-through cannot be read.
    #[error("cannot read `{path}` of checksum database `{database}`")]
    Unavailable {
        /// Name of the database.
        database: String,
        /// The path that was read.
        path: String,
        /// What happened.
        source: RemoteError,
    },
    /// An answer is longer than any answer can be, or a tile has not the length of its hashes.
    #[error(
        "`{path}` of checksum database `{database}` has the wrong size: {received} bytes, wanted {wanted}"
    )]
    WrongSize {
        /// Name of the database.
        database: String,
        /// The path that was read.
        path: String,
        /// Bytes that came.
        received: usize,
        /// What would have been right.
        wanted: String,
    },
    /// A lookup answer cannot be taken apart.
    #[error("checksum database `{database}` gave an answer about `{module}` that is none")]
    Answer {
        /// Name of the database.
        database: String,
        /// `<path>@<version>`.
        module: String,
        /// The rule it breaks.
        source: RecordError,
    },
    /// A signed tree head is not believed.
    #[error("the tree head of checksum database `{database}` in {origin} is not valid")]
    Head {
        /// Name of the database.
        database: String,
        /// Where the head came from.
        origin: HeadOrigin,
        /// Why not.
        source: HeadError,
    },
    /// The file with the newest head seen here is damaged, and nobody could be asked for another.
    #[error("the tree head in `{}` is damaged ({reason}), and no other can be had", path.display())]
    DamagedHead {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// Why there is no other.
        source: Box<SumdbError>,
    },
    /// What places beside the usual way hold of the log proved wrong, and nobody else could be asked.
    #[error("the log's part in {} is damaged", quoted(places))]
    DamagedPlace {
        /// The directories, or the addresses of mirrors.
        places: Vec<String>,
        /// What is wrong there.
        source: Box<SumdbError>,
    },
    /// Mirrors lack what was asked for, and nobody else could be asked.
    #[error("{} has not all of checksum database `{database}` that is needed", quoted(places))]
    LackingPlace {
        /// The directories, or the addresses of mirrors.
        places: Vec<String>,
        /// Name of the database.
        database: String,
        /// What could not be read.
        source: Box<SumdbError>,
    },
    /// Tiles do not add up to the signed hash: at least one was changed.
    #[error("checksum database `{database}`: downloaded inconsistent tile (tree of {tree_size} records)")]
    InconsistentTile {
        /// Name of the database.
        database: String,
        /// Size of the tree whose tiles they are.
        tree_size: u64,
    },
    /// The answer names a record that the signed tree does not have.
    #[error("checksum database `{database}`: cannot validate record {id} in tree of size {tree_size}")]
    OutsideTree {
        /// Name of the database.
        database: String,
        /// The record.
        id: u64,
        /// Size of the newest tree.
        tree_size: u64,
    },
    /// The record in the answer is not the record in the log.
    #[error("checksum database `{database}`: cannot authenticate record {id} in server response")]
    RecordMismatch {
        /// Name of the database.
        database: String,
        /// The record.
        id: u64,
    },
    /// The record is in the log, but is about something else.
    #[error("record {id} of checksum database `{database}` has no `h1:` hash of `{module}`")]
    NoHash {
        /// Name of the database.
        database: String,
        /// The record.
        id: u64,
        /// `<path>@<version>`.
        module: String,
    },
    /// The tiles are missing that show how the answer's head and the newest one known here go together.
    #[error(
        "the head of {other} records of checksum database `{database}` cannot be compared with the one of {own} records \
         that this machine has seen"
    )]
    Unrelated {
        /// Name of the database.
        database: String,
        /// The size of the newest tree known here.
        own: u64,
        /// The size of the answer's tree.
        other: u64,
        /// What could not be read.
        source: Box<SumdbError>,
    },
    /// Two signed heads contradict each other.
    #[error(
        "SECURITY ERROR: checksum database `{}` shows two histories: the tree of {} records with hash {} is not \
         part of the tree of {} records with hash {}",
        .0.database, .0.older_size, .0.older_hash, .0.newer_size, .0.newer_hash
    )]
    Fork(Box<Fork>),
    /// A file of the cache that must not be lost cannot be read or written.
    #[error("cannot {verb} `{}`", path.display())]
    Io {
        /// What was tried.
        verb: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl SumdbError {
    /// Whether nothing was learned, so that another way to the same database may be tried.
    ///
    /// Every other error about an answer is one of integrity: something on the way, or the database itself, is not
    /// honest, and no further source may paper over it.
    pub fn is_transport(&self) -> bool {
        matches!(
            self,
            Self::NotInDatabase { .. }
                | Self::Unavailable { .. }
                | Self::LackingPlace { .. }
                | Self::Unrelated { .. }
                | Self::DamagedHead { .. }
        )
    }

    /// Whether what was read does not hold, as opposed to nothing being read, or to heads that hold and contradict.
    pub fn is_damage(&self) -> bool {
        self.blames_answer() || matches!(self, Self::WrongSize { .. } | Self::InconsistentTile { .. })
    }

    /// Whether the lookup answer itself is at fault, as opposed to tiles, heads or the way to them.
    pub(super) fn blames_answer(&self) -> bool {
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
            // The source names the broken rule, and only the person knows what was meant.
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
                "where the mirror is made, `gover mirror DIR --seen {own}` adds what is missing; or be online once"
            )],
            Self::DamagedHead { path, .. } => vec![format!(
                "with network gover takes a new one and keeps the file as evidence; without, delete `{}` if nobody meddled with it",
                path.display()
            )],
            Self::LackingPlace { places, source, .. } => {
                let repairs = places.iter().map(|place| repair_of(place));
                // Where a server says that it has not got it, the way to it is not at fault.
                let is_missing =
                    matches!(**source, Self::Unavailable { source: RemoteError::NotFound { .. }, .. });
                let others = if is_missing { Vec::new() } else { source.hints() };
                repairs.chain(others).collect()
            }
            Self::DamagedPlace { places, .. } => places.iter().map(|place| repair_of(place)).collect(),
            Self::Head {
                origin: HeadOrigin::Stored(path),
                source: HeadError::Note(NoteError::Unverified { .. }),
                ..
            } => vec![format!(
                "another key was believed here before: set GOSUMDB as it was; or, if the change is meant, delete `{}`",
                path.display()
            )],
            Self::Head { origin: HeadOrigin::Stored(path), .. } => {
                vec![format!("if nobody meddled with it, delete `{}` and try again", path.display())]
            }
            Self::WrongSize { .. }
            | Self::Answer { .. }
            | Self::Head { .. }
            | Self::InconsistentTile { .. }
            | Self::OutsideTree { .. }
            | Self::RecordMismatch { .. }
            | Self::NoHash { .. } => vec![
                "the proxy, or something on the way to it, changes answers; `GOPROXY=direct` asks the database itself"
                    .to_owned(),
                "if it is a mirror that `gover mirror DIR` made, the same command puts it right".to_owned(),
            ],
            Self::Fork(_) => vec![
                "install nothing until this is cleared up: try again on another network; if it happens there too, send \
                 the evidence to security@golang.org (docs/trust.md)"
                    .to_owned(),
            ],
            Self::Io { path, .. } => {
                vec![format!("check the permissions of `{}` and the space on its disk", path.display())]
            }
        }
    }

    fn details(&self) -> Vec<String> {
        let Self::Fork(fork) = self else {
            return Vec::new();
        };
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

/// How a mirror is put right whose log is damaged.
pub(super) fn repair_of(place: &str) -> String {
    if is_http(place) {
        format!("where the mirror at {place} is made, `gover mirror DIR` puts it right")
    } else {
        format!("`gover mirror {}`, where there is network, puts it right", pasted(place))
    }
}

fn quoted(places: &[String]) -> String {
    places.iter().map(|place| format!("`{place}`")).collect::<Vec<_>>().join(" and ")
}

/// Where a tree head came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadOrigin {
    /// The lookup answer that was being checked.
    Answer,
    /// The file with the newest head seen so far.
    Stored(PathBuf),
}

impl fmt::Display for HeadOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer => formatter.write_str("a lookup answer"),
            Self::Stored(path) => write!(formatter, "`{}`", path.display()),
        }
    }
}
