//! Puts a proven release in place of the installed one.

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::Layout;
use gover_install::programs::{self, Programs};
use gover_install::{FileError, shims};
use gover_sys::{Lock, file};

use crate::error::UpdateError;
use crate::version::ReleaseVersion;

/// The lock of an update, and the name of its directory in `staging`.
pub const LOCK: &str = "self";

/// The directory in which a release is unpacked. It is removed when this value is dropped, or by the
/// next update or `gover prune` after a crash.
#[derive(Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// `_lock` is [`LOCK`].
    pub(crate) fn create(layout: &Layout, _lock: &Lock) -> Result<Self, UpdateError> {
        let path = layout.staging().join(LOCK);
        file::remove_tree(&path).map_err(FileError::at("remove", &path))?;
        fs::create_dir_all(&path).map_err(FileError::at("create", &path))?;
        Ok(Self(path))
    }

    pub(crate) fn tree(&self) -> PathBuf {
        self.0.join("tree")
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, UpdateError> {
        let path = self.0.join(name);
        fs::write(&path, bytes).map_err(FileError::at("write", &path))?;
        Ok(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(file::remove_tree(&self.0));
    }
}

/// The programs of a release, proven and unpacked.
#[derive(Debug)]
pub struct Staged {
    pub version: ReleaseVersion,
    pub(crate) programs: PathBuf,
    pub(crate) directory: Directory,
}

impl Staged {
    /// Where [`fetch`](crate::Finder::fetch) unpacks. `lock` is [`LOCK`].
    pub fn directory(layout: &Layout, lock: &Lock) -> Result<Directory, UpdateError> {
        Directory::create(layout, lock)
    }

    /// Where its manual pages are.
    pub fn manual_pages(&self) -> PathBuf {
        self.directory.tree().join("man")
    }

    /// Replaces both programs and all shims. Before the first rename, the new gover has run and said
    /// its version. The shim program is renamed first and gover second, each at once, and the names
    /// of the shim follow. Whatever is interrupted, the old or the new gover works, and so does `go`;
    /// the next command that looks after `bin` makes the rest new. `lock` is [`shims::LOCK`].
    pub fn put_in_place(&self, layout: &Layout, lock: &Lock) -> Result<(), UpdateError> {
        let version = self.version.to_string();
        Programs::in_directory(layout, &self.programs).place(layout, Some(&version), lock)?;
        shims::refresh(layout, &layout.program("gover-shim"), lock)
            .map_err(|source| UpdateError::Shims { version: self.version.clone(), source })?;
        Ok(())
    }
}

/// The version of the gover in `bin`, which another process may have replaced; `None` if it does not
/// run.
pub fn installed_version(program: &Path) -> Option<ReleaseVersion> {
    programs::version_of(program).ok()?.parse().ok()
}
