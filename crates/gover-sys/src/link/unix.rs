//! Unix: symbolic links, replaced by rename.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::{fs, io};

use crate::file::create_temporary;

pub(super) use std::fs::remove_file as remove;

pub(super) fn replace(target: &Path, link: &Path) -> io::Result<()> {
    let (temporary, ()) = create_temporary(link, |temporary| symlink(target, temporary))?;
    fs::rename(&temporary, link).inspect_err(|_| drop(fs::remove_file(&temporary)))
}

pub(super) fn is_not_a_link(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidInput
}
