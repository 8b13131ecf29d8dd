//! What `gover setup` puts into `share/` of gover's home: the manual pages, which `man` finds beside
//! a `bin` on PATH, and which package this gover came from.

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::layout::executable_name;
use gover_core::platform::IS_WINDOWS;
use gover_sys::file;
use gover_update::Package;

use super::lock;
use crate::{Context, Failure, manual};

/// Writes what is missing or differs.
pub(crate) fn refresh(context: &Context<'_>) -> Result<(), Failure> {
    let _lock = lock::acquire(gover_install::shims::LOCK, context)?;
    note_channel(context)?;
    // Windows has no `man`.
    let pages = if IS_WINDOWS { Vec::new() } else { manual::pages() };
    for page in pages {
        write(&context.layout.manual_pages().join(page.name), page.text.as_bytes())?;
    }
    Ok(())
}

/// Copies a package's note of its kind beside the copy of its programs, with the path of the
/// packaged gover. Programs from elsewhere, such as an archive, remove the note of a package.
fn note_channel(context: &Context<'_>) -> Result<(), Failure> {
    let Some(own) = context.env.program() else { return Ok(()) };
    let own = fs::canonicalize(own).unwrap_or_else(|_| own.to_owned());
    if file::same_file(&own, &context.layout.program("gover")).unwrap_or(false) {
        return Ok(());
    }
    let path = context.layout.channel();
    match Package::word(&own) {
        Some(channel) => write(&path, format!("{channel}\n{}\n", lasting(own, context).display()).as_bytes()),
        None if path.is_file() => {
            fs::remove_file(&path).map_err(|error| Failure::file("remove", &path, &error))
        }
        None => Ok(()),
    }
}

/// The path by which PATH leads to that program. The directory of a version, as Homebrew and Nix have
/// them, is gone after the next upgrade.
fn lasting(program: PathBuf, context: &Context<'_>) -> PathBuf {
    let name = executable_name("gover");
    let mut linked = context.env.path().into_iter().map(|directory| directory.join(&name));
    let is_same = |path: &PathBuf| path.is_absolute() && file::same_file(path, &program).unwrap_or(false);
    linked.find(is_same).unwrap_or(program)
}

/// Replaces the manual pages, if [`refresh`] wrote some, by those of a new release in `directory`.
pub(crate) fn renew_pages(directory: &Path, context: &Context<'_>) -> Result<(), Failure> {
    let pages = context.layout.manual_pages();
    if !pages.is_dir() {
        return Ok(());
    }
    let unreadable = |error| Failure::unreadable(directory, &error);
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        write(&pages.join(entry.file_name()), &fs::read(entry.path()).map_err(unreadable)?)?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|found| found == bytes) {
        return Ok(());
    }
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory).map_err(|error| Failure::file("create", directory, &error))?;
    file::write_cached(path, bytes).map_err(|error| Failure::file("write", path, &error))
}
