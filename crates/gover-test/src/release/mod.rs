//! A Go release of a few kilobytes, in every format of the real ones.

mod index;
mod pack;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use gover_core::Platform;

use crate::context::write_below;
use crate::digest::{dirhash, sha256_hex};
use crate::log::GO_MOD_HASH;
use crate::programs::{fake_go, place_executable};

pub use index::index_json;
pub use pack::{Entry, gzip, pack_tar_gz, pack_zip};

/// A made-up Go release: a small tree shaped like a real one, whose `bin/go` is `fake-go`.
///
/// The tree holds what the packings treat differently: directories that the module lacks, `go.mod`
/// files that it renames, files that must become executable.
#[derive(Debug)]
pub struct Release {
    name: String,
    platform: Platform,
    files: BTreeMap<String, File>,
    archive: OnceLock<Vec<u8>>,
    module_zip: OnceLock<Vec<u8>>,
}

#[derive(Clone, Debug)]
struct File {
    bytes: Vec<u8>,
    executable: bool,
}

impl Release {
    /// The release `name` (`go1.91.2`) for the platform of the running test.
    pub fn new(name: &str) -> Self {
        Self::for_platform(name, Platform::host())
    }

    pub fn for_platform(name: &str, platform: Platform) -> Self {
        let files = tree(name, &platform);
        Self { name: name.to_owned(), platform, files, archive: OnceLock::new(), module_zip: OnceLock::new() }
    }

    /// The release `name` for another architecture than that of the running test, with a `bin/go`
    /// that no system can run: the first bytes of a program, and nothing behind them.
    pub fn for_another_machine(name: &str) -> Self {
        let host = Platform::host();
        let (arch, program) = match (host.os(), host.arch()) {
            ("linux", "s390x") => {
                ("loong64", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x02\x01".to_vec())
            }
            ("linux", _) => ("s390x", b"\x7fELF\x02\x02\x01\0\0\0\0\0\0\0\0\0\0\x02\0\x16".to_vec()),
            ("windows", "arm64") => ("386", pe(0x014c)),
            ("windows", _) => ("arm64", pe(0xaa64)),
            (_, "arm64") => ("amd64", b"\xcf\xfa\xed\xfe\x07\0\0\x01".to_vec()),
            _ => ("arm64", b"\xcf\xfa\xed\xfe\x0c\0\0\x01".to_vec()),
        };
        let platform = Platform::new(host.os(), arch).expect("a platform by Go's names");
        let path = format!("bin/go{}", if platform.is_windows() { ".exe" } else { "" });
        Self::for_platform(name, platform).with_file(&path, program)
    }

    /// Adds or replaces a file of the tree; `path` is relative to GOROOT.
    #[must_use]
    pub fn with_file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let executable = self.files.get(path).is_some_and(|file| file.executable);
        self.files.insert(path.to_owned(), File { bytes: bytes.into(), executable });
        self.archive = OnceLock::new();
        self.module_zip = OnceLock::new();
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// `go1.91.2.linux-amd64.tar.gz`, as the release site names it.
    pub fn archive_name(&self) -> String {
        let suffix = if self.platform.is_windows() { "zip" } else { "tar.gz" };
        format!("{}.{}-{}.{suffix}", self.name, self.platform.os(), self.platform.archive_arch())
    }

    pub fn archive(&self) -> &[u8] {
        self.archive.get_or_init(|| {
            let entries: Vec<Entry> = self.entries("go/").collect();
            if self.platform.is_windows() { pack_zip(&entries) } else { pack_tar_gz(&entries) }
        })
    }

    /// The SHA-256 of [`archive`](Self::archive) in hexadecimal.
    pub fn sha256(&self) -> String {
        sha256_hex(self.archive())
    }

    /// `v0.0.1-go1.91.2.linux-amd64`, the version of the module golang.org/toolchain.
    pub fn module_version(&self) -> String {
        format!("v0.0.1-{}.{}", self.name, self.platform)
    }

    pub fn module_zip(&self) -> &[u8] {
        self.module_zip.get_or_init(|| {
            let entries: Vec<Entry> =
                self.module_files().map(|(name, file)| Entry::file(&name, &file.bytes)).collect();
            pack_zip(&entries)
        })
    }

    /// The `h1:` hash of the module, which is also that of the archive by rule.
    pub fn h1(&self) -> String {
        let files: Vec<(String, &File)> = self.module_files().collect();
        dirhash(files.iter().map(|(name, file)| (name.as_str(), file.bytes.as_slice())))
    }

    /// The two go.sum lines that the checksum database holds for the module.
    pub fn log_record(&self) -> String {
        let version = self.module_version();
        let hash = self.h1();
        format!(
            "golang.org/toolchain {version} {hash}\ngolang.org/toolchain {version}/go.mod {GO_MOD_HASH}\n"
        )
    }

    /// Writes the tree, as a finished installation has it, into `goroot`.
    pub fn write_to(&self, goroot: &Path) {
        for (path, file) in &self.files {
            let target = goroot.join(path);
            if file.executable {
                let content = (file.bytes != program_bytes()).then_some(file.bytes.as_slice());
                let directory = target.parent().expect("a program is in a directory");
                fs::create_dir_all(directory).expect("a directory of the tree");
                place_executable(fake_go(), &target, content);
            } else {
                write_below(&target, &file.bytes);
            }
        }
    }

    /// The entries of an archive whose names begin with `prefix`, directories included.
    pub fn entries(&self, prefix: &str) -> impl Iterator<Item = Entry> {
        let mut directories = std::collections::BTreeSet::from([prefix.to_owned()]);
        for path in self.files.keys() {
            let ends = path.match_indices('/').map(|(end, _)| end + 1);
            directories.extend(ends.map(|end| format!("{prefix}{}", &path[..end])));
        }
        let files = self.files.iter().map(move |(path, file)| Entry {
            name: format!("{prefix}{path}"),
            bytes: file.bytes.clone(),
            executable: file.executable,
            directory: false,
        });
        let mut entries: Vec<Entry> =
            directories.iter().map(|name| Entry::directory(name)).chain(files).collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries.into_iter()
    }

    /// The module's files by their names in it: without four directories, `go.mod` as `_go.mod`.
    fn module_files(&self) -> impl Iterator<Item = (String, &File)> {
        let prefix = format!("golang.org/toolchain@{}/", self.module_version());
        let is_left_out = |path: &str| {
            path.split_once('/').is_some_and(|(top, _)| ["api", "doc", "misc", "test"].contains(&top))
        };
        self.files.iter().filter(move |(path, _)| !is_left_out(path)).map(move |(path, file)| {
            let name = match path.strip_suffix("go.mod") {
                Some(directory) if directory.is_empty() || directory.ends_with('/') => {
                    format!("{prefix}{directory}_go.mod")
                }
                _ => format!("{prefix}{path}"),
            };
            (name, file)
        })
    }
}

/// The first bytes of a Windows program.
fn pe(machine: u16) -> Vec<u8> {
    let mut bytes = b"MZ".to_vec();
    bytes.resize(0x3c, 0);
    bytes.extend(0x40_u32.to_le_bytes());
    bytes.extend(b"PE\0\0");
    bytes.extend(machine.to_le_bytes());
    bytes
}

fn program_bytes() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| fs::read(fake_go()).expect("fake-go is readable"))
}

