//! Makes the changes that findings propose, and undoes them.
//!
//! Before a change, the old content is kept with a journal below `GOVER_HOME/doctor/`. A change is
//! made only to what the check saw, and undone only if the place is as the repair left it.

mod diff;
mod journal;

use std::fs;
use std::io;
use std::path::Path;

use gover_core::{Diagnose, Layout};
use gover_sys::file::{read_limited, write_atomically, write_privately};
use gover_sys::{Lock, registry};

use crate::Change;
use crate::editor::Editor;
use crate::secret::mask_line;
use crate::snapshot::registry::UserKey;

pub use diff::diff;
pub use journal::{Journal, Outcome, Undone};

#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    #[error("cannot {verb} `{path}`")]
    File { verb: &'static str, path: String, source: io::Error },
    #[error("cannot {verb} `{key}`")]
    Registry { verb: &'static str, key: UserKey, source: io::Error },
    #[error("`{place}` has changed in the meantime")]
    Changed { place: String },
    /// It changed after the repair, so it is not restored. What was there before may be `kept`.
    #[error("`{place}` has changed since it was repaired")]
    Edited { place: String, kept: Option<String> },
    #[error("there is no repair to undo")]
    Nothing,
    #[error("cannot parse `{path}`")]
    Journal { path: String, source: serde_json::Error },
}

impl Diagnose for RepairError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::File { .. } | Self::Registry { .. } => {
                "check its owner and whether a program has it open, then run the command again"
            }
            Self::Edited { kept: Some(kept), .. } => {
                &format!("its content before the repair is in `{kept}`; copy what you need")
            }
            // It did not exist before, or is a value that the diff showed.
            Self::Changed { .. } | Self::Edited { kept: None, .. } => {
                "run `gover doctor` again to see the current state"
            }
            Self::Nothing => "`gover doctor --fix` repairs what `gover doctor` finds",
            Self::Journal { .. } => {
                "the original files are in the same directory; copy back what you need by hand"
            }
        };
        vec![hint.to_owned()]
    }
}

pub fn apply(change: &Change, journal: &mut Journal, lock: &Lock) -> Result<(), RepairError> {
    let (is_as_seen, _) = state(change)?;
    if !is_as_seen {
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

/// Whether the place is as before the change, and whether it is as after it.
fn state(change: &Change) -> Result<(bool, bool), RepairError> {
    Ok(match change {
        Change::File { path, before, after } => {
            let now = match read_limited(Path::new(path), LIMIT) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                read => Some(read.map_err(failed("read", path))?),
            };
            (now == *before, now == *after)
        }
        Change::Registry { key, before, after } => {
            let now = registry::text(registry::Hive::User, &key.key, &key.name)
                .map_err(|source| RepairError::Registry { verb: "read", key: key.clone(), source })?;
            (now == *before, now == *after)
        }
    })
}

fn make(change: &Change) -> Result<(), RepairError> {
    match change {
        Change::File { path, before, after: Some(after) } => {
            let is_secret = has_secret(after) && !before.as_deref().is_some_and(has_secret);
            let write = if is_secret { write_privately } else { write_atomically };
            write(Path::new(path), after).map_err(failed("write", path))
        }
        Change::File { path, after: None, .. } => fs::remove_file(path).map_err(failed("remove", path)),
        Change::Registry { key, after, .. } => registry::write_user_text(&key.key, &key.name, after.as_ref())
            .map_err(|source| RepairError::Registry { verb: "write", key: key.clone(), source }),
    }
}

/// Whether a text has a password. A file that gets one is closed to others.
fn has_secret(content: &[u8]) -> bool {
    String::from_utf8_lossy(content).lines().any(|line| mask_line(line) != line)
}

fn failed(verb: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> RepairError {
    let path = path.as_ref().display().to_string();
    move |source| RepairError::File { verb, path, source }
}

/// The directory in which repairs keep what they replace.
pub(crate) fn directory(layout: &Layout) -> std::path::PathBuf {
    layout.home().join("doctor")
}

/// The same for an editor, so that each can be undone by itself.
fn editor_directory(editor: Editor, layout: &Layout) -> std::path::PathBuf {
    layout.home().join("editor").join(editor.name())
}

/// The same for GOPROXY and what belongs to it.
fn proxy_directory(layout: &Layout) -> std::path::PathBuf {
    layout.home().join("proxy")
}

pub const LOCK: &str = "doctor";

/// The largest file that is changed, in bytes.
const LIMIT: u64 = 16 << 20;

#[cfg(test)]
mod tests;
