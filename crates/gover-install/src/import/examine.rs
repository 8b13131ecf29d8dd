//! Compares a tree that was found with the record of its release.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use gover_archive::Taken;
use gover_archive::digest::{Digest, FileDigest, Hashed, is_outside_module, module_version, tree_hash};
use gover_core::Layout;
use gover_log::LogRecord;
use gover_source::Wanted;

use super::release_files::{is_uncovered, may_be_released, may_hold};
use crate::file_list::FileList;
use crate::report::Reporter;
use crate::verify::Tree;

/// A tree whose files are those of the release, as the checksum database records them.
#[derive(Clone, Debug)]
pub struct Equal {
    pub goroot: PathBuf,
    pub wanted: Wanted,
    pub record: LogRecord,
    /// Files and directories of the tree that are not of the release, a directory with a final `/`.
    pub left_out: Vec<String>,
    /// Whether there are directories that the checksum database does not cover: `api`, `doc`,
    /// `misc` and `test`.
    pub has_uncovered: bool,
    pub bytes: u64,
    pub(super) files: Vec<Taken>,
}

/// A tree that was not found to be equal to its release.
#[derive(Clone, Debug)]
pub enum Unequal {
    Different(Box<Different>),
    /// Paths below GOROOT that may not be read, with the reason, so nothing is known.
    Unreadable(BTreeMap<String, String>),
}

/// A tree that differs from the release.
#[derive(Clone, Debug)]
pub struct Different {
    pub wanted: Wanted,
    pub record: LogRecord,
    /// The h1 of its files.
    pub h1: String,
    /// Directories without which no release is.
    pub missing: Vec<&'static str>,
    /// Links and the like in place of files of the release, with what they are.
    pub odd: Vec<(String, &'static str)>,
    /// Files that changed after all others, so probably those that differ.
    pub later: Vec<String>,
    files: BTreeMap<String, Digest>,
}

impl Different {
    /// The files that differ from the list of the release's files.
    pub fn against(&self, release: &FileList) -> Vec<Difference> {
        let platform = &self.wanted.platform;
        let released: BTreeMap<&str, &Digest> =
            release.files.iter().map(|file| (file.path.as_str(), &file.digest)).collect();
        let paths: BTreeSet<&str> =
            released.keys().copied().chain(self.files.keys().map(String::as_str)).collect();
        let difference = |path: &str| match (released.get(path), self.files.get(path)) {
            (Some(expected), Some(found)) if *expected != found => Some(Difference::Changed(path.to_owned())),
            (Some(_), None) if !is_outside_module(path) => Some(Difference::Missing(path.to_owned())),
            (None, Some(_)) if may_be_released(path, platform) => Some(Difference::Added(path.to_owned())),
            _ => None,
        };
        paths.into_iter().filter_map(difference).collect()
    }
}

impl Equal {
    /// The files of the release.
    pub fn list(&self) -> FileList {
        FileList::new(self.files.iter().map(digest).collect())
    }
}

/// The files of an installed release, if the list that was kept is that of the record.
pub fn kept_list(layout: &Layout, wanted: &Wanted, record: &LogRecord) -> Option<FileList> {
    let (list, _) = FileList::read(&layout.file_list(&wanted.name)).ok()??;
    let module = module_version(&wanted.name, &wanted.platform);
    let is_equal = |hashed| tree_hash(&list.files, hashed, &module).is_ok_and(|h1| h1 == record.h1);
    (is_equal(Hashed::Archive) || is_equal(Hashed::Module)).then_some(list)
}

fn digest(file: &Taken) -> FileDigest {
    FileDigest { path: file.path.clone(), digest: file.digest, executable: false }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    Changed(String),
    Added(String),
    Missing(String),
}

/// Reads a tree and compares it with the record of its release. Changes nothing.
pub fn examine(
    goroot: &Path,
    wanted: &Wanted,
    record: &LogRecord,
    reporter: &dyn Reporter,
) -> Result<Equal, Unequal> {
    let read = |wants: &dyn Fn(&str) -> bool| {
        let tree = Tree::read_where(goroot, (wanted.name.as_str(), reporter), wants);
        Examined::new(goroot, wanted, tree)
    };
    let is_covered = |directory: &str| !is_uncovered(directory);
    let examined = read(&|directory| is_covered(directory) && may_hold(directory, &wanted.platform));
    let has_skipped = examined.tree.skipped.iter().any(|directory| is_covered(directory));
    let compared = examined.compare(record);
    if matches!(compared, Err(Unequal::Different(_))) && has_skipped {
        // Releases before go1.20 have compiled packages, and a later one may have new directories.
        return read(&is_covered).compare(record).or(compared);
    }
    compared
}

struct Examined<'a> {
    goroot: &'a Path,
    wanted: &'a Wanted,
    tree: Tree,
    files: Vec<Taken>,
}

