//! A database as a tree of files, on a server or in a directory (docs/go.md#vulnerabilities).

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use gover_net::Body;
use gover_source::{Location, SourceError};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::kept::{Kept, day_of};
use super::{AskError, Place, Question, check_age};
use crate::database::{Basis, BasisKind, Database};
use crate::entry::{Entry, is_id};

/// `index/db.json`
#[derive(Deserialize)]
struct Index {
    modified: String,
}

/// An element of `index/modules.json`
#[derive(Deserialize)]
struct Module {
    path: String,
    #[serde(default)]
    vulns: Vec<Listed>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Listed {
    pub(super) id: String,
    #[serde(default)]
    pub(super) modified: String,
}

/// The database at `location`. Only what has changed since the last time is read.
pub(super) async fn read(
    location: &Location,
    question: &Question<'_>,
    known: &Database,
) -> Result<Database, AskError> {
    let place = location.to_string();
    let kept = question.kept().filter(|kept| kept.is_from(&Place::Tree(location.clone())));
    let etag = kept.as_ref().and_then(|kept| kept.etag.as_deref());
    let (index, etag) = match index(location, question, etag).await? {
        Some(answer) => answer,
        None => {
            (Index { modified: kept.as_ref().map(|kept| kept.modified.clone()).unwrap_or_default() }, None)
        }
    };
    let modified = day_of(&index.modified).ok_or_else(|| garbage(INDEX))?;
    let basis = Basis { kind: BasisKind::Live, place: place.clone(), modified: Some(modified) };
    check_age(&basis, known)?;
    let invalid = |source| AskError::Entry { file: "its entries".to_owned(), source };
    if let Some(kept) = kept.clone().filter(|kept| kept.modified == index.modified) {
        return Database::new(kept.entries, basis).map_err(invalid);
    }
    let listed = listed(location, question).await?;
    let kept = kept.map(Kept::by_id).unwrap_or_default();
    let entries = entries(location, question, listed, kept).await?;
    let database = Database::new(entries, basis).map_err(invalid)?;
    if database.entries().is_empty() {
        return Err(AskError::Empty);
    }
    Kept::new(&place, &index.modified, etag, &database).write(&question.cache);
    Ok(database)
}

/// The time of the last change, with the `ETag` of the answer; `None` if the server confirms `etag`.
async fn index(
    location: &Location,
    question: &Question<'_>,
    etag: Option<&str>,
) -> Result<Option<(Index, Option<String>)>, AskError> {
    let file = location.below(INDEX);
    // Nobody waits long for a server when there is another way.
    let patience = question.supply.settings().network.patience * 2;
    let asked = question.supply.read_if_changed(&file, SMALL, etag);
    let silent = SourceError::Silent { patience };
    match timeout(question, patience, asked).await.unwrap_or(Err(silent))? {
        Body::New { bytes, etag } => Ok(Some((parse(&bytes, INDEX)?, etag))),
        Body::Unchanged => Ok(None),
    }
}

async fn timeout<T>(
    question: &Question<'_>,
    patience: Duration,
    future: impl Future<Output = T>,
) -> Option<T> {
    question.supply.clock().timeout(patience, future).await
}

/// The entries that concern Go itself, each once.
async fn listed(location: &Location, question: &Question<'_>) -> Result<Vec<Listed>, AskError> {
    let bytes = question.supply.read(&location.below(MODULES), LARGE).await?;
    let modules: Vec<Module> = parse(&bytes, MODULES)?;
    let own = modules.into_iter().filter(|module| matches!(module.path.as_str(), "stdlib" | "toolchain"));
    let mut listed: Vec<Listed> = own.flat_map(|module| module.vulns).collect();
    listed.sort_by(|a, b| a.id.cmp(&b.id));
    listed.dedup_by(|a, b| a.id == b.id);
    if listed.len() > MOST {
        return Err(AskError::TooMany { most: MOST });
    }
    if listed.iter().any(|one| !is_id(&one.id)) {
        return Err(garbage(MODULES));
    }
    Ok(listed)
}

/// Reads the entries that are not kept, or have changed since.
async fn entries(
    location: &Location,
    question: &Question<'_>,
    listed: Vec<Listed>,
    mut kept: BTreeMap<String, Entry>,
) -> Result<Vec<Entry>, AskError> {
    let mut entries = Vec::new();
    let mut wanted = Vec::new();
    for one in listed {
        match kept.remove(&one.id) {
            Some(entry) if entry.modified == one.modified && !one.modified.is_empty() => entries.push(entry),
            _ => wanted.push(one),
        }
    }
    let read = stream::iter(wanted).map(|one| entry(location, question, one)).buffer_unordered(AT_ONCE);
    let read: Vec<Option<Entry>> = read.try_collect().await?;
    entries.extend(read.into_iter().flatten());
    Ok(entries)
}

async fn entry(
    location: &Location,
    question: &Question<'_>,
    listed: Listed,
) -> Result<Option<Entry>, AskError> {
    let file = path_of(&listed.id);
    let bytes = question.supply.read(&location.below(&file), SMALL).await?;
    let entry = Entry::parse(&bytes).map_err(|source| AskError::Entry { file: file.clone(), source })?;
    match entry {
        Some(entry) if entry.id != listed.id => Err(garbage(&file)),
        Some(mut entry) => {
            // The index says when it changed, so the next comparison is with the same text.
            entry.modified = listed.modified;
            Ok(Some(entry))
        }
        None => Ok(None),
    }
}

/// Where an entry is.
pub(super) fn path_of(id: &str) -> String {
    format!("ID/{id}.json")
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8], file: &str) -> Result<T, AskError> {
    serde_json::from_slice(bytes).map_err(|_| garbage(file))
}

pub(super) fn garbage(file: &str) -> AskError {
    AskError::Garbage { file: file.to_owned() }
}

pub(super) const INDEX: &str = "index/db.json";
pub(super) const MODULES: &str = "index/modules.json";
pub(super) const VULNERABILITIES: &str = "index/vulns.json";

/// Bytes of an entry; the largest so far has 30,000.
pub(super) const SMALL: u64 = 1 << 20;

/// Bytes of the list of all modules, which has about 800,000.
pub(super) const LARGE: u64 = 16 << 20;

/// Entries that concern Go itself; there are about 200.
const MOST: usize = 4096;

/// As govulncheck does.
pub(super) const AT_ONCE: usize = 10;
