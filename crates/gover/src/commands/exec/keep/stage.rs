//! Brings the programs to a name on the file system of their target.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use gover_core::platform::IS_WINDOWS;
use gover_sys::file;

use super::content::{MARKER, mark, run_of, unmark};

/// Moves the directory of programs to `staging`, or copies it there. It is marked first, so that the
/// next command recognizes what is left if this one is killed.
pub(super) fn stage(bin: &Path, staging: &Path, run: &str) -> io::Result<()> {
    for entry in fs::read_dir(bin)? {
        flush(&entry?.path())?;
    }
    mark(bin, run)?;
    match fs::rename(bin, staging) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            fs::create_dir(staging)?;
            fs::copy(bin.join(MARKER), staging.join(MARKER))?;
            copy(bin, staging)
        }
        result => result,
    }
}

/// After a failure: programs that were moved go back, and copied ones are still in `bin`.
pub(super) fn unstage(bin: &Path, staging: &Path, run: &str) {
    if run_of(staging).as_deref() == Some(run) {
        if bin.exists() {
            drop(file::remove_tree(staging));
        } else if file::rename(staging, bin).is_err() {
            // Nobody may take the only copy for a leftover.
            unmark(staging);
        }
    }
    unmark(bin);
}

/// Copies what is in a directory to an existing one.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            flush(&target)?;
        }
    }
    Ok(())
}

/// Writes a program to the disk before it gets its name.
fn flush(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    OpenOptions::new().read(true).write(IS_WINDOWS).open(path)?.sync_all()
}
