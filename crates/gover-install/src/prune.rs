//! What can be deleted: damaged toolchains, leftovers of crashes, partial downloads, and the
//! receipts and sessions of toolchains and shells that are gone.

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::inventory::{Damage, Inventory, is_goroot, name_at};
use gover_core::{Layout, ToolchainName};
use gover_sys::{Lock, file};

use crate::files::{FileError, entries, remove as remove_tree, try_lock};
use crate::home::leads_out;
use crate::part_file::{is_part, lock_of_part};
use crate::staging;

/// Something unused that is safe to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    pub path: PathBuf,
    pub kind: LeftoverKind,
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftoverKind {
    /// A directory that is not a toolchain, for this reason.
    Damaged { reason: &'static str },
    /// An interrupted install or uninstall.
    Staging,
    /// An interrupted download.
    Download,
    /// The receipt or the list of files of a toolchain that is gone.
    Receipt,
    /// What `gover use` chose in a shell that ended.
    Session,
}

impl LeftoverKind {
    /// The name of the toolchain that something of this kind belongs to.
    fn toolchain(self, path: &Path) -> Option<&str> {
        let name = path.file_name()?.to_str()?;
        match self {
            Self::Download => Some(lock_of_part(name)),
            Self::Receipt => toolchain_of_document(name),
            Self::Session => None,
            Self::Damaged { .. } | Self::Staging => Some(name),
        }
    }

    /// The lock that protects it, if it is free.
    fn lock(self, layout: &Layout, path: &Path) -> Result<Option<Lock>, FileError> {
        self.toolchain(path).map_or(Ok(None), |name| try_lock(layout, name))
    }
}

/// Finds leftovers and changes nothing. `dead_sessions` are session files whose shell ended.
///
/// The work of other processes is left out, and so is what gover did not name, which may be the
/// user's own. A directory that is a link out of the home is not searched.
pub fn find(layout: &Layout, dead_sessions: &[PathBuf]) -> Result<Vec<Leftover>, FileError> {
    let versions = layout.versions();
    let damaged = Inventory::scan(layout).map_err(FileError::at("read", &versions))?.damaged;
    // The target of a link may be on a disk that is not mounted now.
    let is_own = |damage: &Damage| name_at(&damage.path).is_some() && fs::read_link(&damage.path).is_err();
    let damaged = damaged.into_iter().filter(is_own);
    let mut found: Vec<(PathBuf, LeftoverKind)> =
        damaged.map(|damage| (damage.path, LeftoverKind::Damaged { reason: damage.reason })).collect();
    let staged = staging::staged(layout)?.into_iter().map(|name| layout.staging().join(name));
    found.extend(staged.map(|path| (path, LeftoverKind::Staging)));
    let is_download = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(is_part);
    let parts = entries(&layout.cache())?.into_iter().filter(is_download);
    found.extend(parts.map(|path| (path, LeftoverKind::Download)));
    let documents = entries(&layout.receipts())?.into_iter().filter(|path| is_orphan(layout, path));
    found.extend(documents.map(|path| (path, LeftoverKind::Receipt)));
    let outside = linked_out(layout);
    let is_inside = |path: &Path| !outside.iter().any(|directory| path.starts_with(directory));
    found.retain(|(path, _)| is_inside(path));
    let dead_sessions = dead_sessions.iter().filter(|path| is_inside(path));
    found.extend(dead_sessions.map(|path| (path.clone(), LeftoverKind::Session)));
    let mut leftovers = Vec::new();
    for (path, kind) in found {
        if kind == LeftoverKind::Session || kind.lock(layout, &path)?.is_some() {
            let bytes = file::tree_size(&path).unwrap_or_default();
            leftovers.push(Leftover { path, kind, bytes });
        }
    }
    Ok(leftovers)
}

/// Directories of the home that are links to somewhere outside it, so that nothing is removed
/// there.
pub fn linked_out(layout: &Layout) -> Vec<PathBuf> {
    let searched =
        [layout.versions(), layout.staging(), layout.cache(), layout.receipts(), layout.sessions()];
    searched.into_iter().filter(|directory| leads_out(layout, directory)).collect()
}

/// Removes leftovers, each under its lock, and returns those that were removed. What another
/// process works on by now, and what is complete by now, stays.
pub fn remove(layout: &Layout, leftovers: &[Leftover]) -> Result<Vec<Leftover>, FileError> {
    let mut removed = Vec::new();
    for leftover in leftovers {
        if remove_one(layout, leftover)? {
            removed.push(leftover.clone());
        }
    }
    Ok(removed)
}

fn remove_one(layout: &Layout, Leftover { path, kind, .. }: &Leftover) -> Result<bool, FileError> {
    if *kind == LeftoverKind::Session {
        return remove_tree(path).map(|()| true);
    }
    let Some(lock) = kind.lock(layout, path)? else { return Ok(false) };
    match (kind, kind.toolchain(path)) {
        (LeftoverKind::Damaged { .. }, _) if is_goroot(path) => return Ok(false),
        (LeftoverKind::Receipt, _) if !is_orphan(layout, path) => return Ok(false),
        (LeftoverKind::Damaged { .. }, Some(name)) => {
            // The rename comes first, so that no process sees a half deleted tree.
            staging::hide(layout, name, &lock)?;
            staging::recover(layout, name, &lock)?;
        }
        (LeftoverKind::Staging, Some(name)) => {
            staging::recover(layout, name, &lock)?;
            return Ok(path.symlink_metadata().is_err());
        }
        _ => remove_tree(path)?,
    }
    Ok(true)
}

/// Whether the toolchain of a receipt or list is gone. A damaged one keeps its documents.
fn is_orphan(layout: &Layout, path: &Path) -> bool {
    let name = LeftoverKind::Receipt.toolchain(path).and_then(|name| ToolchainName::parse(name).ok());
    name.is_some_and(|name| layout.toolchain(&name).symlink_metadata().is_err())
}

/// The name of the toolchain that a receipt or list of files is about.
pub(crate) fn toolchain_of_document(file_name: &str) -> Option<&str> {
    file_name.strip_suffix(".files").or_else(|| file_name.strip_suffix(".json"))
}

#[cfg(test)]
mod tests {
    use std::fs;

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
        write(&layout.cache().join("me@home.part"));
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
        assert!(layout.cache().join("me@home.part").is_file());
        assert!(layout.session(4243).is_file());
        assert!(layout.versions().join("junk/x").is_file());
    }

    #[test]
    fn nothing_is_found_behind_a_link_out_of_the_home() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().join("home"));
        litter(&layout);
        let linked = |target: &Path| {
            std::fs::rename(layout.versions(), target).unwrap();
            gover_sys::link::replace(target, &layout.versions())
        };
        if let Err(error) = linked(&root.path().join("other")) {
            eprintln!("skipped: no directory links here: {error}");
            return;
        }
        assert_eq!(linked_out(&layout), [layout.versions()]);
        let found = find(&layout, &[]).unwrap();
        assert!(!found.is_empty() && found.iter().all(|one| !one.path.starts_with(layout.versions())));
        // A link to a place inside the home is fine.
        gover_sys::link::remove(&layout.versions()).unwrap();
        std::fs::rename(root.path().join("other"), layout.versions()).unwrap();
        linked(&layout.home().join("big")).unwrap();
        assert!(linked_out(&layout).is_empty());
    }

    #[test]
    fn the_work_of_another_process_stays() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        litter(&layout);
        let found = find(&layout, &[]).unwrap();
        let locks: Vec<_> = ["go1.90.1", "go1.89.0", "go1.88.0"]
            .iter()
            .map(|name| Lock::acquire(&layout.lock(name), || ()).unwrap())
            .collect();
        assert_eq!(kinds(&find(&layout, &[]).unwrap()).len(), 1);
        assert_eq!(remove(&layout, &found).unwrap().len(), 1);
        drop(locks);
        assert_eq!(find(&layout, &[]).unwrap().len(), 3);
    }

    #[test]
    fn an_empty_home_has_no_leftovers() {
        let root = tempfile::tempdir().unwrap();
        assert!(find(&Layout::new(root.path().join("none")), &[]).unwrap().is_empty());
    }
}
