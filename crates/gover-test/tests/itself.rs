//! The test support itself, checked once as the tests of gover use it.
//!
//! Being an integration test, it also makes `cargo test --workspace` build the fake-go program,
//! which tests on a machine without a compiler for their platform then find.

#![expect(clippy::unwrap_used, reason = "its helpers are tests too")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use gover_test::{FakeLog, FakeServer, FakeSite, Fault, Release, dirhash, fake_go, sha256_hex, spawn};

/// Sends one request and returns the status line, the headers and the body.
fn get(server: &FakeServer, path: &str, headers: &[(&str, &str)]) -> (String, String, Vec<u8>) {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\n").unwrap();
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n").unwrap();
    }
    stream.write_all(b"\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let (status, headers) = head.split_once("\r\n").unwrap_or((&head, ""));
    (status.to_owned(), headers.to_owned(), answer[end..].to_vec())
}

fn header<'a>(headers: &'a str, name: &str) -> Option<&'a str> {
    headers.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[test]
fn the_server_resumes_only_what_is_unchanged() {
    let server = FakeServer::start();
    server.serve("/file", b"0123456789".to_vec());
    let (_, headers, _) = get(&server, "/file", &[]);
    let etag = header(&headers, "ETag").unwrap().to_owned();

    let (status, headers, body) = get(&server, "/file", &[("Range", "bytes=4-"), ("If-Range", &etag)]);
    assert_eq!((status.as_str(), body.as_slice()), ("HTTP/1.1 206 Partial Content", &b"456789"[..]));
    assert_eq!(header(&headers, "Content-Range"), Some("bytes 4-9/10"));

    let (status, _, body) = get(&server, "/file", &[("Range", "bytes=4-"), ("If-Range", "\"other\"")]);
    assert_eq!((status.as_str(), body.len()), ("HTTP/1.1 200 OK", 10));
    let (status, _, body) = get(&server, "/file", &[("If-None-Match", &etag)]);
    assert_eq!((status.as_str(), body.len()), ("HTTP/1.1 304 Not Modified", 0));
    let (status, ..) = get(&server, "/file", &[("Range", "bytes=10-")]);
    assert_eq!(status, "HTTP/1.1 416 Range Not Satisfiable");
    assert_eq!(server.requests_for("/file").len(), 5);
    assert_eq!(server.requests()[1].header("range"), Some("bytes=4-"));
}

#[test]
fn faults_happen_as_often_as_asked() {
    let server = FakeServer::start();
    server.serve("/file", b"0123456789".to_vec());
    server.fault_times("/file", Fault::TruncateAt(3), 1);
    let (_, headers, body) = get(&server, "/file", &[]);
    assert_eq!((header(&headers, "Content-Length"), body.as_slice()), (Some("10"), &b"012"[..]));
    assert_eq!(get(&server, "/file", &[]).2, b"0123456789");

    server.fault("/fi*", Fault::FlipByte(9));
    assert_eq!(get(&server, "/file", &[]).2, b"0123456788");
    server.fault("/file", Fault::IgnoreRange);
    assert_eq!(get(&server, "/file", &[("Range", "bytes=4-")]).2, b"0123456788");
    server.heal();
    server.fault("/file", Fault::Status(503));
    assert_eq!(get(&server, "/file", &[]).0, "HTTP/1.1 503 Service Unavailable");
    server.heal();
    server.fault("/file", Fault::WrongLength(5));
    assert_eq!(header(&get(&server, "/file", &[]).1, "Content-Length"), Some("15"));
    server.heal();
    server.fault("/file", Fault::Close);
    assert_eq!(get(&server, "/file", &[]).0, "");
    server.heal();
    server.fault("/file", Fault::Redirect("/other".to_owned()));
    assert_eq!(header(&get(&server, "/file", &[]).1, "Location"), Some("/other"));
}

#[test]
fn a_stalled_answer_waits_until_it_is_released() {
    let server = FakeServer::start();
    server.serve("/file", b"0123456789".to_vec());
    server.fault("/file", Fault::StallAt(4));
    std::thread::scope(|scope| {
        let client = scope.spawn(|| get(&server, "/file", &[]).2);
        server.wait_for_stalled(1);
        assert!(!client.is_finished());
        server.release_stalled();
        assert_eq!(client.join().unwrap(), b"0123456789");
    });
}

