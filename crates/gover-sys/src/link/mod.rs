//! Links to directories: symbolic links on Unix, junctions on Windows (they need no privilege).
//!
//! Used for `GOVER_HOME/current`. File systems without links (exFAT) answer with
//! [`std::io::ErrorKind::Unsupported`]; gover works without the link.

use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as imp;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as imp;

#[cfg(test)]
mod tests;

/// Makes `link` point to the directory `target`, an absolute path, whatever link was there before.
///
/// On Unix the change is one rename; on Windows the link is missing for an instant. Something at `link` that is
/// no link is left alone: [`io::ErrorKind::AlreadyExists`].
pub fn replace(target: &Path, link: &Path) -> io::Result<()> {
    if link.symlink_metadata().is_ok() && read(link)?.is_none() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "something that is not a link is there"));
    }
    imp::replace(target, link)
}

/// Where `link` points; `None` if nothing or something else is there.
pub fn read(link: &Path) -> io::Result<Option<PathBuf>> {
    match link.symlink_metadata() {
        Ok(_) => imp::read(link),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes `link` and leaves its target alone; a missing one is fine, anything else than a link is not.
pub fn remove(link: &Path) -> io::Result<()> {
    match read(link)? {
        Some(_) => imp::remove(link),
        None if link.symlink_metadata().is_ok() => {
            Err(io::Error::new(io::ErrorKind::AlreadyExists, "something that is not a link is there"))
        }
        None => Ok(()),
    }
}
