//! Properties of this crate's parsers that hold for any input.
//!
//! Fuzzing (`fuzz/`) uses them, and so do the tests that run the inputs found by fuzzing. They are
//! compiled only for these, so the parsers do not have to be public.
#![expect(clippy::missing_panics_doc, reason = "a property that does not hold is a panic")]

use std::collections::BTreeMap;

use serde_json::Value;

use crate::index::Index;
use crate::proxy::parse_list;

/// Names in an index are usable as file names, checksums well-formed, and all data from the JSON.
pub fn index(json: &[u8]) {
    let Ok(index) = Index::parse(json) else { return };
    let said: Value = serde_json::from_slice(json).unwrap_or_default();
    assert!(!index.releases.is_empty());
    let mut sums = BTreeMap::new();
    for release in &index.releases {
        let rows = said.as_array().into_iter().flatten();
        let rows: Vec<_> = rows.filter(|row| row["version"] == release.name.as_str()).collect();
        assert_plain(&release.name);
        for file in &release.files {
            assert_plain(&file.name);
            let rows = rows.iter().filter_map(|row| row["files"].as_array()).flatten();
            let mut rows = rows.filter(|row| row["filename"] == file.name.as_str());
            let sum = file.sha256.as_deref();
            let fits = |row: &Value| {
                let said = row["sha256"].as_str().map(str::to_ascii_lowercase);
                (sum.is_none() || said.as_deref() == sum)
                    && (file.size.is_none() || row["size"].as_u64() == file.size)
            };
            assert!(rows.any(fits), "nobody said so of {}", file.name);
            let Some(sum) = sum else { continue };
            assert!(sum.len() == 64 && sum.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
            assert_eq!(*sums.entry(file.name.as_str()).or_insert(sum), sum, "two sums of {}", file.name);
        }
    }
}

/// Parses a value of GOPROXY. The list must not have more entries than the value.
pub fn proxy_list(value: &[u8]) {
    let Ok(value) = str::from_utf8(value) else { return };
    if let Ok(entries) = parse_list(value) {
        let parts = value.split([',', '|']).map(str::trim).filter(|part| !part.is_empty());
        // An empty value means `direct`.
        assert!(entries.len() <= parts.count().max(1), "more proxies than were named");
    }
}

fn assert_plain(name: &str) {
    let odd =
        |c: char| c.is_control() || c.is_whitespace() || matches!(c, '/' | '\\' | ':' | '?' | '#' | '%');
    assert!(!name.is_empty() && !name.contains("..") && !name.contains(odd), "{name:?}");
}

#[cfg(test)]
mod tests {
    use gover_test::fuzzed;

    use super::*;

    #[test]
    fn the_properties_hold_for_what_fuzzing_found() {
        for (_, bytes) in fuzzed("index") {
            index(&bytes);
        }
        for (_, bytes) in fuzzed("request") {
            proxy_list(&bytes);
        }
    }
}
