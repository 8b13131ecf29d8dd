//! The database as an earlier command read it. The file can be deleted at any time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gover_core::date::Date;
use gover_sys::file;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Place;
use crate::counts::Counts;
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
    /// Those of the entries, which come last, so that nobody must understand them to count them.
    #[serde(default)]
    counts: Option<Counts>,
    pub(super) entries: Vec<Entry>,
}

/// The same without the entries.
#[derive(Debug, Deserialize)]
pub(super) struct Head {
    format: u32,
    is_module: bool,
    place: String,
    pub(super) modified: String,
    pub(super) counts: Option<Counts>,
}

impl Kept {
    pub(super) fn new(place: &str, modified: &str, etag: Option<String>, database: &Database) -> Self {
        Self {
            format: FORMAT,
            is_module: database.basis().kind == BasisKind::Module,
            place: place.to_owned(),
            modified: modified.to_owned(),
            etag,
            counts: Some(database.counts()),
            entries: database.entries().to_vec(),
        }
    }

    /// A file that cannot be read or is damaged counts as missing.
    pub(super) fn read(directory: &Path) -> Option<Self> {
        read::<Self>(directory).filter(|kept| kept.format == FORMAT)
    }

    /// Errors are ignored: on a full disk, the next command asks again.
    pub(super) fn write(&self, directory: &Path) {
        let written = fs::create_dir_all(directory)
            .and_then(|()| file::write_cached(&directory.join(FILE), &serde_json::to_vec(self)?));
        drop(written);
    }

    pub(super) fn is_from(&self, place: &Place) -> bool {
        is_from((self.is_module, &self.place), place)
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

impl Head {
    pub(super) fn read(directory: &Path) -> Option<Self> {
        read::<Self>(directory).filter(|head| head.format == FORMAT)
    }

    pub(super) fn is_from(&self, place: &Place) -> bool {
        is_from((self.is_module, &self.place), place)
    }
}

fn read<T: DeserializeOwned>(directory: &Path) -> Option<T> {
    serde_json::from_slice(&file::read_limited(&directory.join(FILE), LIMIT).ok()?).ok()
}

fn is_from((is_module, known): (bool, &str), place: &Place) -> bool {
    match place {
        Place::Tree(location) => !is_module && known == location.to_string(),
        Place::Module => is_module,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_has_the_numbers_of_the_entries() {
        let root = tempfile::tempdir().unwrap();
        let database = Database::compiled();
        Kept::new("https://vuln.example", "2026-11-06T00:00:00Z", None, &database).write(root.path());
        let head = Head::read(root.path()).unwrap();
        assert_eq!(head.counts, Some(database.counts()));
        let places = ["https://vuln.example", "https://other.example"];
        let places = places.map(|text| super::super::places(Some(text), &settings(root.path())).unwrap());
        assert!(places[0].iter().any(|place| head.is_from(place)));
        assert!(!places[1].iter().any(|place| head.is_from(place)));
    }

    #[test]
    fn entries_are_counted_if_an_older_gover_kept_no_numbers() {
        let root = tempfile::tempdir().unwrap();
        let mut kept = Kept::new("https://vuln.example", "2099-01-01T00:00:00Z", None, &Database::compiled());
        kept.counts = None;
        kept.entries.truncate(1);
        kept.write(root.path());
        let places = super::super::places(Some("https://vuln.example"), &settings(root.path())).unwrap();
        let counts = super::super::known_counts(&places, root.path());
        assert_eq!(counts, kept.database().unwrap().counts());
    }

    fn settings(home: &Path) -> gover_source::SupplySettings {
        let layout = gover_core::Layout::new(home.to_owned());
        gover_source::SupplySettings {
            sources: vec![gover_source::SourceSpec::GoDev],
            ..gover_source::SupplySettings::new(&layout)
        }
    }
}
