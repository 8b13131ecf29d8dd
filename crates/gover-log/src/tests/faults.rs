//! Servers that lie or fail, caches that rot, disks that refuse.

use std::fs;

use gover_core::Diagnose as _;

use super::log::{FOLDER, Log, Server, cached, client, h1, latest, not_found, store, unreachable, version};
use crate::{HeadOrigin, MAX_ANSWER, ProofRequest, SumdbError};

#[tokio::test]
async fn a_changed_byte_in_any_tile_is_found_and_not_cached() {
    // Sizes whose right edge has more nodes than tiles, and others.
    for size in [2, 257, 300, 311, 511, 1000, 65_791] {
        let log = Log::honest(size);
        let honest = Server::new(&log);
        client(&honest, tempfile::tempdir().unwrap().path()).lookup(&version(0)).await.unwrap();
        let tiles = honest.take_requests().into_iter().filter(|path| path.starts_with("/tile/"));
        for tile in tiles {
            for position in [0.0, 0.3, 1.0] {
                let cache = tempfile::tempdir().unwrap();
                let server = Server::new(&log).with(|path, answer| {
                    answer.map(|mut bytes| {
                        if path == tile {
                            flip(&mut bytes, position);
                        }
                        bytes
                    })
                });
                let error = client(&server, cache.path()).lookup(&version(0)).await.unwrap_err();
                assert!(matches!(error, SumdbError::InconsistentTile { .. }), "{size} {tile}: {error}");
                assert!(!error.is_transport());
                assert!(cached(cache.path()).is_empty());
            }
        }
    }
}

#[tokio::test]
async fn a_changed_record_or_number_is_found_and_not_cached() {
    let log = Log::honest(300);
    let lookup = |change: Change| {
        Server::new(&log).with(move |path, answer| {
            let answer = answer?;
            let text = path.starts_with("/lookup/").then(|| String::from_utf8(answer.clone()).unwrap());
            Ok(text.map_or(answer, |text| change(text).into_bytes()))
        })
    };
    let changes: [(Change, &str); 6] = [
        (|text| text.replacen("h1:", "h1:A", 1), "cannot authenticate record 7"),
        (|text| text.replacen("7\n", "8\n", 1), "cannot authenticate record 8"),
        (|text| text.replacen("7\n", "300\n", 1), "cannot validate record 300 in tree of size 300"),
        (|text| text.replacen("7\n", "seven\n", 1), "gave a malformed answer about"),
        (|_| "<html>welcome to the hotel</html>".to_owned(), "gave a malformed answer about"),
        (|text| text.replacen("\n300\n", "\n301\n", 1), "the tree head of checksum database"),
    ];
    for (change, words) in changes {
        let cache = tempfile::tempdir().unwrap();
        let server = lookup(change);
        let error = client(&server, cache.path()).lookup(&version(7)).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(!error.is_transport() && !error.hints().is_empty(), "{error}");
        assert!(!cached(cache.path()).iter().any(|name| name.starts_with("lookup/")));
    }
}

#[tokio::test]
async fn an_answer_about_another_version_is_rejected() {
    let log = Log::honest(300);
    let cache = tempfile::tempdir().unwrap();
    let server = Server::new(&log)
        .with(|path, answer| if path.starts_with("/lookup/") { Ok(log.answer(8, 300)) } else { answer });
    let error = client(&server, cache.path()).lookup(&version(7)).await.unwrap_err();
    assert!(matches!(error, SumdbError::NoHash { id: 8, .. }), "{error}");
    assert!(!cached(cache.path()).iter().any(|name| name.starts_with("lookup/")));
}

#[tokio::test]
async fn a_bundle_never_contains_an_answer_about_another_version() {
    let log = Log::honest(300);
    let request = ProofRequest {
        modules: vec![("golang.org/toolchain".to_owned(), version(7))],
        ..ProofRequest::default()
    };
    let (cache, honest) = (tempfile::tempdir().unwrap(), Server::new(&log));
    let bundle = client(&honest, cache.path()).bundle(&request).await.unwrap();
    assert_eq!(bundle.answers[0].1, log.answer(7, 300));

    let cache = tempfile::tempdir().unwrap();
    let server = Server::new(&log)
        .with(|path, answer| if path.starts_with("/lookup/") { Ok(log.answer(8, 300)) } else { answer });
    let error = client(&server, cache.path()).bundle(&request).await.unwrap_err();
    assert!(matches!(error, SumdbError::NoHash { id: 8, .. }), "{error}");
}

