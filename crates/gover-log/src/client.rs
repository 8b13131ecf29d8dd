//! The client: from a module version to a proven record.

use std::collections::HashMap;
use std::path::Path;

use tlog_tiles::{Hash, HashReader as _, Tile, stored_hash_index};
use tokio::sync::Mutex;

use super::error::{HeadOrigin, LogWarnings, SumdbError};
use super::escape::{EscapeError, escape_path, escape_version};
use super::fetch::Rejected;
use super::fork::{self, Fork};
use super::head::{Head, Tree};
use super::note::VerifierKey;
use super::record::Record;
use super::remote::{Remote, RemoteError};
use super::store::{Store, StoredHead};
use super::tiles::{self, Proven};

/// A connection to one checksum database, with what it has proven so far. Lookups may run
/// concurrently. Nothing but the database's key is trusted.
#[derive(Debug)]
pub struct Client<'a, R: Remote> {
    pub(super) remote: &'a R,
    pub(super) key: VerifierKey,
    pub(super) store: Store,
    pub(super) state: Mutex<State>,
    pub(super) warnings: LogWarnings,
}

impl<'a, R: Remote> Client<'a, R> {
    pub fn new(remote: &'a R, key: VerifierKey, cache_directory: &Path) -> Self {
        let store = Store::new(cache_directory, key.name());
        Self { remote, key, store, state: Mutex::new(State::default()), warnings: LogWarnings::default() }
    }

    #[must_use]
    pub fn with_warnings(self, warnings: &LogWarnings) -> Self {
        Self { warnings: warnings.clone(), ..self }
    }

    /// The proven record of a toolchain, e.g. `v0.0.1-go1.22.5.linux-amd64`.
    pub async fn lookup(&self, module_version: &str) -> Result<LogRecord, SumdbError> {
        self.lookup_module(TOOLCHAIN, module_version).await
    }

    /// The proven record of any module version. One that ends in `/go.mod` means its go.mod file.
    pub async fn lookup_module(&self, path: &str, version: &str) -> Result<LogRecord, SumdbError> {
        let question = Module { path, version };
        let key = question.key()?;
        // A cached answer cannot replace a damaged head: the new head must come from the remote.
        let damage = self.damage().await?;
        if damage.is_none()
            && let Some(answer) = self.store.read(&key)
        {
            match self.check(&question, &answer).await {
                // Only proven answers are cached, so the file was changed since.
                Err(error) if error.is_wrong_answer() => self.store.forget(&key),
                result => return result.map(|(record, _)| record),
            }
        }
        self.ask(&question, &key).await.map_err(|error| self.without_head(error, damage))
    }

