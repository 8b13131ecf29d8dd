//! Where a toolchain is built before anyone can see it, and the rename that shows it.
//!
//! `staging/NAME/` belongs to whoever holds the lock of that name: `tree` is the toolchain being built, `old`
//! the one that a forced install replaces, `removed` one that is being uninstalled. What a crash leaves there
//! is put right by the next command that takes the lock: an `old` without a successor goes back to where it
//! was, everything else is removed. Receipt and list of files wait there too, and follow the tree: where a crash came
//! between them, they are put in place as soon as the tree is found in its own.
//!
//! Where the system can exchange two names, a forced install does that, and `old` is never needed: `tree` is the old
//! toolchain then. Which of the two it is after a crash is told by `new`, another name of the new toolchain's VERSION, which
//! goes where that tree goes.
//!
//! A toolchain that was replaced or uninstalled while one of its programs runs cannot be
//! deleted on Windows; it waits there, as `removed` and a number, until a later command can, and hinders none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_core::inventory::is_goroot;
use gover_core::{Layout, ToolchainName};
use gover_sys::{Lock, file};

use crate::fetch::discard_parts;
use crate::file_error::FileError;

/// A directory to build a toolchain in; removed with all it holds when dropped.
#[derive(Debug)]
pub struct Staging {
    directory: PathBuf,
    /// The tree is in its place; what is still here is wanted.
    published: bool,
    /// How two names change what they mean; [`file::exchange`] but in tests.
    exchange: fn(&Path, &Path) -> io::Result<bool>,
}

impl Staging {
    /// Makes the directory for the holder of the lock `name`, after cleaning up what a crash left there.
    pub fn create(layout: &Layout, name: &str, lock: &Lock) -> Result<Self, FileError> {
        recover(layout, name, lock)?;
        let directory = layout.staging().join(name);
        let staging = Self { directory, published: false, exchange: file::exchange };
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

    /// Makes the tree visible as `name`, in place of what is there now: at once, so that at every moment one of the two is
    /// seen, or by two renames where the system has no way to do that. Its documents follow. `lock` is the lock of `name`.
    ///
    /// All of it is on the disk before it is visible, as far as the system has a way to say so: after a power loss there is
    /// the old toolchain or the new one.
    pub fn publish(
        mut self,
        layout: &Layout,
        name: &ToolchainName,
        documents: &Documents,
        lock: &Lock,
    ) -> Result<PathBuf, FileError> {
        let target = layout.toolchain(name);
        let directory = layout.staging().join(name.as_str());
        let tree = directory.join(TREE);
        for directory in [&layout.versions(), &layout.receipts(), &directory] {
            fs::create_dir_all(directory).map_err(FileError::at("create", directory))?;
        }
        if self.directory != directory {
            // What a crash leaves is put right by the holder of the lock of `name`.
            file::remove_tree(&tree).map_err(FileError::at("remove", &tree))?;
            file::rename(&self.tree(), &tree).map_err(FileError::renaming(&self.tree(), &tree))?;
        }
        for (file, content) in [(LIST, &documents.list), (RECEIPT, &documents.receipt)] {
            let path = directory.join(file);
            fs::write(&path, content).map_err(FileError::at("write", &path))?;
        }
        let replaces = target.symlink_metadata().is_ok();
        let is_marked = replaces && fs::hard_link(tree.join(VERSION), directory.join(NEW)).is_ok();
        sync(&directory)?;
        // What keeps names from being exchanged keeps them from being renamed, and is told there.
        if !(is_marked && matches!((self.exchange)(&tree, &target), Ok(true))) {
            rename_into_place(&directory, &target, replaces)?;
        }
        self.published = true;
        drop(self);
        follow(layout, name.as_str(), lock)?;
        // The new tree is in place: what cannot be removed now is removed by the next command.
        drop(recover(layout, name.as_str(), lock));
        Ok(target)
    }
}

/// What is kept about a toolchain beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Documents {
    /// The receipt, as it is on disk.
    pub receipt: Vec<u8>,
    /// The list of files, as it is on disk.
    pub list: Vec<u8>,
}