#[tokio::test]
async fn a_record_without_an_h1_hash_is_rejected() {
    for hash in ["h2:", "h1:", "h1:short=", "", "md5:d41d8cd98f00b204e9800998ecf8427e"] {
        let mut log = Log::honest(5);
        let id = log.append(format!("golang.org/toolchain {} {hash}\n", version(5)));
        let (cache, server) = (tempfile::tempdir().unwrap(), Server::new(&log));
        let error = client(&server, cache.path()).lookup(&version(id)).await.unwrap_err();
        assert!(matches!(error, SumdbError::NoHash { id: 5, .. }), "{hash}: {error}");
    }
}

#[tokio::test]
async fn a_missing_record_is_not_an_unreachable_database() {
    let log = Log::honest(300);
    let cache = tempfile::tempdir().unwrap();
    let server = Server::new(&log);
    let error = client(&server, cache.path()).lookup("v0.0.1-go9.9.9.plan9-mips").await.unwrap_err();
    assert!(matches!(error, SumdbError::NotInDatabase { .. }) && error.is_transport(), "{error}");
    assert_eq!(
        error.to_string(),
        "checksum database `localhost.localdev/sumdb` has no record of \
         `golang.org/toolchain@v0.0.1-go9.9.9.plan9-mips`"
    );

    let server = Server::new(&log).with(|path, _| Err(unreachable(path)));
    let error = client(&server, cache.path()).lookup(&version(7)).await.unwrap_err();
    assert!(matches!(error, SumdbError::Unavailable { .. }) && error.is_transport(), "{error}");

    // A missing tile is not a missing record.
    let missing = |path: &str| path == "/tile/8/0/000" || path.starts_with("/tile/8/0/001");
    let server =
        Server::new(&log).with(|path, answer| if missing(path) { Err(not_found(path)) } else { answer });
    let error = client(&server, cache.path()).lookup(&version(7)).await.unwrap_err();
    assert!(matches!(error, SumdbError::Unavailable { .. }) && error.is_transport(), "{error}");
    assert!(cached(cache.path()).is_empty());
}

#[tokio::test]
async fn answers_of_the_wrong_size_are_rejected() {
    let log = Log::honest(300);
    let cases: [(&str, usize); 4] = [
        ("/lookup/", MAX_ANSWER + 1),
        ("/tile/8/0/000", 8191),
        ("/tile/8/0/000", 0),
        ("/tile/8/1/000.p/1", 8192),
    ];
    for (prefix, size) in cases {
        let cache = tempfile::tempdir().unwrap();
        let server = Server::new(&log)
            .with(|path, answer| if path.starts_with(prefix) { Ok(vec![b'7'; size]) } else { answer });
        let error = client(&server, cache.path()).lookup(&version(7)).await.unwrap_err();
        assert!(
            matches!(error, SumdbError::WrongSize { received, .. } if received == size),
            "{prefix}: {error}"
        );
        assert!(!error.is_transport());
        assert!(cached(cache.path()).is_empty());
    }
}

#[tokio::test]
async fn unsigned_heads_and_heads_of_another_key_are_rejected() {
    let log = Log::honest(300);
    let stranger = "go.sum database tree\n300\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n\n\
                    — sum.golang.org Az3grqNvOILDz7xwAKugtVFZwd+I9IyB/mHrUYzcVaS9zKsRVdRLNGLFpnAcLhyoBBkdIYEzK/+7Eu4wanYttLrPsQo=\n";
    let heads = [
        stranger.to_owned().into_bytes(),
        b"go.sum database tree\n300\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n".to_vec(),
        log.sign("go.sum database tree v2\n300\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n"),
        // Signed, but beyond what the tree arithmetic may be asked about.
        log.sign(&format!(
            "go.sum database tree\n{}\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n",
            u64::MAX
        )),
        log.sign(&format!(
            "go.sum database tree\n{}\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n",
            1_u64 << 49
        )),
    ];
    for head in heads {
        let cache = tempfile::tempdir().unwrap();
        let server = Server::new(&log).with(|path, answer| {
            if !path.starts_with("/lookup/") {
                return answer;
            }
            let answer = answer?;
            let end = answer.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
            Ok([&answer[..end], &head].concat())
        });
        let error = client(&server, cache.path()).lookup(&version(7)).await.unwrap_err();
        assert!(matches!(error, SumdbError::Head { origin: HeadOrigin::Answer, .. }), "{error}");
        assert!(latest(cache.path()).is_empty());
    }
}

