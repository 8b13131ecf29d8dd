//! Files and directories, with errors that name them.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))
}

pub(crate) fn create(directory: &Path) -> Result<(), String> {
    fs::create_dir_all(directory).map_err(|error| format!("cannot create `{}`: {error}", directory.display()))
}

/// Writes a file, and creates its directory if it is missing.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), String> {
    create(path.parent().unwrap_or(path))?;
    fs::write(path, bytes).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}

/// The paths in a directory, sorted.
pub(crate) fn entries(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error| format!("cannot read `{}`: {error}", directory.display());
    let paths = fs::read_dir(directory).map_err(failed)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

/// All files below a directory, sorted, but only those in directories that `enters` accepts.
pub(crate) fn below(directory: &Path, enters: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for path in entries(directory)? {
        if !path.is_dir() {
            files.push(path);
        } else if enters(&path) {
            files.extend(below(&path, enters)?);
        }
    }
    Ok(files)
}

pub(crate) fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own == extension)
}
