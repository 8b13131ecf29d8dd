//! Where a toolchain is built before anyone can see it, and the rename that makes it visible.
//!
//! `staging/NAME/` belongs to the process that holds the lock of NAME: `tree` is the toolchain
//! being built, `parts` what was fetched of a zip for it, `old` the one that a forced install
//! replaces, `removed` one that is being uninstalled.
//! The next command that takes the lock recovers what a crash left: an `old` without a successor
//! goes back, and everything else is removed. The receipt and the list of files are staged there
//! too and are moved after the tree. If a crash comes between, they follow as soon as the tree is
//! found in its place.
//!
//! If the system can exchange two names, a forced install does that and needs no `old`: `tree` is
//! the old toolchain afterwards. After a crash, `new` tells which of the two it is: a hard link to
//! the new toolchain's VERSION.
//!
//! Windows cannot delete a toolchain while one of its programs runs. It stays there as `removed`
//! and a number until a later command can delete it, and is in no command's way.

use std::fs;
use std::io;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use gover_core::inventory::is_goroot;
use gover_core::{Diagnose, Layout, ToolchainName};
use gover_sys::{Lock, file};

use crate::custom_build;
use crate::files::{self, FileError, create_directory, entries, remove, rename, try_lock};
use crate::home;
use crate::part_file::discard_parts;
use crate::proof::Proven;
use crate::receipt::Receipt;

/// A directory to build a toolchain in. Dropping it removes it with all its contents.
#[derive(Debug)]
pub struct Staging {
    directory: PathBuf,
    /// Whether the tree was moved into place, so that the documents must be kept.
    published: bool,
    /// How two names are exchanged: [`file::exchange`], except in tests.
    exchange: fn(&Path, &Path) -> io::Result<bool>,
}

impl Staging {
    /// Makes the directory for the holder of the lock `name`, and first recovers what a crash left.
    pub fn create(layout: &Layout, name: &str, lock: &Lock) -> Result<Self, FileError> {
        recover(layout, name, lock)?;
        let directory = layout.staging().join(name);
        let staging = Self { directory, published: false, exchange: file::exchange };
        remove(&staging.tree())?;
        create_directory(&staging.tree())?;
        Ok(staging)
    }

    /// The empty directory that becomes the toolchain.
    pub fn tree(&self) -> PathBuf {
        self.directory.join(TREE)
    }

    /// A file for the fetched parts of a module zip. It is removed with the directory.
    pub(crate) fn parts(&self) -> PathBuf {
        self.directory.join(PARTS)
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
            create_directory(directory)?;
        }
        if self.directory != directory {
            // From here on, the holder of the lock of `name` recovers what a crash leaves.
            remove(&tree)?;
            rename(&self.tree(), &tree)?;
        }
        for (file, content) in [(LIST, &documents.list), (RECEIPT, &documents.receipt)] {
            let path = directory.join(file);
            // Not by a temporary name, which a crash would leave, and never through a link. The
            // content is synced below, with the tree.
            drop(fs::remove_file(&path));
            let write = || file::create_with_mode(&path, false)?.write_all(content);
            write().map_err(FileError::at("write", &path))?;
        }
        let replaces = target.symlink_metadata().is_ok();
        let is_marked = replaces && fs::hard_link(tree.join(VERSION), directory.join(NEW)).is_ok();
        sync(&directory)?;
        // If the exchange fails, the rename fails too and returns the error.
        if !(is_marked && matches!((self.exchange)(&tree, &target), Ok(true))) {
            rename_into_place(&directory, &target, replaces)?;
        }
        self.published = true;
        drop(self);
        follow(layout, name.as_str(), lock)?;
        // The new tree is in place. The next command removes what cannot be removed now.
        drop(recover(layout, name.as_str(), lock));
        Ok(target)
    }
}

