//! What `gover setup` changes so that every new shell has gover first on PATH, and how `--undo`
//! reverts it.
//!
//! On Unix this is one marked block in each startup file that exists, and in the one that the login
//! shell needs; see the module `files`. On Windows it is the user's PATH in the registry; see the
//! module `registry`. A plan shows the exact content of each place before and after, and [`apply`]
//! fails if the place has changed since. Undoing restores a file byte for byte and keeps other
//! edits.

mod block;
mod files;
mod registry;

use std::path::{Path, PathBuf};
use std::{fs, io};

use gover_core::platform::IS_WINDOWS;
use gover_core::{Diagnose, Env, Exit, Layout};
use gover_sys::file::{check_replaceable, read_limited, write_atomically};
use gover_sys::registry::Text;
use gover_sys::user_path;

use crate::entry::InitError;

pub use registry::{
    EntryChange, MachineEntry, UserPathEdit, Warning, machine_path_without, mend_machine_path,
};

/// The content of a startup file with the block of gover at the end, so that gover precedes what
/// other lines put on PATH; `None` if it is there already, or the file has no block.
pub fn block_at_end(content: &[u8]) -> Option<Vec<u8>> {
    block::at_end(content)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    File(FileEdit),
    /// The user's PATH in the Windows registry.
    UserPath(UserPathEdit),
}

impl Edit {
    /// The file that changes; `None` for the registry.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(edit) => Some(&edit.path),
            Self::UserPath(_) => None,
        }
    }
}

/// `None` means that there is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// The name that the shell reads. If it is a link, it stays a link.
    pub path: PathBuf,
    pub before: Option<Vec<u8>>,
    pub after: Option<Vec<u8>>,
    /// The added lines, for a person to paste if gover may not write the file; empty when undoing.
    pub lines: String,
}

/// When a change takes effect.
#[derive(Debug)]
pub enum Reach {
    /// In shells and windows opened from now on.
    New,
    /// After the next sign-in, since Windows did not pass the change on.
    NextSignIn(io::Error),
}

#[derive(Debug, Default)]
pub struct Plan {
    pub edits: Vec<Edit>,
    /// What the changes cannot achieve.
    pub warnings: Vec<Warning>,
    /// Startup files that have the right lines already.
    pub unchanged: Vec<PathBuf>,
    /// Places that cannot be read or are damaged. Others can still be changed.
    pub problems: Vec<PersistError>,
}

#[derive(Debug, thiserror::Error)]
pub enum PersistError {
    #[error("this user has no home directory")]
    NoHome,
    #[error("cannot write the path of gover into a startup file")]
    Path(#[source] InitError),
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// A startup file has one of the two markers of gover's block.
    #[error("`{}` has only one of gover's two markers, on line {line}", path.display())]
    Damaged { path: PathBuf, line: usize },
    /// Generated files often are.
    #[error("`{}` is read-only", path.display())]
    ReadOnly { path: PathBuf, lines: String },
    #[error("cannot write `{}`", path.display())]
    Write { path: PathBuf, lines: String, source: io::Error },
    #[error("`{location}` has changed meanwhile")]
    Changed {
        /// The file or the registry value.
        location: String,
    },
    #[error(r"cannot {verb} `{USER_PATH}` in the registry")]
    Registry {
        /// The entry that is needed.
        bin: PathBuf,
        verb: &'static str,
        source: io::Error,
    },
}

impl Diagnose for PersistError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Path(error) => return error.hints(),
            Self::NoHome => "set HOME to your home directory",
            Self::Read { .. } => "check that you may read it, then run the command again",
            Self::Damaged { line, .. } => {
                &format!("remove line {line} and gover's lines next to it, then run the command again")
            }
            Self::ReadOnly { lines, .. } | Self::Write { lines, .. } if lines.is_empty() => {
                "remove gover's lines by hand, or from the file that it is generated from"
            }
            Self::ReadOnly { .. } | Self::Write { .. } => {
                "add these lines by hand, or to the file that it is generated from"
            }
            Self::Changed { .. } => "run the command again",
            // It is not text.
            Self::Registry { source, .. } if source.kind() == io::ErrorKind::InvalidData => {
                "gover doctor path-registry"
            }
            Self::Registry { bin, .. } => &format!(
                "put `{}` first in your Path by hand: rundll32 sysdm.cpl,EditEnvironmentVariables",
                bin.display()
            ),
        };
        vec![hint.to_owned()]
    }

    fn details(&self) -> Vec<String> {
        match self {
            Self::ReadOnly { lines, .. } | Self::Write { lines, .. } => {
                lines.lines().map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Path(error) => error.exit(),
            _ => Exit::Failure,
        }
    }
}