impl Drop for Staging {
    fn drop(&mut self) {
        // `old` is the only other thing here that may be worth keeping, and `recover` knows.
        if !self.published {
            // Before the tree: documents without one are those of a tree that was published.
            drop(forget_documents(&self.directory));
            drop(file::remove_tree(&self.tree()));
        }
        drop(fs::remove_dir(&self.directory));
    }
}

/// Puts right what a crash left in `staging/NAME`. `lock` is the lock of that name.
pub fn recover(layout: &Layout, name: &str, lock: &Lock) -> Result<(), FileError> {
    let directory = layout.staging().join(name);
    let (old, target) = (directory.join(OLD), layout.versions().join(name));
    if is_goroot(&old) && is_missing(&target) {
        let versions = layout.versions();
        fs::create_dir_all(&versions).map_err(FileError::at("create", &versions))?;
        file::rename(&old, &target).map_err(FileError::renaming(&old, &target))?;
        forget_documents(&directory)?;
    }
    let tree = directory.join(TREE);
    if is_published(&directory, &target) {
        // This is as far as it came.
        follow(layout, name, lock)?;
    }
    forget_documents(&directory)?;
    let waiting_trees = waiting(&directory);
    if is_missing(&target) && !waiting_trees.is_empty() {
        // An uninstall that did not end. A copy made later by hand must not inherit what is known of another.
        forget_knowledge(layout, name)?;
    }
    if old.symlink_metadata().is_ok() && file::remove_tree_now(&old).is_err() {
        let waiting = free_name(&directory);
        file::rename(&old, &waiting).map_err(FileError::renaming(&old, &waiting))?;
    }
    file::remove_tree(&tree).map_err(FileError::at("remove", &tree))?;
    for waiting in waiting_trees {
        // One that still runs stays for a later command.
        drop(file::remove_tree_now(&waiting));
    }
    // Whatever still waits keeps its directory.
    drop(fs::remove_dir(&directory));
    Ok(())
}

/// Whether what `staging/NAME` holds besides trees is about the tree in its place: the one that was built is not here any
/// more, or it is there.
fn is_published(directory: &Path, target: &Path) -> bool {
    let is_new = || file::same_file(&directory.join(NEW), &target.join(VERSION)).unwrap_or(false);
    !is_missing(target) && (is_missing(&directory.join(TREE)) || is_new())
}

/// Toolchains that a forced install took out of sight and did not put back: one that crashed between its two renames, or is
/// between them. Changes nothing; [`recover_all`] brings them back.
pub fn put_aside(layout: &Layout) -> Vec<ToolchainName> {
    let names = staged(layout).unwrap_or_default();
    let names = names.iter().filter_map(|name| ToolchainName::parse(name).ok());
    names
        .filter(|name| {
            is_missing(&layout.toolchain(name)) && is_goroot(&layout.staging().join(name.as_str()).join(OLD))
        })
        .collect()
}

/// Reads the receipt of a toolchain, also where a crash kept it from its place; `None` if there is none.
pub(crate) fn read_receipt(layout: &Layout, name: &ToolchainName) -> Result<Option<Vec<u8>>, FileError> {
    let directory = layout.staging().join(name.as_str());
    let (staged, path) = (directory.join(RECEIPT), layout.receipt(name));
    let staged = is_published(&directory, &layout.toolchain(name)).then(|| fs::read(staged).ok()).flatten();
    match staged.map_or_else(|| fs::read(&path), Ok) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        bytes => bytes.map(Some).map_err(FileError::at("read", &path)),
    }
}

