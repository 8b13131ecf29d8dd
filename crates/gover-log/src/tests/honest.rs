//! Lookups in logs that are what they claim to be.

use futures_util::future::join_all;

use super::log::{Log, Server, cached, client, h1, latest, not_found, version};

#[tokio::test]
async fn records_of_logs_of_every_shape_are_proven() {
    let log = Log::honest(66_000);
    for size in [1, 2, 3, 255, 256, 257, 300, 311, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 66_000] {
        let cache = tempfile::tempdir().unwrap();
        let server = Server::at(&log, size);
        let client = client(&server, cache.path());
        for id in [0, 1, size / 3, size / 2, size.saturating_sub(2), size - 1] {
            if id >= size {
                continue;
            }
            let record = client.lookup(&version(id)).await.unwrap();
            assert_eq!((record.id, record.tree_size), (id, size));
            assert_eq!(record.h1, log.h1(id), "record {id} of {size}");
            assert_eq!(record.database, "localhost.localdev/sumdb");
        }
        assert_eq!(latest(cache.path()), log.head(size));
    }
}

#[tokio::test]
async fn a_fresh_client_reads_only_what_the_proof_needs() {
    let log = Log::honest(300);
    let (cache, server) = (tempfile::tempdir().unwrap(), Server::new(&log));
    client(&server, cache.path()).lookup(&version(7)).await.unwrap();
    let lookup = format!("/lookup/golang.org/toolchain@{}", version(7));
    assert_eq!(
        server.take_requests(),
        [lookup.as_str(), "/tile/8/0/000", "/tile/8/0/001.p/44", "/tile/8/1/000.p/1"]
    );

    // Another process, later: everything is known.
    let record = client(&server, cache.path()).lookup(&version(7)).await.unwrap();
    assert_eq!(record.h1, log.h1(7));
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn the_hash_of_go_mod_is_in_the_same_record() {
    let log = Log::honest(300);
    let (cache, server) = (tempfile::tempdir().unwrap(), Server::new(&log));
    let client = client(&server, cache.path());
    client.lookup(&version(7)).await.unwrap();
    server.take_requests();
    let record = client.lookup(&format!("{}/go.mod", version(7))).await.unwrap();
    assert_eq!((record.h1, record.id), (h1("go.mod"), 7));
    assert!(server.take_requests().is_empty());
}

#[tokio::test]
async fn the_stored_head_never_moves_back() {
    let log = Log::honest(1000);
    let cache = tempfile::tempdir().unwrap();
    for size in [10, 300, 512, 777, 1000] {
        let server = Server::at(&log, size);
        let record = client(&server, cache.path()).lookup(&version(size - 1)).await.unwrap();
        assert_eq!(record.tree_size, size);
        assert_eq!(latest(cache.path()), log.head(size));
    }
    // A proxy that lags behind serves old heads: they are on the same history and change nothing.
    for size in [12, 513, 999] {
        let server = Server::at(&log, size).with(|path, _| {
            // Its tiles may well be of the full log.
            let at = if path.starts_with("/lookup/") { size } else { 1000 };
            honest_answer(&log, path, at)
        });
        let record = client(&server, cache.path()).lookup(&version(11)).await.unwrap();
        assert_eq!(record.tree_size, 1000);
        assert_eq!(latest(cache.path()), log.head(1000));
    }
}

#[tokio::test]
async fn a_missing_partial_tile_is_taken_from_the_full_tile() {
    let log = Log::honest(600);
    let (cache, server) = (tempfile::tempdir().unwrap(), Server::new(&log));
    let server = server.with(|path, _| {
        // The head is of 300 records; the server has completed tile 001 since and dropped the part.
        match path {
            "/tile/8/0/001.p/44" => Err(not_found(path)),
            path => honest_answer(&log, path, if path.starts_with("/lookup/") { 300 } else { 600 }),
        }
    });
    let record = client(&server, cache.path()).lookup(&version(299)).await.unwrap();
    assert_eq!((record.id, record.tree_size), (299, 300));
    assert!(server.take_requests().contains(&"/tile/8/0/001".to_owned()));
    // Only the part that is proven is kept.
    let names = cached(cache.path());
    assert!(names.contains("tile/8/0/001.p/44") && !names.contains("tile/8/0/001"), "{names:?}");
}

#[tokio::test]
async fn a_cached_full_tile_serves_as_partial_tile() {
    let log = Log::honest(600);
    let cache = tempfile::tempdir().unwrap();
    let new = Server::new(&log);
    client(&new, cache.path()).lookup(&version(290)).await.unwrap();
    assert!(cached(cache.path()).contains("tile/8/0/001"));
    std::fs::remove_file(cache.path().join("localhost.localdev/sumdb/latest")).unwrap();

    let old = Server::at(&log, 300);
    client(&old, cache.path()).lookup(&version(299)).await.unwrap();
    let requests = old.take_requests();
    assert!(!requests.iter().any(|path| path.starts_with("/tile/8/0/001")), "{requests:?}");
}

#[tokio::test]
async fn lookups_run_concurrently_with_one_client_and_with_several() {
    let log = Log::honest(700);
    let cache = tempfile::tempdir().unwrap();
    let (old, new) = (Server::at(&log, 512), Server::new(&log));
    let (first, second) = (client(&old, cache.path()), client(&new, cache.path()));
    let ids = [0, 5, 130, 257, 300, 510];
    let versions = ids.map(version);
    let (left, right) = tokio::join!(
        join_all(versions.iter().map(|version| first.lookup(version))),
        join_all(versions.iter().map(|version| second.lookup(version))),
    );
    for (id, record) in ids.iter().zip(left).chain(ids.iter().zip(right)) {
        assert_eq!(record.unwrap().h1, log.h1(*id));
    }
    assert_eq!(latest(cache.path()), log.head(700));
}

fn honest_answer(log: &Log, path: &str, size: u64) -> Result<Vec<u8>, crate::RemoteError> {
    Server::at(log, size).honest_answer(path).ok_or_else(|| not_found(path))
}
