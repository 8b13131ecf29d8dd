//! The file with the newest head, damaged: what is believed instead, and what never is.

use std::fs;
use std::path::Path;

use gover_core::Diagnose as _;

use super::log::{FOLDER, Log, Server, cached, client, evidence, latest, store, unreachable, version};
use crate::{Client, HeadOrigin, LogWarning, LogWarnings, ProofRequest, SumdbError, VerifierKey};

/// Texts that are not a note signed by the database.
fn damages(log: &Log) -> Vec<Vec<u8>> {
    let head = String::from_utf8(log.head(311)).unwrap();
    vec![
        Vec::new(),
        b"garbage".to_vec(),
        head.as_bytes()[..40].to_vec(),
        head.replacen("\n311\n", "\n312\n", 1).into_bytes(),
        head.replace("— localhost", "— another.localhost").into_bytes(),
        vec![0; 2_000_000],
    ]
}

#[tokio::test]
async fn a_damaged_head_is_replaced_and_kept_as_evidence() {
    let log = Log::honest(320);
    for damage in damages(&log) {
        let cache = tempfile::tempdir().unwrap();
        let old = Server::at(&log, 311);
        client(&old, cache.path()).lookup(&version(7)).await.unwrap();
        store(cache.path(), "latest", &damage);

        let server = Server::new(&log);
        let warnings = LogWarnings::default();
        // The record is kept here, and its head is not what the new one must come from.
        let record =
            client(&server, cache.path()).with_warnings(&warnings).lookup(&version(7)).await.unwrap();
        assert_eq!((record.h1.as_str(), record.tree_size), (log.h1(7), 320));
        assert_eq!(latest(cache.path()), log.head(320));
        let files = evidence(cache.path());
        let [aside] = files.as_slice() else { panic!("{files:?}") };
        assert_eq!(fs::read(aside).unwrap(), damage);
        let told = warnings.take();
        let [LogWarning::HeadReplaced { aside: told, records: 320, .. }] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert_eq!(told, aside);
        // That was it.
        server.take_requests();
        client(&server, cache.path()).with_warnings(&warnings).lookup(&version(7)).await.unwrap();
        assert!(server.take_requests().is_empty() && warnings.take().is_empty());
    }
}

#[tokio::test]
async fn an_answer_without_a_head_does_not_replace_a_damaged_head() {
    let log = Log::honest(311);
    let empty = log.sign(&format!("go.sum database tree\n0\n{}\n", tlog_tiles::EMPTY_HASH));
    for head in [Vec::new(), empty] {
        for damage in damages(&log) {
            let cache = tempfile::tempdir().unwrap();
            store(cache.path(), "latest", &damage);
            let server = Server::new(&log).with(|path, answer| {
                let answer = answer?;
                let end = answer.windows(2).position(|pair| pair == b"\n\n").map_or(0, |gap| gap + 2);
                Ok(if path.starts_with("/lookup/") { [&answer[..end], &head].concat() } else { answer })
            });
            let error = client(&server, cache.path()).lookup(&version(7)).await.unwrap_err();
            assert!(matches!(error, SumdbError::OutsideTree { id: 7, tree_size: 0, .. }), "{error}");
            assert_eq!(latest(cache.path()), damage);
            assert!(evidence(cache.path()).is_empty());
        }
    }
}

#[tokio::test]
async fn a_damaged_head_stays_while_the_database_is_unreachable() {
    let log = Log::honest(311);
    for damage in damages(&log) {
        let cache = tempfile::tempdir().unwrap();
        client(&Server::new(&log), cache.path()).lookup(&version(7)).await.unwrap();
        store(cache.path(), "latest", &damage);
        let server = Server::new(&log).with(|path, _| Err(unreachable(path)));
        let error = client(&server, cache.path()).lookup(&version(7)).await.unwrap_err();
        assert!(matches!(error, SumdbError::DamagedHead { .. }) && error.is_transport(), "{error}");
        let file: std::path::PathBuf = cache.path().join(FOLDER).join("latest").components().collect();
        assert!(error.hints()[0].contains(file.to_str().unwrap()), "{:?}", error.hints());
        let request = ProofRequest {
            modules: vec![("golang.org/toolchain".to_owned(), version(7))],
            ..ProofRequest::default()
        };
        let error = client(&server, cache.path()).bundle(&request).await.unwrap_err();
        assert!(matches!(error, SumdbError::DamagedHead { .. }), "{error}");
        assert_eq!(latest(cache.path()), damage);
        assert!(evidence(cache.path()).is_empty());
        // As the hint says.
        fs::remove_file(file).unwrap();
        client(&server, cache.path()).lookup(&version(7)).await.unwrap();
    }
}

