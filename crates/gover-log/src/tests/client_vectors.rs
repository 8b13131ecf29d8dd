//! Scenarios that Go's own client went through: answers, requests, cache, head and error of each.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::log::{FOLDER, cached, evidence, latest, load, parse_tile, store};
use crate::record::Record;
use crate::{Client, Remote, RemoteError, SumdbError, VerifierKey};

#[tokio::test]
async fn client_scenarios_of_the_vectors_end_as_in_go() {
    let file = load("sumdb_client.json");
    let key = VerifierKey::parse(file["verifier_key"].as_str().unwrap()).unwrap();
    assert_eq!(key.name(), FOLDER);
    let scenarios = file["scenarios"].as_array().unwrap();
    for scenario in scenarios {
        let cache = tempfile::tempdir().unwrap();
        prepare(cache.path(), scenario, scenarios);
        let remote = Replay { answers: answers(scenario), requests: RefCell::default() };
        let client = Client::new(&remote, key.clone(), cache.path());
        let (path, version) = (text(scenario, "path"), text(scenario, "version"));
        let result = client.lookup_module(path, version).await;
        check_result(scenario, cache.path(), result);

        let name = &scenario["name"];
        assert_eq!(remote.requests.take(), set(&scenario["requests_sorted"]), "requests of {name}");
        assert_eq!(cached(cache.path()), keys(scenario), "cache after {name}");
        let head = String::from_utf8(latest(cache.path())).unwrap();
        assert_eq!(head, scenario["latest_after"].as_str().unwrap_or_default(), "head after {name}");
    }
}

fn check_result(scenario: &Value, cache: &Path, result: Result<crate::LogRecord, SumdbError>) {
    let name = &scenario["name"];
    let Some(error) = scenario["error"].as_str() else {
        let record = result.unwrap_or_else(|error| panic!("{name}: {error}"));
        let line = format!("{} {} {}", text(scenario, "path"), text(scenario, "version"), record.h1);
        assert_eq!(vec![line], set(&scenario["lines"]).into_iter().collect::<Vec<_>>(), "lines of {name}");
        return;
    };
    let failure = result.expect_err(error);
    assert_eq!(class_of(&failure), class_in_go(error), "{name}: {failure}");
    let kept = evidence(cache);
    match scenario["security_error"].as_str() {
        Some(report) => {
            let [file] = kept.as_slice() else { panic!("evidence of {name}: {kept:?}") };
            assert_eq!(fs::read_to_string(file).unwrap(), report, "evidence of {name}");
        }
        None => assert!(kept.is_empty(), "evidence of {name}: {kept:?}"),
    }
}

fn class_of(error: &SumdbError) -> &'static str {
    match error {
        SumdbError::NotInDatabase { .. } => "not found",
        SumdbError::Unavailable { .. } | SumdbError::Unrelated { .. } => "unavailable",
        SumdbError::Answer { .. } => "record",
        SumdbError::Head { .. } => "head",
        SumdbError::InconsistentTile { .. } | SumdbError::WrongSize { .. } => "tile",
        SumdbError::OutsideTree { .. } => "outside",
        SumdbError::RecordMismatch { .. } => "mismatch",
        SumdbError::Fork(_) => "fork",
        SumdbError::Question(_) => "question",
        SumdbError::NoHash { .. }
        | SumdbError::DamagedHead { .. }
        | SumdbError::DamagedMirror { .. }
        | SumdbError::IncompleteMirror { .. }
        | SumdbError::Io { .. } => "none of Go's",
    }
}

fn class_in_go(error: &str) -> &'static str {
    let classes = [
        ("404 Not Found", "not found"),
        ("410 Gone", "not found"),
        ("security error", "fork"),
        ("downloaded inconsistent tile", "tile"),
        ("TileReader returned bad result", "tile"),
        ("cannot authenticate record data", "mismatch"),
        ("cannot validate record", "outside"),
        ("malformed record data", "record"),
        ("reading tree", "head"),
        ("malformed module path", "question"),
        ("disallowed version string", "question"),
        ("50", "unavailable"),
    ];
    classes.iter().find(|(words, _)| error.contains(words)).unwrap_or_else(|| panic!("new class: {error}")).1
}

