//! Zips that are made to harm, or to show different readers different files.

use gover_test::forge::{Zip, ZipEntry, ZipHeader, zip};

use super::*;

/// Why it was refused, in the words that a user reads.
#[track_caller]
fn error(bytes: &[u8]) -> String {
    let attempt = unpack_zip(bytes);
    attempt.assert_contained();
    match attempt.result {
        Err(error) => {
            assert!(error.is_integrity(), "{error}");
            error.to_string()
        }
        Ok(unpacked) => panic!("accepted: {unpacked:?}"),
    }
}

fn honest() -> ZipEntry {
    ZipEntry::file("go/a", [b'x'; 1000])
}

fn content(bytes: &[u8]) -> Vec<u8> {
    let attempt = unpack_zip(bytes);
    assert!(attempt.result.is_ok(), "{:?}", attempt.result);
    fs::read(attempt.target().join("a")).unwrap()
}

#[test]
fn links_devices_and_marked_directories_are_refused() {
    for mode in [0o120_777, 0o020_644, 0o060_644, 0o010_644, 0o140_644, 0o040_755_u32] {
        for creator in [0, 3, 19] {
            let mut entry = honest();
            (entry.creator, entry.attributes) = (creator, mode << 16);
            assert_eq!(unpack_zip(&zip(&[entry])).refusal(), Reason::NotAFile, "{mode:o} {creator}");
        }
    }
    let mut entry = honest();
    (entry.creator, entry.attributes) = (0, 0x10);
    assert_eq!(unpack_zip(&zip(&[entry])).refusal(), Reason::NotAFile);
    let mut full = ZipEntry::file("go/src/", "content");
    full.attributes = 0o040_755 << 16;
    assert_eq!(error(&zip(&[full])), "entry `go/src/` is damaged: it is a directory with content");
}

#[test]
fn a_local_header_that_tells_another_story_is_refused() {
    type Change = fn(&mut ZipHeader);
    let changes: [(&str, Change); 8] = [
        ("another name", |header| header.name = b"go/b".to_vec()),
        ("another name", |header| header.name = b"../a".to_vec()),
        ("how it is packed", |header| header.method = 0),
        ("how it is packed", |header| header.flags |= 1),
        ("how it is packed", |header| header.flags |= 8),
        ("in its size or CRC", |header| header.crc ^= 1),
        ("in its size or CRC", |header| header.size += 1),
        ("in its size or CRC", |header| header.compressed -= 1),
    ];
    for (what, change) in changes {
        let mut entry = honest();
        change(&mut entry.local);
        let error = error(&zip(&[entry]));
        assert!(error.contains(what), "{what}: {error}");
    }
    // With a descriptor, only zeros are as good as the truth.
    let mut entry = honest().with_descriptor(true, false);
    entry.local.size = 999;
    assert!(error(&zip(&[entry])).contains("in its size or CRC"));
    // The compression level is not content.
    let mut entry = honest();
    entry.local.flags |= 2;
    assert_eq!(content(&zip(&[entry])).len(), 1000);
}

#[test]
fn sizes_and_sums_that_lie_alike_in_both_headers_are_found_out() {
    for (size, what) in [
        (999, "it is larger than it claims"),
        (0, "it is larger than it claims"),
        (1001, "it is smaller than it claims"),
        (1 << 30, "it is smaller than it claims"),
    ] {
        let lying = zip(&[honest().with(|header| header.size = size)]);
        assert_eq!(error(&lying), format!("entry `go/a` is damaged: {what}"));
    }
    let lying = zip(&[honest().with(|header| header.crc ^= 1)]);
    assert_eq!(error(&lying), "entry `go/a` is damaged: its CRC is wrong");
    for change in [-1_i32, 1, 100] {
        let lying =
            zip(&[honest().with(|header| header.compressed = header.compressed.wrapping_add_signed(change))]);
        assert!(error(&lying).starts_with("entry `go/a` is damaged: "));
    }
    let mut tail = honest();
    tail.data.extend(b"more");
    let tail = tail.with(|header| header.compressed += 4);
    assert_eq!(error(&zip(&[tail])), "entry `go/a` is damaged: something follows its data");
    let stored = ZipEntry::stored("go/a", "content").with(|header| header.size = 6);
    assert_eq!(error(&zip(&[stored])), "entry `go/a` is damaged: it is larger than it claims");
}

