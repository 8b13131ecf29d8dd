//! Directories for new programs, next to where they go, so that one rename puts them in place.

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::real_path::real_path;
use gover_sys::file::remove_tree;
use gover_sys::process::{self, ProcessId};

/// The directory in which this process builds its program number `index` for `target`.
pub fn staging_for(target: &Path, index: usize) -> PathBuf {
    let real = real_path(target).unwrap_or_else(|_| target.to_owned());
    real.with_file_name(format!("{}{index}", own_prefix()))
}

/// Removes what this process has in these directories, because it is about to end.
pub fn remove_own(directories: &[PathBuf]) {
    remove(directories, |name| name.starts_with(&own_prefix()));
}

/// Removes what processes that no longer run left in these directories.
pub fn remove_left(directories: &[PathBuf]) {
    remove(directories, |name| owner(name).is_some_and(|owner| !process::is_alive(owner)));
}

fn remove(directories: &[PathBuf], is_meant: impl Fn(&str) -> bool) {
    for entry in directories.iter().flat_map(fs::read_dir).flatten().flatten() {
        if entry.file_name().to_str().is_some_and(&is_meant) {
            // It stays until the next time if it is in use.
            drop(remove_tree(&entry.path()));
        }
    }
}

fn own_prefix() -> String {
    let ProcessId { id, start } =
        process::current().unwrap_or(ProcessId { id: std::process::id(), start: 0 });
    format!("{PREFIX}{id}-{start}-")
}

/// The process that made a directory of this name.
fn owner(name: &str) -> Option<ProcessId> {
    let mut numbers = name.strip_prefix(PREFIX)?.split('-');
    let (id, start) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    numbers.next()?.parse::<usize>().ok()?;
    Some(ProcessId { id, start })
}

const PREFIX: &str = ".gover-tools-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_gover_left_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let own = staging_for(&root.path().join("tool"), 3);
        // No process has this number.
        for name in
            [own.file_name().unwrap().to_str().unwrap(), ".gover-tools-4194305-7-0", ".gover-tools-x", "tool"]
        {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let left = || {
            let names = fs::read_dir(root.path()).unwrap().map(|entry| entry.unwrap().file_name());
            let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
            names.sort();
            names
        };
        remove_left(&[root.path().to_owned()]);
        assert_eq!(left(), [own.file_name().unwrap().to_str().unwrap(), ".gover-tools-x", "tool"]);
        remove_own(&[root.path().to_owned()]);
        assert_eq!(left(), [".gover-tools-x", "tool"]);
    }
}