/// Makes a proven tree visible, in place of the toolchain of that name: at once, so that there is
/// always one of the two, or by two renames if the system cannot exchange names. The documents
/// follow. `lock` is that of the name. All of it is on the disk before it is visible, as far as the
/// system can promise that: after a power loss there is the old toolchain or the new one. Returns
/// the toolchain's directory and its receipt.
pub(crate) fn publish(
    tree: Proven<Staging>,
    layout: &Layout,
    lock: &Lock,
) -> Result<(PathBuf, Receipt), FileError> {
    let (facts, staging) = tree.into_parts();
    let list = facts.list.to_text().into_bytes();
    let receipt = Receipt::of(&facts, &list);
    let documents = Documents { receipt: receipt.to_bytes(), list };
    let path = staging.move_into_place(layout, &facts.artifact.wanted.name, &documents, lock)?;
    Ok((path, receipt))
}

/// What is kept about a toolchain, outside its tree.
struct Documents {
    receipt: Vec<u8>,
    list: Vec<u8>,
}

impl Drop for Staging {
    fn drop(&mut self) {
        drop(fs::remove_file(self.parts()));
        // The only other thing worth keeping here is `old`, and `recover` handles it.
        if !self.published {
            // Documents go first: without a tree, they would count as those of a published one.
            drop(discard_documents(&self.directory));
            drop(file::remove_tree(&self.tree()));
        }
        drop(fs::remove_dir(&self.directory));
    }
}

/// Recovers or removes what a crash left in `staging/NAME`. `lock` is the lock of that name.
pub fn recover(layout: &Layout, name: &str, lock: &Lock) -> Result<(), FileError> {
    let directory = layout.staging().join(name);
    let (old, target) = (directory.join(OLD), layout.versions().join(name));
    if is_goroot(&old) && is_missing(&target) {
        create_directory(&layout.versions())?;
        rename(&old, &target)?;
        discard_documents(&directory)?;
    }
    if is_published(&directory, &target) {
        // The crash came after the tree was moved.
        follow(layout, name, lock)?;
    }
    discard_documents(&directory)?;
    let waiting_trees = waiting(&directory)?;
    if is_missing(&target) && !waiting_trees.is_empty() {
        // An uninstall was interrupted; a toolchain copied here later must not inherit these.
        remove_documents(layout, name)?;
    }
    if old.symlink_metadata().is_ok() && file::remove_tree_now(&old).is_err() {
        rename(&old, &free_name(&directory))?;
    }
    remove(&directory.join(TREE))?;
    remove(&directory.join(PARTS))?;
    for waiting in waiting_trees {
        // A later command removes one that still runs.
        drop(file::remove_tree_now(&waiting));
    }
    // This fails, as it should, while a tree still waits to be removed.
    drop(fs::remove_dir(&directory));
    Ok(())
}

/// Whether the documents in `staging/NAME` belong to the installed toolchain: the staged tree is
/// gone, or `new` shows that it was exchanged.
fn is_published(directory: &Path, target: &Path) -> bool {
    let is_new = || file::same_file(&directory.join(NEW), &target.join(VERSION)).unwrap_or(false);
    !is_missing(target) && (is_missing(&directory.join(TREE)) || is_new())
}

/// Toolchains that a forced install moved away without a successor: it crashed between its two
/// renames, or is between them now. Changes nothing; [`recover_all`] moves them back.
pub fn set_aside(layout: &Layout) -> Vec<ToolchainName> {
    let is_aside = |name: &ToolchainName| {
        is_missing(&layout.toolchain(name)) && is_goroot(&layout.staging().join(name.as_str()).join(OLD))
    };
    let names = staged(layout).unwrap_or_default();
    names.iter().filter_map(|name| ToolchainName::parse(name).ok()).filter(is_aside).collect()
}

/// Reads a receipt of at most `limit` bytes, even if a crash left it in staging, which may have one
/// if it `may_be_staged`.
pub(crate) fn read_receipt(
    layout: &Layout,
    name: &ToolchainName,
    limit: u64,
    may_be_staged: bool,
) -> Result<Option<Vec<u8>>, FileError> {
    let directory = layout.staging().join(name.as_str());
    let (staged, path) = (directory.join(RECEIPT), layout.receipt(name));
    let read = |path: &Path| file::read_limited(path, limit);
    // Almost never there, so this comes first.
    let staged = Some(staged).filter(|_| may_be_staged).and_then(|staged| read(&staged).ok());
    let staged = staged.filter(|_| is_published(&directory, &layout.toolchain(name)));
    match staged.map_or_else(|| read(&path), Ok) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        bytes => bytes.map(Some).map_err(FileError::at("read", &path)),
    }
}

