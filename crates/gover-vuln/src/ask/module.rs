//! The module golang.org/x/vulndb from GOPROXY, proven by the checksum database.

use std::fs;
use std::path::{Path, PathBuf};

use gover_archive::digest::{FileDigest, hash1};
use gover_archive::{Container, Guard, Limits, Progress, unpack};
use gover_core::date::to_rfc3339;
use gover_sys::file;

use super::kept::Kept;
use super::{AskError, Question, check_age};
use crate::database::{Basis, BasisKind, Database};
use crate::entry::{Entry, EntryError};
use crate::table::date_of;

/// The newest version of the module. It is downloaded only if it is newer than what is known.
pub(super) async fn read(question: &Question<'_>, known: &Database) -> Result<Database, AskError> {
    let version = newest_version(question).await?;
    let place = name_of(&version);
    let modified = date_of(&version).ok_or_else(|| AskError::Version { version: version.clone() })?;
    let basis = Basis { kind: BasisKind::Module, place: place.clone(), modified: Some(modified) };
    check_age(&basis, known)?;
    if known.basis().modified == Some(modified) {
        // What is known has the same day, and is confirmed.
        return Ok(known.clone());
    }
    let unpacked = download(question, &version).await?;
    let database = Database::new(unpacked.entries()?, basis).map_err(|source| entry_error(MODULE, source))?;
    if database.entries().is_empty() {
        return Err(AskError::Empty);
    }
    Kept::new(&place, &modified.to_string(), None, &database).write(&question.cache);
    Ok(database)
}

/// Downloads, proves and unpacks a version.
pub(super) async fn download(question: &Question<'_>, version: &str) -> Result<Unpacked, AskError> {
    let (zip, record) = tokio::join!(
        question.supply.module_zip(MODULE, version, LIMIT),
        question.supply.module_record(MODULE, version, None)
    );
    let (zip, record) = (zip?, record?);
    let unpacked = Unpacked::new(&question.cache, &name_of(version), &zip.bytes)?;
    if unpacked.h1 != record.h1 {
        return Err(AskError::Altered { received: unpacked.h1.clone(), record: Box::new(record) });
    }
    Ok(unpacked)
}

/// The module with its version.
pub(super) fn name_of(version: &str) -> String {
    format!("{MODULE}@{version}")
}

/// The time in a version such as `v0.0.0-20261105234957-e22db6528018`, as `2026-11-05T23:49:57Z`.
pub(super) fn time_of(version: &str) -> Result<String, AskError> {
    let invalid = || AskError::Version { version: version.to_owned() };
    let date = date_of(version).ok_or_else(invalid)?;
    let digits = version.rsplit('-').nth(1).unwrap_or_default();
    let number = |from: usize| digits.get(from..from + 2).and_then(|digits| digits.parse().ok());
    let time = || date.at(number(8)?, number(10)?, number(12)?);
    time().map(to_rfc3339).ok_or_else(invalid)
}

/// Some proxies do not say which version is the newest, but list those that they have.
pub(super) async fn newest_version(question: &Question<'_>) -> Result<String, AskError> {
    match question.supply.newest_module_version(MODULE).await {
        Err(error) if error.is_not_found() => {
            let listed = question.supply.module_versions(MODULE).await?;
            let newest = listed.into_iter().filter(|version| date_of(version).is_some()).max();
            Ok(newest.ok_or(error)?)
        }
        newest => Ok(newest?),
    }
}

/// The files of the module, in a directory that is removed when this value is dropped.
pub(super) struct Unpacked {
    directory: PathBuf,
    h1: String,
}

impl Unpacked {
    fn new(cache: &Path, name: &str, zip: &[u8]) -> Result<Self, AskError> {
        let directory = cache.join(format!("module-{}", std::process::id()));
        drop(file::remove_tree(&directory));
        let mut unpacked = Self { directory, h1: String::new() };
        let tree = unpacked.tree();
        let archive = unpacked.directory.join("module.zip");
        let written = fs::create_dir_all(&tree).and_then(|()| fs::write(&archive, zip));
        written.map_err(|error| AskError::io(&error))?;
        let guard = Guard::for_directory(name, LIMITS);
        let files = unpack(&archive, Container::Zip, Some(&tree), guard, &Progress::default());
        let files = files.map_err(|error| AskError::Unpack(error.to_string()))?.files;
        let full = |file: &FileDigest| (format!("{name}/{}", file.path), file.digest);
        unpacked.h1 =
            hash1(files.iter().map(full).collect()).map_err(|error| AskError::Unpack(error.to_string()))?;
        Ok(unpacked)
    }

    fn tree(&self) -> PathBuf {
        self.directory.join("tree")
    }

    /// The names and contents of all entries, by name.
    pub(super) fn files(&self) -> Result<Vec<(String, Vec<u8>)>, AskError> {
        let mut files = Vec::new();
        let listed = fs::read_dir(self.tree().join("data/osv")).map_err(|error| AskError::io(&error))?;
        for file in listed {
            let path = file.map_err(|error| AskError::io(&error))?.path();
            let bytes = fs::read(&path).map_err(|error| AskError::io(&error))?;
            files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes));
        }
        files.sort();
        Ok(files)
    }

    /// The entries that concern Go itself.
    fn entries(&self) -> Result<Vec<Entry>, AskError> {
        let mut entries = Vec::new();
        for (name, bytes) in self.files()? {
            entries.extend(Entry::parse(&bytes).map_err(|source| entry_error(&name, source))?);
        }
        Ok(entries)
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        drop(file::remove_tree(&self.directory));
    }
}

fn entry_error(file: &str, source: EntryError) -> AskError {
    AskError::Entry { file: file.to_owned(), source }
}

const MODULE: &str = "golang.org/x/vulndb";

/// Bytes of the zip, which is kept in memory; it has about 25 MB.
const LIMIT: u64 = 100 << 20;

const LIMITS: Limits = Limits { entries: 1 << 17, bytes: 1 << 30, names: 16 << 20 };
