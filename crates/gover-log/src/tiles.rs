//! Which tiles prove which hashes, and the proof itself.
//!
//! `tlog_tiles::TileHashReader` is not used. Version 0.2.0 starts the check of child tiles at the
//! number of nodes on the tree's right edge instead of the number of tiles that hold them, so for
//! most tree sizes it accepts a forged tile below the edge (Go has fixed the code it was ported
//! from). Its arithmetic on indexes and tiles is sound and used here; this file authenticates every
//! tile.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use tlog_tiles::{Error, HASH_SIZE, Hash, HashReader, Tile, node_hash, stored_hash_index, sub_tree_index};

use super::head::Tree;

/// The tiles needed to read some hashes of a tree and to prove them against its root.
pub(super) struct Plan {
    /// The nodes that combine to the root, left to right, each with its tile. These tiles are never
    /// full and their nodes cover them, so the root authenticates every byte.
    edge: Vec<(u64, Tile)>,
    /// Full tiles below, each with the tile that holds its hash; parents come first.
    children: Vec<(Tile, Tile)>,
    wanted: Vec<(u64, Tile)>,
}

impl Plan {
    /// Plans reading the hashes with the given storage indexes; `None` when one is not in the tree.
    pub(super) fn new(size: u64, indexes: &[u64]) -> Option<Self> {
        let end = stored_hash_index(0, size);
        if size == 0 || indexes.iter().any(|&index| index >= end) {
            return None;
        }
        let locate = |index: &u64| Some((*index, Tile::from_index(HEIGHT, *index).parent(0, size)?));
        let edge = sub_tree_index(0, size, Vec::new()).iter().map(locate).collect::<Option<Vec<_>>>()?;
        let wanted = indexes.iter().map(locate).collect::<Option<Vec<_>>>()?;

        let mut planned: HashSet<Tile> = edge.iter().map(|(_, tile)| *tile).collect();
        let mut children = Vec::new();
        for (_, home) in &wanted {
            let mut tile = *home;
            let mut upward = Vec::new();
            while planned.insert(tile) {
                // Only a full tile has a hash in another tile.
                let parent = tile.parent(1, size).filter(|_| tile.width() == FULL)?;
                upward.push((tile, parent));
                tile = parent;
            }
            children.extend(upward.into_iter().rev());
        }
        Some(Self { edge, children, wanted })
    }

    pub(super) fn tiles(&self) -> Vec<Tile> {
        let mut seen = HashSet::new();
        let edge = self.edge.iter().map(|(_, tile)| *tile);
        edge.chain(self.children.iter().map(|(tile, _)| *tile)).filter(|tile| seen.insert(*tile)).collect()
    }

    /// The wanted hashes in order, if all tiles add up to the tree with this root hash.
    pub(super) fn hashes(&self, root: Hash, tiles: &HashMap<Tile, Vec<u8>>) -> Option<Vec<Hash>> {
        let mut edge = self.edge.iter().rev();
        let mut computed = edge.next().and_then(node(tiles))?;
        for left in edge {
            computed = node_hash(node(tiles)(left)?, computed);
        }
        if computed != root {
            return None;
        }
        for (tile, parent) in &self.children {
            let expected = stored_hash_index(parent.level() * HEIGHT, tile.level_index());
            let data = tiles.get(tile).filter(|data| data.len() == length(*tile))?;
            if node(tiles)(&(expected, *parent))? != Tile::subtree_hash(data) {
                return None;
            }
        }
        self.wanted.iter().map(node(tiles)).collect()
    }
}

/// Proven hashes; records which others were asked for.
#[derive(Debug, Default)]
pub(super) struct Proven {
    hashes: HashMap<u64, Hash>,
    missing: RefCell<Vec<u64>>,
}

impl Proven {
    /// The missing indexes that were asked for since the last call.
    pub(super) fn take_missing(&mut self) -> Vec<u64> {
        std::mem::take(self.missing.get_mut())
    }

    pub(super) fn add(&mut self, indexes: &[u64], hashes: Vec<Hash>) {
        self.hashes.extend(indexes.iter().copied().zip(hashes));
    }
}

impl HashReader for Proven {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let found: Vec<Hash> = indexes.iter().filter_map(|index| self.hashes.get(index).copied()).collect();
        if found.len() == indexes.len() {
            return Ok(found);
        }
        let absent = indexes.iter().copied().filter(|index| !self.hashes.contains_key(index));
        self.missing.borrow_mut().extend(absent);
        Err(Error::IndexesNotInTree)
    }
}

/// Hashes that lead from the tree of `size` records with root `hash` to `newer`, checked.
pub(super) fn consistency_proof(
    size: u64,
    hash: Hash,
    newer: Tree,
    proven: &Proven,
) -> Result<Vec<Hash>, Error> {
    let proof = tlog_tiles::prove_tree(newer.size, size, proven)?;
    tlog_tiles::check_tree(&proof, newer.size, newer.hash, size, hash)?;
    Ok(proof)
}

/// In bytes.
pub(super) fn length(tile: Tile) -> usize {
    tile.width() as usize * HASH_SIZE
}

/// The tile with the same place and all its hashes.
pub(super) fn full(tile: Tile) -> Tile {
    // Height and level come from a tile that exists, so that the crate's assertion holds.
    Tile::new(HEIGHT, tile.level(), tile.level_index(), FULL, false)
}

pub(super) fn is_full(tile: Tile) -> bool {
    tile.width() == FULL
}

fn node(tiles: &HashMap<Tile, Vec<u8>>) -> impl Fn(&(u64, Tile)) -> Option<Hash> {
    |(index, tile)| {
        let data = tiles.get(tile).filter(|data| data.len() == length(*tile))?;
        tile.hash_at_index(data, *index).ok()
    }
}

/// Tile height of the Go checksum database; clients do not negotiate it.
pub(super) const HEIGHT: u8 = 8;
const FULL: u32 = 1 << HEIGHT;
