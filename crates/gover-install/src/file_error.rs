//! Errors of file operations, with verb and path.

use std::io;
use std::path::Path;

use gover_core::diagnose::{Diagnose, MAKE_ROOM};

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

    /// For `map_err`: renaming failed.
    pub(crate) fn renaming<'a>(from: &'a Path, to: &'a Path) -> impl FnOnce(io::Error) -> Self + use<'a> {
        move |source| Self { action: format!("rename `{}` to `{}`", from.display(), to.display()), source }
    }
}

impl Diagnose for FileError {
    fn hints(&self) -> Vec<String> {
        hints(self.source.kind())
    }
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
