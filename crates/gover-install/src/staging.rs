//! Where a toolchain is built before anyone can see it, and the rename that shows it.
//!
//! `staging/NAME/` belongs to whoever holds the lock of that name: `tree` is the toolchain being built, `old`
//! the one that a forced install replaces, `removed` one that is being uninstalled. What a crash leaves there
//! is put right by the next command that takes the lock: an `old` without a successor goes back to where it
//! was, everything else is removed. A toolchain that was replaced or uninstalled while one of its programs runs cannot be
//! deleted on Windows; it waits there, as `removed` and a number, until a later command can, and hinders none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_core::inventory::is_goroot;
use gover_core::{Layout, ToolchainName};
use gover_sys::{Lock, file};

use crate::file_error::FileError;

/// A directory to build a toolchain in; removed with all it holds when dropped.
#[derive(Debug)]
pub struct Staging {
    directory: PathBuf,
}

impl Staging {
    /// Makes the directory for the holder of the lock `name`, after cleaning up what a crash left there.
    pub fn create(layout: &Layout, name: &str, lock: &Lock) -> Result<Self, FileError> {
        recover(layout, name, lock)?;
        let staging = Self { directory: layout.staging().join(name) };
        staging.empty()?;
        Ok(staging)
    }

    /// Forgets what was built so far.
    pub fn empty(&self) -> Result<(), FileError> {
        let tree = self.tree();
        file::remove_tree(&tree).map_err(FileError::at("remove", &tree))?;
        fs::create_dir_all(&tree).map_err(FileError::at("create", &tree))
    }

    /// The empty directory that becomes the toolchain.
    pub fn tree(&self) -> PathBuf {
        self.directory.join(TREE)
    }

    /// Makes the tree visible as `name`, in place of what is there now: two renames, so that at no moment a
    /// half is seen. `lock` is the lock of `name`.
    pub fn publish(self, layout: &Layout, name: &ToolchainName, lock: &Lock) -> Result<PathBuf, FileError> {
        let target = layout.toolchain(name);
        let aside = layout.staging().join(name.as_str()).join(OLD);
        let versions = layout.versions();
        fs::create_dir_all(&versions).map_err(FileError::at("create", &versions))?;
        let replaces = target.symlink_metadata().is_ok();
        if replaces {
            // A receipt must never describe another tree than the one that is there.
            let receipt = layout.receipt(name);
            file::remove_tree(&receipt).map_err(FileError::at("remove", &receipt))?;
            move_aside(&target, &aside)?;
        }
        let tree = self.tree();
        if let Err(source) = file::rename(&tree, &target) {
            if replaces {
                // The error to tell is the first one; if this fails too, the next command tries again.
                drop(file::rename(&aside, &target));
            }
            return Err(FileError::renaming(&tree, &target)(source));
        }
        drop(self);
        // The new tree is in place: what cannot be removed now is removed by the next command.
        drop(recover(layout, name.as_str(), lock));
        Ok(target)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // `old` is the only thing here that may be worth keeping, and `recover` knows.
        drop(file::remove_tree(&self.tree()));
        drop(fs::remove_dir(&self.directory));
    }
}

/// Puts right what a crash left in `staging/NAME`. `_lock` is the lock of that name.
pub fn recover(layout: &Layout, name: &str, _lock: &Lock) -> Result<(), FileError> {
    let directory = layout.staging().join(name);
    let (old, target) = (directory.join(OLD), layout.versions().join(name));
    if is_goroot(&old) && is_missing(&target) {
        let versions = layout.versions();
        fs::create_dir_all(&versions).map_err(FileError::at("create", &versions))?;
        file::rename(&old, &target).map_err(FileError::renaming(&old, &target))?;
    }
    if old.symlink_metadata().is_ok() && file::remove_tree_now(&old).is_err() {
        let waiting = free_name(&directory);
        file::rename(&old, &waiting).map_err(FileError::renaming(&old, &waiting))?;
    }
    let tree = directory.join(TREE);
    file::remove_tree(&tree).map_err(FileError::at("remove", &tree))?;
    for waiting in waiting(&directory) {
        // One that still runs stays for a later command.
        drop(file::remove_tree_now(&waiting));
    }
    // Whatever still waits keeps its directory.
    drop(fs::remove_dir(&directory));
    Ok(())
}

