//! A program beside its place, to be looked at before it takes it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{create_temporary, create_with_mode, publish};

/// A copy of a program under a temporary name beside its place; removed if it is dropped before it took that.
#[derive(Debug)]
#[must_use = "the copy is removed when this value is dropped"]
pub struct StagedProgram {
    temporary: PathBuf,
    target: PathBuf,
}

impl StagedProgram {
    /// Copies the program `source` to a name beside `target`, and brings it to the disk.
    pub fn copy(source: &Path, target: &Path) -> io::Result<Self> {
        let (temporary, mut file) = create_temporary(target, |path| create_with_mode(path, true))?;
        let staged = Self { temporary, target: target.to_owned() };
        File::open(source).and_then(|mut from| io::copy(&mut from, &mut file))?;
        file.sync_all()?;
        Ok(staged)
    }

    /// The copy; it can be run.
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// Takes the place of what is at the target, which may be running: those who run it keep the old one.
    pub fn publish(self) -> io::Result<()> {
        publish(&self.temporary, &self.target)
    }
}

impl Drop for StagedProgram {
    fn drop(&mut self) {
        // Once published there is nothing by this name any more.
        drop(fs::remove_file(&self.temporary));
    }
}
