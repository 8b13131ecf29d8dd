use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::parse::IndexError;
use super::*;
use crate::table::Table;

fn vectors(file: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(file)).unwrap()
}

fn parse(value: &Value) -> Result<Index, IndexError> {
    Index::parse(&serde_json::to_vec(value).unwrap())
}

#[test]
fn a_real_index_is_read_to_the_last_row_of_all_vectors() {
    let bytes = vectors("dl_index_2021-11-08_stable.json");
    let index = Index::parse(&bytes).unwrap();
    let raw: Value = serde_json::from_slice(&bytes).unwrap();
    let raw = raw.as_array().unwrap();
    assert_eq!(index.releases.len(), raw.len());
    let table = Table::compiled();
    let mut compared = 0;
    for (release, row) in index.releases.iter().zip(raw) {
        assert_eq!(release.name, row["version"].as_str().unwrap());
        let files = row["files"].as_array().unwrap();
        assert_eq!(release.files.len(), files.len(), "{}", release.name);
        for (file, row) in release.files.iter().zip(files) {
            assert_eq!(file.name, row["filename"].as_str().unwrap());
            assert_eq!(file.sha256.as_deref().unwrap_or_default(), row["sha256"].as_str().unwrap());
            assert_eq!(file.size.unwrap_or_default(), row["size"].as_u64().unwrap());
            let known = table.file_by_name(&file.name).and_then(|known| known.sha256);
            if let (Some(known), Some(sum)) = (known, &file.sha256) {
                assert_eq!(known, *sum, "{}", file.name);
                compared += 1;
            }
        }
    }
    assert!(compared > 0, "table and vectors have files in common");
}

#[test]
fn every_archive_of_the_vectors_is_found_by_its_platform() {
    let index = Index::parse(&vectors("dl_index_2021-11-08_stable.json")).unwrap();
    for release in &index.releases {
        for platform in release.platforms() {
            let file = release.archive(&platform).unwrap();
            let suffix = file.name.strip_prefix(release.name.as_str()).unwrap();
            assert_eq!(archive_name::platform(suffix), Some(platform), "{}", file.name);
        }
    }
    // `go1.4-bootstrap-20170518.tar.gz` is not an archive for any platform.
    assert_eq!(index.release("go1").map_or(0, |release| release.platforms().count()), 0);
}

#[test]
fn what_the_table_has_is_not_kept_twice() {
    let index = Index::parse(&vectors("dl_index_2021-11-08_stable.json")).unwrap();
    let count = index.releases.len();
    let beyond = index.beyond(Table::compiled());
    assert_eq!(beyond.releases.len(), count);
    assert!(beyond.releases.iter().flat_map(|release| &release.files).all(|file| file.sha256.is_none()));
}

#[test]
fn irregular_rows_are_passed_over() {
    let index = parse(&json!([
        7, null, "x", {}, {"version": 1}, {"version": "../../x", "files": []}, {"version": "go1.91.2/..", "files": []},
        {"version": "go1.91.2", "stable": "yes", "files": [
            7, {}, {"filename": 3}, {"filename": "../go1.91.2.linux-amd64.tar.gz", "kind": "archive"},
            {"filename": "go1.91.2.linux-amd64.tar.gz", "kind": "archive", "os": "linux", "arch": "amd64",
             "sha256": "zz", "size": -1},
            {"filename": "go1.91.2.windows-amd64.msi", "kind": "installer", "os": "windows", "arch": "amd64"}]},
        {"version": "go1.91.3", "files": "none"},
    ]))
    .unwrap();
    let names: Vec<&str> = index.releases.iter().map(|release| release.name.as_str()).collect();
    assert_eq!(names, ["go1.91.2", "go1.91.3"]);
    let file = index.release("go1.91.2").unwrap().archive(&"linux-amd64".parse().unwrap()).unwrap();
    assert_eq!((file.sha256.as_deref(), file.size), (None, None));
    assert!(index.release("go1.91.2").unwrap().archive(&"windows-amd64".parse().unwrap()).is_none());
}

#[test]
fn what_is_no_index_is_a_clear_error() {
    let text = |bytes: &[u8]| Index::parse(bytes).unwrap_err().to_string();
    assert_eq!(text(b"<html>"), "its index is not JSON (line 1)");
    assert_eq!(text(b"\xff\xfe"), "its index is not JSON (line 1)");
    assert_eq!(text(b"{}"), "its index is not a list of releases");
    assert_eq!(text(b"[]"), "its index names no release");
    assert_eq!(text(&b"[".repeat(100_000)), "its index is not JSON (line 1)");
    let twice = |sum: char| json!({"filename": "go1.91.2.src.tar.gz", "kind": "source", "sha256": sum.to_string().repeat(64)});
    let error = parse(&json!([{"version": "go1.91.2", "files": [twice('a'), twice('b')]}])).unwrap_err();
    assert_eq!(error.to_string(), "its index has two sums of `go1.91.2.src.tar.gz`");
    assert!(parse(&json!([{"version": "go1.91.2", "files": [twice('a'), twice('A')]}])).is_ok());
}

