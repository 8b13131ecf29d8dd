//! Directories in which one command keeps files for a while.

use std::path::{Path, PathBuf};

use gover_core::real_path::{real_path, simplified};
use gover_sys::file;

use crate::{Context, Failure};

/// A directory that only this user may enter. Dropping it removes it.
pub(crate) struct Temporary(PathBuf);

impl Temporary {
    pub(crate) fn new(prefix: &str, context: &Context<'_>) -> Result<Self, Failure> {
        create(prefix, context).map(Self)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        drop(file::remove_tree(&self.0));
    }
}

/// Creates such a directory, which the caller removes.
pub(crate) fn create(prefix: &str, context: &Context<'_>) -> Result<PathBuf, Failure> {
    let parent = context.env.temporary_directory();
    let parent = real_path(&parent).map(|path| simplified(&path)).unwrap_or(parent);
    let mut count = 0;
    loop {
        let directory = parent.join(format!("{prefix}-{}-{count}", std::process::id()));
        match file::create_private_directory(&directory) {
            Ok(()) => return Ok(directory),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => count += 1,
            Err(error) => {
                let what = format!("cannot create `{}`", directory.display());
                return Err(Failure::io(what, &error, "check the path and that you may write there"));
            }
        }
    }
}
