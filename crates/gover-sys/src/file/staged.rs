//! A program under a temporary name next to its final one, where it can be tried first.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{create_temporary, create_with_mode, publish};

/// A copy of a program under a temporary name, removed if dropped before it is published.
#[derive(Debug)]
#[must_use = "the copy is removed when this value is dropped"]
pub struct StagedProgram {
    temporary: PathBuf,
    target: PathBuf,
}

impl StagedProgram {
    /// Copies the program `source` next to `target` and syncs it to disk.
    pub fn copy(source: &Path, target: &Path) -> io::Result<Self> {
        let (temporary, mut file) = create_temporary(target, |path| create_with_mode(path, true))?;
        let staged = Self { temporary, target: target.to_owned() };
        File::open(source).and_then(|mut from| io::copy(&mut from, &mut file))?;
        file.sync_all()?;
        Ok(staged)
    }

    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// Replaces the file at the target. If that program runs, it keeps its old content.
    pub fn publish(self) -> io::Result<()> {
        publish(&self.temporary, &self.target)
    }
}

impl Drop for StagedProgram {
    fn drop(&mut self) {
        // A published program no longer has this name.
        drop(fs::remove_file(&self.temporary));
    }
}
