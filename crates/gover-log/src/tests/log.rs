//! A checksum database in memory, signed with the key of the vectors' test log.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use signed_note::{Note, StandardSigner};
use tlog_tiles::{Error, Hash, HashReader, Tile};

use gover_log::{Client, Remote, RemoteError, VerifierKey};

/// Where the database's files are below a cache directory.
pub(super) const FOLDER: &str = "localhost.localdev/sumdb";
pub(super) const KEY: &str = "localhost.localdev/sumdb+00000c67+AcTrnkbUA+TU4heY3hkjiSES/DSQniBqIeQ/YppAUtK6";

/// A log whose record `id` is about version `v0.0.1-go1.0.<id>` of the toolchain module.
pub(super) struct Log {
    hashes: Vec<Hash>,
    records: Vec<String>,
    signer: StandardSigner,
}

impl Log {
    /// A log of `size` records; logs with the same `history` agree, others differ from `fork_at`
    /// on.
    pub(super) fn new(size: u64, history: &str, fork_at: u64) -> Self {
        let vectors = load("sumdb_note.json");
        let signer = vectors["signer_key_of_localhost_test_log"].as_str().unwrap();
        let mut log =
            Self { hashes: Vec::new(), records: Vec::new(), signer: StandardSigner::new(signer).unwrap() };
        for id in 0..size {
            let seed = if id < fork_at { format!("{id}") } else { format!("{history} {id}") };
            let version = version(id);
            log.append(format!(
                "golang.org/toolchain {version} {}\ngolang.org/toolchain {version}/go.mod {}\n",
                h1(&seed),
                h1("go.mod"),
            ));
        }
        log
    }

    /// The log that everybody agrees on.
    pub(super) fn honest(size: u64) -> Self {
        Self::new(size, "", u64::MAX)
    }

    pub(super) fn append(&mut self, record: String) -> u64 {
        let id = self.size();
        let new = tlog_tiles::stored_hashes(id, record.as_bytes(), &Stored(&self.hashes)).unwrap();
        self.hashes.extend(new);
        self.records.push(record);
        id
    }

    pub(super) fn size(&self) -> u64 {
        self.records.len() as u64
    }

    pub(super) fn root(&self, size: u64) -> Hash {
        tlog_tiles::tree_hash(size, &Stored(&self.hashes)).unwrap()
    }

    /// The signed head of the first `size` records.
    pub(super) fn head(&self, size: u64) -> Vec<u8> {
        self.sign(&format!("go.sum database tree\n{size}\n{}\n", self.root(size)))
    }

    pub(super) fn sign(&self, text: &str) -> Vec<u8> {
        let mut note = Note::new(text.as_bytes(), &[]).unwrap();
        note.add_sigs(&[&self.signer]).unwrap();
        note.to_bytes()
    }

    /// A lookup answer about record `id`, under the head of `size` records.
    pub(super) fn answer(&self, id: u64, size: u64) -> Vec<u8> {
        let record = &self.records[usize::try_from(id).unwrap()];
        [format!("{id}\n{record}\n").into_bytes(), self.head(size)].concat()
    }

    /// The `h1:` hash of record `id`.
    pub(super) fn h1(&self, id: u64) -> &str {
        let line = self.records[usize::try_from(id).unwrap()].lines().next().unwrap();
        line.rsplit(' ').next().unwrap()
    }

    fn tile(&self, path: &str) -> Option<Vec<u8>> {
        let tile = parse_tile(path)?;
        let reader = Bounded { stored: Stored(&self.hashes), size: self.size() };
        tile.read_data(&reader).ok()
    }
}

/// The version that record `id` is about.
pub(super) fn version(id: u64) -> String {
    format!("v0.0.1-go1.0.{id}")
}

pub(super) fn h1(seed: &str) -> String {
    format!("h1:{}", tlog_tiles::record_hash(seed.as_bytes()))
}

/// Reads a tile path; `tlog_tiles` asserts that a tile is not empty, so that `.p/0` must not get
/// there.
pub(super) fn parse_tile(path: &str) -> Option<Tile> {
    if path.ends_with(".p/0") {
        return None;
    }
    Tile::from_path(path).ok()
}

