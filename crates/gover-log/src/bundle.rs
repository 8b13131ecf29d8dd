//! The part of a log that proves some records, for a mirror.
//!
//! A lookup answer is a record with any signed head that covers it. A mirror gives all its records
//! the same head, so a reader needs only tiles of that tree: those that hold the records, those on
//! the tree's right edge, and those that prove earlier heads consistent with it.

use tlog_tiles::{Tile, stored_hash_index, sub_tree_index};

use super::client::{Client, Module, State};
use super::error::{HeadOrigin, SumdbError};
use super::head::Tree;
use super::remote::Remote;
use super::tiles::{self, Plan};

#[derive(Clone, Debug, Default)]
pub struct ProofRequest {
    /// Module versions as `(path, version)`.
    pub modules: Vec<(String, String)>,
    /// Signed heads published before, which the new head must be consistent with.
    pub heads: Vec<Vec<u8>>,
    /// Sizes of heads that clients hold, for the same purpose.
    pub sizes: Vec<u64>,
}

/// A proven part of a log with all that another client needs to prove it. Paths are the database's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofBundle {
    pub database: String,
    pub size: u64,
    pub head: Vec<u8>,
    pub tiles: Vec<(String, Vec<u8>)>,
    /// Lookup answers in the order of the request.
    pub answers: Vec<(String, Vec<u8>)>,
}

impl<R: Remote> Client<'_, R> {
    /// Proves `request` under the newest head that the database shows or this machine knows.
    pub async fn bundle(&self, request: &ProofRequest) -> Result<ProofBundle, SumdbError> {
        let mut state = self.state.lock().await;
        self.load_head(&mut state)?;
        self.merge_newest(&mut state).await?;
        drop(state);
        let mut answers = Vec::new();
        for (path, version) in &request.modules {
            // The lookup replaces an answer that a mirror or the cache has damaged.
            self.lookup_module(path, version).await?;
            let question = Module { path, version };
            let key = question.key()?;
            let answer = match self.store.read(&key) {
                Some(answer) => answer,
                None => self.read_remote(&format!("/{key}")).await?,
            };
            answers.push((question, key, answer));
        }
        let mut state = self.state.lock().await;
        let mut sizes = request.sizes.clone();
        for head in &request.heads {
            self.merge(&mut state, head).await?;
            sizes.push(self.open_head(head, HeadOrigin::Answer)?.tree.size);
        }
        let mut records = Vec::new();
        for (question, key, bytes) in &answers {
            let record = self.record(question, bytes)?;
            self.merge(&mut state, record.rest).await?;
            records.push((question, key, record));
        }
        let tree = state.latest.tree;
        for (question, _, record) in &records {
            self.check_record(&mut state, record).await?;
            self.hash(question, record)?;
        }
        let ids = records.iter().map(|(_, _, record)| record.id);
        let tiles = self.tiles_for(&mut state, tree, ids, &sizes).await?;
        let head = state.latest.note.clone();
        let answers = records.iter().map(|(_, key, record)| ((*key).clone(), record.under(&head)));
        Ok(ProofBundle { database: self.name(), size: tree.size, answers: answers.collect(), head, tiles })
    }

    /// Takes the newest head of the database. A failure is ignored: every lookup brings a head.
    async fn merge_newest(&self, state: &mut State) -> Result<(), SumdbError> {
        match self.read_remote("/latest").await {
            Ok(note) if self.open_head(&note, HeadOrigin::Answer).is_ok() => self.merge(state, &note).await,
            _ => Ok(()),
        }
    }

    /// Proven tiles of `tree` that prove the records `ids` and the trees of the given sizes.
    async fn tiles_for(
        &self,
        state: &mut State,
        tree: Tree,
        ids: impl Iterator<Item = u64>,
        sizes: &[u64],
    ) -> Result<Vec<(String, Vec<u8>)>, SumdbError> {
        let mut indexes: Vec<u64> = ids.map(|id| stored_hash_index(0, id)).collect();
        for size in sizes.iter().filter(|size| **size <= tree.size) {
            indexes = sub_tree_index(0, *size, indexes);
        }
        let plan = Plan::new(tree.size, &indexes).ok_or_else(|| self.inconsistent(tree))?;
        self.proven_hashes(state, tree, &indexes).await?;
        let tile = |tile: Tile| {
            let data = state.tiles.get(&tile).filter(|data| data.len() == tiles::length(tile))?;
            Some((tile.path(), data.clone()))
        };
        plan.tiles().into_iter().map(tile).collect::<Option<_>>().ok_or_else(|| self.inconsistent(tree))
    }
}
