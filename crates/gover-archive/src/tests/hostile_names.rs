//! Names as an attacker would choose them, through the real unpackers, in each of the three
//! packings.

use gover_test::forge::{TarEntry, ZipEntry, pax_records, tar_gz, zip};

use super::*;

/// `go/` stands for the root that the packing has.
fn attempts(names: &[&str]) -> Vec<(&'static str, Attempt)> {
    let under = |root: &str, name: &str| match name.strip_prefix("go/") {
        Some(rest) => format!("{root}/{rest}"),
        None => name.to_owned(),
    };
    let mut tar = Vec::new();
    let (mut plain, mut module) = (Vec::new(), Vec::new());
    for name in names {
        // A pax header carries names of any length and any bytes but a line break, which would end
        // the record.
        let record = pax_records(&[("path", name)]);
        if name.len() > 100 {
            tar.push(TarEntry::new("pax", b'x', record));
            tar.push(TarEntry::file("go/cut", "evil"));
        } else {
            tar.push(TarEntry::file(name, "evil"));
        }
        plain.push(ZipEntry::file(name, "evil"));
        module.push(ZipEntry::file(under(MODULE, name), "evil"));
    }
    vec![
        ("tar.gz", unpack_tar(&tar_gz(&tar))),
        ("zip", unpack_zip(&zip(&plain))),
        ("module", Attempt::new(&zip(&module), Container::Zip, Guard::for_module(MODULE, Limits::default()))),
    ]
}

#[track_caller]
fn assert_refused(names: &[&str], expected: impl Fn(&Reason) -> bool) {
    for (packing, attempt) in attempts(names) {
        // Zips are judged as a whole before anything is written.
        let untouched = packing == "tar.gz" || fs::read_dir(attempt.target()).unwrap().count() == 0;
        assert!(untouched, "{names:?} in {packing}: something was written");
        let reason = attempt.refusal();
        assert!(expected(&reason), "{names:?} in {packing}: {reason:?}");
    }
}

#[test]
fn every_spelling_of_a_way_out_is_refused() {
    for name in [
        "../evil",
        "../../evil",
        "go/../evil",
        "go/../x",
        "go/../../evil",
        "go/a/../../evil",
        "go/a/../b",
        "./go/evil",
        "go/./evil",
        "./../evil",
        "go/..",
        "go/.",
        "..",
        ".",
        "/evil",
        "//evil",
        "/go/evil",
        "go//evil",
        "go///../evil",
        "//server/share/evil",
    ] {
        assert_refused(&[name], |reason| *reason == Reason::Escapes);
    }
}

#[test]
fn what_windows_takes_for_a_way_out_is_refused_everywhere() {
    for (name, character) in [
        ("..\\evil", '\\'),
        ("go\\..\\..\\evil", '\\'),
        ("go/..\\..\\evil", '\\'),
        ("go/a\\evil", '\\'),
        ("\\evil", '\\'),
        ("\\\\server\\share\\evil", '\\'),
        ("\\\\?\\C:\\evil", '\\'),
        ("\\\\.\\pipe\\evil", '\\'),
        ("C:evil", ':'),
        ("C:/evil", ':'),
        ("C:\\evil", ':'),
        ("go/C:/evil", ':'),
        ("go/bin/go.exe:evil", ':'),
        ("go/bin/go.exe::$DATA", ':'),
        ("go/a?", '?'),
        ("go/a*", '*'),
        ("go/a|b", '|'),
        ("go/<a>", '<'),
        ("go/\"a\"", '"'),
    ] {
        assert_refused(&[name], |reason| *reason == Reason::Character { character });
    }
    // Windows drops final dots and blanks, so `.. ` and `...` may lead upward.
    for name in
        ["go/.. /evil", "go/... /evil", "go/.../evil", "go/a./evil", "go/a /evil", "go/evil.", "go/evil "]
    {
        assert_refused(&[name], |reason| *reason == Reason::ReservedName);
    }
    for name in [
        "go/con",
        "go/CON",
        "go/nul",
        "go/NUL.txt",
        "go/src/aux.go",
        "go/Aux.tar.gz",
        "go/prn/evil",
        "go/com1",
        "go/COM1.txt",
        "go/COM\u{b9}",
        "go/LPT9",
        "go/lpt\u{b2}.x",
        "go/conin$",
        "go/CONOUT$",
        "go/nul .txt",
        "go/PROGRA~1/evil",
        "go/evil~1.txt",
    ] {
        assert_refused(&[name], |reason| *reason == Reason::ReservedName);
    }
}