#[test]
fn descriptors_are_understood_and_compared() {
    for (signature, large) in [(true, false), (false, false), (true, true), (false, true)] {
        let entry = honest().with_descriptor(signature, large);
        assert_eq!(content(&zip(std::slice::from_ref(&entry))), [b'x'; 1000]);
        for at in 0..entry.descriptor.len() {
            let mut lying = entry.clone();
            lying.descriptor[at] ^= 1;
            assert!(error(&zip(&[lying])).contains("its descriptor and the directory differ"), "{at}");
        }
        let mut short = entry.clone();
        short.descriptor.pop();
        assert!(error(&zip(&[short])).contains("it overlaps another entry"));
    }
    let mut missing = honest().with_descriptor(true, false);
    missing.descriptor.clear();
    assert!(error(&zip(&[missing])).contains("it overlaps another entry"));
}

#[test]
fn large_sizes_are_understood_and_compared() {
    assert_eq!(content(&zip(&[honest().with_large_sizes()])), [b'x'; 1000]);
    let large = Zip { entries: vec![honest()], large: Some(0), ..Zip::default() };
    assert_eq!(content(&large.bytes()), [b'x'; 1000]);
    let lying = Zip { large: Some(1), ..large.clone() };
    assert_eq!(
        error(&lying.bytes()),
        "the archive is damaged: its directory has fewer entries than it counts"
    );
    let lying = Zip { large: Some(u64::MAX - 1), ..large.clone() };
    assert_eq!(
        error(&lying.bytes()),
        "the archive is damaged: its directory has fewer entries than it counts"
    );
    // The two end records differ.
    for (from, to) in [(16, 5_u8), (10, 2), (12, 1), (8, 1)] {
        let mut bytes = large.bytes();
        let at = bytes.len() - 22 + from;
        bytes[at] = to;
        assert!(error(&bytes).starts_with("the archive is damaged: its end record is wrong"), "{from}");
    }
    let mut missing = honest();
    missing = missing.with(|header| header.size = u32::MAX);
    assert!(error(&zip(&[missing])).contains("of a large file is missing"));
    let mut cut = honest();
    cut = cut.with(|header| header.extra = vec![1, 0, 16, 0, 1]);
    assert!(error(&zip(&[cut])).contains("an extra field is cut off"));
    let mut lying = honest().with_large_sizes();
    lying.local.extra[4] ^= 1;
    assert!(error(&zip(&[lying])).contains("in its size or CRC"));
    let claim = honest().with_large_sizes().with(|header| header.extra[8] = 9);
    assert!(matches!(unpack_zip(&zip(&[claim])).refusal(), Reason::TooLarge { .. }));
}

#[test]
fn entries_may_not_share_their_bytes() {
    // The overlapping bomb: one kernel of data, quoted by many entries.
    let kernel = ZipEntry::file("go/a", vec![0; 1 << 20]);
    let mut entries = vec![kernel.clone()];
    for number in 0..100 {
        let mut again = kernel.clone().with(|header| header.name = format!("go/{number}").into_bytes());
        (again.offset, again.data, again.local.name) = (Some(0), Vec::new(), Vec::new());
        entries.push(again);
    }
    assert!(error(&zip(&entries)).contains("it overlaps another entry"));
    // The same, each header inside the data of the one before.
    let inner = ZipEntry::stored("go/b", "evil");
    let inner_bytes = zip(std::slice::from_ref(&inner));
    let outer = ZipEntry::stored("go/a", &inner_bytes[..38]);
    let mut quoted = inner.clone();
    quoted.offset = Some(34);
    let mut bytes = zip(&[outer.clone(), quoted]);
    assert!(error(&bytes).contains("it overlaps another entry"));
    // A gap that no entry owns.
    for gap in [&b"x"[..], &inner_bytes] {
        bytes = Zip { entries: vec![outer.clone()], gap: gap.to_vec(), ..Zip::default() }.bytes();
        assert!(error(&bytes).contains("it overlaps another entry"));
    }
    let mut beyond = honest();
    beyond.offset = Some(1 << 30);
    assert!(
        error(&zip(&[honest().with(|header| header.name = b"go/b".to_vec()), beyond]))
            .contains("it overlaps another entry")
    );
}