#[tokio::test]
async fn another_history_is_found_even_if_the_stored_head_is_damaged() {
    let (seen, other) = (Log::new(320, "seen", 100), Log::new(320, "other", 100));
    let request = ProofRequest {
        modules: vec![("golang.org/toolchain".to_owned(), version(200))],
        ..ProofRequest::default()
    };
    for size in [300, 320] {
        for damage in damages(&seen) {
            let cache = tempfile::tempdir().unwrap();
            client(&Server::at(&seen, 311), cache.path()).lookup(&version(7)).await.unwrap();
            store(cache.path(), "latest", &damage);
            let server = Server::at(&other, size);
            // What the kept answer was proven under contradicts it.
            let error = client(&server, cache.path()).lookup(&version(7)).await.unwrap_err();
            assert!(matches!(error, SumdbError::Fork(_)), "{size}: {error}");
            let error = client(&server, cache.path()).bundle(&request).await.unwrap_err();
            assert!(matches!(error, SumdbError::Fork(_)), "{size}: {error}");
            assert_eq!(latest(cache.path()), damage);
        }
    }
}

#[tokio::test]
async fn a_cached_answer_does_not_vouch_for_an_unrelated_head() {
    let (seen, other) = (Log::new(300, "seen", 200), Log::new(320, "other", 200));
    let no_tiles = |path: &str| path.starts_with("/tile/");
    for damage in damages(&other) {
        let cache = tempfile::tempdir().unwrap();
        client(&Server::new(&seen), cache.path()).lookup(&version(7)).await.unwrap();
        let server = Server::at(&other, 311)
            .with(|path, answer| if no_tiles(path) { Err(unreachable(path)) } else { answer });
        client(&server, cache.path()).lookup(&version(8)).await.unwrap();
        let kept =
            cache.path().join(FOLDER).join("lookup/golang.org").join(format!("toolchain@{}", version(8)));
        assert_eq!(fs::read(kept).unwrap(), seen.answer(8, 300));

        store(cache.path(), "latest", &damage);
        let error = client(&Server::new(&other), cache.path()).lookup(&version(9)).await.unwrap_err();
        assert!(matches!(error, SumdbError::Fork(_)), "{error}");
        assert_eq!(latest(cache.path()), damage);
    }
}

#[tokio::test]
async fn a_new_head_must_be_consistent_with_the_heads_of_cached_answers() {
    let (seen, other) = (Log::new(300, "seen", 200), Log::new(320, "other", 200));
    let shown = Server::new(&other);
    for tiles in [true, false] {
        let cache = tempfile::tempdir().unwrap();
        client(&Server::new(&seen), cache.path()).lookup(&version(7)).await.unwrap();
        store(cache.path(), "latest", b"garbage");
        let key = |id| format!("lookup/golang.org/toolchain@{}", version(id));
        store(cache.path(), &key(8), &other.answer(8, 311));
        // With them, the newest kept head and the one that is shown can be compared in any case.
        let server = Server::new(&other).with(|path, answer| {
            let is_beginning = path == "/tile/8/0/000" || path.starts_with("/tile/8/1/");
            if tiles || !is_beginning { answer } else { Err(unreachable(path)) }
        });
        let error = client(&server, cache.path()).lookup(&version(9)).await.unwrap_err();
        if tiles {
            assert!(matches!(error, SumdbError::Fork(_)), "{error}");
        } else {
            assert!(matches!(error, SumdbError::DamagedHead { .. }), "{error}");
        }
        assert_eq!(latest(cache.path()), b"garbage");
        assert!(!cached(cache.path()).contains(&key(9)));
    }
    // Without the answer of the other history, things go on.
    let cache = tempfile::tempdir().unwrap();
    for size in [300, 311] {
        client(&Server::at(&other, size), cache.path()).lookup(&version(size - 300)).await.unwrap();
    }
    store(cache.path(), "latest", b"garbage");
    client(&shown, cache.path()).lookup(&version(9)).await.unwrap();
    assert_eq!(latest(cache.path()), other.head(320));
}

