//! Helpers of several modules: receipts, leftovers, a gover that waits.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;

use gover_core::platform::IS_WINDOWS;
use gover_test::{Release, TestContext};
use serde_json::Value;

/// A site with go1.91.2, and nothing installed.
pub(crate) fn released() -> (TestContext, Arc<Release>) {
    let ctx = gover_test::context!().with_site();
    let release = ctx.publish("go1.91.2");
    (ctx, release)
}

/// The same, with only these sources.
pub(crate) fn released_for(sources: &str) -> (TestContext, Arc<Release>) {
    let (mut ctx, release) = released();
    ctx.set("GOVER_SOURCES", sources);
    (ctx, release)
}

/// Two copied minor versions, the older one with two patches; the newest is the default.
pub(crate) fn with_three() -> TestContext {
    let ctx = gover_test::context!();
    for name in ["go1.90.1", "go1.90.4", "go1.91.2"] {
        ctx.install_fake(name);
    }
    fs::write(ctx.layout().default_file(), "1.91.2\n").unwrap();
    ctx
}

/// The receipt of a toolchain.
pub(crate) fn receipt(ctx: &TestContext, name: &str) -> Value {
    let path = ctx.layout().receipts().join(format!("{name}.json"));
    let text = fs::read(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap()
}

/// The proofs that held for a toolchain, by their kinds.
#[track_caller]
pub(crate) fn proofs(ctx: &TestContext, name: &str) -> Vec<String> {
    let receipt = receipt(ctx, name);
    let proofs = receipt["proofs"].as_array().unwrap().iter();
    proofs.map(|proof| proof["kind"].as_str().unwrap().to_owned()).collect()
}

/// All files below a directory with their contents, by their paths with `/`; links are not
/// followed.
pub(crate) fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let entry = entry.unwrap();
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() {
                directories.push(path);
            } else if kind.is_file() {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Fails the test if an install left anything but the list of failed sources.
#[track_caller]
pub(crate) fn assert_nothing_left(ctx: &TestContext) {
    for directory in ["versions", "receipts", "staging"] {
        let names = ctx.names_in(Path::new("gover").join(directory));
        assert!(names.is_empty(), "{directory} holds {names:?}");
    }
    let cache = ctx.names_in("gover/cache");
    let knowledge = ["index", "sumdb", "failed-sources.json"];
    assert!(cache.iter().all(|name| knowledge.contains(&name.as_str())), "cache holds {cache:?}");
    let bin = ctx.names_in("gover/bin");
    assert!(!bin.iter().any(|name| name.starts_with("go1.")), "bin holds {bin:?}");
    assert!(!ctx.layout().default_file().exists(), "a default was set");
}

/// Whether an unfinished download is kept.
pub(crate) fn has_part_download(ctx: &TestContext) -> bool {
    ctx.names_in("gover/cache").iter().any(|name| name.contains(".part"))
}

/// `go` of an installed toolchain.
pub(crate) fn go_of(ctx: &TestContext, name: &str) -> PathBuf {
    gover_core::layout::goroot_program(&ctx.layout().versions().join(name), "go")
}

/// Reads a child's stderr up to a line that contains `text`, and returns a thread that reads the
/// rest, so that the child never blocks.
pub(crate) fn wait_for_line(child: &mut Child, text: &str) -> std::thread::JoinHandle<String> {
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut seen = String::new();
    loop {
        let before = seen.len();
        assert_ne!(stderr.read_line(&mut seen).unwrap(), 0, "no line holds `{text}`:\n{seen}");
        if seen[before..].contains(text) {
            break;
        }
    }
    std::thread::spawn(move || {
        let mut rest = String::new();
        let _ = stderr.read_to_string(&mut rest);
        rest
    })
}

/// Whether the machine keeps settings in files as Unix does; setup changes the registry elsewhere,
/// which tests must not touch.
pub(crate) fn has_startup_files() -> bool {
    !IS_WINDOWS
}

/// A path as a `file://` address.
pub(crate) fn file_url(path: &Path) -> String {
    let text = path.to_str().unwrap().replace('\\', "/");
    if text.starts_with('/') { format!("file://{text}") } else { format!("file:///{text}") }
}

/// Writes what the linker of Go writes into a program, between other bytes. `lines` say how it was built.
pub(crate) fn write_program(path: &Path, go: &str, lines: &str) {
    let modules = format!("{MARK}{lines}{MARK}");
    let mut bytes = vec![0; 8192];
    bytes.extend_from_slice(b"\xff Go buildinf:\x08\x02");
    bytes.extend_from_slice(&[0; 16]);
    for text in [go, &modules] {
        let length = u8::try_from(text.len() & 0x7f).unwrap() | 0x80;
        bytes.extend_from_slice(&[length, u8::try_from(text.len() >> 7).unwrap()]);
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes.extend_from_slice(&[7; 100]);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    gover_sys::file::make_executable(path).unwrap();
}

/// The bytes around the list of modules; their values do not matter.
const MARK: &str = "0123456789abcde\n";
