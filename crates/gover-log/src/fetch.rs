//! Reads tiles from the cache or the remote, proves them, and caches what was proven.

use std::collections::HashMap;

use futures_util::future::try_join_all;
use tlog_tiles::{Hash, Tile};

use super::client::{Client, State};
use super::error::{LogWarning, SumdbError};
use super::head::Tree;
use super::remote::{LogMirror, MAX_ANSWER, Remote};
use super::tiles::{self, Plan};

impl<R: Remote> Client<'_, R> {
    /// The hashes at `indexes`, from tiles that add up to the hash of `tree`.
    pub(super) async fn proven_hashes(
        &self,
        state: &mut State,
        tree: Tree,
        indexes: &[u64],
    ) -> Result<Vec<Hash>, SumdbError> {
        let plan = Plan::new(tree.size, indexes).ok_or_else(|| self.inconsistent(tree))?;
        let needed = plan.tiles();
        let cached = needed.iter().filter_map(|tile| Some((*tile, self.cached_tile(state, *tile)?)));
        let mut cached: HashMap<Tile, Vec<u8>> = cached.collect();
        let mut rejected = Rejected::default();
        let mut suspects = Vec::new();
        loop {
            let missing = needed.iter().filter(|tile| !cached.contains_key(tile));
            let fetched = try_join_all(missing.map(|tile| self.fetch_tile(*tile))).await;
            let fetched = fetched.map_err(|error| rejected.blame(error, || self.inconsistent(tree)))?;
            let mut all = cached.clone();
            all.extend(fetched.iter().cloned());
            if let Some(hashes) = plan.hashes(tree.hash, &all) {
                self.save_tiles(state, &fetched);
                let mut wrong = Rejected::default();
                for (tile, data, places) in suspects {
                    if all.get(&tile) != Some(&data) {
                        wrong.add(places);
                    }
                }
                self.tell(wrong);
                state.tiles.extend(all);
                return Ok(hashes);
            }
            if !cached.is_empty() {
                // The cache may be damaged or of another history: try again without it.
                cached.clear();
                continue;
            }
            // Which of them is wrong is known only once a good set was read.
            let mut any = false;
            for (tile, data) in fetched {
                // A partial tile may have been read as part of the full one.
                let paths = [tile, tiles::full(tile)].map(|tile| format!("/{}", tile.path()));
                let places = self.remote.reject(&paths);
                any |= rejected.add(places.clone());
                suspects.push((tile, data, places));
            }
            if !any {
                return Err(self.inconsistent(tree));
            }
        }
    }

    /// The tile from memory or disk, where it may be the beginning of the full tile.
    fn cached_tile(&self, state: &State, tile: Tile) -> Option<Vec<u8>> {
        if let Some(data) = state.tiles.get(&tile) {
            return Some(data.clone());
        }
        let length = tiles::length(tile);
        let exact = self.store.read(&tile.path()).filter(|data| data.len() == length);
        exact.or_else(|| {
            let full = tiles::full(tile);
            let mut data = self.store.read(&full.path()).filter(|data| data.len() == tiles::length(full))?;
            data.truncate(length);
            Some(data)
        })
    }

    /// Fetches a tile. Only the length of the data has been checked.
    async fn fetch_tile(&self, tile: Tile) -> Result<(Tile, Vec<u8>), SumdbError> {
        let error = match self.fetch_exact_tile(tile).await {
            Ok(data) => return Ok((tile, data)),
            Err(error) => error,
        };
        let may_be_full = matches!(error, SumdbError::Unavailable { .. } | SumdbError::DamagedMirror { .. });
        if tiles::is_full(tile) || !may_be_full {
            return Err(error);
        }
        // A partial tile disappears when the tile is completed, and where a mirror damaged it the
        // full tile may still be good.
        let Ok(mut data) = self.fetch_exact_tile(tiles::full(tile)).await else { return Err(error) };
        data.truncate(tiles::length(tile));
        if let SumdbError::DamagedMirror { places, .. } = error {
            self.tell(Rejected(places));
        }
        Ok((tile, data))
    }

    async fn fetch_exact_tile(&self, tile: Tile) -> Result<Vec<u8>, SumdbError> {
        let path = format!("/{}", tile.path());
        let wrong = |received| {
            let (database, path) = (self.name(), path.clone());
            SumdbError::WrongSize { database, path, received, wanted: tiles::length(tile).to_string() }
        };
        let mut rejected = Rejected::default();
        let mut received = 0;
        loop {
            let data = self.read_remote(&path).await;
            let data = data.map_err(|error| rejected.blame(error, || wrong(received)))?;
            if data.len() == tiles::length(tile) {
                self.tell(rejected);
                return Ok(data);
            }
            received = data.len();
            if !rejected.add(self.remote.reject(std::slice::from_ref(&path))) {
                return Err(wrong(received));
            }
        }
    }

    pub(super) async fn read_remote(&self, path: &str) -> Result<Vec<u8>, SumdbError> {
        let (database, path) = (self.name(), path.to_owned());
        match self.remote.read(&path).await {
            Ok(data) if data.len() > MAX_ANSWER => {
                let (received, wanted) = (data.len(), format!("at most {MAX_ANSWER}"));
                Err(SumdbError::WrongSize { database, path, received, wanted })
            }
            Ok(data) => Ok(data),
            Err(source) => Err(SumdbError::Unavailable { database, path, source }),
        }
    }

    /// Warns about the mirrors that were skipped.
    pub(super) fn tell(&self, rejected: Rejected) {
        for place in rejected.0 {
            self.warnings.add(LogWarning::DamagedMirror { place, database: self.name() });
        }
    }

    /// Caches proven tiles; of a full tile, only the part that was proven.
    fn save_tiles(&self, state: &State, fetched: &[(Tile, Vec<u8>)]) {
        for (tile, data) in fetched {
            if state.tiles.get(tile) != Some(data) {
                self.store.write(&tile.path(), data);
            }
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Rejected(Vec<LogMirror>);

impl Rejected {
    /// Adds mirrors; false if there were none.
    pub(super) fn add(&mut self, places: Vec<LogMirror>) -> bool {
        let any = !places.is_empty();
        for place in places {
            if !self.0.contains(&place) {
                self.0.push(place);
            }
        }
        any
    }

    /// If no other place could be read, the mirrors' fault is the error to report.
    pub(super) fn blame(&self, error: SumdbError, fault: impl FnOnce() -> SumdbError) -> SumdbError {
        if self.0.is_empty() || !error.is_transport() {
            return error;
        }
        SumdbError::DamagedMirror { places: self.0.clone(), source: Box::new(fault()) }
    }
}
