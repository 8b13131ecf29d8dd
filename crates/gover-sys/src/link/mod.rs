//! Links to directories: symbolic links on Unix, and junctions on Windows, which need no privilege.
//!
//! For `GOVER_HOME/current`. On a file system without links (exFAT) the error is
//! [`std::io::ErrorKind::Unsupported`]; gover works without the link.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;

#[cfg(test)]
mod tests;

/// Makes `link` point to the directory `target`, whether or not there was a link. On Windows the
/// path must be absolute.
///
/// On Unix the change is one rename; on Windows the link is missing for an instant. Anything at
/// `link` that is not a link stays: [`io::ErrorKind::AlreadyExists`].
pub fn replace(target: &Path, link: &Path) -> io::Result<()> {
    if link.symlink_metadata().is_ok() && read(link)?.is_none() {
        return Err(is_in_the_way());
    }
    imp::replace(target, link)
}

/// `None` if there is nothing at `link`, or something that is not a link.
pub fn read(link: &Path) -> io::Result<Option<PathBuf>> {
    match fs::read_link(link) {
        Ok(target) => Ok(Some(target)),
        Err(error) if error.kind() == io::ErrorKind::NotFound || imp::is_not_a_link(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes `link` but not its target. Succeeds if nothing is there; fails for anything but a link.
pub fn remove(link: &Path) -> io::Result<()> {
    match read(link)? {
        Some(_) => imp::remove(link),
        None if link.symlink_metadata().is_ok() => Err(is_in_the_way()),
        None => Ok(()),
    }
}

fn is_in_the_way() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "something that is not a link is there")
}
