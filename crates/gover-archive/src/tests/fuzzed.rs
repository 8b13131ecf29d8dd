//! What fuzzing found, against the same models that the fuzz targets use. How to run those:
//! docs/contributing.md.

use std::collections::BTreeMap;
use std::io::Read as _;

use gover_test::{fuzzed, gzip, model};

use super::*;

fn unzipped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut tar = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut tar).ok()?;
    Some(tar)
}

/// What is accepted is what the model sees; what is refused leaves nothing outside.
fn assert_like(attempt: &Attempt, said: Option<BTreeMap<String, Vec<u8>>>, name: &str) {
    attempt.assert_contained();
    if let Err(error) = &attempt.result {
        assert!(error.is_integrity(), "{name}: {error}");
        return;
    }
    let said = said.unwrap_or_else(|| panic!("{name}: the model makes no sense of it"));
    let below = said.into_iter().map(|(path, content)| {
        let path = path.strip_prefix("go/").unwrap_or_else(|| panic!("{name}: {path} is outside"));
        (path.to_owned(), content)
    });
    model::assert_tree(&attempt.target(), below.collect());
}

#[test]
fn what_fuzzing_found_is_unpacked_as_the_models_read_it() {
    for (name, bytes) in fuzzed("tar") {
        assert_like(&unpack_tar(&gzip(&bytes)), model::tar(&bytes), &name);
    }
    for (name, bytes) in fuzzed("gzip") {
        assert_like(&unpack_tar(&bytes), unzipped(&bytes).and_then(|tar| model::tar(&tar)), &name);
    }
    for (name, bytes) in fuzzed("zip") {
        assert_like(&unpack_zip(&bytes), model::zip(&bytes), &name);
    }
}
