use std::fs;
use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;

use gover_core::Platform;
use gover_test::Release;

use super::*;
use crate::digest::tree_hash;

mod fuzzed;
mod hostile_names;
mod hostile_tars;
mod hostile_zips;
mod real;

const MODULE: &str = "golang.org/toolchain@v0.0.1-go1.91.2.linux-amd64";

/// What an attempt to unpack left behind, and how it ended.
struct Attempt {
    root: tempfile::TempDir,
    result: Result<Unpacked, ArchiveError>,
}

impl Attempt {
    fn new(bytes: &[u8], container: Container, guard: Guard) -> Self {
        let root = tempfile::tempdir().unwrap();
        let (source, target) = (root.path().join("archive"), root.path().join("deep/target"));
        fs::write(&source, bytes).unwrap();
        fs::create_dir_all(&target).unwrap();
        let result = unpack(&source, container, Some(&target), guard, &Progress::default());
        Self { root, result }
    }

    fn target(&self) -> PathBuf {
        self.root.path().join("deep/target")
    }

    fn refusal(self) -> Reason {
        self.assert_contained();
        match self.result {
            Err(ArchiveError::Refused(refused)) => refused.reason,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Nothing but the archive and the target may exist.
    fn assert_contained(&self) {
        let names = |path: &Path| {
            let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(names(self.root.path()), ["archive", "deep"]);
        assert_eq!(names(&self.root.path().join("deep")), ["target"]);
    }
}

fn guard() -> Guard {
    Guard::for_archive(Coverage::Everything, Limits::default())
}

fn unpack_tar(bytes: &[u8]) -> Attempt {
    Attempt::new(bytes, Container::TarGz, guard())
}

fn unpack_zip(bytes: &[u8]) -> Attempt {
    Attempt::new(bytes, Container::Zip, guard())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One tar entry with any name and type; no archive end.
fn tar_entry(name: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.as_old_mut().linkname[..4].copy_from_slice(b"/etc");
    header.set_mode(0o644);
    header.set_mtime(1_719_519_072);
    header.set_size(content.len() as u64);
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn tar_gz(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = entries.concat();
    bytes.extend([0; 1024]);
    gzip(&bytes)
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .unix_permissions(0o644);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Replaces every occurrence, which must be found `times`.
fn patch(bytes: &mut [u8], from: &[u8], to: &[u8], times: usize) {
    assert_eq!(from.len(), to.len());
    let places: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert_eq!(places.len(), times);
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
}

#[test]
fn an_archive_and_its_module_give_the_same_tree() {
    let release = Release::for_platform("go1.91.2", Platform::new("linux", "amd64").unwrap());
    let archive = Attempt::new(release.archive(), Container::TarGz, guard());
    let module = Guard::for_module(MODULE, Limits::default());
    let module = Attempt::new(release.module_zip(), Container::Zip, module);
    let (from_archive, from_module) = (archive.result.as_ref().unwrap(), module.result.as_ref().unwrap());
    assert_eq!(tree_hash(&from_archive.files, from_archive.hashed, MODULE).unwrap(), release.h1());
    assert_eq!(tree_hash(&from_module.files, from_module.hashed, MODULE).unwrap(), release.h1());
    for file in &from_module.files {
        let (a, b) = (archive.target().join(&file.path), module.target().join(&file.path));
        assert_eq!(fs::read(&a).unwrap(), fs::read(&b).unwrap(), "{}", file.path);
        assert_eq!(gover_sys::file::is_executable(&a), gover_sys::file::is_executable(&b), "{}", file.path);
    }
    assert!(module.target().join("src/go.mod").is_file());
    assert!(!module.target().join("src/_go.mod").exists());
    let size: u64 = from_module
        .files
        .iter()
        .map(|file| fs::metadata(module.target().join(&file.path)).unwrap().len())
        .sum();
    assert_eq!(from_module.bytes, size);
}

#[test]
fn what_only_the_database_proves_is_all_that_is_unpacked() {
    let archive = tar_gz(&[
        tar_entry(b"go/VERSION", b'0', b"go1.91.2"),
        tar_entry(b"go/test/", b'5', b""),
        tar_entry(b"go/test/evil.go", b'0', b"evil"),
        tar_entry(b"go/misc/evil.go", b'0', b"evil"),
    ]);
    let guard = Guard::for_archive(Coverage::Module, Limits::default());
    let attempt = Attempt::new(&archive, Container::TarGz, guard);
    let paths: Vec<_> =
        attempt.result.as_ref().unwrap().files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["VERSION"]);
    assert_eq!(fs::read_dir(attempt.target()).unwrap().count(), 1);
}

#[test]
fn names_that_leave_the_target_are_refused_in_both_containers() {
    for name in
        ["go/../../evil", "../evil", "/tmp/evil", "go/a/../../../evil", "evil", "go/C:/evil", "go/..\\evil"]
    {
        unpack_tar(&tar_gz(&[tar_entry(name.as_bytes(), b'0', b"evil")])).refusal();
        unpack_zip(&zip_of(&[(name, b"evil")])).refusal();
    }
}

#[test]
fn links_devices_and_odd_entries_are_refused() {
    for kind in *b"123467SVMA" {
        let archive = tar_gz(&[tar_entry(b"go/bin", kind, b""), tar_entry(b"go/bin/go", b'0', b"x")]);
        assert_eq!(unpack_tar(&archive).refusal(), Reason::NotAFile, "{}", kind as char);
    }
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("go/bin", "/etc", SimpleFileOptions::default()).unwrap();
    assert_eq!(unpack_zip(&writer.finish().unwrap().into_inner()).refusal(), Reason::NotAFile);
}

#[test]
fn a_file_cannot_come_twice_or_under_a_file() {
    let twice = [tar_entry(b"go/a", b'0', b"one"), tar_entry(b"go/a", b'0', b"two")];
    assert_eq!(unpack_tar(&tar_gz(&twice)).refusal(), Reason::Twice);
    let under = [tar_entry(b"go/a", b'0', b"one"), tar_entry(b"go/a/b", b'0', b"two")];
    assert_eq!(unpack_tar(&tar_gz(&under)).refusal(), Reason::FileAndDirectory);
    let case = zip_of(&[("go/readme", b"one"), ("go/README", b"two")]);
    assert!(matches!(unpack_zip(&case).refusal(), Reason::SameButForCase { .. }));
    let mut twice = zip_of(&[("go/twice-a", b"one"), ("go/twice-b", b"two")]);
    patch(&mut twice, b"twice-b", b"twice-a", 2);
    assert_eq!(unpack_zip(&twice).refusal(), Reason::Twice);
}

#[test]
fn bombs_are_stopped_in_both_containers() {
    let limits = Limits { entries: 3, bytes: 100_000, ..Limits::default() };
    let large = vec![0; 200_000];
    let small = |container, bytes: &[u8]| {
        Attempt::new(bytes, container, Guard::for_archive(Coverage::Everything, limits)).refusal()
    };
    let too_large = Reason::TooLarge { limit: 100_000 };
    assert_eq!(small(Container::TarGz, &tar_gz(&[tar_entry(b"go/a", b'0', &large)])), too_large);
    assert_eq!(small(Container::Zip, &zip_of(&[("go/a", &large)])), too_large);
    let many = ["go/a", "go/b", "go/c", "go/d"];
    let tar: Vec<_> = many.iter().map(|name| tar_entry(name.as_bytes(), b'0', b"")).collect();
    assert_eq!(small(Container::TarGz, &tar_gz(&tar)), Reason::TooManyEntries { limit: 3 });
    let zip: Vec<_> = many.iter().map(|name| (*name, &b""[..])).collect();
    assert_eq!(small(Container::Zip, &zip_of(&zip)), Reason::TooManyEntries { limit: 3 });
}

#[test]
fn long_names_are_understood_and_bounded() {
    let name = format!("go/{}", "long/".repeat(40) + "name");
    let gnu = tar_gz(&[tar_entry(b"././@LongLink", b'L', name.as_bytes()), tar_entry(b"cut", b'0', b"x")]);
    let record = |key: &str, value: &str| {
        let rest = format!(" {key}={value}\n");
        let length = (rest.len()..rest.len() + 9).find(|n| n.to_string().len() + rest.len() == *n).unwrap();
        format!("{length}{rest}").into_bytes()
    };
    let pax = |key, value: &str| {
        tar_gz(&[tar_entry(b"pax", b'x', &record(key, value)), tar_entry(b"go/cut", b'0', b"x")])
    };
    for archive in [gnu, pax("path", &name)] {
        let attempt = unpack_tar(&archive);
        assert_eq!(attempt.result.as_ref().unwrap().files[0].path, name["go/".len()..]);
    }
    assert_eq!(unpack_tar(&pax("mtime", "1")).result.unwrap().files[0].path, "cut");
    let evil = unpack_tar(&pax("path", "go/../../evil"));
    assert_eq!(evil.refusal(), Reason::Escapes);
    for (key, value) in [("size", "9"), ("linkpath", "/etc"), ("GNU.sparse.map", "0,1")] {
        assert!(matches!(unpack_tar(&pax(key, value)).result, Err(ArchiveError::Broken { .. })), "{key}");
    }
    let huge = tar_gz(&[tar_entry(b"L", b'L', &vec![b'a'; 100_000]), tar_entry(b"cut", b'0', b"x")]);
    assert!(matches!(unpack_tar(&huge).refusal(), Reason::HeaderTooLarge { .. }));
    let alone = tar_gz(&[tar_entry(b"L", b'L', b"go/x")]);
    assert!(matches!(unpack_tar(&alone).result, Err(ArchiveError::Broken { .. })));
}

#[test]
fn a_truncated_archive_is_never_unpacked() {
    let content: Vec<u8> =
        (0..40_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 7).to_le_bytes()).collect();
    let tar = tar_gz(&[tar_entry(b"go/a", b'0', &content), tar_entry(b"go/b", b'0', b"x")]);
    let zip = zip_of(&[("go/a", &content), ("go/b", b"x")]);
    for step in 0..40 {
        let cut = |bytes: &[u8]| bytes[..bytes.len() * step / 40].to_vec();
        assert!(unpack_tar(&cut(&tar)).result.is_err(), "tar {step}");
        assert!(unpack_zip(&cut(&zip)).result.is_err(), "zip {step}");
    }
    for missing in 1..20 {
        assert!(unpack_tar(&tar[..tar.len() - missing]).result.is_err(), "tar -{missing}");
        assert!(unpack_zip(&zip[..zip.len() - missing]).result.is_err(), "zip -{missing}");
    }
}

#[test]
fn a_flipped_byte_never_changes_what_is_unpacked() {
    let content: Vec<u8> = (0..50_u32).flat_map(u32::to_le_bytes).collect();
    let files = [("go/VERSION", &b"go1.91.2"[..]), ("go/bin/go", &content), ("go/src/a.go", b"package a")];
    let entries: Vec<_> = files.iter().map(|(name, bytes)| tar_entry(name.as_bytes(), b'0', bytes)).collect();
    for (container, bytes) in [(Container::TarGz, tar_gz(&entries)), (Container::Zip, zip_of(&files))] {
        let whole = Attempt::new(&bytes, container, guard()).result.unwrap();
        let expected = tree_hash(&whole.files, whole.hashed, MODULE).unwrap();
        let mut noticed = 0;
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            let attempt = Attempt::new(&flipped, container, guard());
            attempt.assert_contained();
            match attempt.result {
                Err(_) => noticed += 1,
                // Times and comments are not content.
                Ok(unpacked) => {
                    assert_eq!(
                        tree_hash(&unpacked.files, unpacked.hashed, MODULE).unwrap(),
                        expected,
                        "{at}"
                    );
                }
            }
        }
        assert!(noticed > bytes.len() / 2, "{container:?}: {noticed} of {}", bytes.len());
    }
}

#[test]
fn what_follows_the_end_of_a_tar_is_an_error_unless_it_is_padding() {
    let entry = tar_entry(b"go/a", b'0', b"x");
    let with_tail = |tail: &[u8]| gzip(&[&entry[..], &[0; 1024], tail].concat());
    assert!(unpack_tar(&with_tail(&[0; 10_240])).result.is_ok());
    assert!(matches!(unpack_tar(&with_tail(b"more")).result, Err(ArchiveError::Broken { .. })));
    assert!(matches!(unpack_tar(&with_tail(&vec![0; 2 << 20])).result, Err(ArchiveError::Broken { .. })));
    let mut after_gzip = tar_gz(&[entry]);
    after_gzip.extend(b"garbage");
    assert!(matches!(unpack_tar(&after_gzip).result, Err(ArchiveError::Damaged { .. })));
}

#[test]
fn a_tar_that_claims_more_than_it_holds_is_an_error() {
    let mut entry = tar_entry(b"go/a", b'0', &[b'x'; 600]);
    entry.truncate(1024);
    assert!(unpack_tar(&gzip(&entry)).result.is_err());
    assert!(unpack_tar(&gzip(b"not a tar")).result.is_err());
    assert!(unpack_tar(b"not a gzip").result.is_err());
    assert!(matches!(unpack_tar(&tar_gz(&[])).result, Err(ArchiveError::Empty)));
    assert!(matches!(unpack_tar(&tar_gz(&[tar_entry(b"go/", b'5', b"")])).result, Err(ArchiveError::Empty)));
}

#[test]
fn a_zip_that_lies_about_sizes_or_sums_is_an_error() {
    let content = [b'x'; 1000];
    let honest = zip_of(&[("go/a", &content)]);
    assert!(unpack_zip(&honest).result.is_ok());
    for claimed in [999_u32, 1001, 10, 100_000] {
        let mut lying = honest.clone();
        patch(&mut lying, &1000_u32.to_le_bytes(), &claimed.to_le_bytes(), 2);
        let result = unpack_zip(&lying).result;
        assert!(matches!(result, Err(ArchiveError::DamagedEntry { .. })), "{claimed}: {result:?}");
    }
    let mut crc = flate2::Crc::new();
    crc.update(&content);
    let mut lying = honest.clone();
    patch(&mut lying, &crc.sum().to_le_bytes(), &(crc.sum() ^ 1).to_le_bytes(), 2);
    let error = unpack_zip(&lying).result.unwrap_err();
    assert_eq!(error.to_string(), "entry `go/a` is damaged: its CRC is wrong");
}

#[test]
fn encrypted_and_exotic_zip_entries_are_refused() {
    // Flags and method stand together in both headers: version needed 20, flags, method 8.
    let honest = zip_of(&[("go/a", b"content")]);
    let at = honest.windows(6).position(|w| w[2..4] == [0, 0] && w[4..6] == [8, 0]).unwrap();
    let fields = honest[at..at + 6].to_vec();
    let mut encrypted = honest.clone();
    let mut with = fields.clone();
    with[2] = 1;
    patch(&mut encrypted, &fields, &with, 2);
    let error = unpack_zip(&encrypted).result.unwrap_err();
    assert_eq!(error.to_string(), "entry `go/a` is encrypted, which releases never are");
    let mut exotic = honest;
    let mut with = fields.clone();
    with[4] = 12;
    patch(&mut exotic, &fields, &with, 2);
    let error = unpack_zip(&exotic).result.unwrap_err();
    assert!(matches!(error, ArchiveError::Unsupported { .. }), "{error}");
}

#[test]
fn a_zip_may_store_but_not_hide_behind_other_data() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.add_directory("go/src/", stored).unwrap();
    writer.start_file("go/src/a", stored).unwrap();
    writer.write_all(b"content").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let attempt = unpack_zip(&bytes);
    assert!(attempt.result.is_ok());
    assert_eq!(fs::read(attempt.target().join("src/a")).unwrap(), b"content");
    let hidden = [b"#!/bin/sh\n".as_slice(), &bytes].concat();
    assert!(unpack_zip(&hidden).result.is_err());
}

#[test]
fn programs_of_a_module_are_those_that_an_archive_marks() {
    for path in [
        "bin/go",
        "pkg/tool/linux_amd64/asm",
        "src/all.bash",
        "lib/wasm/go_js_wasm_exec",
        "src/x/a.pl",
        "src/b.rc",
    ] {
        assert!(is_program(path), "{path}");
    }
    for path in ["VERSION", "src/bin/x.go", "lib/go__exec", "lib/go_a_exec", "src/bash", "pkg/include/a.h"] {
        assert!(!is_program(path), "{path}");
    }
}

#[test]
fn files_keep_the_time_of_the_archive() {
    let attempt = unpack_tar(&tar_gz(&[tar_entry(b"go/a", b'0', b"x")]));
    let modified = fs::metadata(attempt.target().join("a")).unwrap().modified().unwrap();
    let seconds = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    assert_eq!(seconds, 1_719_519_072);
}

#[test]
fn a_full_target_is_an_error_of_this_machine_and_not_of_the_archive() {
    let root = tempfile::tempdir().unwrap();
    let source = root.path().join("archive");
    fs::write(&source, tar_gz(&[tar_entry(b"go/a", b'0', b"x")])).unwrap();
    fs::write(root.path().join("a"), "in the way").unwrap();
    let error =
        unpack(&source, Container::TarGz, Some(root.path()), guard(), &Progress::default()).unwrap_err();
    assert!(!error.is_integrity(), "{error}");
    assert_eq!(fs::read(root.path().join("a")).unwrap(), b"in the way");
}

#[test]
fn what_begins_like_another_file_is_refused_with_what_it_is() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("file");
    let expect = |bytes: &[u8], wanted| {
        fs::write(&path, bytes).unwrap();
        match expect(&path, wanted) {
            Ok(()) => None,
            Err(ArchiveError::NotAnArchive { content, .. }) => Some(content),
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(expect(b"\x1f\x8b\x08", Container::TarGz), None);
    assert_eq!(expect(b"\x1f\x8b\x08", Container::Zip), Some(Content::Archive(".tar.gz")));
    assert_eq!(expect(b"PK\x05\x06", Container::Zip), None);
    assert_eq!(expect(b" <html>", Container::Zip), Some(Content::WebPage));
}
