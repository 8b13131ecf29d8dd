//! Directories that hold a part of the log, before a server: what is read where, and who is blamed
//! for what.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use gover_log::{LogMirror, LogRecord, LogWarning, LogWarnings, Remote as _, SumdbError};
use gover_net::{Http, NetworkSettings};

use self::log::{FOLDER, Log, Server, client, not_found, version};
use super::LogMirrors;
use crate::settings::SourceSpec;

#[expect(dead_code, reason = "shared with the tests of gover-log, which need more of it")]
#[path = "../../../gover-log/src/tests/log.rs"]
mod log;

/// A directory with what `log` says under these paths.
fn directory(server: &Server<'_>, paths: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for path in paths {
        put(directory.path(), path, &server.honest_answer(path).unwrap());
    }
    directory
}

fn put(directory: &Path, path: &str, bytes: &[u8]) {
    let file = directory.join("sumdb").join(FOLDER).join(&path[1..]);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

/// How a lookup ends that reads these directories before `far`, and which of them it calls damaged.
async fn lookup(
    id: u64,
    near: &[&tempfile::TempDir],
    far: Server<'_>,
) -> (Result<LogRecord, SumdbError>, Vec<String>) {
    let sources: Vec<_> =
        near.iter().map(|directory| SourceSpec::Directory(directory.path().to_owned())).collect();
    let http = Http::new(NetworkSettings::default());
    let places = LogMirrors::new(&sources, FOLDER, far, &http);
    let (cache, warnings) = (tempfile::tempdir().unwrap(), LogWarnings::default());
    let result = client(&places, cache.path()).with_warnings(&warnings).lookup(&version(id)).await;
    let named = warnings.take().into_iter().map(|warning| match warning {
        LogWarning::DamagedMirror { place, .. } => place.to_string(),
        other @ LogWarning::HeadReplaced { .. } => panic!("{other:?}"),
    });
    (result, named.collect())
}

#[tokio::test]
async fn a_damaged_partial_tile_is_a_part_of_the_full_one_elsewhere() {
    let (then, now) = (Log::honest(311), Log::honest(600));
    let (then, partial, full) = (Server::new(&then), "/tile/8/0/001.p/55", "/tile/8/0/001");
    let answer = format!("/lookup/golang.org/toolchain@{}", version(300));
    let near = directory(&then, &[&answer, "/tile/8/0/000", "/tile/8/1/000.p/1"]);
    let has_full = directory(&Server::new(&now), &["/tile/8/0/000", full, "/tile/8/1/000.p/1"]);
    let none = || Server::new(&now).with(|path, _| Err(not_found(path)));
    let no_partial =
        || Server::new(&now).with(|path, answer| if path == partial { Err(not_found(path)) } else { answer });
    let place = near.path().display().to_string();
    for damage in [vec![0; 54 * 32], vec![0; 55 * 32]] {
        put(near.path(), partial, &damage);
        for (near, far) in [(vec![&near], no_partial()), (vec![&near, &has_full], none())] {
            let (result, damaged) = lookup(300, &near, far).await;
            assert_eq!(result.unwrap().id, 300);
            assert_eq!(damaged, [place.as_str()]);
        }
        // Where nobody has that either, the damaged place is what there is to say.
        let (result, damaged) = lookup(300, &[&near], none()).await;
        let error = result.unwrap_err();
        assert!(
            matches!(&error, SumdbError::DamagedMirror { places, .. } if *places == [LogMirror::Directory(near.path().to_owned())]),
            "{error}"
        );
        assert!(damaged.is_empty());
    }
}

#[tokio::test]
async fn a_place_is_not_blamed_for_what_another_served() {
    let log = Log::honest(311);
    let (path, honest) = ("/tile/8/0/000", Server::new(&log));
    let near = directory(&honest, &[path]);
    let (http, sources) =
        (Http::new(NetworkSettings::default()), [SourceSpec::Directory(near.path().to_owned())]);
    let places = LogMirrors::new(&sources, FOLDER, Server::new(&log), &http);
    places.read(path).await.unwrap();
    // A stick that was taken out.
    fs::remove_file(near.path().join("sumdb").join(FOLDER).join(&path[1..])).unwrap();
    places.read(path).await.unwrap();
    assert!(places.reject(&[path.to_owned()]).is_empty());
    put(near.path(), path, b"as it was");
    assert_eq!(places.read(path).await.unwrap(), b"as it was");
    assert_eq!(places.reject(&[path.to_owned()]), [LogMirror::Directory(near.path().to_owned())]);
}

#[tokio::test]
async fn a_place_whose_tiles_prove_right_is_not_called_damaged() {
    let log = Log::honest(311);
    let (honest, partial) = (Server::new(&log), "/tile/8/0/001.p/55");
    let answer = format!("/lookup/golang.org/toolchain@{}", version(7));
    let (good, bad) = (
        directory(&honest, &[&answer, "/tile/8/0/000", "/tile/8/1/000.p/1"]),
        directory(&honest, &[&answer, "/tile/8/0/000", "/tile/8/1/000.p/1"]),
    );
    put(bad.path(), "/tile/8/0/000", &[0; 8192]);
    for (near, named) in [(&good, Vec::new()), (&bad, vec![bad.path().display().to_string()])] {
        // Of what it serves a second time nothing is wrong.
        let asked = Cell::new(0);
        let far = Server::new(&log).with(|path, answer| {
            asked.set(asked.get() + u32::from(path == partial));
            if path == partial && asked.get() == 1 { Ok(vec![0; 55 * 32]) } else { answer }
        });
        let (result, damaged) = lookup(7, &[near], far).await;
        assert_eq!((result.unwrap().id, damaged), (7, named));
        assert_eq!(asked.get(), 2);
    }
}
