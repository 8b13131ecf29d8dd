//! `cargo xtask release-table [--check] [DIR]`: writes the release table that gover-source compiles
//! in.
//!
//! DIR (default `crates/gover-source/data/inputs`) holds the download site's index
//! (`go-dl-*.json`), further checksums (`sha256-*.json`) and release dates
//! (`release-history.json`). gover-source's `table` module reads the format and documents it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gover_archive::digest::Digest;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::files::{self, has_extension};

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (check, rest) = match arguments.split_first() {
        Some((first, rest)) if first == "--check" => (true, rest),
        _ => (false, arguments),
    };
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gover-source/data");
    let directory = match rest {
        [] => data.join("inputs"),
        [directory] if !directory.starts_with('-') => PathBuf::from(directory),
        _ => return Err("usage: cargo xtask release-table [--check] [DIR]".to_owned()),
    };
    let table = encode(&collect(&directory)?)?;
    if table.len() > LIMIT {
        return Err(format!("the table has {} bytes, more than the limit of {LIMIT}", table.len()));
    }
    let target = data.join("releases.bin");
    if !check {
        return crate::files::write(&target, table);
    }
    let current =
        fs::read(&target).map_err(|error| format!("cannot read `{}`: {error}", target.display()))?;
    if current != table {
        return Err("`releases.bin` is out of date; run `cargo xtask release-table`".to_owned());
    }
    Ok(())
}

#[derive(Default)]
struct Release {
    name: String,
    /// `YYYY-MM-DD`, empty if not known.
    date: String,
    security: bool,
    /// Keyed by the part of the file name after the release name.
    files: BTreeMap<String, File>,
}

#[derive(Default)]
struct File {
    sha256: [u8; 32],
    size: u32,
}

/// A row of `release-history.json`.
#[derive(Deserialize)]
struct Dated {
    version: String,
    date: String,
    #[serde(default)]
    security: bool,
}

/// A row of the download site's index.
#[derive(Deserialize)]
struct Indexed {
    version: String,
    files: Vec<IndexedFile>,
}

#[derive(Deserialize)]
struct IndexedFile {
    filename: String,
    sha256: String,
    size: Option<u32>,
}

/// Further checksums: file names by release. A map of `serde_json` keeps the order of the releases.
#[derive(Deserialize)]
struct Sums {
    sha256: Map<String, Value>,
}

/// The releases, in the order in which the inputs list them.
fn collect(directory: &Path) -> Result<Vec<Release>, String> {
    let mut releases = Vec::new();
    for row in read::<Vec<Dated>>(&directory.join("release-history.json"))? {
        let release = release(&mut releases, &row.version);
        (release.date, release.security) = (row.date, row.security);
    }
    for path in matching(directory, "go-dl-")? {
        for row in read::<Vec<Indexed>>(&path)? {
            let release = release(&mut releases, &row.version);
            for file in row.files {
                release.add(&file.filename, &file.sha256, file.size)?;
            }
        }
    }
    for path in matching(directory, "sha256-")? {
        for (name, files) in read::<Sums>(&path)?.sha256 {
            let release = release(&mut releases, &name);
            let files = BTreeMap::<String, String>::deserialize(files)
                .map_err(|error| format!("cannot read the checksums of {name}: {error}"))?;
            for (file, sum) in files {
                release.add(&file, &sum, None)?;
            }
        }
    }
    Ok(releases)
}

/// The release of that name, which is added if it is new.
fn release<'a>(releases: &'a mut Vec<Release>, name: &str) -> &'a mut Release {
    let known = releases.iter().position(|release| release.name == name);
    let index = known.unwrap_or(releases.len());
    if known.is_none() {
        releases.push(Release { name: name.to_owned(), ..Release::default() });
    }
    &mut releases[index]
}

impl Release {
    fn add(&mut self, file_name: &str, sum: &str, size: Option<u32>) -> Result<(), String> {
        let suffix = file_name
            .strip_prefix(&self.name)
            .ok_or_else(|| format!("`{file_name}` does not belong to {}", self.name))?;
        let file = self.files.entry(suffix.to_owned()).or_default();
        if !sum.is_empty() {
            let sha256: Digest =
                sum.parse().map_err(|_| format!("`{sum}` of `{file_name}` is not a SHA-256"))?;
            if file.sha256 != [0; 32] && file.sha256 != *sha256.as_bytes() {
                return Err(format!("`{file_name}` has two different checksums"));
            }
            file.sha256 = *sha256.as_bytes();
        }
        file.size = size.unwrap_or(file.size);
        Ok(())
    }
}

fn encode(releases: &[Release]) -> Result<Vec<u8>, String> {
    let mut suffixes: Vec<&str> = Vec::new();
    let mut patterns: Vec<Vec<u8>> = vec![Vec::new()];
    let mut heads = Vec::new();
    for release in releases {
        let places = release.files.keys().map(|suffix| place(&mut suffixes, suffix.as_str()));
        let pattern = places.collect::<Result<_, _>>()?;
        push(&mut heads, release.name.as_bytes())?;
        heads.extend(date_number(&release.date)?.to_le_bytes());
        heads.extend([u8::from(release.security), place(&mut patterns, pattern)?]);
    }
    let mut table = MAGIC.to_vec();
    table.push(byte(suffixes.len())?);
    suffixes.iter().try_for_each(|suffix| push(&mut table, suffix.as_bytes()))?;
    table.push(byte(patterns.len())?);
    patterns.iter().try_for_each(|pattern| push(&mut table, pattern))?;
    let count = u16::try_from(releases.len()).map_err(|_| "too many releases for the table".to_owned())?;
    table.extend(count.to_le_bytes());
    table.extend(heads);
    let files = || releases.iter().flat_map(|release| release.files.values());
    table.extend(files().flat_map(|file| file.sha256));
    table.extend(files().flat_map(|file| file.size.to_le_bytes()));
    Ok(table)
}

/// Bytes behind their number.
fn push(table: &mut Vec<u8>, bytes: &[u8]) -> Result<(), String> {
    table.push(byte(bytes.len())?);
    table.extend_from_slice(bytes);
    Ok(())
}

/// The place of an item in the list, to which it is added if it is new.
fn place<T: PartialEq>(list: &mut Vec<T>, item: T) -> Result<u8, String> {
    let known = list.iter().position(|known| *known == item);
    let index = known.unwrap_or(list.len());
    if known.is_none() {
        list.push(item);
    }
    byte(index)
}

/// `2026-08-19` as 20260819; an empty date is 0.
fn date_number(date: &str) -> Result<u32, String> {
    if date.is_empty() {
        return Ok(0);
    }
    let digits: String = date.split('-').collect();
    let number = (digits.len() == 8).then(|| digits.parse().ok()).flatten();
    number.ok_or_else(|| format!("`{date}` is not a date"))
}

fn byte(number: usize) -> Result<u8, String> {
    u8::try_from(number).map_err(|_| format!("{number} does not fit into a byte of the table"))
}

/// The JSON files of `directory` whose names begin with `prefix`, sorted.
fn matching(directory: &Path, prefix: &str) -> Result<Vec<PathBuf>, String> {
    let mut paths = files::entries(directory)?;
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(prefix) && has_extension(path, "json")
    });
    Ok(paths)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    serde_json::from_str(&files::read(path)?)
        .map_err(|error| format!("cannot parse `{}`: {error}", path.display()))
}

const MAGIC: &[u8] = b"gover releases 1\n";

/// The most bytes that the table may add to the program.
const LIMIT: usize = 300_000;
