//! Tars and gzips that are made to harm.

use std::io::Read;

use gover_core::platform::IS_WINDOWS;
use gover_test::forge::{TarEntry, pax_records, tar, tar_gz};

use super::*;

fn broken(bytes: &[u8]) -> &'static str {
    let attempt = unpack_tar(bytes);
    attempt.assert_contained();
    match attempt.result {
        Err(ArchiveError::Broken { what }) => what,
        other => panic!("{other:?}"),
    }
}

/// A gzip of bytes that are made while it is written, since nobody wants them in memory.
fn gzip_of(bytes: impl Read) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    std::io::copy(&mut std::io::BufReader::with_capacity(1 << 20, bytes), &mut encoder).unwrap();
    encoder.finish().unwrap()
}

fn size_of_tree(attempt: &Attempt) -> u64 {
    gover_sys::file::tree_size(&attempt.target()).unwrap()
}

#[test]
fn links_and_devices_lead_nowhere() {
    // Hard link, symbolic link, character device, block device, pipe, contiguous, sparse, volume,
    // multi-volume, ACL.
    for kind in *b"123467SVMA" {
        for link in ["/etc/passwd", "../../evil", "go/VERSION"] {
            let mut entry = TarEntry::new("go/lib", kind, "");
            entry.link = link.as_bytes().to_vec();
            let archive =
                tar_gz(&[TarEntry::file("go/VERSION", "x"), entry, TarEntry::file("go/lib/evil", "x")]);
            let attempt = unpack_tar(&archive);
            assert!(attempt.target().join("lib").symlink_metadata().is_err());
            assert_eq!(attempt.refusal(), Reason::NotAFile, "{}", kind as char);
        }
    }
    let long_link = [TarEntry::new("K", b'K', "/etc\0"), TarEntry::new("go/lib", b'2', "")];
    assert_eq!(unpack_tar(&tar_gz(&long_link)).refusal(), Reason::NotAFile);
}

#[test]
fn odd_modes_and_times_do_not_come_through() {
    let with = |name: &str, mode, time| {
        let mut entry = TarEntry::file(name, "x");
        (entry.mode, entry.time) = (mode, time);
        entry
    };
    let archive = tar_gz(&[
        with("go/setuid", 0o6755, 1_719_519_072),
        with("go/sticky", 0o1777, 0),
        with("go/none", 0, 1),
        with("go/write", 0o666, u64::from(u32::MAX) + 1),
        with("go/far", 0o644, (1 << 33) - 1),
    ]);
    let attempt = unpack_tar(&archive);
    assert_eq!(attempt.result.as_ref().unwrap().files.len(), 5);
    for (name, program) in [("setuid", true), ("sticky", true), ("none", false), ("write", false)] {
        let path = attempt.target().join(name);
        assert_eq!(fs::read(&path).unwrap(), b"x");
        if !IS_WINDOWS {
            assert_eq!(gover_sys::file::is_executable(&path), program, "{name}");
        }
    }
}