/// Moves the documents of a published tree into place, the receipt last, and deletes the download
/// before that. After a crash, the next command does the rest.
fn follow(layout: &Layout, name: &str, lock: &Lock) -> Result<(), FileError> {
    let directory = layout.staging().join(name);
    if !is_missing(&directory.join(RECEIPT)) {
        discard_parts(layout, name, lock);
    }
    for (file, target) in documents_of(layout, name) {
        let staged = directory.join(file);
        if !is_missing(&staged) {
            rename(&staged, &target)?;
        }
    }
    Ok(())
}

/// Removes the documents of a tree that was never published, and then `new`.
fn discard_documents(directory: &Path) -> Result<(), FileError> {
    [RECEIPT, LIST, NEW].iter().try_for_each(|file| remove(&directory.join(file)))
}

pub(crate) fn remove_documents(layout: &Layout, name: &str) -> Result<(), FileError> {
    documents_of(layout, name).iter().try_for_each(|(_, path)| remove(path))
}

/// The documents in `staging/NAME` and where they belong.
fn documents_of(layout: &Layout, name: &str) -> [(&'static str, PathBuf); 2] {
    let receipts = layout.receipts();
    [(LIST, receipts.join(format!("{name}.files"))), (RECEIPT, receipts.join(format!("{name}.json")))]
}

/// Writes the tree to the disk. Some systems can sync only file by file, which would take as long
/// as the whole install. There, only the files that make it a toolchain are synced, and
/// `gover verify` would find other damage.
fn sync(directory: &Path) -> Result<(), FileError> {
    if file::sync_file_system(directory).map_err(FileError::at("sync", directory))? {
        return Ok(());
    }
    let tree = directory.join(TREE);
    let programs = entries(&tree.join("bin"))?;
    let others = [tree.join(VERSION), directory.join(RECEIPT), directory.join(LIST)];
    others.iter().chain(&programs).try_for_each(|path| files::sync(path))
}

fn waiting(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    let is_waiting = |path: &PathBuf| name_of(path).is_some_and(|name| name.starts_with(REMOVED));
    Ok(entries(directory)?.into_iter().filter(is_waiting).collect())
}

fn free_name(directory: &Path) -> PathBuf {
    let first = std::iter::once(directory.join(REMOVED));
    let others = (1_u32..).map(|number| directory.join(format!("{REMOVED}.{number}")));
    // There are more numbers than names, so the search always ends.
    first.chain(others).find(|path| is_missing(path)).unwrap_or_else(|| directory.join(REMOVED))
}

/// Moves what there is of a toolchain into staging, to be removed. `_lock` is its lock.
pub(crate) fn hide(layout: &Layout, name: &str, _lock: &Lock) -> Result<(), FileError> {
    move_aside(&layout.versions().join(name), &free_name(&layout.staging().join(name)))
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uninstalled {
    pub name: ToolchainName,
    pub path: PathBuf,
    /// Where it leads if it was a link. What is there stays.
    pub target: Option<PathBuf>,
    pub bytes: u64,
}

/// Removes a toolchain, damaged or not, with its receipt and its list of files. `lock` is the lock
/// of that name. One rename makes it invisible. A later command deletes what a running program
/// keeps now. The next [`refresh`](crate::shims::refresh) removes its names in `bin/`.
pub fn uninstall(layout: &Layout, name: &ToolchainName, lock: &Lock) -> Result<Uninstalled, UninstallError> {
    recover(layout, name.as_str(), lock)?;
    let path = layout.toolchain(name);
    if path.symlink_metadata().is_err() {
        return Err(UninstallError::NotInstalled { name: name.to_string() });
    }
    let target = gover_sys::link::read(&path).ok().flatten();
    let bytes = file::tree_size(&path).unwrap_or_default();
    hide(layout, name.as_str(), lock)?;
    // A toolchain copied here later must not inherit them. After a crash `recover` does the same.
    remove_documents(layout, name.as_str())?;
    drop(recover(layout, name.as_str(), lock));
    Ok(Uninstalled { name: name.clone(), path, target, bytes })
}

#[derive(Debug, thiserror::Error)]
pub enum UninstallError {
    #[error("{name} is not installed")]
    NotInstalled { name: String },
    #[error(transparent)]
    File(#[from] FileError),
}

impl Diagnose for UninstallError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NotInstalled { .. } => vec!["`gover list` shows what is installed".to_owned()],
            Self::File(error) => error.hints(),
        }
    }
}