    /// Reads an answer, proves it and caches it. If a mirror's answer is wrong, the next is read.
    async fn ask(&self, question: &Module<'_>, key: &str) -> Result<LogRecord, SumdbError> {
        let path = format!("/{key}");
        let mut rejected = Rejected::default();
        let mut fault = None;
        loop {
            let answer = match (self.read_remote(&path).await, fault.take()) {
                (Ok(answer), _) => answer,
                (Err(error), Some(fault)) => return Err(rejected.blame(error, || fault)),
                (Err(error), None) => return Err(not_in_database(error, question)),
            };
            match self.check(question, &answer).await {
                Ok((record, proven)) => {
                    self.store.write(key, &proven);
                    self.tell(rejected);
                    return Ok(record);
                }
                Err(error) if error.is_wrong_answer() => {
                    if !rejected.add(self.remote.reject(std::slice::from_ref(&path))) {
                        return Err(error);
                    }
                    fault = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Proves a lookup answer and returns the wanted hash. Also returns the answer under a head
    /// that was compared with the newest one, because only such a head may be cached.
    async fn check(&self, question: &Module<'_>, answer: &[u8]) -> Result<(LogRecord, Vec<u8>), SumdbError> {
        let record = self.record(question, answer)?;
        let mut state = self.state.lock().await;
        self.load_head(&mut state)?;
        let (tree_size, proven) = match self.merge(&mut state, record.rest).await {
            Ok(()) => (self.check_record(&mut state, &record).await?, answer.to_vec()),
            Err(error) if error.is_transport() => {
                let tree_size = self.check_in_own(&mut state, &record, error).await?;
                (tree_size, record.under(&state.latest.note))
            }
            Err(error) => return Err(error),
        };
        let h1 = self.hash(question, &record)?.to_owned();
        Ok((LogRecord { h1, id: record.id, tree_size, database: self.name() }, proven))
    }

    pub(super) fn record<'r>(&self, asked: &Module<'_>, answer: &'r [u8]) -> Result<Record<'r>, SumdbError> {
        let (database, module) = (self.name(), asked.to_string());
        Record::parse(answer).map_err(|source| SumdbError::Answer { database, module, source })
    }

    /// The hash of the module that was looked up; the record may be about another module.
    pub(super) fn hash<'r>(&self, asked: &Module<'_>, record: &Record<'r>) -> Result<&'r str, SumdbError> {
        let Module { path, version } = asked;
        let (id, module) = (record.id, asked.to_string());
        record.h1(path, version).ok_or_else(|| SumdbError::NoHash { database: self.name(), id, module })
    }

    /// Checks that a head is consistent with the newest one, and stores it if it is newer.
    pub(super) async fn merge(&self, state: &mut State, note: &[u8]) -> Result<(), SumdbError> {
        if self.merge_in_memory(state, note, HeadOrigin::Answer).await? == Age::Newer {
            state.unsaved = true;
        }
        if !state.unsaved {
            return Ok(());
        }
        // Another process may have stored a head meanwhile, which must be consistent too.
        loop {
            let stored = match self.stored_head()? {
                StoredHead::None => Vec::new(),
                StoredHead::Note(stored) => stored,
                // An answer without a head, or of an empty log, cannot replace a damaged head.
                StoredHead::Damaged(_) if state.latest.note.is_empty() => return Ok(()),
                StoredHead::Damaged(_) => {
                    self.merge_kept(state).await?;
                    if self.replace_damaged(state)? {
                        return Ok(());
                    }
                    continue;
                }
            };
            let origin = HeadOrigin::Stored(self.store.head_path());
            let age = self.merge_in_memory(state, &stored, origin).await?;
            if age != Age::Older || self.store.replace_head(&stored, &state.latest.note)? {
                state.unsaved = false;
                state.damage = None;
                return Ok(());
            }
        }
    }

    pub(super) async fn merge_in_memory(
        &self,
        state: &mut State,
        note: &[u8],
        origin: HeadOrigin,
    ) -> Result<Age, SumdbError> {
        let latest = state.latest.clone();
        if note.is_empty() {
            return Ok(if latest.tree.size == 0 { Age::Same } else { Age::Older });
        }
        let head = self.open_head(note, origin)?;
        if head.tree.size > latest.tree.size {
            self.check_history(state, &latest, &head).await?;
            state.latest = head;
            return Ok(Age::Newer);
        }
        self.check_history(state, &head, &latest).await?;
        Ok(if head.tree.size < latest.tree.size { Age::Older } else { Age::Same })
    }

    /// Checks that the first records of `newer` are exactly the records of `older`.
    async fn check_history(&self, state: &mut State, older: &Head, newer: &Head) -> Result<(), SumdbError> {
        // Heads of equal size are compared without tiles, so withholding tiles cannot hide a fork.
        let computed = if older.tree.size == newer.tree.size {
            newer.tree.hash
        } else {
            self.prove(state, newer.tree, |proven| tlog_tiles::tree_hash(older.tree.size, proven)).await?
        };
        if computed == older.tree.hash { Ok(()) } else { Err(self.fork(state, older, newer, computed).await) }
    }

    async fn fork(&self, state: &mut State, older: &Head, newer: &Head, computed: Hash) -> SumdbError {
        let size = older.tree.size;
        let proof = |proven: &Proven| tiles::consistency_proof(size, computed, newer.tree, proven);
        let proof = self.prove(state, newer.tree, proof).await.ok();
        let report = fork::report(older, newer, computed, proof.as_deref());
        let evidence = self.store.keep_evidence(&fork::evidence_name(older, newer, &report), &report);
        SumdbError::Fork(Box::new(Fork {
            database: self.name(),
            older_size: size,
            older_hash: older.tree.hash.to_string(),
            newer_size: newer.tree.size,
            newer_hash: newer.tree.hash.to_string(),
            computed_hash: computed.to_string(),
            report,
            evidence: evidence.map_err(|error| error.to_string()),
        }))
    }

    /// Checks that the record is in the newest tree; returns that tree's size.
    pub(super) async fn check_record(
        &self,
        state: &mut State,
        record: &Record<'_>,
    ) -> Result<u64, SumdbError> {
        let tree = state.latest.tree;
        if record.id >= tree.size {
            let (database, tree_size) = (self.name(), tree.size);
            return Err(SumdbError::OutsideTree { database, id: record.id, tree_size });
        }
        let leaf = [stored_hash_index(0, record.id)];
        let leaf = self.prove(state, tree, |proven| proven.read_hashes(&leaf)).await?;
        if leaf != [tlog_tiles::record_hash(record.text.as_bytes())] {
            return Err(SumdbError::RecordMismatch { database: self.name(), id: record.id });
        }
        Ok(tree.size)
    }

    /// Checks a record under this machine's own head, because the tiles that relate it to the
    /// answer's head are missing: a mirror may be older or newer than this machine's last contact
    /// with the database. The answer's head is not stored. A damaged own head does not serve.
    pub(super) async fn check_in_own(
        &self,
        state: &mut State,
        record: &Record<'_>,
        error: SumdbError,
    ) -> Result<u64, SumdbError> {
        let own = state.latest.tree.size;
        if own == 0 || state.damage.is_some() {
            return Err(error);
        }
        match self.check_record(state, record).await {
            Err(SumdbError::OutsideTree { .. } | SumdbError::Unavailable { .. }) => {
                let other = self.open_head(record.rest, HeadOrigin::Answer)?.tree.size;
                Err(SumdbError::Unrelated { database: self.name(), own, other, source: Box::new(error) })
            }
            result => result,
        }
    }

    /// Runs a computation over hashes of `tree`; fetches and proves the hashes it asks for.
    async fn prove<T>(
        &self,
        state: &mut State,
        tree: Tree,
        computation: impl Fn(&Proven) -> Result<T, tlog_tiles::Error>,
    ) -> Result<T, SumdbError> {
        let mut proven = Proven::default();
        loop {
            if let Ok(value) = computation(&proven) {
                return Ok(value);
            }
            let missing = proven.take_missing();
            if missing.is_empty() {
                return Err(self.inconsistent(tree));
            }
            let hashes = self.proven_hashes(state, tree, &missing).await?;
            proven.add(&missing, hashes);
        }
    }

    pub(super) fn open_head(&self, note: &[u8], origin: HeadOrigin) -> Result<Head, SumdbError> {
        let database = self.name();
        Head::open(note, &self.key).map_err(|source| SumdbError::Head { database, origin, source })
    }

    pub(super) fn inconsistent(&self, tree: Tree) -> SumdbError {
        SumdbError::InconsistentTile { database: self.name(), tree_size: tree.size }
    }

    pub(super) fn name(&self) -> String {
        self.key.name().to_owned()
    }
}

/// A record that was proven to be in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// The hash of the module zip (or go.mod file): `h1:` and 44 characters of base64.
    pub h1: String,
    /// Its number in the log, from 0.
    pub id: u64,
    /// The number of records of the signed tree in which it was found.
    pub tree_size: u64,
    pub database: String,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) loaded: bool,
    pub(super) latest: Head,
    pub(super) unsaved: bool,
    /// What is wrong with the stored head, until another replaces it.
    pub(super) damage: Option<String>,
    /// Proven under some signed head.
    pub(super) tiles: HashMap<Tile, Vec<u8>>,
}

/// Tells a missing record from a database that cannot be read.
fn not_in_database(error: SumdbError, question: &Module<'_>) -> SumdbError {
    match error {
        SumdbError::Unavailable { database, source: source @ RemoteError::NotFound { .. }, .. } => {
            SumdbError::NotInDatabase { database, module: question.to_string(), source }
        }
        other => other,
    }
}

/// A head compared with the newest one known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    Older,
    Same,
    Newer,
}

pub(super) struct Module<'a> {
    pub(super) path: &'a str,
    pub(super) version: &'a str,
}

impl Module<'_> {
    /// The path of its lookup answer. A go.mod file is in the answer of its module.
    pub(super) fn key(&self) -> Result<String, EscapeError> {
        let version = self.version.strip_suffix("/go.mod").unwrap_or(self.version);
        Ok(format!("lookup/{}@{}", escape_path(self.path)?, escape_version(version)?))
    }
}

impl std::fmt::Display for Module<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}@{}", self.path, self.version)
    }
}

const TOOLCHAIN: &str = "golang.org/toolchain";
