//! The directory that is filled, or nothing if only the hashes are needed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{ArchiveError, FileMeta};
use crate::digest::{Digest, Sha256};

/// The target of unpacking, if there is one. Paths are relative, with `/`, and passed the guard.
pub(super) struct Tree<'a>(pub(super) Option<&'a Path>);

impl Tree<'_> {
    pub(super) fn create_directories(&self, paths: &[String]) -> Result<(), ArchiveError> {
        let Some(root) = self.0 else { return Ok(()) };
        paths.iter().try_for_each(|path| {
            let path = below(root, path);
            fs::create_dir(&path).map_err(|source| ArchiveError::Write { verb: "create", path, source })
        })
    }

    pub(super) fn create_file(&self, path: &str, meta: FileMeta) -> Result<TreeFile, ArchiveError> {
        let path = self.0.map(|root| below(root, path)).unwrap_or_default();
        let file = self.0.map(|_| gover_sys::file::create_with_mode(&path, meta.executable)).transpose();
        match file {
            Ok(file) => Ok(TreeFile { path, file, meta, sum: Sha256::default() }),
            Err(source) => Err(ArchiveError::Write { verb: "create", path, source }),
        }
    }
}

fn below(root: &Path, relative: &str) -> PathBuf {
    let mut path = PathBuf::with_capacity(root.as_os_str().len() + relative.len() + 1);
    path.push(root);
    path.extend(relative.split('/'));
    path
}

pub(super) struct TreeFile {
    path: PathBuf,
    file: Option<File>,
    meta: FileMeta,
    sum: Sha256,
}

impl TreeFile {
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.sum.update(bytes);
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(|source| self.failed(source)),
            None => Ok(()),
        }
    }

    /// Gives the file its time and closes it.
    pub(super) fn finish(self) -> Result<Digest, ArchiveError> {
        if let (Some(file), Some(modified)) = (&self.file, self.meta.modified) {
            file.set_modified(modified).map_err(|source| self.failed(source))?;
        }
        Ok(self.sum.finish())
    }

    fn failed(&self, source: io::Error) -> ArchiveError {
        ArchiveError::Write { verb: "write", path: self.path.clone(), source }
    }
}