/// The names in staging that gover may have made: leftovers of crashes, or the work of other
/// processes. Other names may be the user's own and are left out.
pub fn staged(layout: &Layout) -> Result<Vec<String>, FileError> {
    let paths = entries(&layout.staging())?;
    let names = paths.iter().filter_map(|path| name_of(path));
    Ok(names.filter(|name| is_own_name(name)).map(str::to_owned).collect())
}

pub(crate) fn is_own_name(name: &str) -> bool {
    name == custom_build::LOCK || ToolchainName::parse(name).is_ok()
}

/// Whether `path`, `NAME/ENTRY` below staging, is a file that may be there.
pub(crate) fn is_own_file(path: &str) -> bool {
    let is_file = |entry| [PARTS, RECEIPT, LIST, NEW].contains(&entry);
    path.split_once('/').is_some_and(|(name, entry)| is_own_name(name) && is_file(entry))
}

/// The same for the directory of a tree.
pub(crate) fn is_own_tree(path: &str) -> bool {
    let is_number = |rest: &str| rest.strip_prefix('.').is_some_and(|number| number.parse::<u32>().is_ok());
    let is_removed = |rest: &str| rest.is_empty() || is_number(rest);
    let is_tree =
        |entry: &str| [TREE, OLD].contains(&entry) || entry.strip_prefix(REMOVED).is_some_and(is_removed);
    path.split_once('/').is_some_and(|(name, entry)| is_own_name(name) && is_tree(entry))
}

fn name_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// Recovers what crashes left in staging, except where another process is at work. Every command
/// that changes something starts with it, and usually finds an empty directory. Commands that only
/// read report what is [set aside](set_aside).
///
/// Changes nothing in the home of another program, under names that gover does not use, or behind a
/// link out of the home.
pub fn recover_all(layout: &Layout) -> Result<(), FileError> {
    if !home::is_own(layout, &[layout.staging(), layout.versions(), layout.receipts(), layout.cache()]) {
        return Ok(());
    }
    let is_directory = |name: &String| {
        layout.staging().join(name).symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
    };
    for name in staged(layout)?.into_iter().filter(is_directory) {
        if let Some(lock) = try_lock(layout, &name)? {
            recover(layout, &name, &lock)?;
        }
    }
    Ok(())
}

/// Moves the tree of `staging/NAME` into place by two renames: first the old toolchain away, which
/// is moved back on an error, then the new one in.
fn rename_into_place(directory: &Path, target: &Path, replaces: bool) -> Result<(), FileError> {
    let (tree, aside) = (directory.join(TREE), directory.join(OLD));
    if replaces {
        move_aside(target, &aside)?;
    }
    rename(&tree, target).inspect_err(|_| {
        if replaces {
            // If this fails too, the next command tries again.
            drop(rename(&aside, target));
        }
    })
}

fn move_aside(from: &Path, to: &Path) -> Result<(), FileError> {
    if let Some(directory) = to.parent() {
        create_directory(directory)?;
    }
    remove(to)?;
    rename(from, to)
}

fn is_missing(path: &Path) -> bool {
    path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

const TREE: &str = "tree";
const PARTS: &str = "parts";
const OLD: &str = "old";
const REMOVED: &str = "removed";
const RECEIPT: &str = "receipt.json";
const LIST: &str = "files";
const NEW: &str = "new";
const VERSION: &str = "VERSION";

#[cfg(test)]
#[path = "staging_tests.rs"]
mod tests;