#[test]
fn names_that_are_no_names_are_refused() {
    for (name, character) in [
        ("go/a\u{1b}[2J", '\u{1b}'),
        ("go/a\rb", '\r'),
        ("go/a\nb", '\n'),
        ("go/a\u{7f}", '\u{7f}'),
        ("go/a\u{9b}", '\u{9b}'),
        ("go/a\u{202e}og.exe", '\u{202e}'),
        ("go/a\u{200d}b", '\u{200d}'),
        ("go/\u{feff}a", '\u{feff}'),
    ] {
        assert_refused(&[name], |reason| *reason == Reason::Character { character });
    }
    let long = format!("go/{}", "a".repeat(256));
    assert_refused(&[&long], |reason| *reason == Reason::TooLong);
    let long = format!("go/{}", vec!["a".repeat(200); 6].join("/"));
    assert_refused(&[&long], |reason| *reason == Reason::TooLong);
    let deep = format!("go/{}a", "a/".repeat(100));
    assert_refused(&[&deep], |reason| *reason == Reason::TooDeep);
    for (packing, attempt) in attempts(&[""]) {
        assert_eq!(attempt.refusal(), Reason::Escapes, "{packing}");
    }
    let tar = tar_gz(&[TarEntry::file(b"go/\xff\xfe", "evil")]);
    assert_eq!(unpack_tar(&tar).refusal(), Reason::NotText);
    assert_eq!(unpack_zip(&zip(&[ZipEntry::file(b"go/\xff\xfe", "evil")])).refusal(), Reason::NotText);
    let nul = zip(&[ZipEntry::file(b"go/a\0b", "evil")]);
    assert_eq!(unpack_zip(&nul).refusal(), Reason::Character { character: '\0' });
    // The field of a tar ends at the zero; only a long name can hold one.
    let nul = tar_gz(&[TarEntry::new("L", b'L', b"go/a\0b\0"), TarEntry::file("go/cut", "evil")]);
    assert_eq!(unpack_tar(&nul).refusal(), Reason::Character { character: '\0' });
}

#[test]
fn names_that_meet_on_some_file_system_are_refused() {
    let case = |reason: &Reason| matches!(reason, Reason::SameButForCase { .. });
    assert_refused(&["go/readme", "go/README"], case);
    assert_refused(&["go/src/a", "go/SRC/b"], case);
    assert_refused(&["go/\u{e4}", "go/\u{c4}"], case);
    let some = |reason: &Reason| matches!(reason, Reason::SameToSome { .. });
    assert_refused(&["go/caf\u{e9}", "go/cafe\u{301}"], some);
    assert_refused(&["go/caf\u{e9}/a", "go/cafe\u{301}/b"], some);
    assert_refused(&["go/s", "go/\u{17f}"], some);
    let twice = |reason: &Reason| *reason == Reason::Twice;
    assert_refused(&["go/a", "go/a"], twice);
    let both = |reason: &Reason| *reason == Reason::FileAndDirectory;
    assert_refused(&["go/a", "go/a/b"], both);
    assert_refused(&["go/a/b", "go/a"], both);
    assert_refused(&["go/a/b/c", "go/a/b"], both);
}

#[test]
fn everything_is_below_the_one_root() {
    for names in [&["VERSION"][..], &["go1/VERSION"], &["golang/VERSION"], &["go/VERSION", "more/evil"]] {
        assert_refused(names, |reason| matches!(reason, Reason::OutsideRoot { .. }));
    }
    for (packing, attempt) in attempts(&["go/VERSION", "go/src/a.go"]) {
        assert_eq!(attempt.result.unwrap().files.len(), 2, "{packing}");
    }
}

#[test]
fn a_file_and_a_directory_entry_of_one_name_are_refused_in_either_order() {
    let (file, directory) = (TarEntry::file("go/a", "evil"), TarEntry::new("go/a/", b'5', ""));
    let mut zipped = ZipEntry::stored("go/a/", "");
    zipped.attributes = 0o040_755 << 16;
    for order in [[0, 1], [1, 0]] {
        let tar = order.map(|at| [&file, &directory][at].clone());
        assert_eq!(unpack_tar(&tar_gz(&tar)).refusal(), Reason::FileAndDirectory);
        let entries = order.map(|at| [&ZipEntry::file("go/a", "evil"), &zipped][at].clone());
        assert_eq!(unpack_zip(&zip(&entries)).refusal(), Reason::FileAndDirectory);
    }
}