/// What was taken out of sight in `staging/NAME` and is still there.
fn waiting(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with(REMOVED)))
        .map(|entry| entry.path())
        .collect()
}

/// A name that nothing has yet in `staging/NAME`, for what is to be removed.
fn free_name(directory: &Path) -> PathBuf {
    let first = std::iter::once(directory.join(REMOVED));
    let others = (1_u32..).map(|number| directory.join(format!("{REMOVED}.{number}")));
    // There is always one more number than there are names.
    first.chain(others).find(|path| is_missing(path)).unwrap_or_else(|| directory.join(REMOVED))
}

/// Takes a toolchain, or what is left of one, out of sight to be removed. `_lock` is the lock of that name.
pub(crate) fn hide(layout: &Layout, name: &str, _lock: &Lock) -> Result<(), FileError> {
    move_aside(&layout.versions().join(name), &free_name(&layout.staging().join(name)))
}

/// Names for which something is staged: the leftovers of a crash, or the work of another process.
pub fn staged(layout: &Layout) -> Result<Vec<String>, FileError> {
    let staging = layout.staging();
    let entries = match fs::read_dir(&staging) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(FileError::at("read", &staging))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(FileError::at("read", &staging))?;
        names.extend(entry.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Puts right whatever crashes left in staging, except where another process is at work.
///
/// One look into an empty directory when there is nothing to do, so that every command that changes something
/// may begin with it.
pub fn recover_all(layout: &Layout) -> Result<(), FileError> {
    for name in staged(layout)? {
        let path = layout.lock(&name);
        if let Some(lock) = Lock::try_acquire(&path).map_err(FileError::at("lock", &path))? {
            recover(layout, &name, &lock)?;
        }
    }
    Ok(())
}

fn move_aside(from: &Path, to: &Path) -> Result<(), FileError> {
    if let Some(directory) = to.parent() {
        fs::create_dir_all(directory).map_err(FileError::at("create", directory))?;
    }
    file::remove_tree(to).map_err(FileError::at("remove", to))?;
    file::rename(from, to).map_err(FileError::renaming(from, to))
}

fn is_missing(path: &Path) -> bool {
    path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

const TREE: &str = "tree";
const OLD: &str = "old";
const REMOVED: &str = "removed";

#[cfg(test)]
mod tests {
    use super::*;

    struct Home {
        _root: tempfile::TempDir,
        layout: Layout,
        name: ToolchainName,
    }

    impl Home {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            let layout = Layout::new(root.path().to_owned());
            Self { _root: root, layout, name: ToolchainName::parse("go1.91.2").unwrap() }
        }

        fn lock(&self) -> Lock {
            Lock::acquire(&self.layout.lock(self.name.as_str()), || ()).unwrap()
        }

        fn staging(&self, lock: &Lock) -> Staging {
            let staging = Staging::create(&self.layout, self.name.as_str(), lock).unwrap();
            goroot(&staging.tree(), "new");
            staging
        }

        fn mark(&self) -> Option<String> {
            fs::read_to_string(self.layout.toolchain(&self.name).join("mark")).ok()
        }

        fn is_clean(&self) -> bool {
            staged(&self.layout).unwrap().is_empty()
        }
    }

    fn goroot(path: &Path, mark: &str) {
        fs::create_dir_all(path.join("bin")).unwrap();
        fs::write(gover_core::layout::goroot_program(path, "go"), "").unwrap();
        fs::write(path.join("VERSION"), "go1.91.2").unwrap();
        fs::write(path.join("mark"), mark).unwrap();
    }

    #[test]
    fn a_dropped_staging_leaves_nothing() {
        let home = Home::new();
        let lock = home.lock();
        drop(home.staging(&lock));
        assert!(home.is_clean());
        assert_eq!(home.mark(), None);
    }

    #[test]
    fn publishing_replaces_a_toolchain_and_its_receipt_goes_first() {
        let home = Home::new();
        let lock = home.lock();
        goroot(&home.layout.toolchain(&home.name), "old");
        fs::create_dir_all(home.layout.receipts()).unwrap();
        fs::write(home.layout.receipt(&home.name), "{}").unwrap();
        let path = home.staging(&lock).publish(&home.layout, &home.name, &lock).unwrap();
        assert_eq!(path, home.layout.toolchain(&home.name));
        assert_eq!(home.mark().as_deref(), Some("new"));
        assert!(!home.layout.receipt(&home.name).exists());
        assert!(home.is_clean());
    }

    #[test]
    fn a_crash_between_the_two_renames_brings_the_old_toolchain_back() {
        let home = Home::new();
        let lock = home.lock();
        let staged = home.layout.staging().join("go1.91.2");
        goroot(&staged.join(OLD), "old");
        goroot(&staged.join(TREE), "half");
        drop(lock);
        recover_all(&home.layout).unwrap();
        assert_eq!(home.mark().as_deref(), Some("old"));
        assert!(home.is_clean());
    }

    #[test]
    fn a_crash_after_both_renames_keeps_the_new_toolchain() {
        let home = Home::new();
        goroot(&home.layout.toolchain(&home.name), "new");
        goroot(&home.layout.staging().join("go1.91.2").join(OLD), "old");
        recover_all(&home.layout).unwrap();
        assert_eq!(home.mark().as_deref(), Some("new"));
        assert!(home.is_clean());
    }

    #[test]
    fn a_crash_while_removing_does_not_bring_the_toolchain_back() {
        let home = Home::new();
        goroot(&home.layout.staging().join("go1.91.2").join(REMOVED), "old");
        recover_all(&home.layout).unwrap();
        assert_eq!(home.mark(), None);
        assert!(home.is_clean());
    }

    #[test]
    fn the_staging_of_a_running_install_is_left_alone() {
        let home = Home::new();
        let lock = home.lock();
        let staging = home.staging(&lock);
        recover_all(&home.layout).unwrap();
        assert!(staging.tree().join("VERSION").is_file());
    }

    #[test]
    fn the_damage_of_an_interrupted_hand_made_copy_is_replaced() {
        let home = Home::new();
        let lock = home.lock();
        fs::create_dir_all(home.layout.toolchain(&home.name).join("src")).unwrap();
        home.staging(&lock).publish(&home.layout, &home.name, &lock).unwrap();
        assert_eq!(home.mark().as_deref(), Some("new"));
        assert!(!home.layout.toolchain(&home.name).join("src").exists());
        assert!(home.is_clean());
    }

    #[test]
    fn what_waits_to_be_removed_hinders_nothing() {
        let home = Home::new();
        let lock = home.lock();
        let directory = home.layout.staging().join("go1.91.2");
        for name in [REMOVED, "removed.1"] {
            goroot(&directory.join(name), "gone");
        }
        goroot(&home.layout.toolchain(&home.name), "here");
        hide(&home.layout, "go1.91.2", &lock).unwrap();
        assert!(directory.join("removed.2").is_dir());
        recover(&home.layout, "go1.91.2", &lock).unwrap();
        assert!(home.is_clean());
    }

    /// On Windows a file that somebody has open cannot be deleted: a program that runs, above all.
    #[cfg(windows)]
    #[test]
    fn what_somebody_still_runs_waits_and_goes_later() {
        use std::os::windows::fs::OpenOptionsExt as _;

        let home = Home::new();
        let lock = home.lock();
        let old = home.layout.staging().join("go1.91.2").join(OLD);
        goroot(&old, "old");
        goroot(&home.layout.toolchain(&home.name), "new");
        let running = fs::OpenOptions::new().read(true).share_mode(1).open(old.join("mark")).unwrap();
        recover_all(&home.layout).unwrap();
        drop(lock);
        recover_all(&home.layout).unwrap();
        assert_eq!(home.mark().as_deref(), Some("new"));
        drop(running);
        recover_all(&home.layout).unwrap();
        assert!(home.is_clean());
    }
}