/// Puts the head and the cached files in place with which a scenario starts: what it ends with and
/// did not fetch.
fn prepare(cache: &Path, scenario: &Value, all: &[Value]) {
    let head = scenario["latest_before"].as_str().unwrap_or_default();
    if !head.is_empty() {
        store(cache, "latest", head.as_bytes());
    }
    let fetched: BTreeSet<String> = set(&scenario["requests_sorted"]);
    for key in keys(scenario) {
        if fetched.contains(&format!("/{key}")) {
            continue;
        }
        let bytes = if key.starts_with("tile/") {
            proven_tile(&key, all).unwrap_or_else(|| panic!("no scenario shows {key}"))
        } else {
            // Some other module's answer that the scenario has, but does not read, may be shown
            // nowhere.
            cached_answer(&key, head, all).unwrap_or_else(|| b"not read".to_vec())
        };
        store(cache, &key, &bytes);
    }
}

/// A tile from any scenario that proved it (and so kept it): the same tile, or the beginning of a
/// wider one.
fn proven_tile(key: &str, all: &[Value]) -> Option<Vec<u8>> {
    let tile = parse_tile(key)?;
    let mut found = None;
    for scenario in all {
        for (path, bytes) in answers(scenario) {
            let path = path.trim_start_matches('/');
            let Some(other) = parse_tile(path).filter(|_| keys(scenario).contains(path)) else { continue };
            if other == tile {
                return Some(bytes);
            }
            let same_place = (other.level(), other.level_index()) == (tile.level(), tile.level_index());
            if same_place && other.width() > tile.width() {
                found = Some(bytes[..tile.width() as usize * 32].to_vec());
            }
        }
    }
    found
}

/// The answer about a module under the head that is stored when the scenario starts.
fn cached_answer(key: &str, head: &str, all: &[Value]) -> Option<Vec<u8>> {
    all.iter().find_map(|scenario| {
        let answer = answers(scenario).remove(&format!("/{key}"))?;
        let record = Record::parse(&answer).ok()?;
        // Some scenarios change the record or its number: only the one in the log will do.
        let tile = proven_tile(&format!("tile/8/0/{:03}", record.id / 256), all)?;
        let leaf = tile.chunks(32).nth(usize::try_from(record.id % 256).unwrap())?;
        (tlog_tiles::record_hash(record.text.as_bytes()).0 == leaf)
            .then(|| format!("{}\n{}\n{head}", record.id, record.text).into_bytes())
    })
}

fn answers(scenario: &Value) -> BTreeMap<String, Vec<u8>> {
    let Some(responses) = scenario["responses"].as_object() else {
        return BTreeMap::new();
    };
    let decode = |body: &str| match body.strip_prefix("base64:") {
        Some(encoded) => BASE64_STANDARD.decode(encoded).unwrap(),
        None => body.as_bytes().to_vec(),
    };
    responses.iter().map(|(path, body)| (path.clone(), decode(body.as_str().unwrap()))).collect()
}

fn keys(scenario: &Value) -> BTreeSet<String> {
    let prefix = format!("{FOLDER}/");
    set(&scenario["cache_keys_after"])
        .iter()
        .map(|key| key.strip_prefix(&prefix).unwrap().to_owned())
        .collect()
}

fn set(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn text<'a>(scenario: &'a Value, key: &str) -> &'a str {
    scenario[key].as_str().unwrap()
}

struct Replay {
    answers: BTreeMap<String, Vec<u8>>,
    requests: RefCell<BTreeSet<String>>,
}

impl Remote for Replay {
    async fn read(&self, path: &str) -> Result<Vec<u8>, RemoteError> {
        assert!(self.requests.borrow_mut().insert(path.to_owned()), "{path} is asked for twice");
        let missing = || RemoteError::NotFound { reason: "404 Not Found".to_owned() };
        self.answers.get(path).cloned().ok_or_else(missing)
    }
}
