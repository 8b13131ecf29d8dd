//! What a made-up machine reads: files, the registry, and the answers of programs.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::USUAL;
use crate::snapshot::disk::{BuildInfo, Disk, FileSystem, Kind, Rights};
use crate::snapshot::path::{MachinePath, PathRules};
use crate::snapshot::programs::{Programs, Ran, Run};
use crate::snapshot::registry::{Hive, Registry, Text};

/// Files by the key of their path.
#[derive(Clone, Debug)]
pub(crate) struct FakeDisk {
    pub(super) rules: PathRules,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) directories: BTreeSet<String>,
    pub(super) links: BTreeMap<String, MachinePath>,
    pub(super) executable: BTreeSet<String>,
    pub(super) read_only: BTreeSet<String>,
    pub(super) rights: BTreeMap<String, Rights>,
    pub(super) systems: BTreeMap<String, FileSystem>,
    pub(super) large: BTreeSet<String>,
    pub(super) secret: BTreeSet<String>,
    pub(super) built: BTreeMap<String, BuildInfo>,
}

/// Values by hive, key and name.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeRegistry {
    pub(super) texts: BTreeMap<(Hive, String, String), Text>,
    pub(super) numbers: BTreeMap<(Hive, String, String), u32>,
    /// The types of values that are neither.
    pub(super) others: BTreeMap<(Hive, String, String), u32>,
}

/// Answers by program and arguments, joined with spaces.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakePrograms {
    pub(super) answers: BTreeMap<String, Ran>,
    pub(crate) asked: RefCell<Vec<String>>,
}

impl FakeDisk {
    pub(super) fn new(rules: PathRules) -> Self {
        Self {
            rules,
            files: BTreeMap::new(),
            directories: BTreeSet::new(),
            links: BTreeMap::new(),
            executable: BTreeSet::new(),
            read_only: BTreeSet::new(),
            rights: BTreeMap::new(),
            systems: BTreeMap::new(),
            large: BTreeSet::new(),
            secret: BTreeSet::new(),
            built: BTreeMap::new(),
        }
    }

    /// Lets a file be as large as those that are not read whole.
    pub(crate) fn refuses_to_read(&mut self, path: &str) {
        self.large.insert(self.rules.path(path).key());
    }

    /// Takes the right to read a file or directory.
    pub(crate) fn forbid_reading(&mut self, path: &str) {
        self.secret.insert(self.rules.path(path).key());
    }

    /// Takes the right to execute a file.
    pub(crate) fn forbid_execution(&mut self, path: &str) {
        self.executable.remove(&self.rules.path(path).key());
    }

    pub(super) fn put(&mut self, path: &MachinePath, content: &[u8]) {
        if let Some(parent) = path.parent() {
            self.put_directory(&parent);
        }
        self.directories.remove(&path.key());
        self.files.insert(path.key(), content.to_vec());
    }

    pub(super) fn put_directory(&mut self, path: &MachinePath) {
        self.directories.extend(path.ancestors().map(|path| path.key()));
    }