#[test]
fn an_archive_is_its_file_from_the_first_byte_to_the_last() {
    let plain = Zip { entries: vec![honest()], ..Zip::default() };
    let cases = [
        ("there are bytes before its first entry", Zip { before: b"PK junk".to_vec(), ..plain.clone() }),
        ("there are bytes after its end", Zip { after: b"x".to_vec(), ..plain.clone() }),
        ("there are bytes after its end", Zip { after: vec![0; 70_000], ..plain.clone() }),
        ("its directory is not where its end says", Zip { after_directory: b"x".to_vec(), ..plain.clone() }),
        ("its directory is not where its end says", Zip { directory: Some(3), ..plain.clone() }),
        ("its directory has fewer entries than it counts", Zip { count: Some(2), ..plain.clone() }),
        ("its directory has fewer entries than it counts", Zip { count: Some(u16::MAX), ..plain.clone() }),
        ("its directory has more entries than it counts", Zip { count: Some(0), ..plain.clone() }),
    ];
    for (what, case) in cases {
        let error = error(&case.bytes());
        let missing = what == "there are bytes after its end" && error.contains("at its end is missing");
        assert!(missing || error.contains(what), "{what}: {error}");
    }
    assert_eq!(content(&Zip { comment: b"made by hand".to_vec(), ..plain.clone() }.bytes()).len(), 1000);
    // Junk before the first entry that even the directory accounts for.
    let mut shifted = honest();
    shifted.offset = Some(7);
    let zip = Zip { entries: vec![shifted], before: b"PK junk".to_vec(), ..Zip::default() };
    assert!(error(&zip.bytes()).contains("there are bytes before its first entry"));
}

#[test]
fn one_of_two_end_records_is_one_too_many() {
    let first = zip(&[honest()]);
    let other = zip(&[ZipEntry::file("go/evil", "evil")]);
    // Appended: the last one counts, and the first has no place.
    assert!(error(&[&first[..], &other].concat()).contains("its directory is not where its end says"));
    // The second hides in the comment of the first.
    let comment = Zip { entries: vec![honest()], comment: other.clone(), ..Zip::default() };
    assert!(error(&comment.bytes()).contains("its directory is not where its end says"));
    // The second is empty, as if there were nothing.
    let nothing = Zip::default().bytes();
    let comment = Zip { entries: vec![honest()], comment: nothing, ..Zip::default() };
    assert!(error(&comment.bytes()).contains("its directory is not where its end says"));
    // The first ends in front of the second: a comment that is a whole archive with right places.
    let mut evil = ZipEntry::file("go/evil", "evil");
    let first_length = u32::try_from(first.len()).unwrap();
    evil.offset = Some(first_length);
    let evil = Zip {
        directory: Some(u32::try_from(other.len()).unwrap() - 22 - 53 + first_length),
        entries: vec![evil],
        ..Zip::default()
    };
    let error = error(&[first, evil.bytes()].concat());
    assert!(
        error.contains("there are bytes before its first entry") || error.contains("not where its end says"),
        "{error}"
    );
}

#[test]
fn encryption_and_other_methods_are_refused_by_their_names() {
    for flag in [1, 1 << 6, 1 << 13] {
        let error = error(&zip(&[honest().with(|header| header.flags |= flag)]));
        assert_eq!(error, "entry `go/a` is encrypted, which releases never are");
    }
    for method in [1, 6, 9, 12, 14, 93, 95, 97, 98, 99] {
        let error = error(&zip(&[honest().with(|header| header.method = method)]));
        assert_eq!(error, "entry `go/a` is compressed in another way than deflate, which releases never are");
    }
}