#[tokio::test]
async fn a_signed_head_is_never_replaced_as_damaged() {
    let (seen, other) = (Log::honest(311), Log::new(311, "other", 0));
    let no_tree = seen.sign("go.sum database tree v2\n");
    let huge = seen.sign(&format!("go.sum database tree\n{}\n{}\n", u64::MAX, seen.root(3)));
    let server = Server::new(&seen);
    for (head, is_fork) in [(other.head(311), true), (other.head(300), true), (no_tree, false), (huge, false)]
    {
        let cache = tempfile::tempdir().unwrap();
        client(&server, cache.path()).lookup(&version(7)).await.unwrap();
        store(cache.path(), "latest", &head);
        for id in [7, 8] {
            let error = client(&server, cache.path()).lookup(&version(id)).await.unwrap_err();
            let stored = matches!(error, SumdbError::Head { origin: HeadOrigin::Stored(_), .. });
            assert!(if is_fork { matches!(error, SumdbError::Fork(_)) } else { stored }, "{error}");
            assert!(!error.is_transport());
            assert_eq!(latest(cache.path()), head);
        }
    }
}

#[tokio::test]
async fn a_head_signed_by_another_key_is_not_damaged() {
    let log = Log::honest(311);
    let cache = tempfile::tempdir().unwrap();
    let server = Server::new(&log);
    client(&server, cache.path()).lookup(&version(7)).await.unwrap();
    let before = cached(cache.path());
    server.take_requests();

    let other = Client::new(&server, VerifierKey::parse(OTHER_KEY).unwrap(), cache.path());
    for id in [7, 8] {
        let error = other.lookup(&version(id)).await.unwrap_err();
        let SumdbError::Head { origin: HeadOrigin::Stored(path), source, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(
            source.to_string(),
            "note has no verifiable signatures (wanted one by localhost.localdev/sumdb+9823d85b, it is signed by \
             localhost.localdev/sumdb+00000c67)"
        );
        let hint = error.hints().join("\n");
        assert!(hint.contains("GOSUMDB") && hint.contains(path.to_str().unwrap()), "{hint}");
        assert!(!error.is_transport());
    }
    // Nothing was taken away, and the right key finds everything as it was.
    assert_eq!((latest(cache.path()), cached(cache.path())), (log.head(311), before));
    assert!(evidence(cache.path()).is_empty());
    client(&server, cache.path()).lookup(&version(7)).await.unwrap();
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn a_head_damaged_during_a_lookup_is_replaced_by_the_next_store() {
    let log = Log::honest(320);
    let size = std::cell::Cell::new(300);
    let server = Server::new(&log).with(|path, answer| {
        if path.starts_with("/lookup/") {
            Ok(Server::at(&log, size.get()).honest_answer(path).unwrap())
        } else {
            answer
        }
    });
    let cache = tempfile::tempdir().unwrap();
    let warnings = LogWarnings::default();
    let client = client(&server, cache.path()).with_warnings(&warnings);
    client.lookup(&version(7)).await.unwrap();
    store(cache.path(), "latest", b"garbage");
    size.set(320);
    client.lookup(&version(8)).await.unwrap();
    assert_eq!(latest(cache.path()), log.head(320));
    assert_eq!((warnings.take().len(), evidence(cache.path()).len()), (1, 1));
}

#[tokio::test]
async fn a_directory_in_place_of_the_head_is_moved_aside() {
    let log = Log::honest(311);
    let cache = tempfile::tempdir().unwrap();
    let server = Server::new(&log);
    let path = cache.path().join(FOLDER).join("latest");
    fs::create_dir_all(path.join("inside")).unwrap();
    client(&server, cache.path()).lookup(&version(7)).await.unwrap();
    assert_eq!(latest(cache.path()), log.head(311));
    let files = evidence(cache.path());
    let [aside] = files.as_slice() else { panic!("{files:?}") };
    assert!(Path::new(aside).join("inside").is_dir());
}

/// A key of the same name.
const OTHER_KEY: &str = "localhost.localdev/sumdb+9823d85b+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