pub fn plan(env: &Env, layout: &Layout) -> Result<Plan, PersistError> {
    if IS_WINDOWS {
        return Ok(registry::plan(read_user_path(layout)?, machine_path().as_ref(), env, layout));
    }
    let mut plan = Plan::default();
    for file in files::wanted(env)? {
        let lines = files::lines(&file, env, layout).map_err(PersistError::Path)?;
        plan.add(file.path, |content| block::insert(content, &lines).map(Some), lines.clone());
    }
    Ok(plan)
}

pub fn plan_undo(env: &Env, layout: &Layout) -> Result<Plan, PersistError> {
    if IS_WINDOWS {
        return Ok(registry::plan_undo(read_user_path(layout)?, machine_path().as_ref(), env, layout));
    }
    let mut plan = Plan::default();
    for path in files::all(env)? {
        plan.add(path, |content| content.map_or(Ok(None), block::remove), String::new());
    }
    // A file without a block is not worth a line.
    plan.unchanged.clear();
    Ok(plan)
}

/// Why a change cannot be made, as far as that can be known before: the place has changed since the
/// plan, or may not be written.
pub fn check(edit: &Edit, layout: &Layout) -> Result<(), PersistError> {
    match edit {
        Edit::File(edit) => check_file(edit),
        Edit::UserPath(edit) if read_user_path(layout)? != edit.before => {
            Err(PersistError::Changed { location: USER_PATH.to_owned() })
        }
        Edit::UserPath(_) => Ok(()),
    }
}

/// Makes one change, unless [`check`] knows why it cannot be made.
pub fn apply(edit: &Edit, layout: &Layout) -> Result<Reach, PersistError> {
    check(edit, layout)?;
    match edit {
        Edit::File(edit) => apply_to_file(edit).map(|()| Reach::New),
        Edit::UserPath(edit) => {
            user_path::write(edit.after.as_ref()).map_err(|source| PersistError::Registry {
                bin: layout.bin(),
                verb: "write",
                source,
            })?;
            Ok(user_path::announce().map_or_else(Reach::NextSignIn, |()| Reach::New))
        }
    }
}

impl Plan {
    fn add(
        &mut self,
        path: PathBuf,
        change: impl FnOnce(Option<&[u8]>) -> Result<Option<Vec<u8>>, block::Damaged>,
        lines: String,
    ) {
        let before = match read(&path) {
            Ok(before) => before,
            Err(error) => return self.problems.push(error),
        };
        match change(before.as_deref()) {
            Ok(after) if after == before => self.unchanged.push(path),
            Ok(after) => self.edits.push(Edit::File(FileEdit { path, before, after, lines })),
            Err(block::Damaged { line }) => self.problems.push(PersistError::Damaged { path, line }),
        }
    }
}

fn check_file(edit: &FileEdit) -> Result<(), PersistError> {
    let path = &edit.path;
    if read(path)? != edit.before {
        return Err(PersistError::Changed { location: path.display().to_string() });
    }
    // A rename would replace a read-only file, but someone marked it for a reason.
    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly()) {
        return Err(PersistError::ReadOnly { path: path.clone(), lines: edit.lines.clone() });
    }
    check_replaceable(path).map_err(|source| PersistError::Write {
        path: path.clone(),
        lines: edit.lines.clone(),
        source,
    })
}

fn apply_to_file(edit: &FileEdit) -> Result<(), PersistError> {
    let path = &edit.path;
    let written = match &edit.after {
        Some(after) => {
            path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| write_atomically(path, after))
        }
        // For a link, its target is what was created.
        None => fs::canonicalize(path).and_then(fs::remove_file),
    };
    written.map_err(|source| PersistError::Write { path: path.clone(), lines: edit.lines.clone(), source })
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, PersistError> {
    match read_limited(path, LIMIT) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(PersistError::Read { path: path.to_owned(), source }),
    }
}

fn read_user_path(layout: &Layout) -> Result<Option<Text>, PersistError> {
    user_path::read().map_err(|source| PersistError::Registry { bin: layout.bin(), verb: "read", source })
}

/// An unreadable PATH of the machine counts as none, since gover does not change it.
fn machine_path() -> Option<Text> {
    user_path::read_machine().ok().flatten()
}

/// In bytes; far more than any startup file has.
const LIMIT: u64 = 16 << 20;
/// The registry value by its usual name.
pub const USER_PATH: &str = r"HKCU\Environment\Path";

#[cfg(test)]
mod tests;