    /// Whether it is in a directory that may not be read.
    fn is_hidden(&self, key: &str) -> bool {
        self.secret.iter().any(|secret| key.strip_prefix(secret).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The key of the path with links followed.
    fn follow(&self, path: &MachinePath) -> String {
        let mut key = path.key();
        for _ in 0..8 {
            let next = self.links.iter().find_map(|(link, target)| {
                let rest = key.strip_prefix(link.as_str())?;
                (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", target.key()))
            });
            match next {
                Some(next) => key = next,
                None => break,
            }
        }
        key
    }
}

impl Disk for FakeDisk {
    fn kind(&self, path: &MachinePath) -> Option<Kind> {
        let key = self.follow(path);
        if self.is_hidden(&key) {
            return None;
        }
        if self.files.contains_key(&key) {
            return Some(Kind::File);
        }
        self.directories.contains(&key).then_some(Kind::Directory)
    }

    fn read(&self, path: &MachinePath) -> io::Result<Vec<u8>> {
        let key = self.follow(path);
        if self.large.contains(&key) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if self.secret.contains(&key) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        self.files.get(&key).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn head(&self, path: &MachinePath, length: usize) -> Vec<u8> {
        let key = self.follow(path);
        let may_read = !self.is_hidden(&key) && !self.secret.contains(&key);
        let mut content = self.files.get(&key).filter(|_| may_read).cloned().unwrap_or_default();
        content.truncate(length);
        content
    }

    fn list(&self, path: &MachinePath) -> Vec<String> {
        let directory = format!("{}/", self.follow(path).trim_end_matches('/'));
        if self.is_hidden(&directory) || self.is_closed(path) {
            return Vec::new();
        }
        let keys = self.files.keys().chain(&self.directories).chain(self.links.keys());
        let names: BTreeSet<String> = keys
            .filter_map(|key| key.strip_prefix(&directory))
            .filter_map(|rest| rest.split('/').next().filter(|name| !name.is_empty()))
            .map(str::to_owned)
            .collect();
        names.into_iter().collect()
    }

    fn is_closed(&self, path: &MachinePath) -> bool {
        self.kind(path) == Some(Kind::Directory) && self.secret.contains(&self.follow(path))
    }

    fn real(&self, path: &MachinePath) -> Option<MachinePath> {
        self.kind(path)?;
        let key = self.follow(path);
        if key == path.key() {
            return Some(path.clone());
        }
        Some(self.rules.path(if self.rules == PathRules::Windows { key.replace('/', "\\") } else { key }))
    }

    fn is_writable(&self, path: &MachinePath) -> bool {
        let key = self.follow(path);
        let is_below = |top: &String| key == *top || key.starts_with(&format!("{top}/"));
        self.kind(path).is_some() && !self.read_only.iter().any(is_below)
    }

    fn rights(&self, path: &MachinePath) -> Option<Rights> {
        self.kind(path)?;
        if self.rules == PathRules::Windows {
            return None;
        }
        let key = self.follow(path);
        let is_below = |top: &str| key == top || key.starts_with(&format!("{top}/"));
        let known = self.rights.iter().filter(|(top, _)| is_below(top));
        Some(known.max_by_key(|(top, _)| top.len()).map_or(USUAL, |(_, rights)| rights.clone()))
    }

    fn is_executable(&self, path: &MachinePath) -> bool {
        self.executable.contains(&self.follow(path))
    }

    fn build_info(&self, path: &MachinePath) -> Option<BuildInfo> {
        self.built.get(&self.follow(path)).cloned()
    }

    fn file_system(&self, path: &MachinePath) -> FileSystem {
        let key = self.follow(path);
        let mounts = self.systems.iter().filter(|(top, _)| key.starts_with(top.as_str()));
        mounts.max_by_key(|(top, _)| top.len()).map_or_else(
            || FileSystem { kind: "ext4".to_owned(), available: Some(1 << 40), ..FileSystem::default() },
            |(_, system)| system.clone(),
        )
    }
}

impl FakeRegistry {
    pub(crate) fn put(&mut self, hive: Hive, key: &str, name: &str, value: Text) {
        self.texts.insert((hive, key.to_lowercase(), name.to_lowercase()), value);
    }

    pub(crate) fn put_number(&mut self, hive: Hive, key: &str, name: &str, value: u32) {
        self.numbers.insert((hive, key.to_lowercase(), name.to_lowercase()), value);
    }

    /// Replaces a value by one of another type, which is not read.
    pub(crate) fn put_other(&mut self, hive: Hive, key: &str, name: &str, kind: u32) {
        let value = (hive, key.to_lowercase(), name.to_lowercase());
        self.texts.remove(&value);
        self.others.insert(value, kind);
    }

    pub(super) fn remove(&mut self, key: &str, name: &str) {
        self.texts.remove(&(Hive::User, key.to_lowercase(), name.to_lowercase()));
    }
}

impl Registry for FakeRegistry {
    fn text(&self, hive: Hive, key: &str, name: &str) -> Option<Text> {
        self.texts.get(&(hive, key.to_lowercase(), name.to_lowercase())).cloned()
    }

    fn number(&self, hive: Hive, key: &str, name: &str) -> Option<u32> {
        self.numbers.get(&(hive, key.to_lowercase(), name.to_lowercase())).copied()
    }

    fn kind(&self, hive: Hive, key: &str, name: &str) -> Option<u32> {
        let value = (hive, key.to_lowercase(), name.to_lowercase());
        let text = self.texts.get(&value).map(|text| if text.expands { 2 } else { 1 });
        text.or_else(|| self.numbers.contains_key(&value).then_some(4))
            .or_else(|| self.others.get(&value).copied())
    }

    fn keys(&self, hive: Hive, key: &str) -> Vec<String> {
        let top = format!("{}\\", key.to_lowercase());
        let keys = self.texts.keys().map(|(hive, key, _)| (hive, key));
        let keys = keys.chain(self.numbers.keys().map(|(hive, key, _)| (hive, key)));
        let names: BTreeSet<String> = keys
            .filter(|(known, _)| **known == hive)
            .filter_map(|(_, key)| key.strip_prefix(&top)?.split('\\').next().map(str::to_owned))
            .collect();
        names.into_iter().collect()
    }
}

impl Programs for FakePrograms {
    fn run(&self, run: &Run<'_>) -> Option<Ran> {
        let command = std::iter::once(run.program.as_str())
            .chain(run.arguments.iter().copied())
            .collect::<Vec<_>>()
            .join(" ");
        self.asked.borrow_mut().push(command.clone());
        self.answers.get(&command).cloned()
    }
}