#[test]
fn a_site_publishes_a_release_everywhere_with_agreeing_digests() {
    let site = FakeSite::start();
    let release = site.publish(Release::new("go1.91.2"));
    let (_, _, index) = get(site.server(), "/dl/?mode=json&include=all", &[]);
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap();
    let row = &index[0]["files"][1];
    let archive = get(site.server(), &FakeSite::archive_path(&release), &[]).2;
    assert_eq!(row["filename"], release.archive_name());
    assert_eq!(row["sha256"], sha256_hex(&archive));
    assert_eq!(row["size"], archive.len());

    let lookup = format!("/proxy/sumdb/sum.test/lookup/golang.org/toolchain@{}", release.module_version());
    let answer = String::from_utf8(get(site.server(), &lookup, &[]).2).unwrap();
    assert!(answer.starts_with(&format!("0\n{}", release.log_record())), "{answer}");
    let zip = get(site.server(), &FakeSite::module_path(&release), &[]).2;
    assert_eq!(zip, release.module_zip());
    let list = get(site.server(), "/proxy/golang.org/toolchain/@v/list", &[]).2;
    assert_eq!(String::from_utf8(list).unwrap(), format!("{}\n", release.module_version()));
}

#[test]
fn the_hash_of_a_module_follows_the_rule_of_the_log() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/dirhash_h1.json")).unwrap();
    for vector in vectors["vectors"].as_array().unwrap() {
        let Some(files) = vector["files"].as_object() else { continue };
        let (Some(expected), true) =
            (vector["h1"].as_str(), files.values().all(serde_json::Value::is_string))
        else {
            continue;
        };
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str().unwrap().as_bytes())).collect();
        assert_eq!(dirhash(files), expected, "{}", vector["name"]);
    }
}

#[test]
fn a_log_signs_its_head_and_a_fork_signs_another() {
    let log = FakeLog::new("sum.test");
    log.pad_to(300);
    let fork = log.fork(299);
    assert_eq!(log.verifier_key(), fork.verifier_key());
    assert_ne!(log.verifier_key(), log.impostor().verifier_key());
    let head = String::from_utf8(log.head()).unwrap();
    assert!(head.starts_with("go.sum database tree\n300\n"), "{head}");
    assert!(head.contains("\n\n\u{2014} sum.test "), "{head}");
    assert_eq!(log.answer("/tile/8/0/000"), fork.answer("/tile/8/0/000"));
    assert_ne!(log.answer("/tile/8/0/001.p/44"), fork.answer("/tile/8/0/001.p/44"));
    log.show_only(Some(256));
    assert_eq!(log.answer("/tile/8/0/001.p/44"), None);
}

#[test]
fn verifier_keys_are_accepted_by_the_library_that_checks_notes() {
    for log in [FakeLog::new("sum.test"), FakeLog::new("sum.test").impostor()] {
        let key = signed_note::StandardVerifier::new(&log.verifier_key()).unwrap();
        let known = signed_note::VerifierList::new(vec![Box::new(key)]);
        let note = signed_note::Note::from_bytes(&log.head()).unwrap();
        let (signatures, _) = note.verify(&known).unwrap();
        assert_eq!(signatures.len(), 1);
    }
}

#[test]
fn the_fake_go_in_a_tree_knows_its_version_and_refuses_a_wrong_goroot() {
    let directory = tempfile::tempdir().unwrap();
    Release::new("go1.91.2").write_to(directory.path());
    let program = gover_core::layout::goroot_program(directory.path(), "go");
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = Command::new(&program);
        command.args(arguments).env_remove("GOROOT").envs(variables.iter().copied());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let output = spawn(&mut command).unwrap().wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = run(&["version"], &[]);
    assert_eq!(code, 0);
    assert!(text.starts_with("go version go1.91.2 "), "{text}");
    assert_eq!(run(&["fake-exit", "7"], &[]).0, 7);
    let gone = directory.path().join("gone");
    assert_eq!(run(&["env", "GOROOT"], &[("GOROOT", gone.to_str().unwrap())]).0, 2);
    assert_eq!(run(&["version"], &[("GOTOOLCHAIN_INTERNAL_SWITCH_VERSION", "go1.91.3")]).0, 1);
    assert!(run(&["fake-report", "a b"], &[("GOTOOLCHAIN", "local")]).1.contains("GOTOOLCHAIN=local\n"));
    assert!(fake_go().is_file());
}
