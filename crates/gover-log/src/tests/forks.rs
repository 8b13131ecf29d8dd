//! Databases that show different histories to different people, or to one person at different
//! times.

use std::cell::RefCell;
use std::fs;

use gover_core::Diagnose as _;

use super::log::{Log, Server, cached, client, evidence, latest, not_found, store, unreachable, version};
use crate::{Fork, LogMirror, LogWarning, LogWarnings, Remote, RemoteError, SumdbError};

#[tokio::test]
async fn two_histories_are_found_at_every_size() {
    for fork_at in [0, 5, 200] {
        let (seen, other) = (Log::new(1000, "seen", fork_at), Log::new(1000, "other", fork_at));
        for (first, second) in [(300, 301), (300, 1000), (256, 512), (1000, 999), (511, 300)] {
            let cache = tempfile::tempdir().unwrap();
            let server = Server::at(&seen, first);
            client(&server, cache.path()).lookup(&version(0)).await.unwrap();
            let head = latest(cache.path());

            let server = Server::at(&other, second);
            let error = client(&server, cache.path()).lookup(&version(1)).await.unwrap_err();
            let fork = fork(&error);
            assert_eq!((fork.older_size, fork.newer_size), (first.min(second), first.max(second)));
            let report = String::from_utf8_lossy(&head).replace('\n', "\n\t");
            assert!(fork.report.contains(&report), "{}", fork.report);
            let report = String::from_utf8_lossy(&other.head(second)).replace('\n', "\n\t");
            assert!(fork.report.contains(&report), "{}", fork.report);
            assert!(!fork.report.contains("could not be read"), "{}", fork.report);
            assert_eq!(latest(cache.path()), head, "the head must stay what was seen first");
            assert!(!cached(cache.path()).contains(&format!("lookup/golang.org/toolchain@{}", version(1))));
        }
    }
}

#[tokio::test]
async fn an_old_head_of_another_history_is_rejected_without_tiles() {
    let (seen, other) = (Log::new(1000, "seen", 0), Log::new(300, "other", 0));
    let cache = tempfile::tempdir().unwrap();
    let server = Server::new(&seen);
    client(&server, cache.path()).lookup(&version(0)).await.unwrap();
    // Comparing takes tiles of the larger tree, which this server has not got. What is known shows
    // another record there.
    let server = Server::new(&other);
    let error = client(&server, cache.path()).lookup(&version(1)).await.unwrap_err();
    assert!(matches!(error, SumdbError::RecordMismatch { id: 1, .. }) && !error.is_transport(), "{error}");
    // Where nothing is known either, nothing is learned, and nothing believed.
    let error = client(&server, cache.path()).lookup(&version(299)).await.unwrap_err();
    assert!(matches!(error, SumdbError::Unrelated { own: 1000, other: 300, .. }), "{error}");
    assert!(error.is_transport() && error.hints()[0].contains("--seen 1000"), "{error}");
    assert_eq!(latest(cache.path()), seen.head(1000));
    assert!(!cached(cache.path()).contains(&format!("lookup/golang.org/toolchain@{}", version(1))));
}

#[tokio::test]
async fn a_fork_is_reported_with_both_heads_and_where_the_evidence_is() {
    let (seen, other) = (Log::new(300, "seen", 0), Log::new(311, "other", 0));
    let cache = tempfile::tempdir().unwrap();
    let server = Server::new(&seen);
    client(&server, cache.path()).lookup(&version(0)).await.unwrap();
    let server = Server::new(&other);
    let error = client(&server, cache.path()).lookup(&version(1)).await.unwrap_err();

    let text = error.to_string();
    for part in ["SECURITY ERROR", "300", "311", &seen.root(300).to_string(), &other.root(311).to_string()] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains('\n') && !error.is_transport());
    let files = evidence(cache.path());
    let [file] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!(fork(&error).evidence.as_ref().unwrap(), file);
    assert_eq!(fs::read_to_string(file).unwrap(), fork(&error).report);
    let details = error.details().join("\n");
    assert!(
        details.contains(file.components().collect::<std::path::PathBuf>().to_str().unwrap()),
        "{details}"
    );
    assert!(details.contains(&other.root(300).to_string()), "{details}");
    assert!(!error.hints().is_empty());

    // The same again is the same evidence, and no second file.
    client(&server, cache.path()).lookup(&version(1)).await.unwrap_err();
    assert_eq!(evidence(cache.path()), files);
}