#[test]
fn a_second_name_must_be_the_first() {
    let named = |name: &[u8]| {
        let mut extra = vec![0x75, 0x70, u8::try_from(name.len()).unwrap() + 5, 0, 1, 0, 0, 0, 0];
        extra.extend(name);
        honest().with(|header| header.extra.clone_from(&extra))
    };
    assert_eq!(content(&zip(&[named(b"go/a")])).len(), 1000);
    assert!(error(&zip(&[named(b"go/b")])).contains("two names"));
    assert!(error(&zip(&[named(b"../a")])).contains("two names"));
    let mut local = named(b"go/b");
    local.central.extra.clear();
    assert!(error(&zip(&[local])).contains("two names"));
    let twice = honest().with(|header| {
        let mut extra = vec![0x75, 0x70, 9, 0, 1, 0, 0, 0, 0];
        extra.extend(b"go/b");
        header.extra = extra.repeat(2);
    });
    assert!(error(&zip(&[twice])).contains("more than one further name"));
}

#[test]
fn bombs_are_refused_by_their_claim_and_nothing_is_written() {
    let limits = Limits { bytes: 10 << 20, entries: 1000, ..Limits::default() };
    let attempt = |bytes: &[u8]| {
        let attempt = Attempt::new(bytes, Container::Zip, Guard::for_archive(Coverage::Everything, limits));
        assert_eq!(fs::read_dir(attempt.target()).unwrap().count(), 0);
        attempt.refusal()
    };
    let zeros = |number: u32| ZipEntry::file(format!("go/{number}"), vec![0; 3 << 20]);
    assert_eq!(attempt(&zip(&(0..4).map(zeros).collect::<Vec<_>>())), Reason::TooLarge { limit: 10 << 20 });
    let huge = honest().with(|header| header.size = u32::MAX - 1);
    assert_eq!(attempt(&zip(&[huge])), Reason::TooLarge { limit: 10 << 20 });
    let many: Vec<_> = (0..1001).map(|number| ZipEntry::stored(format!("go/{number}"), "")).collect();
    assert_eq!(attempt(&zip(&many)), Reason::TooManyEntries { limit: 1000 });
}

#[test]
fn a_zip_cut_anywhere_is_refused() {
    let mut directory = ZipEntry::stored("go/src/", "");
    directory.attributes = 0o040_755 << 16;
    let entries = vec![directory, ZipEntry::file("go/src/a", "one"), honest().with_descriptor(true, false)];
    let plain = Zip { entries, comment: b"hello".to_vec(), ..Zip::default() };
    for whole in [plain.bytes(), Zip { large: Some(0), ..plain }.bytes()] {
        assert!(unpack_zip(&whole).result.is_ok());
        for end in 0..whole.len() {
            error(&whole[..end]);
        }
        for start in 1..whole.len() {
            error(&whole[start..]);
        }
    }
}

#[test]
fn a_zip_of_nothing_is_empty() {
    assert_eq!(error(&Zip::default().bytes()), "the archive is empty");
    let mut directory = ZipEntry::stored("go/", "");
    directory.attributes = 0o040_755 << 16;
    assert_eq!(error(&zip(&[directory])), "the archive is empty");
}

#[test]
fn the_crate_that_most_programs_read_zips_with_sees_the_same() {
    let entries = [
        honest(),
        ZipEntry::stored("go/b", "content").with_descriptor(true, false),
        ZipEntry::file("go/c", "more").with_large_sizes(),
    ];
    for bytes in [zip(&entries), Zip { entries: entries.to_vec(), large: Some(0), ..Zip::default() }.bytes()]
    {
        let attempt = unpack_zip(&bytes);
        assert_eq!(attempt.result.as_ref().unwrap().files.len(), 3);
        let mut other = ::zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        for index in 0..other.len() {
            let mut entry = other.by_index(index).unwrap();
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut content).unwrap();
            let path = attempt.target().join(entry.name().unwrap().strip_prefix("go/").unwrap());
            assert_eq!(fs::read(path).unwrap(), content);
        }
    }
}