/// Puts the documents of a published tree in their places, the receipt last; the download has served before that, so that a
/// crash between the two leaves it to the next command.
fn follow(layout: &Layout, name: &str, lock: &Lock) -> Result<(), FileError> {
    let directory = layout.staging().join(name);
    if !is_missing(&directory.join(RECEIPT)) {
        discard_parts(layout, name, lock);
    }
    for (file, target) in documents_of(layout, name) {
        let staged = directory.join(file);
        if !is_missing(&staged) {
            file::rename(&staged, &target).map_err(FileError::renaming(&staged, &target))?;
        }
    }
    Ok(())
}

/// Removes documents of a tree that was never published, and then what told whether it was.
fn forget_documents(directory: &Path) -> Result<(), FileError> {
    [RECEIPT, LIST, NEW].iter().try_for_each(|file| {
        let path = directory.join(file);
        file::remove_tree(&path).map_err(FileError::at("remove", &path))
    })
}

/// Removes what is known about a toolchain that is gone.
pub(crate) fn forget_knowledge(layout: &Layout, name: &str) -> Result<(), FileError> {
    documents_of(layout, name)
        .iter()
        .try_for_each(|(_, path)| file::remove_tree(path).map_err(FileError::at("remove", path)))
}

/// Names in `staging/NAME` and where they belong.
fn documents_of(layout: &Layout, name: &str) -> [(&'static str, PathBuf); 2] {
    let receipts = layout.receipts();
    [(LIST, receipts.join(format!("{name}.files"))), (RECEIPT, receipts.join(format!("{name}.json")))]
}

/// Brings what was built to the disk. Where the system can do that only file by file, which takes as long as all
/// before it together, then at least what makes a toolchain of it; `gover verify` finds the rest.
fn sync(directory: &Path) -> Result<(), FileError> {
    if file::sync_file_system(directory).map_err(FileError::at("sync", directory))? {
        return Ok(());
    }
    let tree = directory.join(TREE);
    let programs = fs::read_dir(tree.join("bin")).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = [tree.join(VERSION), directory.join(RECEIPT), directory.join(LIST)];
    files.into_iter().chain(programs).try_for_each(|path| {
        let synced = fs::OpenOptions::new().write(true).open(&path).and_then(|file| file.sync_all());
        synced.map_err(FileError::at("sync", &path))
    })
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
/// may begin with it. Commands that look do not: they say what is [put aside](put_aside).
pub fn recover_all(layout: &Layout) -> Result<(), FileError> {
    for name in staged(layout)? {
        let path = layout.lock(&name);
        if let Some(lock) = Lock::try_acquire(&path).map_err(FileError::at("lock", &path))? {
            recover(layout, &name, &lock)?;
        }
    }
    Ok(())
}

/// Puts the tree of `staging/NAME` in its place by renaming, after moving away what is there, which comes back on an error.
fn rename_into_place(directory: &Path, target: &Path, replaces: bool) -> Result<(), FileError> {
    let (tree, aside) = (directory.join(TREE), directory.join(OLD));
    if replaces {
        move_aside(target, &aside)?;
    }
    file::rename(&tree, target).map_err(|source| {
        if replaces {
            // The error to tell is the first one; if this fails too, the next command tries again.
            drop(file::rename(&aside, target));
        }
        FileError::renaming(&tree, target)(source)
    })
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
const RECEIPT: &str = "receipt.json";
const LIST: &str = "files";
const NEW: &str = "new";
const VERSION: &str = "VERSION";

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

        fn know(&self, of: &str) {
            fs::create_dir_all(self.layout.receipts()).unwrap();
            fs::write(self.layout.receipt(&self.name), documents(of).receipt).unwrap();
            fs::write(self.layout.file_list(&self.name), documents(of).list).unwrap();
        }

        /// What is known, the list first.
        fn known(&self) -> Vec<String> {
            let paths = [self.layout.file_list(&self.name), self.layout.receipt(&self.name)];
            paths.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
        }

        fn is_clean(&self) -> bool {
            staged(&self.layout).unwrap().is_empty()
        }
    }

    fn documents(of: &str) -> Documents {
        Documents { receipt: format!("{of} receipt").into_bytes(), list: format!("{of} list").into_bytes() }
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
    fn publishing_replaces_a_toolchain_and_what_is_known_of_it() {
        let home = Home::new();
        let lock = home.lock();
        goroot(&home.layout.toolchain(&home.name), "old");
        home.know("old");
        let path = home.staging(&lock).publish(&home.layout, &home.name, &documents("new"), &lock).unwrap();
        assert_eq!(path, home.layout.toolchain(&home.name));
        assert_eq!(home.mark().as_deref(), Some("new"));
        assert_eq!(home.known(), ["new list", "new receipt"]);
        assert!(home.is_clean());
    }

    #[test]
    fn a_toolchain_is_replaced_at_once_where_the_system_can() {
        let home = Home::new();
        let lock = home.lock();
        goroot(&home.layout.toolchain(&home.name), "old");
        home.know("old");
        let mut staging = home.staging(&lock);
        staging.exchange = |tree, target| {
            let mark = |path: &Path| fs::read_to_string(path.join("mark")).unwrap();
            assert_eq!((mark(tree), mark(target)), ("new".to_owned(), "old".to_owned()));
            swap(tree, target);
            assert!(!target.with_file_name("old").exists());
            Ok(true)
        };
        staging.publish(&home.layout, &home.name, &documents("new"), &lock).unwrap();
        assert_eq!(home.mark().as_deref(), Some("new"));
        assert_eq!(home.known(), ["new list", "new receipt"]);
        assert!(home.is_clean());
    }

    #[test]
    fn a_toolchain_is_replaced_where_the_system_cannot_exchange_names() {
        for exchange in [|_: &Path, _: &Path| Ok(false), |_: &Path, _: &Path| Err(io::Error::other("no"))] {
            let home = Home::new();
            let lock = home.lock();
            goroot(&home.layout.toolchain(&home.name), "old");
            home.know("old");
            let mut staging = home.staging(&lock);
            staging.exchange = exchange;
            staging.publish(&home.layout, &home.name, &documents("new"), &lock).unwrap();
            assert_eq!(home.mark().as_deref(), Some("new"));
            assert_eq!(home.known(), ["new list", "new receipt"]);
            assert!(home.is_clean());
        }
    }

    /// What publishing leaves if it dies around the exchange: after so many of its last steps.
    fn crash_at_exchange(steps: usize) -> Home {
        let home = Home::new();
        let lock = home.lock();
        let target = home.layout.toolchain(&home.name);
        goroot(&target, "old");
        home.know("old");
        let staging = home.staging(&lock);
        let (directory, tree) = (staging.directory.clone(), staging.tree());
        std::mem::forget(staging);
        fs::write(directory.join(LIST), "new list").unwrap();
        fs::write(directory.join(RECEIPT), "new receipt").unwrap();
        fs::hard_link(tree.join(VERSION), directory.join(NEW)).unwrap();
        let move_to = |file: &str, target: PathBuf| fs::rename(directory.join(file), target).unwrap();
        let after: [&dyn Fn(); 5] = [
            &|| swap(&tree, &target),
            &|| move_to(LIST, home.layout.file_list(&home.name)),
            &|| move_to(RECEIPT, home.layout.receipt(&home.name)),
            &|| fs::remove_file(directory.join(NEW)).unwrap(),
            &|| fs::remove_file(tree.join(VERSION)).unwrap(),
        ];
        after.iter().take(steps).for_each(|step| step());
        home
    }

    #[test]
    fn a_crash_around_the_exchange_leaves_a_toolchain_with_what_is_known_of_it() {
        for steps in 0..=5 {
            let home = crash_at_exchange(steps);
            let expected = if steps == 0 { "old" } else { "new" };
            let receipt = read_receipt(&home.layout, &home.name).unwrap().unwrap();
            assert_eq!(String::from_utf8(receipt).unwrap(), format!("{expected} receipt"), "{steps}");
            recover_all(&home.layout).unwrap();
            assert_eq!(home.mark().as_deref(), Some(expected), "{steps}");
            assert_eq!(home.known(), [format!("{expected} list"), format!("{expected} receipt")], "{steps}");
            assert!(home.is_clean(), "{steps}");
        }
    }

    /// As [`file::exchange`], on every system.
    fn swap(a: &Path, b: &Path) {
        let aside = a.with_file_name("aside");
        fs::rename(a, &aside).unwrap();
        fs::rename(b, a).unwrap();
        fs::rename(aside, b).unwrap();
    }

    #[test]
    fn a_tree_that_was_built_elsewhere_is_published_under_its_name() {
        let home = Home::new();
        let (given, lock) = (Lock::acquire(&home.layout.lock("given"), || ()).unwrap(), home.lock());
        let staging = Staging::create(&home.layout, "given", &given).unwrap();
        goroot(&staging.tree(), "new");
        staging.publish(&home.layout, &home.name, &documents("new"), &lock).unwrap();
        assert_eq!(home.mark().as_deref(), Some("new"));
        assert_eq!(home.known(), ["new list", "new receipt"]);
        assert!(home.is_clean());
    }

    /// Whatever moment a crash comes at, what is known belongs to the tree that is there.
    #[test]
    fn a_crash_leaves_a_toolchain_with_what_is_known_of_it() {
        // What is staged and what is published at each step, and which of the two is there in the end.
        let steps: [(&[&str], bool, &str); 6] = [
            (&[TREE], true, "old"),
            (&[TREE, LIST], true, "old"),
            (&[TREE, LIST, RECEIPT], true, "old"),
            (&[TREE, LIST, RECEIPT, OLD], false, "old"),
            (&[LIST, RECEIPT, OLD], true, "new"),
            (&[RECEIPT, OLD], true, "new"),
        ];
        for (staged, is_published, expected) in steps {
            let home = Home::new();
            home.know("old");
            let directory = home.layout.staging().join("go1.91.2");
            fs::create_dir_all(&directory).unwrap();
            for name in staged {
                match *name {
                    TREE => goroot(&directory.join(TREE), "new"),
                    OLD => goroot(&directory.join(OLD), "old"),
                    LIST => fs::write(directory.join(LIST), documents("new").list).unwrap(),
                    _ => fs::write(directory.join(RECEIPT), documents("new").receipt).unwrap(),
                }
            }
            if is_published {
                let mark = if staged.contains(&TREE) { "old" } else { "new" };
                goroot(&home.layout.toolchain(&home.name), mark);
            }
            if !staged.contains(&LIST) && !staged.contains(&TREE) {
                fs::write(home.layout.file_list(&home.name), documents("new").list).unwrap();
            }
            recover_all(&home.layout).unwrap();
            assert_eq!(home.mark().as_deref(), Some(expected), "{staged:?}");
            assert_eq!(
                home.known(),
                [format!("{expected} list"), format!("{expected} receipt")],
                "{staged:?}"
            );
            assert!(home.is_clean());
        }
    }

    #[test]
    fn a_publication_that_fails_changes_nothing() {
        let home = Home::new();
        let lock = home.lock();
        home.know("old");
        // A file where the directory of all toolchains belongs.
        fs::write(home.layout.versions(), "").unwrap();
        home.staging(&lock).publish(&home.layout, &home.name, &documents("new"), &lock).unwrap_err();
        assert_eq!(home.known(), ["old list", "old receipt"]);
        assert!(home.is_clean());
    }

    #[test]
    fn what_is_known_of_a_toolchain_goes_with_it_after_a_crash_too() {
        let home = Home::new();
        home.know("old");
        goroot(&home.layout.staging().join("go1.91.2").join(REMOVED), "old");
        recover_all(&home.layout).unwrap();
        assert_eq!(home.known(), Vec::<String>::new());
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
        home.staging(&lock).publish(&home.layout, &home.name, &documents("new"), &lock).unwrap();
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
