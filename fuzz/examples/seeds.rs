//! Writes the first inputs of every target into `corpus/`: the project's vectors, and archives that
//! are nearly right.

use std::fs;
use std::path::Path;

use gover_test::forge::{Bundle, DeltaStep, TarEntry, Zip, ZipEntry, patch_base, pax_records, tar, zip};
use gover_test::gzip;
use serde_json::Value;

fn main() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let read = |name: &str| -> Value {
        let text = fs::read(vectors.join(name)).expect("the vector is there");
        serde_json::from_slice(&text).expect("the vector is JSON")
    };
    for (number, bytes) in tars().iter().enumerate() {
        write("tar", number, bytes);
        write("gzip", number, &gzip(bytes));
    }
    for (number, bytes) in zips().iter().enumerate() {
        write("zip", number, bytes);
    }
    for (number, bundle) in bundles().iter().enumerate() {
        write("patch", number, &bundle.bytes());
    }
    let names = [
        "go/src/a.go\ngo/SRC/b.go",
        "go/a/b\ngo/a\ngo/e\u{301}\ngo/\u{e9}",
        "go/con\ngo/x~1\ngo/..\n/x\ngo/",
    ];
    for (number, names) in names.iter().enumerate() {
        write("guard", number, names.as_bytes());
    }
    let note = read("sumdb_note.json");
    for (number, text) in texts(&note["notes"], "msg").chain(texts(&note["tree_texts"], "text")).enumerate() {
        write("note", number, text.as_bytes());
    }
    for (number, text) in texts(&note["records"], "msg").enumerate() {
        write("record", number, text.as_bytes());
    }
    write(
        "index",
        0,
        &fs::read(vectors.join("dl_index_2021-11-08_stable.json")).expect("the vector is there"),
    );
    write("index", 1, br#"[{"version":"go1.91.2","stable":true,"files":[{"filename":"go1.91.2.linux-amd64.tar.gz","os":"linux","arch":"amd64","version":"go1.91.2","sha256":"00","size":1,"kind":"archive"}]}]"#);
    for (number, text) in texts(&read("gomod_lines.json")["vectors"], "text").enumerate() {
        write("go_mod", number, text.as_bytes());
    }
    let requests = [
        "1.22.5",
        "go1.21rc2",
        "^1.21",
        ">=1.21 <1.23",
        "~1.22.3",
        "latest",
        "1.x",
        "https://a.example|direct",
    ];
    for (number, text) in requests.iter().enumerate() {
        write("request", number, text.as_bytes());
    }
}

/// All strings of that key in a list.
fn texts<'a>(list: &'a Value, key: &'a str) -> impl Iterator<Item = &'a str> {
    list.as_array().into_iter().flatten().filter_map(move |row| row.get(key).and_then(Value::as_str))
}

fn tars() -> Vec<Vec<u8>> {
    let follow = || TarEntry::file("go/cut", "content");
    let long = format!("go/{}file", "long/".repeat(10));
    vec![
        tar(&[TarEntry::new("go/", b'5', ""), TarEntry::file("go/VERSION", "go1.91.2")]),
        tar(&[TarEntry::file("go/a", "one"), TarEntry::file("go/b", vec![b'x'; 700])]),
        tar(&[TarEntry::new("L", b'L', format!("{long}\0")), follow()]),
        tar(&[TarEntry::new("x", b'x', pax_records(&[("path", &long), ("mtime", "1")])), follow()]),
        tar(&[TarEntry::new("g", b'g', pax_records(&[("comment", "1")])), follow()]),
        tar(&[TarEntry { link: b"/etc".to_vec(), ..TarEntry::new("go/l", b'2', "") }, follow()]),
    ]
}

fn zips() -> Vec<Vec<u8>> {
    let mut directory = ZipEntry::stored("go/src/", "");
    directory.attributes = 0o040_755 << 16;
    let file = || ZipEntry::file("go/a", [b'x'; 100]);
    vec![
        zip(&[directory, file(), ZipEntry::stored("go/src/b", "content")]),
        zip(&[file().with_descriptor(true, false)]),
        zip(&[file().with_descriptor(false, true), ZipEntry::stored("go/b", "")]),
        zip(&[file().with_large_sizes()]),
        Zip { entries: vec![file()], large: Some(0), comment: b"hello".to_vec(), ..Zip::default() }.bytes(),
    ]
}

fn bundles() -> Vec<Bundle> {
    let old = &patch_base()["bin/go"];
    let steps = [(0, 1000, 0), (6990, 10, 5), (-8000, 2, 0)];
    let steps = steps.map(|(seek, add, copy)| DeltaStep { seek, add, copy });
    let content = [&old[..1000], &old[7990..8000], b"extra", &old[..2]].concat();
    let delta = |bundle: Bundle| bundle.with_delta("bin/go", &content, (&steps, &[0; 1012], b"extra"));
    vec![
        Bundle::new(),
        Bundle::new().with_file("VERSION", b"go1.91.2\n"),
        Bundle::new().without("src/fmt/print.go").with_file("src/fmt/scan.go", b""),
        delta(Bundle::new()),
        delta(Bundle::new().with_file("VERSION", b"go1.91.2\n")).without("src/go.mod"),
    ]
}

fn write(target: &str, number: usize, bytes: &[u8]) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&directory).expect("a directory for the corpus");
    fs::write(directory.join(format!("seed-{number}")), bytes).expect("a seed is written");
}
