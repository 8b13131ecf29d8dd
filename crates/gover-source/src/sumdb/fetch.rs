//! Tiles and answers on their way from the database, and tiles from the cache: what they prove, and what is kept.

use std::collections::HashMap;

use tlog_tiles::{Hash, Tile};

use super::client::{Client, State};
use super::error::SumdbError;
use super::head::Tree;
use super::remote::{MAX_ANSWER, Remote, join_all};
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
        let mut cached: HashMap<Tile, Vec<u8>> = HashMap::new();
        for tile in &needed {
            if let Some(data) = self.cached_tile(state, *tile) {
                cached.insert(*tile, data);
            }
        }
        let missing = needed.iter().copied().filter(|tile| !cached.contains_key(tile)).collect();
        let fetched = self.fetch_tiles(missing).await?;
        let nothing_cached = cached.is_empty();
        let mut all = cached;
        all.extend(fetched.iter().cloned());
        if let Ok(hashes) = plan.hashes(tree.hash, &all) {
            self.save_tiles(state, &fetched);
            state.tiles.extend(all);
            return Ok(hashes);
        }
        if nothing_cached {
            return Err(self.inconsistent(tree));
        }
        // The cache may have suffered, or may stem from another history: ask again without it.
        let fetched = self.fetch_tiles(needed).await?;
        let all: HashMap<Tile, Vec<u8>> = fetched.iter().cloned().collect();
        let hashes = plan.hashes(tree.hash, &all).map_err(|tiles::Inconsistent| self.inconsistent(tree))?;
        self.save_tiles(state, &fetched);
        state.tiles.extend(all);
        Ok(hashes)
    }

    /// The tile from memory or disk, there perhaps as the beginning of the full tile.
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

    /// Fetches tiles side by side; the data is of the right length and otherwise unproven.
    async fn fetch_tiles(&self, wanted: Vec<Tile>) -> Result<Vec<(Tile, Vec<u8>)>, SumdbError> {
        let fetches = wanted.iter().map(|tile| self.fetch_tile(*tile));
        let data: Result<Vec<_>, _> = join_all(fetches).await.into_iter().collect();
        Ok(wanted.iter().copied().zip(data?).collect())
    }

    async fn fetch_tile(&self, tile: Tile) -> Result<Vec<u8>, SumdbError> {
        let error = match self.fetch_exact_tile(tile).await {
            Err(error @ SumdbError::Unavailable { .. }) if !tiles::is_full(tile) => error,
            result => return result,
        };
        // A partial tile may be gone because the tile has been completed since.
        match self.fetch_exact_tile(tiles::full(tile)).await {
            Ok(mut data) => {
                data.truncate(tiles::length(tile));
                Ok(data)
            }
            Err(_) => Err(error),
        }
    }

    async fn fetch_exact_tile(&self, tile: Tile) -> Result<Vec<u8>, SumdbError> {
        let path = format!("/{}", tile.path());
        let data = self.read_remote(&path).await?;
        if data.len() == tiles::length(tile) {
            return Ok(data);
        }
        let wanted = tiles::length(tile).to_string();
        Err(SumdbError::WrongSize { database: self.name(), path, received: data.len(), wanted })
    }

    pub(super) async fn read_remote(&self, path: &str) -> Result<Vec<u8>, SumdbError> {
        let data = self.remote.read(path).await.map_err(|source| SumdbError::Unavailable {
            database: self.name(),
            path: path.to_owned(),
            source,
        })?;
        if data.len() > MAX_ANSWER {
            return Err(SumdbError::WrongSize {
                database: self.name(),
                path: path.to_owned(),
                received: data.len(),
                wanted: format!("at most {MAX_ANSWER}"),
            });
        }
        Ok(data)
    }

    /// Keeps proven tiles; what was read as part of a full tile is kept as far as it is proven.
    fn save_tiles(&self, state: &State, fetched: &[(Tile, Vec<u8>)]) {
        for (tile, data) in fetched {
            if state.tiles.get(tile) != Some(data) {
                self.store.write(&tile.path(), data);
            }
        }
    }
}
