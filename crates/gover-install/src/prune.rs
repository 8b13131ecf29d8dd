//! What can be deleted: damaged toolchains, leftovers of crashes, partial downloads, and the
//! receipts and sessions of toolchains and shells that are gone.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_core::Layout;
use gover_core::inventory::{Inventory, is_goroot};
use gover_sys::{Lock, file};

use crate::file_error::FileError;
use crate::part_file::{PART, lock_of_part};
use crate::staging;

/// Something unused that is safe to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    pub path: PathBuf,
    pub kind: LeftoverKind,
    pub bytes: u64,
}

/// Why something can be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftoverKind {
    Damaged {
        reason: &'static str,
    },
    /// An interrupted install or uninstall.
    Staging,
    /// An interrupted download.
    Download,
    /// The receipt or the list of files of a toolchain that is gone.
    Receipt,
    /// What `gover use` chose in a shell that ended.
    Session,
}

/// Finds leftovers and changes nothing. `dead_sessions` are session files whose shell ended.
/// The work of other processes is left out.
pub fn find(layout: &Layout, dead_sessions: &[PathBuf]) -> Result<Vec<Leftover>, FileError> {
    let mut leftovers = Vec::new();
    let mut add = |path: PathBuf, kind| {
        let bytes = file::tree_size(&path).unwrap_or_default();
        leftovers.push(Leftover { path, kind, bytes });
    };
    let versions = layout.versions();
    for damage in Inventory::scan(layout).map_err(FileError::at("read", &versions))?.damaged {
        // A toolchain with an unknown name may be the user's own, and stays.
        if !is_goroot(&damage.path) && lock_for(layout, &damage.path, "")?.is_some() {
            add(damage.path, LeftoverKind::Damaged { reason: damage.reason });
        }
    }
    for name in staging::staged(layout)? {
        let path = layout.staging().join(&name);
        if lock_for(layout, &path, "")?.is_some() {
            add(path, LeftoverKind::Staging);
        }
    }
    for path in entries(&layout.cache())? {
        if path.extension() == Some(OsStr::new(PART)) && part_lock(layout, &path)?.is_some() {
            add(path, LeftoverKind::Download);
        }
    }
    for path in entries(&layout.receipts())? {
        if is_orphan(layout, &path) && lock_for(layout, &path, document_suffix(&path))?.is_some() {
            add(path, LeftoverKind::Receipt);
        }
    }
    for path in dead_sessions {
        add(path.clone(), LeftoverKind::Session);
    }
    Ok(leftovers)
}

/// Removes leftovers, each under its lock, and returns those that were removed. What another
/// process works on by now, and what is complete by now, stays.
pub fn remove(layout: &Layout, leftovers: &[Leftover]) -> Result<Vec<Leftover>, FileError> {
    let mut removed = Vec::new();
    for leftover in leftovers {
        let path = &leftover.path;
        let gone = match leftover.kind {
            LeftoverKind::Damaged { .. } => match lock_for(layout, path, "")? {
                Some(lock) if !is_goroot(path) => remove_damage(layout, path, &lock)?,
                _ => false,
            },
            LeftoverKind::Staging => match (lock_for(layout, path, "")?, name_of(path, "")) {
                (Some(lock), Some(name)) => {
                    staging::recover(layout, name, &lock)?;
                    path.symlink_metadata().is_err()
                }
                _ => false,
            },
            LeftoverKind::Download => match part_lock(layout, path)? {
                Some(lock) => remove_one(path, &lock)?,
                None => false,
            },
            LeftoverKind::Receipt => match lock_for(layout, path, document_suffix(path))? {
                Some(lock) if is_orphan(layout, path) => remove_one(path, &lock)?,
                _ => false,
            },
            LeftoverKind::Session => {
                file::remove_tree(path).map_err(FileError::at("remove", path))?;
                true
            }
        };
        if gone {
            removed.push(leftover.clone());
        }
    }
    Ok(removed)
}

/// The rename comes first, so that no process sees a half deleted tree.
fn remove_damage(layout: &Layout, path: &Path, lock: &Lock) -> Result<bool, FileError> {
    match name_of(path, "") {
        Some(name) => {
            staging::hide(layout, name, lock)?;
            staging::recover(layout, name, lock)?;
        }
        None => file::remove_tree(path).map_err(FileError::at("remove", path))?,
    }
    Ok(true)
}

fn remove_one(path: &Path, _lock: &Lock) -> Result<bool, FileError> {
    file::remove_tree(path).map_err(FileError::at("remove", path))?;
    Ok(true)
}