#[test]
fn the_usual_name_wins_over_stray_rows() {
    let row = |name: &str, os: &str, arch: &str| json!({"filename": name, "kind": "archive", "os": os, "arch": arch});
    let index = parse(&json!([{"version": "go1.91.2", "files": [
        row("go1.91.2.linux-arm.tar.gz", "linux", "armv6l"),
        row("go1.91.2.linux-armv6l.tar.gz", "linux", "armv6l"),
        row("go1.91.2.darwin-amd64-osx10.6.tar.gz", "darwin", "amd64"),
        row("go1.91.2.darwin-amd64-osx10.8.tar.gz", "darwin", "amd64"),
        row("go1.91.2.freebsd-arm.tar.gz", "freebsd", "armv6l"),
        row("go1.91.2-something-new.tar.gz", "plan10", "riscv128"),
    ]}]))
    .unwrap();
    let release = index.release("go1.91.2").unwrap();
    let name = |platform: &str| release.archive(&platform.parse().unwrap()).unwrap().name.as_str();
    assert_eq!(name("linux-arm"), "go1.91.2.linux-armv6l.tar.gz");
    assert_eq!(name("darwin-amd64"), "go1.91.2.darwin-amd64-osx10.8.tar.gz");
    assert_eq!(name("freebsd-arm"), "go1.91.2.freebsd-arm.tar.gz");
    assert_eq!(name("plan10-riscv128"), "go1.91.2-something-new.tar.gz");
}

#[test]
fn of_a_key_that_comes_twice_the_last_counts_and_the_table_is_not_overruled() {
    let (a, b) = ("a".repeat(64), "b".repeat(64));
    let json = format!(
        r#"[{{"version":"go1.91.2","version":"go1.91.3","files":[{{"filename":"x.tar.gz","filename":"go1.91.3.src.tar.gz","kind":"source",
        "sha256":"{a}","sha256":"{b}","size":1,"size":"2"}}]}}]"#
    );
    let index = Index::parse(json.as_bytes()).unwrap();
    let file = &index.release("go1.91.3").unwrap().files[0];
    assert_eq!(
        (file.name.as_str(), file.sha256.as_ref(), file.size),
        ("go1.91.3.src.tar.gz", Some(&b), None)
    );
    // The same file in two releases, with two checksums.
    let row = |sum: &str| format!(r#"{{"filename":"go1.91.3.src.tar.gz","kind":"source","sha256":"{sum}"}}"#);
    let json = format!(
        r#"[{{"version":"go1.91.2","files":[{}]}},{{"version":"go1.91.3","files":[{}]}}]"#,
        row(&a),
        row(&b)
    );
    assert!(matches!(Index::parse(json.as_bytes()), Err(IndexError::TwoSums { .. })));
}

#[test]
fn odd_values_of_every_kind_are_passed_over_wherever_they_stand() {
    for odd in
        ["null", "true", "-1", "1", "1.5e300", "\"x\"", "[]", "[[{}],1]", "{}", r#"{"version":[{"a":{}}]}"#]
    {
        let files = format!(
            r#"{odd},{{"filename":{odd},"kind":"archive"}},{{"filename":"go1.91.2.src.tar.gz","kind":"source","os":{odd},"size":{odd},"new":{odd}}}"#
        );
        let json = format!(
            r#"[{odd},{{"version":{odd},"files":[]}},{{"version":"go1.91.2","files":[{files}],"stable":{odd}}},{{"version":"go1.91.3","files":{odd}}}]"#
        );
        let index = Index::parse(json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"));
        let files = &index.release("go1.91.2").unwrap().files;
        assert!(files.iter().any(|file| file.name == "go1.91.2.src.tar.gz"), "{json}");
        assert!(index.release("go1.91.3").is_some(), "{json}");
    }
    for text in ["7", "\"x\"", "null", "{\"a\":[]}"] {
        assert_eq!(Index::parse(text.as_bytes()).unwrap_err(), IndexError::NoList, "{text}");
    }
    assert!(matches!(Index::parse(b"[] x").unwrap_err(), IndexError::Json { .. }));
}

#[test]
fn rows_that_say_nothing_are_not_held() {
    let odd = r#"[],{},7,null,{"files":[{"filename":"x"}]},"#.repeat(1000);
    let json = format!(
        r#"[{odd}{{"version":"go1.91.2","files":[{odd}{{"filename":"x.tar.gz","kind":"archive"}}]}}]"#
    );
    let rows = serde_json::from_str::<super::rows::Value>(&json).unwrap().rows();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].files.len(), 1);
}