impl<'a> Examined<'a> {
    fn new(goroot: &'a Path, wanted: &'a Wanted, tree: Tree) -> Self {
        let file = |(from, file): (&String, &crate::verify::tree::TreeFile)| {
            let path = module_name(from, &tree)?;
            Some(Taken { from: from.clone(), path, digest: file.digest, size: file.size })
        };
        let files = tree.files.iter().filter_map(file).collect();
        Self { goroot, wanted, tree, files }
    }

    fn compare(self, record: &LogRecord) -> Result<Equal, Unequal> {
        let platform = &self.wanted.platform;
        let all = self.hash(|_| true);
        if all == record.h1 {
            return Ok(self.equal(record, |_| true));
        }
        let of_release = |file: &Taken| may_be_released(&file.path, platform);
        if self.hash(of_release) == record.h1 {
            return Ok(self.equal(record, of_release));
        }
        let unread = self.tree.unreadable.iter().filter(|(path, _)| self.matters(path));
        let unread: BTreeMap<String, String> =
            unread.map(|(path, reason)| (path.clone(), reason.clone())).collect();
        Err(if unread.is_empty() {
            Unequal::Different(Box::new(self.different(record, all)))
        } else {
            Unequal::Unreadable(unread)
        })
    }

    /// Whether a path is that of a file or directory of the release, `.` for all of it.
    fn matters(&self, path: &str) -> bool {
        let platform = &self.wanted.platform;
        path == "." || may_be_released(path, platform) || may_hold(path, platform)
    }

    fn hash(&self, is_wanted: impl Fn(&Taken) -> bool) -> String {
        let files: Vec<FileDigest> = self.files.iter().filter(|file| is_wanted(file)).map(digest).collect();
        let module = module_version(&self.wanted.name, &self.wanted.platform);
        tree_hash(&files, Hashed::Archive, &module).unwrap_or_else(|error| error.to_string())
    }

    fn equal(&self, record: &LogRecord, is_wanted: impl Fn(&Taken) -> bool) -> Equal {
        let (files, others): (Vec<Taken>, Vec<Taken>) = self.files.iter().cloned().partition(is_wanted);
        let (uncovered, skipped): (Vec<&String>, Vec<&String>) =
            self.tree.skipped.iter().partition(|directory| is_uncovered(directory));
        let links = self.tree.others.iter().map(|(path, _)| path.clone());
        let unread = self.tree.unreadable.keys().cloned();
        let directories = skipped.into_iter().map(|directory| format!("{directory}/"));
        let mut left_out: Vec<String> =
            directories.chain(others.into_iter().map(|file| file.from)).chain(links).chain(unread).collect();
        left_out.sort();
        Equal {
            goroot: self.goroot.to_owned(),
            wanted: self.wanted.clone(),
            record: record.clone(),
            left_out,
            has_uncovered: !uncovered.is_empty(),
            bytes: files.iter().map(|file| file.size).sum(),
            files,
        }
    }

    fn different(self, record: &LogRecord, h1: String) -> Different {
        let has = |directory: &str| {
            self.files
                .iter()
                .any(|file| file.path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/')))
        };
        let missing = ["bin", "pkg/tool", "src"].into_iter().filter(|directory| !has(directory)).collect();
        let odd = self.tree.others.iter().filter(|(path, _)| self.matters(path)).cloned().collect();
        let (wanted, record, later) = (self.wanted.clone(), record.clone(), self.later());
        let files = self.files.into_iter().map(|file| (file.path, file.digest)).collect();
        Different { wanted, record, h1, missing, odd, later, files }
    }

    /// The files that are much younger than VERSION, unless most are.
    fn later(&self) -> Vec<String> {
        let modified = |path: &str| {
            let place = path.split('/').fold(self.goroot.to_owned(), |place, name| place.join(name));
            place.symlink_metadata().and_then(|metadata| metadata.modified()).ok()
        };
        let Some(unpacked) = modified("VERSION").and_then(|version| version.checked_add(UNPACKING)) else {
            return Vec::new();
        };
        let of_release = self.files.iter().filter(|file| may_be_released(&file.path, &self.wanted.platform));
        let later = of_release.filter(|file| modified(&file.from).is_some_and(|time| time > unpacked));
        let later: Vec<String> = later.map(|file| file.from.clone()).collect();
        if later.len() * 2 > self.files.len() { Vec::new() } else { later }
    }
}

/// What a file is called in an unpacked archive; `None` if it is a copy that the go command made. When
/// it first uses a toolchain from the module cache, it copies each `_go.mod` to `go.mod`.
fn module_name(path: &str, tree: &Tree) -> Option<String> {
    let Some(directory) =
        path.strip_suffix("_go.mod").filter(|above| above.is_empty() || above.ends_with('/'))
    else {
        return Some(path.to_owned());
    };
    let named = format!("{directory}go.mod");
    match (tree.files.get(&named), tree.files.get(path)) {
        (Some(copy), Some(original)) if copy.digest == original.digest => None,
        (Some(_), _) => Some(path.to_owned()),
        (None, _) => Some(named),
    }
}

/// How long unpacking a toolchain takes at most.
const UNPACKING: Duration = Duration::from_mins(10);
