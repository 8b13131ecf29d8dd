//! A copy of the whole database, for other machines: a tree of files that govulncheck reads, too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use gover_core::date::Date;
use gover_source::Location;
use gover_sys::file;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::kept::day_of;
use super::live::{AT_ONCE, INDEX, LARGE, Listed, MODULES, SMALL, VULNERABILITIES, garbage, parse, path_of};
use super::{AskError, Place, Question, module};
use crate::entry::is_id;

/// What a copy holds now.
#[derive(Debug)]
pub struct Copied {
    /// Where it came from.
    pub place: String,
    pub date: Option<Date>,
    pub entries: usize,
    /// How many files were written.
    pub written: usize,
}

/// A copy, or why there is none: the places that were asked, with their errors.
#[derive(Debug)]
pub struct CopyResult {
    pub copied: Option<Copied>,
    pub failures: Vec<(String, AskError)>,
}

#[derive(Serialize, Deserialize)]
struct Modified {
    modified: String,
}

impl Question<'_> {
    /// Copies the database of the first place that has one into `directory`, where only what has
    /// changed is written. The index comes last, so a reader finds each entry that it names.
    pub async fn copy_into(&self, directory: &Path) -> CopyResult {
        let mut failures = Vec::new();
        for place in self.places.iter().filter(|place| !self.offline || place.is_local()) {
            if is_same(place, directory) {
                continue;
            }
            let copied = match place {
                Place::Tree(location) => self.copy_tree(location, directory).await,
                Place::Module => self.copy_module(directory).await,
            };
            match copied {
                Ok(copied) => return CopyResult { copied: Some(copied), failures },
                Err(error) => failures.push((place.to_string(), error)),
            }
        }
        CopyResult { copied: None, failures }
    }

    async fn copy_tree(&self, location: &Location, directory: &Path) -> Result<Copied, AskError> {
        let index = self.supply.read(&location.below(INDEX), SMALL).await?;
        let Modified { modified } = parse(&index, INDEX)?;
        let date = check(&modified, directory)?;
        let read = async |file: &str| self.supply.read(&location.below(file), LARGE).await;
        let (modules, listed) = (read(MODULES).await?, read(VULNERABILITIES).await?);
        parse::<Vec<Value>>(&modules, MODULES)?;
        let all: Vec<Listed> = parse(&listed, VULNERABILITIES)?;
        if all.iter().any(|one| !is_id(&one.id)) {
            return Err(garbage(VULNERABILITIES));
        }
        let here = known(directory);
        let is_changed = |one: &&Listed| one.modified.is_empty() || here.get(&one.id) != Some(&one.modified);
        let wanted = all.iter().filter(is_changed);
        let copies = stream::iter(wanted).map(|one| async move {
            let file = path_of(&one.id);
            let bytes = self.supply.read(&location.below(&file), SMALL).await?;
            let entry: Value = parse(&bytes, &file)?;
            if entry.get("id").and_then(Value::as_str) != Some(&one.id) {
                return Err(garbage(&file));
            }
            write(directory, &file, &bytes)
        });
        let written: Vec<usize> = copies.buffer_unordered(AT_ONCE).try_collect().await?;
        let mut written: usize = written.into_iter().sum();
        for (file, bytes) in [(VULNERABILITIES, &listed), (MODULES, &modules), (INDEX, &index)] {
            written += write(directory, file, bytes)?;
        }
        Ok(Copied { place: location.to_string(), date: Some(date), entries: all.len(), written })
    }

    /// The module has no index, and says only as a whole when it changed.
    async fn copy_module(&self, directory: &Path) -> Result<Copied, AskError> {
        let version = module::newest_version(self).await?;
        let modified = module::time_of(&version)?;
        let date = check(&modified, directory)?;
        let place = module::name_of(&version);
        let here = known(directory);
        if !here.is_empty() && here.values().all(|time| *time == modified) {
            return Ok(Copied { place, date: Some(date), entries: here.len(), written: 0 });
        }
        let mut modules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let (mut listed, mut written) = (Vec::new(), 0);
        for (file, bytes) in module::download(self, &version).await?.files()? {
            let entry: Value = parse(&bytes, &file)?;
            let id = entry.get("id").and_then(Value::as_str).filter(|id| is_id(id));
            let id = id.ok_or_else(|| garbage(&file))?;
            for path in packages(&entry) {
                modules.entry(path).or_default().insert(id.to_owned());
            }
            listed.push(json!({ "id": id, "modified": modified, "aliases": entry.get("aliases") }));
            written += write(directory, &path_of(id), &bytes)?;
        }
        let vulns = |ids: &BTreeSet<String>| {
            ids.iter().map(|id| json!({ "id": id, "modified": modified })).collect::<Vec<_>>()
        };
        let modules: Vec<Value> =
            modules.iter().map(|(path, ids)| json!({ "path": path, "vulns": vulns(ids) })).collect();
        let entries = listed.len();
        let index = json!({ "modified": modified });
        for (file, value) in [(VULNERABILITIES, json!(listed)), (MODULES, json!(modules)), (INDEX, index)] {
            written += write(directory, file, value.to_string().as_bytes())?;
        }
        Ok(Copied { place, date: Some(date), entries, written })
    }
}

/// The modules that an entry is about.
fn packages(entry: &Value) -> Vec<String> {
    let affected = entry.get("affected").and_then(Value::as_array).into_iter().flatten();
    affected.filter_map(|one| one.get("package")?.get("name")?.as_str().map(str::to_owned)).collect()
}

/// The day of a database, which must not be older than the copy.
fn check(modified: &str, directory: &Path) -> Result<Date, AskError> {
    let date = day_of(modified).ok_or_else(|| garbage(INDEX))?;
    let here = file::read_limited(&directory.join(INDEX), SMALL).ok();
    let here: Option<Modified> = here.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    match here.and_then(|here| day_of(&here.modified)) {
        Some(newer) if date < newer => Err(AskError::Old { date, newer }),
        _ => Ok(date),
    }
}

/// The entries of the copy, with the time of their last change. One without its file is missing.
fn known(directory: &Path) -> BTreeMap<String, String> {
    let listed = file::read_limited(&directory.join(VULNERABILITIES), LARGE).unwrap_or_default();
    let listed: Vec<Listed> = serde_json::from_slice(&listed).unwrap_or_default();
    let is_there = |one: &Listed| is_id(&one.id) && directory.join(path_of(&one.id)).is_file();
    listed.into_iter().filter(is_there).map(|one| (one.id, one.modified)).collect()
}

/// Writes a file and its compressed form, which govulncheck asks a server for. Returns how many files
/// changed.
fn write(directory: &Path, file: &str, bytes: &[u8]) -> Result<usize, AskError> {
    let path = directory.join(file);
    if fs::read(&path).is_ok_and(|known| known == bytes) && path.with_extension("json.gz").is_file() {
        return Ok(0);
    }
    let compressed = || {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes)?;
        encoder.finish()
    };
    let written = || -> io::Result<()> {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        file::write_cached(&path.with_extension("json.gz"), &compressed()?)?;
        file::write_cached(&path, bytes)
    };
    written().map_err(|error| AskError::Write { path: path.clone(), source: error })?;
    Ok(2)
}

/// Whether a place is the copy itself.
fn is_same(place: &Place, directory: &Path) -> bool {
    let Place::Tree(Location::File(path)) = place else { return false };
    let real = |path: &Path| path.canonicalize().ok();
    real(path).is_some() && real(path) == real(directory)
}