#[tokio::test]
async fn a_huge_signed_tree_without_tiles_is_an_error() {
    let log = Log::honest(3);
    let size = 1_u64 << 48;
    for id in [0, 2, size - 1] {
        let cache = tempfile::tempdir().unwrap();
        let head = log.sign(&format!("go.sum database tree\n{size}\n{}\n", log.root(3)));
        let answer = [format!("{id}\nx\n\n").into_bytes(), head].concat();
        let server = Server::new(&log).with(|path, _| {
            if path.starts_with("/lookup/") { Ok(answer.clone()) } else { Ok(vec![0; 8192]) }
        });
        assert!(client(&server, cache.path()).lookup(&version(0)).await.is_err());
    }
}

#[tokio::test]
async fn a_damaged_cache_is_noticed_and_replaced() {
    let log = Log::honest(311);
    let fresh = tempfile::tempdir().unwrap();
    let server = Server::new(&log);
    client(&server, fresh.path()).lookup(&version(7)).await.unwrap();
    let names = cached(fresh.path());
    assert!(names.len() > 3, "{names:?}");
    for name in &names {
        let good = fs::read(fresh.path().join(FOLDER).join(name)).unwrap();
        let mut flipped = good.clone();
        flip(&mut flipped, 0.5);
        let mut first = good.clone();
        flip(&mut first, 0.0);
        let rotten = [
            flipped,
            first,
            good[..good.len() / 2].to_vec(),
            Vec::new(),
            vec![b'x'; good.len()],
            vec![0; 2_000_000],
        ];
        for bytes in rotten {
            store(fresh.path(), name, &bytes);
            let record = client(&server, fresh.path()).lookup(&version(7)).await.unwrap();
            assert_eq!(record.h1, log.h1(7), "{name}");
            assert_eq!(fs::read(fresh.path().join(FOLDER).join(name)).unwrap(), good, "{name}");
        }
    }
}

#[tokio::test]
async fn a_cached_answer_about_another_module_is_not_used() {
    let log = Log::honest(311);
    let cache = tempfile::tempdir().unwrap();
    let server = Server::new(&log);
    store(cache.path(), &format!("lookup/golang.org/toolchain@{}", version(7)), &log.answer(8, 311));
    let record = client(&server, cache.path()).lookup(&version(7)).await.unwrap();
    assert_eq!((record.id, record.h1.as_str()), (7, log.h1(7)));
}

#[tokio::test]
async fn a_head_that_could_not_be_stored_is_stored_by_the_next_lookup() {
    let log = Log::honest(311);
    let cache = tempfile::tempdir().unwrap();
    let server = Server::new(&log);
    let client = client(&server, cache.path());
    let obstacle = cache.path().join(FOLDER).join("latest.lock");
    fs::create_dir_all(&obstacle).unwrap();
    let error = client.lookup(&version(7)).await.unwrap_err();
    assert!(matches!(error, SumdbError::Io { .. }) && !error.is_transport(), "{error}");
    fs::remove_dir(&obstacle).unwrap();
    client.lookup(&version(7)).await.unwrap();
    assert_eq!(latest(cache.path()), log.head(311));
}

#[tokio::test]
async fn invalid_module_names_are_not_sent() {
    let log = Log::honest(3);
    let (cache, server) = (tempfile::tempdir().unwrap(), Server::new(&log));
    for version in ["", "../../latest", "v1?x=y", "v1#", "v1/go.mod/go.mod"] {
        let error = client(&server, cache.path()).lookup(version).await.unwrap_err();
        assert!(matches!(error, SumdbError::Question(_)), "{error}");
    }
    assert!(server.take_requests().is_empty());
    assert_ne!(h1("a"), h1("b"));
}

/// What happens to the text of a lookup answer.
type Change = fn(String) -> String;

/// Inverts a bit of the byte at a fraction of the length.
fn flip(bytes: &mut [u8], fraction: f64) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "small"
    )]
    let index = ((bytes.len() - 1) as f64 * fraction) as usize;
    bytes[index] ^= 1;
}