/// What follows the toolchain's name in the name of a receipt or a list of files.
fn document_suffix(path: &Path) -> &'static str {
    if path.extension() == Some(OsStr::new("files")) { ".files" } else { ".json" }
}

/// Whether the toolchain of a receipt or list is gone. A damaged one keeps its documents.
fn is_orphan(layout: &Layout, path: &Path) -> bool {
    name_of(path, document_suffix(path))
        .is_some_and(|name| layout.versions().join(name).symlink_metadata().is_err())
}

/// The lock that protects `path`, if it is free.
fn lock_for(layout: &Layout, path: &Path, suffix: &str) -> Result<Option<Lock>, FileError> {
    try_lock(layout, name_of(path, suffix).unwrap_or(OTHER_LOCK))
}

fn part_lock(layout: &Layout, path: &Path) -> Result<Option<Lock>, FileError> {
    try_lock(layout, name_of(path, "").map_or(OTHER_LOCK, lock_of_part))
}

fn try_lock(layout: &Layout, name: &str) -> Result<Option<Lock>, FileError> {
    let path = layout.lock(name);
    Lock::try_acquire(&path).map_err(FileError::at("lock", &path))
}

fn name_of<'a>(path: &'a Path, suffix: &str) -> Option<&'a str> {
    path.file_name()?.to_str()?.strip_suffix(suffix)
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(FileError::at("read", directory))?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(FileError::at("read", directory))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// The lock for files that belong to no toolchain.
const OTHER_LOCK: &str = "prune";

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "12345").unwrap();
    }

    fn litter(layout: &Layout) {
        write(&gover_core::layout::goroot_program(&layout.versions().join("go1.91.2"), "go"));
        write(&layout.versions().join("go1.91.2/VERSION"));
        write(&layout.receipts().join("go1.91.2.json"));
        write(&layout.versions().join("go1.90.1/src/a.go"));
        write(&layout.versions().join("junk/x"));
        write(&layout.staging().join("go1.89.0/tree/VERSION"));
        write(&layout.cache().join("go1.88.0@00.part"));
        write(&layout.cache().join("index/go.dev.json"));
        write(&layout.receipts().join("go1.87.0.json"));
        write(&layout.sessions().join("4242"));
        write(&layout.sessions().join("4243"));
    }

    fn kinds(leftovers: &[Leftover]) -> Vec<(String, LeftoverKind)> {
        leftovers
            .iter()
            .map(|one| (one.path.file_name().unwrap().to_str().unwrap().to_owned(), one.kind))
            .collect()
    }

    #[test]
    fn leftovers_go_and_everything_else_stays() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        litter(&layout);
        let found = find(&layout, &[layout.session(4242)]).unwrap();
        assert_eq!(
            kinds(&found),
            [
                ("go1.90.1".to_owned(), LeftoverKind::Damaged { reason: "has no bin/go" }),
                ("junk".to_owned(), LeftoverKind::Damaged { reason: "is not the name of a toolchain" }),
                ("go1.89.0".to_owned(), LeftoverKind::Staging),
                ("go1.88.0@00.part".to_owned(), LeftoverKind::Download),
                ("go1.87.0.json".to_owned(), LeftoverKind::Receipt),
                ("4242".to_owned(), LeftoverKind::Session),
            ]
        );
        assert!(found.iter().all(|leftover| leftover.bytes == 5));
        assert_eq!(remove(&layout, &found).unwrap(), found);
        assert!(found.iter().all(|leftover| !leftover.path.exists()));
        assert!(find(&layout, &[]).unwrap().is_empty());
        assert!(layout.versions().join("go1.91.2/VERSION").is_file());
        assert!(layout.receipts().join("go1.91.2.json").is_file());
        assert!(layout.cache().join("index/go.dev.json").is_file());
        assert!(layout.session(4243).is_file());
    }

    #[test]
    fn the_work_of_another_process_stays() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        litter(&layout);
        let found = find(&layout, &[]).unwrap();
        let locks: Vec<_> = ["go1.90.1", "go1.89.0", "go1.88.0", "go1.87.0"]
            .iter()
            .map(|name| Lock::acquire(&layout.lock(name), || ()).unwrap())
            .collect();
        assert_eq!(kinds(&find(&layout, &[]).unwrap()).len(), 1);
        assert_eq!(remove(&layout, &found).unwrap().len(), 1);
        drop(locks);
        assert_eq!(find(&layout, &[]).unwrap().len(), 4);
    }

    #[test]
    fn an_empty_home_has_no_leftovers() {
        let root = tempfile::tempdir().unwrap();
        assert!(find(&Layout::new(root.path().join("none")), &[]).unwrap().is_empty());
    }
}
