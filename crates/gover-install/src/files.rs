//! File operations whose errors name the operation and the path.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_core::Layout;
use gover_core::diagnose::{Diagnose, MAKE_ROOM};
use gover_sys::{Lock, file};

/// A failed file operation. `Display` says what was tried, and `source` why it failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action}")]
pub struct FileError {
    /// Verb and path: ``create `/home/u/.gover/staging` ``.
    pub action: String,
    pub source: io::Error,
}

impl FileError {
    /// For `map_err`: `verb` was tried on `path`.
    pub(crate) fn at<'a>(verb: &'a str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + use<'a> {
        move |source| Self { action: format!("{verb} `{}`", path.display()), source }
    }
}

impl Diagnose for FileError {
    fn hints(&self) -> Vec<String> {
        hints(self.source.kind())
    }
}

pub(crate) fn create_directory(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(FileError::at("create", path))
}

/// Removes a file or a directory with its contents, if it exists.
pub(crate) fn remove(path: &Path) -> Result<(), FileError> {
    file::remove_tree(path).map_err(FileError::at("remove", path))
}

pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    file::rename(from, to).map_err(|source| {
        let action = format!("rename `{}` to `{}`", from.display(), to.display());
        FileError { action, source }
    })
}

/// What a directory holds, sorted. Empty if there is no directory.
pub(crate) fn entries(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    let paths = fs::read_dir(directory)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>());
    match paths {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        paths => {
            let mut paths = paths.map_err(FileError::at("read", directory))?;
            paths.sort();
            Ok(paths)
        }
    }
}

/// Makes sure that a file is on the disk.
pub(crate) fn sync(path: &Path) -> Result<(), FileError> {
    let synced = fs::OpenOptions::new().write(true).open(path).and_then(|file| file.sync_all());
    synced.map_err(FileError::at("sync", path))
}

/// The lock `name`, if it is free.
pub(crate) fn try_lock(layout: &Layout, name: &str) -> Result<Option<Lock>, FileError> {
    let path = layout.lock(name);
    Lock::try_acquire(&path).map_err(FileError::at("lock", &path))
}

/// Whether the disk or the user's quota is full.
pub(crate) fn is_full(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// How to fix an error of the file system.
pub(crate) fn hints(kind: io::ErrorKind) -> Vec<String> {
    let hint = match kind {
        kind if is_full(kind) => MAKE_ROOM,
        io::ErrorKind::ReadOnlyFilesystem => "set GOVER_HOME to a writable directory",
        io::ErrorKind::PermissionDenied => {
            "check who owns that path and whether a program uses it; GOVER_HOME sets another place"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file is where a directory should be; move it away, or set GOVER_HOME to another place"
        }
        io::ErrorKind::ResourceBusy | io::ErrorKind::ExecutableFileBusy => {
            "end the programs that use this toolchain and try again"
        }
        _ => return Vec::new(),
    };
    vec![hint.to_owned()]
}