fn tree(name: &str, platform: &Platform) -> BTreeMap<String, File> {
    let suffix = if platform.is_windows() { ".exe" } else { "" };
    let tools = format!("pkg/tool/{}_{}", platform.os(), platform.arch());
    let mut files = BTreeMap::new();
    let mut add = |path: &str, bytes: &[u8], executable: bool| {
        files.insert(path.to_owned(), File { bytes: bytes.to_vec(), executable });
    };
    // One line up to go1.20, two with a time since (go.dev/doc/toolchain).
    let version =
        if has_switching(name) { format!("{name}\ntime 2024-06-27T20:11:12Z\n") } else { name.to_owned() };
    add("VERSION", version.as_bytes(), false);
    if has_switching(name) {
        add(
            "go.env",
            b"# made up\nGOPROXY=http://127.0.0.1:1\nGOSUMDB=sum.golang.org\nGOTOOLCHAIN=auto\n",
            false,
        );
    }
    add("LICENSE", b"made up for tests\n", false);
    add(&format!("bin/go{suffix}"), program_bytes(), true);
    add(&format!("bin/gofmt{suffix}"), program_bytes(), true);
    add(&format!("{tools}/compile{suffix}"), b"no program\n", true);
    add(&format!("{tools}/link{suffix}"), b"no program either\n", true);
    add("lib/wasm/go_js_wasm_exec", b"#!/usr/bin/env bash\n", true);
    add("lib/time/update.bash", b"#!/bin/bash\n", true);
    add("src/go.mod", b"module std\n", false);
    add("src/cmd/go.mod", b"module cmd\n", false);
    add("src/cmd/doc/main.go", b"package main\n", false);
    add("src/fmt/print.go", b"package fmt\n", false);
    add("src/make.bash", b"#!/usr/bin/env bash\n", true);
    add("api/go1.txt", b"pkg fmt, func Println(...interface{}) (int, error)\n", false);
    add("doc/README.md", b"# doc\n", false);
    add("misc/go.mod", b"module misc\n", false);
    add("test/fixedbugs/issue1.go", b"package p\n", false);
    files
}

/// Whether that Go knows toolchain switching, as every one since 1.21 does.
fn has_switching(name: &str) -> bool {
    gover_core::ToolchainName::parse(name).is_ok_and(|name| name.version().selects_toolchains())
}
