//! Making the changes that findings propose, and taking them back.
//!
//! Before anything is changed, what was there is kept below `GOVER_HOME/doctor/`, and the journal beside it names it. A change
//! is made only if the place is still as the check saw it, and undone only if it is still as the repair left it.

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

/// Why something was not changed, or not put back.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// A file cannot be read or written.
    #[error("cannot {verb} `{path}`")]
    File { verb: &'static str, path: String, source: io::Error },
    /// A registry value cannot be read or written.
    #[error(r"cannot {verb} `HKCU\{}\{}`", key.key, key.name)]
    Registry { verb: &'static str, key: UserKey, source: io::Error },
    /// Somebody else changed it meanwhile.
    #[error("`{place}` has changed in the meantime")]
    Changed { place: String },
    /// Somebody changed it after it was repaired, so that it is not put back.
    #[error("`{place}` has changed since it was repaired")]
    Edited {
        place: String,
        /// Where its content before the repair is kept; `None` if there was none.
        kept: Option<String>,
    },
    /// There is no repair to take back.
    #[error("there is no repair to take back")]
    Nothing,
    /// The journal is damaged.
    #[error("cannot understand `{path}`")]
    Journal { path: String, source: serde_json::Error },
}

impl Diagnose for RepairError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::File { .. } | Self::Registry { .. } => {
                vec![
                    "see who owns it and whether a program holds it open, then run the command again"
                        .to_owned(),
                ]
            }
            Self::Changed { .. } => vec!["run `gover doctor` again to see how it is now".to_owned()],
            Self::Edited { kept: Some(kept), .. } => {
                vec![format!("what it held before the repair lies in `{kept}`; take from it what you need")]
            }
            // It was not there before, or is a value that its diff has shown.
            Self::Edited { kept: None, .. } => {
                vec!["run `gover doctor` again to see how it is now".to_owned()]
            }
            Self::Nothing => vec!["`gover doctor --fix` repairs what `gover doctor` finds".to_owned()],
            Self::Journal { .. } => {
                vec!["the files as they were lie beside it; copy back what you need by hand".to_owned()]
            }
        }
    }
}

/// Makes one change, after the journal has kept what was there.
pub fn apply(change: &Change, journal: &mut Journal, lock: &Lock) -> Result<(), RepairError> {
    if !is_as_seen(change)? {
        return Err(RepairError::Changed { place: change.place() });
    }
    journal.keep(change, lock)?;
    match make(change) {
        Ok(()) => journal.settle(lock),
        Err(problem) => {
            // Files and values change whole or not at all, so there is nothing to take back.
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

/// Where repairs keep what they replace.
pub(crate) fn directory(layout: &Layout) -> std::path::PathBuf {
    layout.home().join("doctor")
}

/// The name of the lock that repairs take.
pub const LOCK: &str = "doctor";

/// Bytes of a file that is changed.
const LIMIT: u64 = 16 << 20;

#[cfg(test)]
mod tests;