#[test]
fn extensions_may_give_long_names_and_nothing_else() {
    let name = format!("go/{}file", "long/".repeat(30));
    let follow = || TarEntry::file("go/cut", "x");
    let one = |kind, content: Vec<u8>| tar_gz(&[TarEntry::new("x", kind, content), follow()]);
    for archive in [
        one(b'L', format!("{name}\0").into_bytes()),
        one(b'x', pax_records(&[("path", &name), ("mtime", "1.5"), ("comment", "hello")])),
    ] {
        assert_eq!(unpack_tar(&archive).result.unwrap().files[0].path, name["go/".len()..]);
    }
    // `git archive` writes such a header.
    assert!(unpack_tar(&one(b'g', pax_records(&[("comment", "1234")]))).result.is_ok());
    assert_eq!(broken(&one(b'g', pax_records(&[("path", "go/x")]))), "it gives all entries one name");
    let sizes = "it gives sizes or links in pax headers";
    for kind in *b"xg" {
        assert_eq!(broken(&one(kind, pax_records(&[("size", "1")]))), sizes);
        assert_eq!(broken(&one(kind, pax_records(&[("linkpath", "/etc")]))), sizes);
        for key in ["GNU.sparse.map", "GNU.sparse.major", "GNU.sparse.name", "GNU.sparse.realsize"] {
            assert_eq!(broken(&one(kind, pax_records(&[(key, "1")]))), "it holds sparse files");
        }
        for records in [&b"no record"[..], b"5 a=b\n", b"999 path=x\n", b"-1 path=x\n", b"path=x\n"] {
            let result = unpack_tar(&one(kind, records.to_vec())).result;
            assert!(matches!(result, Err(ArchiveError::Damaged { .. })), "{result:?}");
        }
    }
    let two = "two names for one entry";
    assert_eq!(broken(&one(b'x', pax_records(&[("path", "go/a"), ("path", "go/b")]))), two);
    for kinds in [*b"LL", *b"xx", *b"Lx", *b"xL"] {
        let header = |kind| {
            let content = if kind == b'L' { b"go/a\0".to_vec() } else { pax_records(&[("path", "go/a")]) };
            TarEntry::new("x", kind, content)
        };
        assert_eq!(broken(&tar_gz(&[header(kinds[0]), header(kinds[1]), follow()])), two);
    }
    let alone = tar_gz(&[TarEntry::new("x", b'L', "go/a\0")]);
    assert_eq!(broken(&alone), "it names an entry that is missing");
    for kind in *b"Lxg" {
        let huge = tar_gz(&[TarEntry::new("x", kind, vec![b'a'; 70_000]), follow()]);
        assert!(matches!(unpack_tar(&huge).refusal(), Reason::HeaderTooLarge { .. }));
    }
}

#[test]
fn a_directory_with_content_is_refused_before_the_content_is_read() {
    let mut entry = TarEntry::new("go/src/", b'5', "");
    entry.claimed = Some(1 << 40);
    assert_eq!(broken(&tar_gz(&[entry])), "it holds a directory with content");
}

#[test]
fn ten_gibibytes_of_zeros_are_refused_by_their_claim() {
    let mut entry = TarEntry::file("go/zeros", "");
    entry.claimed = Some(10 << 30);
    // Only as much as the unpacker may read ahead needs to be there.
    let archive = gzip_of(entry.bytes().chain(std::io::repeat(0).take(16 << 20)));
    assert!(archive.len() < 100_000);
    let attempt = unpack_tar(&archive);
    assert_eq!(size_of_tree(&attempt), 0);
    assert_eq!(attempt.refusal(), Reason::TooLarge { limit: 2 << 30 });
}

#[test]
fn zeros_in_pieces_are_refused_when_they_become_too_many() {
    let limits = Limits { bytes: 10 << 20, ..Limits::default() };
    let piece = |number: u32| TarEntry::file(format!("go/{number}"), vec![0; 3 << 20]);
    let archive = tar_gz(&(0..10).map(piece).collect::<Vec<_>>());
    let attempt = Attempt::new(&archive, Container::TarGz, Guard::for_archive(Coverage::Everything, limits));
    assert!(size_of_tree(&attempt) <= 10 << 20);
    assert_eq!(attempt.refusal(), Reason::TooLarge { limit: 10 << 20 });
}

