//! What goes wrong with files, told with verb and path.

use std::io;
use std::path::Path;

use gover_core::diagnose::{Diagnose, MAKE_ROOM};

/// A file operation that failed: `Display` names what was tried, the source why it failed.
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

/// Whether there is no room, of the disk's or of the user's.
pub(crate) fn is_full(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// What to do about an error of the file system.
pub(crate) fn hints(kind: io::ErrorKind) -> Vec<String> {
    let hint = match kind {
        kind if is_full(kind) => MAKE_ROOM,
        io::ErrorKind::ReadOnlyFilesystem => "set GOVER_HOME to a directory that can be written",
        io::ErrorKind::PermissionDenied => {
            "see who owns that path and whether a program still uses it; GOVER_HOME chooses another place"
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
