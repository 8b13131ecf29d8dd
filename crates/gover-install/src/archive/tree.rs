//! The directory being filled.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use super::{ArchiveError, FileMeta};
use crate::digest::{Digest, Sha256};

/// The target of unpacking; all paths are relative, with `/`, and passed the guard.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
}

impl Tree {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    pub(super) fn create_directories(&self, paths: &[String]) -> Result<(), ArchiveError> {
        paths.iter().try_for_each(|path| {
            let path = self.path(path);
            fs::create_dir(&path).map_err(|source| ArchiveError::Write { verb: "create", path, source })
        })
    }

    pub(super) fn create_file(&self, path: &str, meta: FileMeta) -> Result<TreeFile, ArchiveError> {
        let path = self.path(path);
        match gover_sys::file::create_with_mode(&path, meta.executable) {
            Ok(file) => Ok(TreeFile { path, file, meta, sum: Sha256::new() }),
            Err(source) => Err(ArchiveError::Write { verb: "create", path, source }),
        }
    }

    fn path(&self, relative: &str) -> PathBuf {
        let mut path = PathBuf::with_capacity(self.root.as_os_str().len() + relative.len() + 1);
        path.push(&self.root);
        path.extend(relative.split('/'));
        path
    }
}

/// A file being written and hashed.
#[derive(Debug)]
pub(super) struct TreeFile {
    path: PathBuf,
    file: File,
    meta: FileMeta,
    sum: Sha256,
}

impl TreeFile {
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.sum.update(bytes);
        self.file.write_all(bytes).map_err(|source| self.failed(source))
    }

    /// Gives the file its time and closes it.
    pub(super) fn finish(self) -> Result<Digest, ArchiveError> {
        if let Some(modified) = self.meta.modified {
            self.file.set_modified(modified).map_err(|source| self.failed(source))?;
        }
        Ok(self.sum.finish())
    }

    fn failed(&self, source: io::Error) -> ArchiveError {
        ArchiveError::Write { verb: "write", path: self.path.clone(), source }
    }
}