#[test]
fn ten_million_entries_are_refused_early() {
    // An endless stream: reading all of it would never return.
    struct Endless(u64, Vec<u8>);
    impl Read for Endless {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            if self.1.is_empty() && self.0 < 50_000 {
                self.0 += 1;
                self.1 = TarEntry::new(format!("go/d{}/", self.0), b'5', "").bytes();
            }
            let count = self.1.len().min(to.len());
            to[..count].copy_from_slice(&self.1[..count]);
            self.1.drain(..count);
            Ok(count)
        }
    }
    let archive = gzip_of(Endless(0, Vec::new()));
    let limits = Limits { entries: 1000, ..Limits::default() };
    let attempt = Attempt::new(&archive, Container::TarGz, Guard::for_archive(Coverage::Everything, limits));
    assert!(fs::read_dir(attempt.target()).unwrap().count() <= 1000);
    assert_eq!(attempt.refusal(), Reason::TooManyEntries { limit: 1000 });
    // Headers that describe nothing are entries too.
    let headers = vec![TarEntry::new("x", b'g', pax_records(&[("comment", "x")])); 1001];
    let attempt =
        Attempt::new(&tar_gz(&headers), Container::TarGz, Guard::for_archive(Coverage::Everything, limits));
    assert_eq!(attempt.refusal(), Reason::TooManyEntries { limit: 1000 });
}

#[test]
fn a_tar_cut_between_any_two_blocks_is_refused_even_if_the_gzip_is_whole() {
    let entries = [
        TarEntry::new("go/src/", b'5', ""),
        TarEntry::new("x", b'x', pax_records(&[("path", "go/src/long")])),
        TarEntry::file("cut", vec![b'x'; 1200]),
        TarEntry::new("L", b'L', "go/src/other\0"),
        TarEntry::file("cut", ""),
        TarEntry::file("go/VERSION", "go1.91.2"),
    ];
    let whole = tar(&entries);
    assert!(unpack_tar(&gzip(&whole)).result.is_ok());
    for end in 0..whole.len() {
        // Between blocks, and at some places within.
        if end % 512 == 0 || end % 97 == 0 {
            let attempt = unpack_tar(&gzip(&whole[..end]));
            attempt.assert_contained();
            assert!(attempt.result.is_err(), "cut at {end} of {}", whole.len());
        }
    }
    let only_entries: Vec<u8> = entries.iter().flat_map(TarEntry::bytes).collect();
    assert_eq!(broken(&gzip(&only_entries)), "it ends early: its end mark is missing");
}

#[test]
fn members_of_a_gzip_are_one_stream_and_nothing_may_follow_them() {
    let whole = tar(&[TarEntry::file("go/VERSION", "go1.91.2")]);
    let (one, two) = whole.split_at(700);
    let parts = [gzip(one), gzip(b""), gzip(two)].concat();
    assert_eq!(unpack_tar(&parts).result.unwrap().files.len(), 1);
    for tail in [&b"garbage"[..], b"\0\0\0\0", &gzip(b"more"), &gzip(&tar(&[TarEntry::file("go/x", "x")]))] {
        let attempt = unpack_tar(&[&gzip(&whole)[..], tail].concat());
        attempt.assert_contained();
        assert!(attempt.result.is_err(), "{tail:?}");
    }
    // The sum and the length at the end of a gzip.
    for at in 1..=8 {
        let mut lying = gzip(&whole);
        let length = lying.len();
        lying[length - at] ^= 1;
        let result = unpack_tar(&lying).result;
        assert!(matches!(result, Err(ArchiveError::Damaged { .. })), "{at}: {result:?}");
    }
}

#[test]
fn what_is_no_archive_is_called_what_it_is() {
    for (bytes, content) in [
        (&b""[..], "empty"),
        (b"<!DOCTYPE html><html><title>Sign in</title>", "a web page"),
        (b"404 page not found\n", "text"),
        (&zip_of(&[("go/a", b"x")]), "a `.zip` file"),
        (&tar(&[TarEntry::file("go/a", "x")]), "a `.tar` file"),
    ] {
        let error = unpack_tar(bytes).result.unwrap_err();
        assert_eq!(error.to_string(), format!("it is {content}, not a `.tar.gz` file"));
        assert!(error.is_integrity());
    }
    let error = unpack_zip(&gzip(b"x")).result.unwrap_err();
    assert_eq!(error.to_string(), "it is a `.tar.gz` file, not a `.zip` file");
}
