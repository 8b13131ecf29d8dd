//! Reads an installed tree, and hashes its regular files on all cores.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use gover_archive::digest::{Digest, Sha256};
use gover_archive::on_all_cores;
use gover_sys::file;

use crate::report::{Outcome, Reporter, Task};

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
        let hash = |buffer: &mut Vec<u8>, found| {
            Ok((found, hash(found, buffer, |bytes| reporter.advance(id, bytes))))
        };
        let results = on_all_cores::<_, _, _, Infallible>(&files, || Ok(vec![0; BUFFER]), hash);
        reporter.finish(id, Outcome::Done);
        // Only a panic leaves no results.
        let Some(Ok(results)) = results else {
            let reason = || "its reader ended early".to_owned();
            tree.unreadable.extend(files.into_iter().map(|found| (found.name, reason())));
            return tree;
        };
        for (found, result) in results {
            let name = found.name.clone();
            match result {
                Ok(digest) => {
                    tree.files.insert(name, TreeFile { digest, executable: found.executable });
                }
                Err(error) => {
                    tree.unreadable.insert(name, error.to_string());
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

fn hash(found: &Found, buffer: &mut [u8], progress: impl Fn(u64)) -> io::Result<Digest> {
    let mut sum = Sha256::default();
    sum.read(File::open(&found.path)?, buffer, progress)?;
    Ok(sum.finish())
}

/// Files above this size are hashed first.
const LARGE: u64 = 1 << 20;
/// Bytes read at a time.
const BUFFER: usize = 256 * 1024;