struct Stored<'a>(&'a [Hash]);

impl HashReader for Stored<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let hash = |index: &u64| self.0.get(usize::try_from(*index).unwrap()).copied();
        indexes.iter().map(hash).collect::<Option<_>>().ok_or(Error::IndexesNotInTree)
    }
}

/// Refuses hashes of records the log has not got yet, as a real server does.
struct Bounded<'a> {
    stored: Stored<'a>,
    size: u64,
}

impl HashReader for Bounded<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        if indexes.iter().any(|&index| index >= tlog_tiles::stored_hash_index(0, self.size)) {
            return Err(Error::IndexesNotInTree);
        }
        self.stored.read_hashes(indexes)
    }
}

/// Changes an answer on its way: gets the path and the honest answer.
type Fault<'a> = Box<dyn Fn(&str, Result<Vec<u8>, RemoteError>) -> Result<Vec<u8>, RemoteError> + 'a>;

/// Serves a log's first `size` records and remembers what was asked.
pub(super) struct Server<'a> {
    log: &'a Log,
    size: u64,
    fault: Fault<'a>,
    requests: RefCell<Vec<String>>,
}

impl<'a> Server<'a> {
    pub(super) fn new(log: &'a Log) -> Self {
        Self::at(log, log.size())
    }

    pub(super) fn at(log: &'a Log, size: u64) -> Self {
        Self { log, size, fault: Box::new(|_, answer| answer), requests: RefCell::default() }
    }

    pub(super) fn with(
        mut self,
        fault: impl Fn(&str, Result<Vec<u8>, RemoteError>) -> Result<Vec<u8>, RemoteError> + 'a,
    ) -> Self {
        self.fault = Box::new(fault);
        self
    }

    /// The requests since the last call, sorted.
    pub(super) fn take_requests(&self) -> Vec<String> {
        let mut requests = self.requests.take();
        requests.sort();
        requests
    }

    pub(super) fn honest_answer(&self, path: &str) -> Option<Vec<u8>> {
        if let Some(module) = path.strip_prefix("/lookup/golang.org/toolchain@") {
            let id = (0..self.size).find(|&id| version(id) == module)?;
            return Some(self.log.answer(id, self.size));
        }
        self.log.tile(path.strip_prefix('/')?)
    }
}

impl Remote for Server<'_> {
    async fn read(&self, path: &str) -> Result<Vec<u8>, RemoteError> {
        self.requests.borrow_mut().push(path.to_owned());
        // As on a network, others get their turn before the answer is there.
        tokio::task::yield_now().await;
        (self.fault)(path, self.honest_answer(path).ok_or_else(|| not_found(path)))
    }
}

pub(super) fn not_found(path: &str) -> RemoteError {
    RemoteError::NotFound { reason: format!("memory:{path}: 404 Not Found") }
}

pub(super) fn unreachable(path: &str) -> RemoteError {
    RemoteError::Unreachable { reason: format!("memory:{path}: connection refused"), remedy: None }
}

pub(super) fn client<'a, R: Remote>(remote: &'a R, cache: &Path) -> Client<'a, R> {
    Client::new(remote, VerifierKey::parse(KEY).unwrap(), cache)
}

/// The files below the database's folder, without the head, its lock and evidence.
pub(super) fn cached(cache: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(&cache.join(FOLDER), "", &mut names);
    names.retain(|name| !name.starts_with("latest") && !name.starts_with("evidence/"));
    names
}

pub(super) fn evidence(cache: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(cache.join(FOLDER).join("evidence")) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

pub(super) fn latest(cache: &Path) -> Vec<u8> {
    fs::read(cache.join(FOLDER).join("latest")).unwrap_or_default()
}

pub(super) fn store(cache: &Path, key: &str, bytes: &[u8]) {
    let path = cache.join(FOLDER).join(key);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn collect(directory: &Path, prefix: &str, names: &mut BTreeSet<String>) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{name}/"), names);
        } else {
            names.insert(name);
        }
    }
}

/// A file of vectors that real Go code made.
pub(super) fn load(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}
