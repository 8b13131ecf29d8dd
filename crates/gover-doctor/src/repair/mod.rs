//! Makes the changes that findings propose, and undoes them.
//!
//! Before a change, the old content is kept below `GOVER_HOME/doctor/`, together with a journal. A
//! change is made only if the place is still as the check saw it, and undone only if it is still as
//! the repair left it.

mod diff;
mod journal;

use std::fs;
use std::io;
use std::path::Path;

use gover_core::{Diagnose, Layout};
use gover_sys::file::{read_limited, write_atomically};
use gover_sys::{Lock, registry};

use crate::Change;
use crate::snapshot::registry::UserKey;

pub use diff::diff;
pub use journal::{Journal, Undone};

/// Why something was not changed or not restored.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    #[error("cannot {verb} `{path}`")]
    File { verb: &'static str, path: String, source: io::Error },
    #[error(r"cannot {verb} `HKCU\{}\{}`", key.key, key.name)]
    Registry { verb: &'static str, key: UserKey, source: io::Error },
    /// It changed between the check and the repair.
    #[error("`{place}` has changed in the meantime")]
    Changed { place: String },
    /// It changed after the repair, so it is not restored.
    #[error("`{place}` has changed since it was repaired")]
    Edited {
        place: String,
        /// Where its content from before the repair is kept; `None` if it did not exist.
        kept: Option<String>,
    },
    #[error("there is no repair to undo")]
    Nothing,
    #[error("cannot parse `{path}`")]
    Journal { path: String, source: serde_json::Error },
}

impl Diagnose for RepairError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::File { .. } | Self::Registry { .. } => {
                vec![
                    "check its owner and whether a program has it open, then run the command again"
                        .to_owned(),
                ]
            }
            Self::Changed { .. } => vec!["run `gover doctor` again to see the current state".to_owned()],
            Self::Edited { kept: Some(kept), .. } => {
                vec![format!("its content before the repair is in `{kept}`; copy what you need")]
            }
            // It did not exist before, or is a value that the diff showed.
            Self::Edited { kept: None, .. } => {
                vec!["run `gover doctor` again to see the current state".to_owned()]
            }
            Self::Nothing => vec!["`gover doctor --fix` repairs what `gover doctor` finds".to_owned()],
            Self::Journal { .. } => {
                vec![
                    "the original files are in the same directory; copy back what you need by hand"
                        .to_owned(),
                ]
            }
        }
    }
}

/// Makes one change, after the journal has kept the old content.
pub fn apply(change: &Change, journal: &mut Journal, lock: &Lock) -> Result<(), RepairError> {
    if !is_as_seen(change)? {
        return Err(RepairError::Changed { place: change.place() });
    }
    journal.keep(change, lock)?;
    match make(change) {
        Ok(()) => journal.settle(lock),
        Err(problem) => {
            // Files and values change completely or not at all, so there is nothing to undo.
            journal.forget(lock)?;
            Err(problem)
        }
    }
}

impl Change {
    /// The file, or the registry value with its hive.
    pub fn place(&self) -> String {
        match self {
            Self::File { path, .. } => path.clone(),
            Self::Registry { key, .. } => registry_place(&key.key, &key.name),
        }
    }
}

fn registry_place(key: &str, name: &str) -> String {
    format!(r"HKCU\{key}\{name}")
}

fn is_as_seen(change: &Change) -> Result<bool, RepairError> {
    Ok(match change {
        Change::File { path, before, .. } => read_file(path)? == *before,
        Change::Registry { key, before, .. } => read_value(key)? == *before,
    })
}

fn make(change: &Change) -> Result<(), RepairError> {
    match change {
        Change::File { path, after: Some(after), .. } => {
            write_atomically(Path::new(path), after).map_err(|source| file_error("write", path, source))
        }
        Change::File { path, after: None, .. } => {
            fs::remove_file(path).map_err(|source| file_error("remove", path, source))
        }
        Change::Registry { key, after, .. } => registry::write_user_text(&key.key, &key.name, after.as_ref())
            .map_err(|source| RepairError::Registry { verb: "write", key: key.clone(), source }),
    }
}

fn read_file(path: &str) -> Result<Option<Vec<u8>>, RepairError> {
    match read_limited(Path::new(path), LIMIT) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(file_error("read", path, source)),
    }
}

fn read_value(key: &UserKey) -> Result<Option<registry::Text>, RepairError> {
    registry::text(registry::Hive::User, &key.key, &key.name).map_err(|source| RepairError::Registry {
        verb: "read",
        key: key.clone(),
        source,
    })
}

fn file_error(verb: &'static str, path: &str, source: io::Error) -> RepairError {
    RepairError::File { verb, path: path.to_owned(), source }
}

/// The directory in which repairs keep what they replace.
pub(crate) fn directory(layout: &Layout) -> std::path::PathBuf {
    layout.home().join("doctor")
}

/// The name of the lock that repairs take.
pub const LOCK: &str = "doctor";

/// The largest file that is changed, in bytes.
const LIMIT: u64 = 16 << 20;

#[cfg(test)]
mod tests;
