//! The database that is compiled into gover, so that an answer needs no network.
//!
//! `cargo xtask vuln-table` writes `data/vulns.json.gz`: the entries in the parts of OSV that gover
//! reads, without details and symbols, and the version of the module that they are from.

use std::io::{Read as _, Write as _};
use std::{io, str};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use gover_core::date::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::database::{Basis, BasisKind, Database};
use crate::entry::{Entry, EntryError};

#[derive(Serialize, Deserialize)]
struct Table {
    /// The module and its version, which says when the database last changed.
    source: String,
    entries: Vec<Entry>,
}

/// Why a table cannot be read or made.
#[derive(Debug, Error)]
pub enum CompiledError {
    #[error("the table is not valid")]
    Json(#[from] serde_json::Error),
    #[error("the table is not valid")]
    Entry(#[from] EntryError),
    #[error("the table cannot be unpacked")]
    Unpack(#[from] io::Error),
    #[error("`{text}` has no date")]
    Version { text: String },
}

impl Database {
    /// The database that is part of gover.
    pub fn compiled() -> Self {
        // A test reads the compiled data, so the table is never empty.
        read(DATA).unwrap_or_default()
    }
}

/// The text of the inputs from which the table is made: one entry in a line, so that a change is
/// easy to review. `files` are the entries of the module, of any kind.
pub fn inputs<'a>(source: &str, files: impl IntoIterator<Item = &'a [u8]>) -> Result<String, CompiledError> {
    let mut entries = Vec::new();
    for file in files {
        entries.extend(Entry::parse(file)?.map(Entry::shortened));
    }
    let database = database(Table { source: source.to_owned(), entries })?;
    let lines = database.entries().iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    let source = serde_json::to_string(source)?;
    Ok(format!("{{\"source\":{source},\"entries\":[\n{}\n]}}\n", lines.join(",\n")))
}

/// The numbers of such inputs, which gover reads in place of the entries where it can.
pub fn counts(inputs: &str) -> Result<String, CompiledError> {
    Ok(serde_json::to_string(&database(serde_json::from_str(inputs)?)?.counts())? + "\n")
}

/// The compressed table of such inputs, and its text.
pub fn encode(inputs: &str) -> Result<Vec<u8>, CompiledError> {
    let table: Table = serde_json::from_str(inputs)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&serde_json::to_vec(&table)?)?;
    let bytes = encoder.finish()?;
    read(&bytes)?;
    Ok(bytes)
}

fn read(bytes: &[u8]) -> Result<Database, CompiledError> {
    let mut text = Vec::new();
    GzDecoder::new(bytes).take(LIMIT).read_to_end(&mut text)?;
    database(serde_json::from_slice(&text)?)
}

fn database(table: Table) -> Result<Database, CompiledError> {
    let modified =
        date_of(&table.source).ok_or_else(|| CompiledError::Version { text: table.source.clone() })?;
    let basis = Basis { kind: BasisKind::Compiled, place: table.source, modified: Some(modified) };
    Ok(Database::new(table.entries, basis)?)
}

/// The day in a version such as `v0.0.0-20261105234957-e22db6528018`.
pub(crate) fn date_of(version: &str) -> Option<Date> {
    let digits = version.rsplit('-').nth(1).filter(|digits| digits.len() == 14)?;
    let number = |from: usize, to: usize| digits.get(from..to)?.parse().ok();
    Date::new(number(0, 4)?, number(4, 6)?, number(6, 8)?)
}

/// Bytes of the text; it has about 85,000.
const LIMIT: u64 = 4 << 20;

const DATA: &[u8] = include_bytes!("../data/vulns.json.gz");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_table_is_whole_and_small() {
        let database = read(DATA).unwrap();
        assert!(database.entries().len() > 200);
        assert!(database.basis().modified.is_some());
        assert!(DATA.len() <= 12 << 10, "{}", DATA.len());
    }

    #[test]
    fn the_numbers_are_those_of_go() {
        let database = Database::compiled();
        assert_eq!(database.basis().modified, Date::new(2026, 11, 5), "count again for a newer database");
        for (version, stdlib, toolchain) in [
            ("1.20.14", 81, 15),
            ("1.24.13", 43, 10),
            ("1.25.14", 14, 2),
            ("1.26.8", 14, 2),
            ("1.26.10", 0, 0),
            ("1.26.11", 0, 0),
            ("1.27.0", 14, 2),
            ("1.27.2", 1, 0),
            ("1.27.3", 0, 0),
        ] {
            let found = database.of(&version.parse().unwrap());
            assert_eq!((found.stdlib.len(), found.toolchain.len()), (stdlib, toolchain), "{version}");
        }
    }

    #[test]
    fn inputs_make_a_table_that_says_the_same() {
        let entry = |id: &str, package: &str| {
            format!(
                r#"{{"id":"{id}","modified":"0001-01-01T00:00:00Z","details":"long","summary":"A bug",
                 "aliases":["GHSA-x","CVE-2026-1"],"affected":[{{"package":{{"name":"{package}"}},"ranges":[
                 {{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"1.22.3"}}]}}],
                 "ecosystem_specific":{{"imports":[{{"path":"net/url","symbols":["x"],"goos":["windows"]}}]}}}}]}}"#
            )
        };
        let files = [entry("GO-2026-2", "stdlib"), entry("GO-2026-3", "example.org/x")];
        let source = "golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018";
        let text = inputs(source, files.iter().map(String::as_bytes)).unwrap();
        let table = read(&encode(&text).unwrap()).unwrap();
        assert_eq!(table.basis().to_string(), "Go vulnerability database of 2026-11-05, compiled into gover");
        let [entry] = table.entries() else { panic!("{text}") };
        assert_eq!(entry.cves().collect::<Vec<_>>(), ["CVE-2026-1"]);
        assert_eq!(entry.packages(), ["net/url (windows)"]);
        assert_eq!(entry.fixed_in(&"1.22.1".parse().unwrap()).as_deref(), Some("go1.22.3"));
        assert!(inputs("golang.org/x/vulndb@v1.0.0", []).is_err());
    }
}
