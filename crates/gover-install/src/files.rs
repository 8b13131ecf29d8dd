//! File operations whose errors name the operation and the path.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_core::Layout;
use gover_core::diagnose::{Diagnose, MAKE_ROOM, NOT_A_FILE, is_full};
use gover_core::display::mebibytes;
use gover_sys::{Lock, file};

use crate::error::{DownloadOrigin, Fate};

/// A failed file operation. `Display` says what was tried, and `source` why it failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action}")]
pub struct FileError {
    /// Verb and path: ``create `/home/u/.gover/staging` ``.
    pub action: String,
    pub source: io::Error,
}

impl FileError {
    pub fn at<'a>(verb: &'a str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + use<'a> {
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

/// The paths in a directory, sorted; none if the directory does not exist.
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

pub(crate) fn sync(path: &Path) -> Result<(), FileError> {
    let synced = fs::OpenOptions::new().write(true).open(path).and_then(|file| file.sync_all());
    synced.map_err(FileError::at("sync", path))
}

pub(crate) fn try_lock(layout: &Layout, name: &str) -> Result<Option<Lock>, FileError> {
    let path = layout.lock(name);
    Lock::try_acquire(&path).map_err(FileError::at("lock", &path))
}

pub(crate) fn hints(kind: io::ErrorKind) -> Vec<String> {
    let hint = match kind {
        kind if is_full(kind) => MAKE_ROOM,
        io::ErrorKind::InvalidInput => NOT_A_FILE,
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

/// A toolchain that could not be written although nothing was wrong with its archive.
#[derive(Debug)]
pub struct WriteFailure {
    pub(crate) origin: Box<DownloadOrigin>,
    /// The size of the unpacked toolchain; known only if the disk is full.
    pub(crate) needed: Option<u64>,
    /// The space that was free before the first byte was written.
    pub(crate) free: Option<u64>,
    pub(crate) kind: io::ErrorKind,
}

impl WriteFailure {
    fn is_kept(&self) -> bool {
        self.origin.fate == Fate::Kept
    }

    pub(crate) fn details(&self) -> Vec<String> {
        // If the disk is full, the hint says that the download is kept.
        let kept = (self.is_kept() && !is_full(self.kind))
            .then(|| "the download is kept, and the next attempt continues from it".to_owned());
        let size = self.needed.map(|needed| {
            let free = self.free.map(|free| format!(", and {} were free", mebibytes(free)));
            format!("unpacked it takes about {}{}", mebibytes(needed), free.unwrap_or_default())
        });
        size.into_iter().chain(kept).collect()
    }

    pub(crate) fn hints(&self) -> Vec<String> {
        if !is_full(self.kind) {
            return hints(self.kind);
        }
        let hint = if self.is_kept() { MAKE_ROOM_BUT_KEEP } else { MAKE_ROOM };
        let missing = self.needed.unwrap_or_default().saturating_sub(self.free.unwrap_or_default());
        if missing == 0 {
            return vec![hint.to_owned()];
        }
        vec![hint.replacen("make room", &format!("make room for about {}", mebibytes(missing)), 1)]
    }
}

const MAKE_ROOM_BUT_KEEP: &str = "make room and try again; the download is kept, unless `gover cache clean` or `gover prune` makes the room";

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(is_kept: bool, needed: Option<u64>, free: Option<u64>) -> WriteFailure {
        let origin = Box::new(DownloadOrigin {
            file: "x".to_owned(),
            toolchain: gover_core::ToolchainName::parse("go1.91.2").unwrap(),
            from: gover_source::SourceSpec::GoDev,
            fate: if is_kept { Fate::Kept } else { Fate::Deleted },
        });
        WriteFailure { origin, needed, free, kind: io::ErrorKind::StorageFull }
    }

    #[test]
    fn a_full_disk_is_reported_with_the_space_needed_and_what_is_kept() {
        let kept = failure(true, Some(230 << 20), Some(40 << 20));
        assert_eq!(kept.details(), ["unpacked it takes about 230.0 MiB, and 40.0 MiB were free"]);
        assert_eq!(
            kept.hints(),
            [
                "make room for about 190.0 MiB and try again; the download is kept, unless `gover cache clean` or `gover prune` makes the room"
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let gone = failure(false, None, Some(1));
        assert_eq!(gone.details(), Vec::<String>::new());
        assert_eq!(
            gone.hints(),
            ["make room, for instance with `gover cache clean` and `gover prune`, and try again"]
        );
        // Another process made room meanwhile, or a quota is exhausted.
        let enough = failure(true, Some(1 << 20), Some(2 << 20));
        assert!(enough.hints()[0].starts_with("make room and try again"), "{:?}", enough.hints());
    }
}
