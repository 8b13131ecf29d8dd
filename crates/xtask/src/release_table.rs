//! `cargo xtask release-table [--check] [DIR]`: writes the release table that gover-source compiles
//! in.
//!
//! DIR (default `crates/gover-source/data/inputs`) holds the download site's index
//! (`go-dl-*.json`), further checksums (`sha256-*.json`) and release dates
//! (`release-history.json`). gover-source's `table` module reads the format and documents it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Runs the command with the arguments after its name.
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
        return fs::write(&target, table)
            .map_err(|error| format!("cannot write `{}`: {error}", target.display()));
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

/// Releases by name, in the order in which the inputs list them.
#[derive(Default)]
struct Releases {
    order: Vec<String>,
    by_name: BTreeMap<String, Release>,
}

impl Releases {
    fn entry(&mut self, name: &str) -> &mut Release {
        if !self.by_name.contains_key(name) {
            self.order.push(name.to_owned());
        }
        self.by_name.entry(name.to_owned()).or_default()
    }

    fn iter(&self) -> impl Iterator<Item = (&String, &Release)> {
        self.order.iter().filter_map(|name| self.by_name.get_key_value(name))
    }
}

fn collect(directory: &Path) -> Result<Releases, String> {
    let mut releases = Releases::default();
    for row in array(&read(&directory.join("release-history.json"))?)? {
        let release = releases.entry(text(row, "version")?);
        text(row, "date")?.clone_into(&mut release.date);
        release.security = row.get("security") == Some(&Value::Bool(true));
    }
    for path in matching(directory, "go-dl-")? {
        for row in array(&read(&path)?)? {
            let name = text(row, "version")?;
            let release = releases.entry(name);
            for file in array(row.get("files").unwrap_or(&Value::Null))? {
                let file_name = text(file, "filename")?;
                add_file(release, name, file_name, text(file, "sha256")?, file.get("size"))?;
            }
        }
    }
    for path in matching(directory, "sha256-")? {
        let value = read(&path)?;
        for (name, files) in object(value.get("sha256").unwrap_or(&Value::Null))? {
            let release = releases.entry(name);
            for (file_name, sum) in object(files)? {
                add_file(release, name, file_name, sum.as_str().unwrap_or_default(), None)?;
            }
        }
    }
    Ok(releases)
}

fn add_file(
    release: &mut Release,
    name: &str,
    file_name: &str,
    sum: &str,
    size: Option<&Value>,
) -> Result<(), String> {
    let suffix =
        file_name.strip_prefix(name).ok_or_else(|| format!("`{file_name}` does not belong to {name}"))?;
    let file = release.files.entry(suffix.to_owned()).or_default();
    if !sum.is_empty() {
        let sha256 = decode_hex(sum).ok_or_else(|| format!("`{sum}` of `{file_name}` is not a SHA-256"))?;
        if file.sha256 != [0; 32] && file.sha256 != sha256 {
            return Err(format!("`{file_name}` has two different checksums"));
        }
        file.sha256 = sha256;
    }
    if let Some(size) = size.and_then(Value::as_u64) {
        file.size = u32::try_from(size).map_err(|_| format!("`{file_name}` is too large for the table"))?;
    }
    Ok(())
}

fn encode(releases: &Releases) -> Result<Vec<u8>, String> {
    let mut suffixes: Vec<&String> = Vec::new();
    let mut patterns: Vec<Vec<u8>> = vec![Vec::new()];
    let mut rows = Vec::new();
    let mut heads = Vec::new();
    for (name, release) in releases.iter() {
        let mut pattern = Vec::new();
        for (suffix, file) in &release.files {
            let known = suffixes.iter().position(|known| *known == suffix);
            let index = known.unwrap_or_else(|| {
                suffixes.push(suffix);
                suffixes.len() - 1
            });
            pattern.push(byte(index)?);
            rows.push(file);
        }
        let index = patterns.iter().position(|known| *known == pattern).unwrap_or_else(|| {
            patterns.push(pattern);
            patterns.len() - 1
        });
        heads.push(byte(name.len())?);
        heads.extend_from_slice(name.as_bytes());
        heads.extend_from_slice(&date_number(&release.date)?.to_le_bytes());
        heads.push(u8::from(release.security));
        heads.push(byte(index)?);
    }
    let mut table = MAGIC.to_vec();
    table.push(byte(suffixes.len())?);
    for suffix in &suffixes {
        table.push(byte(suffix.len())?);
        table.extend_from_slice(suffix.as_bytes());
    }
    table.push(byte(patterns.len())?);
    for pattern in &patterns {
        table.push(byte(pattern.len())?);
        table.extend_from_slice(pattern);
    }
    let count =
        u16::try_from(releases.order.len()).map_err(|_| "too many releases for the table".to_owned())?;
    table.extend_from_slice(&count.to_le_bytes());
    table.extend(heads);
    table.extend(rows.iter().flat_map(|file| file.sha256));
    table.extend(rows.iter().flat_map(|file| file.size.to_le_bytes()));
    Ok(table)
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

fn decode_hex(text: &str) -> Option<[u8; 32]> {
    let mut sum = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in sum.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(sum)
}

/// The JSON files of `directory` whose names begin with `prefix`, sorted.
fn matching(directory: &Path, prefix: &str) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(directory)
        .map_err(|error| format!("cannot read directory `{}`: {error}", directory.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(prefix))
                && path.extension().is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<Value, String> {
    let bytes = fs::read(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("cannot parse `{}`: {error}", path.display()))
}

fn array(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| "the data has no list where one is expected".to_owned())
}

fn object(value: &Value) -> Result<&serde_json::Map<String, Value>, String> {
    value.as_object().ok_or_else(|| "the data has no object where one is expected".to_owned())
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    value.get(key).and_then(Value::as_str).ok_or_else(|| format!("an entry of the data has no text `{key}`"))
}

const MAGIC: &[u8] = b"gover releases 1\n";

/// The most bytes that the table may add to the program.
const LIMIT: usize = 300_000;
