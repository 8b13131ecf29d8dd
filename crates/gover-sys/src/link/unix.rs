//! Unix: symbolic links, replaced by rename.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::file::temporary_name;

pub(super) fn replace(target: &Path, link: &Path) -> io::Result<()> {
    loop {
        let temporary = temporary_name(link);
        match symlink(target, &temporary) {
            // A crashed process or another thread used the name.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(()) => {
                return fs::rename(&temporary, link).inspect_err(|_| drop(fs::remove_file(&temporary)));
            }
        }
    }
}

pub(super) fn read(link: &Path) -> io::Result<Option<PathBuf>> {
    match fs::read_link(link) {
        Ok(target) => Ok(Some(target)),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn remove(link: &Path) -> io::Result<()> {
    fs::remove_file(link)
}