#[tokio::test]
async fn heads_of_equal_size_contradict_without_tiles() {
    let (seen, other) = (Log::new(300, "seen", 0), Log::new(300, "other", 0));
    let cache = tempfile::tempdir().unwrap();
    let server = Server::new(&seen);
    client(&server, cache.path()).lookup(&version(0)).await.unwrap();
    let server = Server::new(&other)
        .with(|path, answer| if path.starts_with("/tile/") { Err(unreachable(path)) } else { answer });
    let error = client(&server, cache.path()).lookup(&version(1)).await.unwrap_err();
    let fork = fork(&error);
    assert_eq!(
        (&fork.older_hash, &fork.newer_hash),
        (&other.root(300).to_string(), &seen.root(300).to_string())
    );
    assert_eq!(evidence(cache.path()).len(), 1);
}

#[tokio::test]
async fn a_signed_empty_tree_with_a_hash_is_a_contradiction() {
    let log = Log::honest(3);
    let cache = tempfile::tempdir().unwrap();
    let head = log.sign(&format!("go.sum database tree\n0\n{}\n", log.root(3)));
    let answer = [&b"0\nx\n\n"[..], &head].concat();
    let server = Server::new(&log).with(|_, _| Ok(answer.clone()));
    let error = client(&server, cache.path()).lookup(&version(0)).await.unwrap_err();
    assert_eq!(fork(&error).older_size, 0);
}

#[tokio::test]
async fn a_head_stored_by_another_process_must_be_consistent() {
    let (seen, other) = (Log::new(400, "seen", 0), Log::new(400, "other", 0));
    let sizes = std::cell::Cell::new(300);
    let server = Server::new(&seen).with(|path, _| {
        let size = if path.starts_with("/lookup/") { sizes.get() } else { 400 };
        Server::at(&seen, size).honest_answer(path).ok_or_else(|| not_found(path))
    });
    for (stored, size) in [(seen.head(399), 399), (seen.head(305), 310)] {
        let cache = tempfile::tempdir().unwrap();
        let client = client(&server, cache.path());
        sizes.set(300);
        client.lookup(&version(0)).await.unwrap();
        store(cache.path(), "latest", &stored);
        sizes.set(310);
        let record = client.lookup(&version(1)).await.unwrap();
        assert_eq!(record.tree_size, size);
        assert_eq!(latest(cache.path()), seen.head(size));
    }
    for stored in [other.head(305), other.head(310)] {
        let cache = tempfile::tempdir().unwrap();
        let client = client(&server, cache.path());
        sizes.set(300);
        client.lookup(&version(0)).await.unwrap();
        store(cache.path(), "latest", &stored);
        sizes.set(310);
        let error = client.lookup(&version(1)).await.unwrap_err();
        assert_eq!(fork(&error).newer_size, 310);
        assert_eq!(latest(cache.path()), stored);
    }
}

/// A near place before a server; what is rejected there is read from the server.
struct Ways<'a> {
    near: Server<'a>,
    far: Server<'a>,
    rejected: RefCell<Vec<String>>,
}

impl Remote for Ways<'_> {
    async fn read(&self, path: &str) -> Result<Vec<u8>, RemoteError> {
        let is_rejected = self.rejected.borrow().iter().any(|rejected| rejected == path);
        if is_rejected { self.far.read(path).await } else { self.near.read(path).await }
    }

    fn reject(&self, paths: &[String]) -> Vec<LogMirror> {
        let new = paths.iter().any(|path| !self.rejected.borrow().contains(path));
        self.rejected.borrow_mut().extend(paths.iter().cloned());
        if new { vec![LogMirror::Directory("near".into())] } else { Vec::new() }
    }
}

#[tokio::test]
async fn a_mirror_with_another_history_stops_the_lookup() {
    let (seen, other) = (Log::new(300, "seen", 0), Log::new(311, "other", 0));
    let cache = tempfile::tempdir().unwrap();
    client(&Server::new(&seen), cache.path()).lookup(&version(0)).await.unwrap();
    let places = Ways { near: Server::new(&other), far: Server::new(&seen), rejected: RefCell::default() };
    let error = client(&places, cache.path()).lookup(&version(1)).await.unwrap_err();
    assert_eq!(fork(&error).newer_size, 311);
    assert_eq!(evidence(cache.path()).len(), 1);
    // A response that is not part of a log counts as a damaged mirror.
    let near = Server::new(&other).with(|_, _| Ok(b"<html>".to_vec()));
    let places = Ways { near, far: Server::new(&seen), rejected: RefCell::default() };
    let warnings = LogWarnings::default();
    client(&places, cache.path()).with_warnings(&warnings).lookup(&version(1)).await.unwrap();
    assert!(matches!(warnings.take().as_slice(), [LogWarning::DamagedMirror { .. }]));
}

fn fork(error: &SumdbError) -> &Fork {
    match error {
        SumdbError::Fork(fork) => fork,
        other => panic!("no fork: {other}"),
    }
}
