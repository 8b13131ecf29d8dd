//! An installed tree as it is on disk now: every entry seen, every regular file hashed on all cores.

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
    /// Everything that is neither a regular file nor a directory, and files whose names are not text.
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
    /// Whether it may be executed; on Windows every file may.
    pub(super) executable: bool,
}

impl Tree {
    /// Reads and hashes everything below `goroot`, and tells `reporter`. Changes nothing and follows no link below
    /// `goroot`; what cannot be read is noted in the result.
    pub fn read(goroot: &Path, toolchain: &str, reporter: &dyn Reporter) -> Self {
        let mut walk = Walk::default();
        walk.directory(goroot, "");
        let Walk { mut files, mut tree } = walk;
        tree.bytes = files.iter().map(|file| file.size).sum();
        // The large ones first, so that no core ends up alone with one; the others as they lie on the disk.
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

    /// How many regular files there are.
    pub fn len(&self) -> u64 {
        self.files.len() as u64
    }

    /// Whether there are none.
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
    /// Notes all entries of a directory; `prefix` is its path below GOROOT, with a final `/`.
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
        // A poisoned lock means a panic elsewhere; what is missing then counts as unreadable.
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

/// More threads than this only contend for the file system.
const MAX_THREADS: usize = 16;
/// Bytes from which on a file is worth starting early.
const LARGE: u64 = 1 << 20;
/// Bytes read at a time.
const BUFFER: usize = 256 * 1024;
