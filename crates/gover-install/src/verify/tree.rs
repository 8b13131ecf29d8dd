//! Reads an installed tree, and hashes its regular files on all cores.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use gover_archive::digest::{Digest, Sha256};
use gover_sys::file;

use crate::report::{Outcome, Reporter, Task, TaskId};

/// What is below a GOROOT.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Regular files by their path below GOROOT, with `/`.
    pub(super) files: BTreeMap<String, TreeFile>,
    /// Other entries than files and directories, and files whose names are not UTF-8, with what
    /// they are.
    pub(super) others: Vec<(String, &'static str)>,
    /// Directories by their path.
    pub(super) directories: BTreeSet<String>,
    pub(super) unreadable: BTreeMap<String, String>,
    pub(super) bytes: u64,
}

/// A regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TreeFile {
    pub(super) digest: Digest,
    /// Always true on Windows.
    pub(super) executable: bool,
}

impl Tree {
    /// Reads and hashes everything below `goroot`, and follows no links. The result has a list of
    /// what could not be read.
    pub fn read(goroot: &Path, toolchain: &str, reporter: &dyn Reporter) -> Self {
        let mut walk = Walk::default();
        walk.directory(goroot, "");
        let Walk { mut files, mut tree } = walk;
        tree.bytes = files.iter().map(|file| file.size).sum();
        // Large files come first, so that none is left over for one core at the end.
        files.sort_by_key(|file| std::cmp::Reverse(if file.size > LARGE { file.size } else { 0 }));
        let id = reporter.start(Task::Verify { toolchain }, Some(tree.bytes));
        let queue = Queue { files, next: AtomicUsize::new(0), results: Mutex::default(), reporter, id };
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| queue.work());
            }
        });
        reporter.finish(id, Outcome::Done);
        let Queue { files, results, .. } = queue;
        let mut results = results.into_inner().unwrap_or_default();
        for (at, found) in files.into_iter().enumerate() {
            let result = results.remove(&at).unwrap_or_else(|| Err("its reader ended early".to_owned()));
            match result {
                Ok(digest) => {
                    tree.files.insert(found.name, TreeFile { digest, executable: found.executable });
                }
                Err(reason) => {
                    tree.unreadable.insert(found.name, reason);
                }
            }
        }
        tree
    }

    pub fn len(&self) -> u64 {
        self.files.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The size of all files together.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// A regular file that waits to be hashed.
struct Found {
    path: PathBuf,
    name: String,
    size: u64,
    executable: bool,
}

#[derive(Default)]
struct Walk {
    files: Vec<Found>,
    tree: Tree,
}

impl Walk {
    /// Adds all entries of a directory. `prefix` is its path below GOROOT, with a final `/`.
    fn directory(&mut self, directory: &Path, prefix: &str) {
        let mut entries = Vec::new();
        match fs::read_dir(directory) {
            Ok(read) => {
                for entry in read {
                    match entry {
                        Ok(entry) => entries.push(entry),
                        Err(error) => self.unreadable(prefix.trim_end_matches('/'), &error),
                    }
                }
            }
            Err(error) => self.unreadable(prefix.trim_end_matches('/'), &error),
        }
        for entry in entries {
            let path = entry.path();
            let file_name = entry.file_name();
            let Some(text) = file_name.to_str() else {
                let name = format!("{prefix}{}", file_name.to_string_lossy());
                self.tree.others.push((name, "its name is not text"));
                continue;
            };
            let name = format!("{prefix}{text}");
            match path.symlink_metadata() {
                Err(error) => self.unreadable(&name, &error),
                Ok(metadata) if metadata.is_dir() => {
                    self.directory(&path, &format!("{name}/"));
                    self.tree.directories.insert(name);
                }
                Ok(metadata) if metadata.is_file() => {
                    let executable = file::may_be_executed(&metadata);
                    self.files.push(Found { path, name, size: metadata.len(), executable });
                }
                Ok(metadata) if metadata.is_symlink() => self.tree.others.push((name, "a symbolic link")),
                Ok(_) => self.tree.others.push((name, "a device, pipe or socket")),
            }
        }
    }

    fn unreadable(&mut self, name: &str, error: &io::Error) {
        let name = if name.is_empty() { "." } else { name };
        self.tree.unreadable.insert(name.to_owned(), error.to_string());
    }
}

/// The work, shared by all threads.
struct Queue<'a> {
    files: Vec<Found>,
    next: AtomicUsize,
    results: Mutex<BTreeMap<usize, Result<Digest, String>>>,
    reporter: &'a dyn Reporter,
    id: TaskId,
}

impl Queue<'_> {
    fn work(&self) {
        let mut buffer = vec![0; BUFFER];
        let mut done = BTreeMap::new();
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(found) = self.files.get(at) else { break };
            let result = hash(&found.path, &mut buffer, |bytes| self.reporter.advance(self.id, bytes));
            done.insert(at, result.map_err(|error| error.to_string()));
        }
        // A poisoned lock means a panic elsewhere. Files without a result count as unreadable.
        if let Ok(mut results) = self.results.lock() {
            results.append(&mut done);
        }
    }
}

fn hash(path: &Path, buffer: &mut [u8], progress: impl Fn(u64)) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut sum = Sha256::new();
    loop {
        let count = file.read(buffer)?;
        if count == 0 {
            return Ok(sum.finish());
        }
        sum.update(buffer.get(..count).unwrap_or_default());
        progress(count as u64);
    }
}

/// More threads than this only slow each other down.
const MAX_THREADS: usize = 16;
/// Files above this size are hashed first.
const LARGE: u64 = 1 << 20;
/// Bytes read at a time.
const BUFFER: usize = 256 * 1024;
