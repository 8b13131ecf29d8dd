//! The database as an earlier command read it. The file can be deleted at any time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gover_core::date::Date;
use gover_sys::file;
use serde::{Deserialize, Serialize};

use super::Place;
use crate::database::{Basis, BasisKind, Database};
use crate::entry::{Entry, EntryError};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    format: u32,
    is_module: bool,
    /// The address, the directory, or the module with its version.
    pub(super) place: String,
    /// As the database wrote it.
    pub(super) modified: String,
    /// Of the file with the time of the last change.
    pub(super) etag: Option<String>,
    pub(super) entries: Vec<Entry>,
}

impl Kept {
    pub(super) fn new(place: &str, modified: &str, etag: Option<String>, database: &Database) -> Self {
        Self {
            format: FORMAT,
            is_module: database.basis().kind == BasisKind::Module,
            place: place.to_owned(),
            modified: modified.to_owned(),
            etag,
            entries: database.entries().to_vec(),
        }
    }

    /// A file that cannot be read or is damaged counts as missing.
    pub(super) fn read(directory: &Path) -> Option<Self> {
        let text = file::read_limited(&directory.join(FILE), LIMIT).ok()?;
        serde_json::from_slice::<Self>(&text).ok().filter(|kept| kept.format == FORMAT)
    }

    /// Errors are ignored: on a full disk, the next command asks again.
    pub(super) fn write(&self, directory: &Path) {
        let written = fs::create_dir_all(directory)
            .and_then(|()| file::write_cached(&directory.join(FILE), &serde_json::to_vec(self)?));
        drop(written);
    }

    pub(super) fn is_from(&self, place: &Place) -> bool {
        match place {
            Place::Tree(location) => !self.is_module && self.place == location.to_string(),
            Place::Module => self.is_module,
        }
    }

    pub(super) fn database(self) -> Result<Database, EntryError> {
        let basis = Basis { kind: BasisKind::Cached, place: self.place, modified: day_of(&self.modified) };
        Database::new(self.entries, basis)
    }

    /// The entries by their IDs.
    pub(super) fn by_id(self) -> BTreeMap<String, Entry> {
        self.entries.into_iter().map(|entry| (entry.id.clone(), entry)).collect()
    }
}

/// The day of a time such as `2026-11-05T23:49:57Z`.
pub(super) fn day_of(time: &str) -> Option<Date> {
    time.get(..10)?.parse().ok()
}

const FILE: &str = "go.json";

/// Changes if the parts of an entry that are kept change.
const FORMAT: u32 = 1;

const LIMIT: u64 = 16 << 20;
