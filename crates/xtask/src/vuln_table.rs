//! `cargo xtask vuln-table [--check] [DIR]`: writes the vulnerabilities that gover-vuln compiles in,
//! and their numbers.
//!
//! DIR is the unpacked module golang.org/x/vulndb, in a directory that ends with its version. Its
//! entries that concern Go itself become `crates/gover-vuln/data/inputs/vulndb.json`. Without DIR, the
//! table is made from that file again.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use gover_vuln::{counts, encode, inputs};

use crate::files;

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (check, rest) = match arguments.split_first() {
        Some((first, rest)) if first == "--check" => (true, rest),
        _ => (false, arguments),
    };
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gover-vuln/data");
    let inputs = data.join("inputs/vulndb.json");
    let targets = [data.join("vulns.json.gz"), data.join("counts.json")];
    let text = match rest {
        [] => files::read(&inputs)?,
        [directory] if !directory.starts_with('-') => of_module(Path::new(directory))?,
        _ => return Err("usage: cargo xtask vuln-table [--check] [DIR]".to_owned()),
    };
    let table = encode(&text).map_err(|error| detailed(&error))?;
    let counts = counts(&text).map_err(|error| detailed(&error))?;
    if table.len() > LIMIT {
        return Err(format!("the table has {} bytes, more than the limit of {LIMIT}", table.len()));
    }
    if check {
        return compare((&text, &inputs), (&table, &counts), &targets);
    }
    files::write(&inputs, text)?;
    let [target, numbers] = &targets;
    files::write(target, table)?;
    files::write(numbers, counts)
}

/// The entries of the module, as the inputs have them.
fn of_module(directory: &Path) -> Result<String, String> {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    let version = name.strip_prefix("vulndb@").ok_or("name the directory `vulndb@VERSION`")?;
    let mut entries = Vec::new();
    for path in files::entries(&directory.join("data/osv"))? {
        entries.push(fs::read(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?);
    }
    let source = format!("golang.org/x/vulndb@{version}");
    inputs(&source, entries.iter().map(Vec::as_slice)).map_err(|error| detailed(&error))
}

/// Compares the texts: the same text may be compressed in more than one way.
fn compare(
    (text, inputs): (&str, &Path),
    (table, counts): (&[u8], &str),
    [target, numbers]: &[PathBuf; 2],
) -> Result<(), String> {
    let current = fs::read(target).map_err(|error| format!("cannot read `{}`: {error}", target.display()))?;
    if unpacked(&current)? != unpacked(table)? || files::read(inputs)? != text {
        return Err("`vulns.json.gz` is out of date; run `cargo xtask vuln-table`".to_owned());
    }
    if files::read(numbers)? != counts {
        return Err("`counts.json` is out of date; run `cargo xtask vuln-table`".to_owned());
    }
    Ok(())
}

fn unpacked(table: &[u8]) -> Result<String, String> {
    let mut text = String::new();
    let read = GzDecoder::new(table).read_to_string(&mut text);
    read.map_err(|error| format!("cannot unpack the table: {error}"))?;
    Ok(text)
}

fn detailed(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// The most bytes that the table may add to the program.
const LIMIT: usize = 12 << 10;
