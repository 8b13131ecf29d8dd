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

use crate::file_error::FileError;
use crate::part_file::discard_parts;
use crate::proof::{Place, Proven};

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

    fn empty(&self) -> Result<(), FileError> {
        let tree = self.tree();
        file::remove_tree(&tree).map_err(FileError::at("remove", &tree))?;
        fs::create_dir_all(&tree).map_err(FileError::at("create", &tree))
    }

    /// The empty directory that becomes the toolchain.
    pub fn tree(&self) -> PathBuf {
        self.directory.join(TREE)
    }

    /// Does the work of [`publish`], which asks for the proof.
    fn move_into_place(
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

impl Place for Staging {
    fn directory(&self) -> Option<PathBuf> {
        Some(self.tree())
    }
}

/// Makes a proven tree visible, in place of the toolchain of that name: at once, so that there is
/// always one of the two, or by two renames if the system cannot exchange names. The documents
/// follow. `lock` is the lock of the toolchain's name.
///
/// All of it is on the disk before it is visible, as far as the system can promise that: after a
/// power loss there is the old toolchain or the new one.
pub(crate) fn publish(
    tree: Proven<Staging>,
    documents: &Documents,
    layout: &Layout,
    lock: &Lock,
) -> Result<PathBuf, FileError> {
    let name = tree.facts().artifact.wanted.name.clone();
    tree.into_place().move_into_place(layout, &name, documents, lock)
}

/// What is kept about a toolchain beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Documents {
    pub receipt: Vec<u8>,
    pub list: Vec<u8>,
}

impl Drop for Staging {
    fn drop(&mut self) {
        // `old` is the only other thing here that may be worth keeping, and `recover` knows.
        if !self.published {
            // Before the tree: documents without one are those of a tree that was published.
            drop(discard_documents(&self.directory));
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
        discard_documents(&directory)?;
    }
    let tree = directory.join(TREE);
    if is_published(&directory, &target) {
        // This is as far as it came.
        follow(layout, name, lock)?;
    }
    discard_documents(&directory)?;
    let waiting_trees = waiting(&directory);
    if is_missing(&target) && !waiting_trees.is_empty() {
        // An uninstall that did not end. A copy made later by hand must not inherit what is known of another.
        remove_documents(layout, name)?;
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
pub fn set_aside(layout: &Layout) -> Vec<ToolchainName> {
    let names = staged(layout).unwrap_or_default();
    let names = names.iter().filter_map(|name| ToolchainName::parse(name).ok());
    names
        .filter(|name| {
            is_missing(&layout.toolchain(name)) && is_goroot(&layout.staging().join(name.as_str()).join(OLD))
        })
        .collect()
}

/// Reads the receipt of a toolchain, at most `limit` bytes, even if a crash left it in staging. `None`
/// if there is none.
pub(crate) fn read_receipt(
    layout: &Layout,
    name: &ToolchainName,
    limit: u64,
) -> Result<Option<Vec<u8>>, FileError> {
    let directory = layout.staging().join(name.as_str());
    let (staged, path) = (directory.join(RECEIPT), layout.receipt(name));
    let read = |path: &Path| file::read_limited(path, limit);
    let staged = is_published(&directory, &layout.toolchain(name)).then(|| read(&staged).ok()).flatten();
    match staged.map_or_else(|| read(&path), Ok) {
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
fn discard_documents(directory: &Path) -> Result<(), FileError> {
    [RECEIPT, LIST, NEW].iter().try_for_each(|file| {
        let path = directory.join(file);
        file::remove_tree(&path).map_err(FileError::at("remove", &path))
    })
}

/// Removes what is known about a toolchain that is gone.
pub(crate) fn remove_documents(layout: &Layout, name: &str) -> Result<(), FileError> {
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
/// may begin with it. Commands that look do not: they say what is [put aside](set_aside).
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
#[path = "staging_tests.rs"]
mod tests;
