//! Reads an installed tree, and hashes its regular files on all cores.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use gover_archive::digest::{Digest, Sha256};
use gover_archive::{Limits, on_all_cores};
use gover_sys::file;

use crate::report::{Outcome, Phase, Reporter, Task};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Regular files by their path below GOROOT, with `/`.
    pub(crate) files: BTreeMap<String, TreeFile>,
    /// Links, devices and the like, files whose names are not UTF-8, and files that are larger than a
    /// toolchain may be, with what they are.
    pub(crate) others: Vec<(String, &'static str)>,
    pub(crate) directories: BTreeSet<String>,
    pub(crate) unreadable: BTreeMap<String, String>,
    /// Directories that were not read, because the caller did not want them.
    pub(crate) skipped: Vec<String>,
    pub bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TreeFile {
    pub(crate) digest: Digest,
    /// Always true on Windows.
    pub(crate) executable: bool,
    pub(crate) size: u64,
}

impl Tree {
    /// Reads and hashes everything below `goroot`. Follows no links, and lists what is unreadable.
    pub fn read(goroot: &Path, toolchain: &str, reporter: &dyn Reporter) -> Self {
        Self::read_where(goroot, (toolchain, reporter), &|_| true)
    }

    /// The same without the directories whose paths below `goroot` are not `wanted`.
    pub(crate) fn read_where(
        goroot: &Path,
        (toolchain, reporter): (&str, &dyn Reporter),
        wanted: &dyn Fn(&str) -> bool,
    ) -> Self {
        let (mut tree, mut files) = (Self::default(), Vec::new());
        tree.walk((goroot, ""), wanted, &mut files);
        tree.bytes = files.iter().map(|file| file.size).sum();
        // Large files come first, so that none is left over for one core at the end.
        files.sort_by_key(|file| std::cmp::Reverse(if file.size > LARGE { file.size } else { 0 }));
        let id = reporter.start(Task { toolchain, phase: Phase::Verify }, Some(tree.bytes));
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
                    let Found { size, executable, .. } = *found;
                    tree.files.insert(name, TreeFile { digest, executable, size });
                }
                Err(error) => {
                    tree.unreadable.insert(name, error.to_string());
                }
            }
        }
        tree
    }

    pub fn file_count(&self) -> u64 {
        self.files.len() as u64
    }

    /// Adds the entries of a directory; `prefix` is its path below GOROOT, with a final `/`.
    fn walk(
        &mut self,
        (directory, prefix): (&Path, &str),
        wanted: &dyn Fn(&str) -> bool,
        files: &mut Vec<Found>,
    ) {
        let entries: Vec<_> =
            fs::read_dir(directory).map_or_else(|error| vec![Err(error)], Iterator::collect);
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unreadable(prefix.trim_end_matches('/'), &error);
                    continue;
                }
            };
            let path = entry.path();
            let file_name = entry.file_name();
            let Some(text) = file_name.to_str() else {
                let name = format!("{prefix}{}", file_name.to_string_lossy());
                self.others.push((name, "a file whose name is not text"));
                continue;
            };
            let name = format!("{prefix}{text}");
            match path.symlink_metadata() {
                Err(error) => self.unreadable(&name, &error),
                Ok(metadata) if metadata.is_dir() && !wanted(&name) => self.skipped.push(name),
                Ok(metadata) if metadata.is_dir() => {
                    self.walk((&path, &format!("{name}/")), wanted, files);
                    self.directories.insert(name);
                }
                Ok(metadata) if metadata.is_file() && metadata.len() > largest() => {
                    self.others.push((name, "a file that is larger than a toolchain"));
                }
                Ok(metadata) if metadata.is_file() => {
                    let executable = file::may_be_executed(&metadata);
                    files.push(Found { path, name, size: metadata.len(), executable });
                }
                Ok(metadata) if metadata.is_symlink() => self.others.push((name, "a symbolic link")),
                Ok(_) => self.others.push((name, "a device, pipe or socket")),
            }
        }
    }

    fn unreadable(&mut self, name: &str, error: &io::Error) {
        let name = if name.is_empty() { "." } else { name };
        self.unreadable.insert(name.to_owned(), error.to_string());
    }
}

struct Found {
    path: PathBuf,
    name: String,
    size: u64,
    executable: bool,
}

fn hash(found: &Found, buffer: &mut [u8], progress: impl Fn(u64)) -> io::Result<Digest> {
    let mut sum = Sha256::default();
    sum.read(File::open(&found.path)?, buffer, progress)?;
    Ok(sum.finish())
}

/// The most bytes that gover installs as a toolchain. A sparse file may claim to have many more.
fn largest() -> u64 {
    Limits::default().bytes
}

/// Files above this size are hashed first.
const LARGE: u64 = 1 << 20;
const BUFFER: usize = 256 * 1024;
