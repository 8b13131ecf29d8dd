use proptest::prelude::*;

use super::*;

fn archive() -> Guard {
    Guard::for_archive(Coverage::Everything, Limits::default())
}

fn module() -> Guard {
    Guard::for_module("golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64", Limits::default())
}

fn reason(name: &str) -> Reason {
    archive().admit(name.as_bytes(), EntryKind::File, 1).unwrap_err().reason
}

#[test]
fn names_that_leave_the_target_are_refused() {
    for name in ["go/../../x", "../go/x", "/go/x", "go//x", "go/./x", "", "/", "go/x/"] {
        assert_eq!(reason(name), Reason::Escapes, "{name}");
    }
    for name in ["x", "gox/y", "GO/x", "src/go/x"] {
        assert_eq!(reason(name), Reason::OutsideRoot { root: "go/".to_owned() }, "{name}");
    }
    assert_eq!(reason("go"), Reason::OutsideRoot { root: "go/".to_owned() });
}

#[test]
fn names_that_mean_something_else_elsewhere_are_refused() {
    for (name, character) in [
        ("go/a\\b", '\\'),
        ("go\\..\\x", '\\'),
        ("C:/x", ':'),
        ("go/bin/go:stream", ':'),
        ("go/a\0b", '\0'),
        ("go/a\nb", '\n'),
        ("go/a\u{1b}[2J", '\u{1b}'),
        ("go/a\u{85}", '\u{85}'),
        ("go/a*", '*'),
    ] {
        assert_eq!(reason(name), Reason::Character { character }, "{name:?}");
    }
    for name in [
        "go/con",
        "go/NUL.txt",
        "go/src/Aux.go",
        "go/com1",
        "go/lpt9.x",
        "go/a.",
        "go/a ",
        "go/com¹.x",
        "go/nul .x",
    ] {
        assert_eq!(reason(name), Reason::ReservedName, "{name}");
    }
    for name in ["go/console", "go/com10", "go/nul_test.go", "go/test/Äfoo.go", "go/.hidden/more"] {
        assert!(archive().admit(name.as_bytes(), EntryKind::File, 1).is_ok(), "{name}");
    }
    assert_eq!(archive().admit(b"go/\xff", EntryKind::File, 1).unwrap_err().reason, Reason::NotText);
    assert_eq!(reason(&format!("go/{}", "x".repeat(256))), Reason::TooLong);
    assert_eq!(reason(&format!("go/{}", "x/".repeat(600))), Reason::TooLong);
    assert_eq!(reason(&format!("go/{}x", "x/".repeat(100))), Reason::TooDeep);
}

#[test]
fn a_refused_name_is_safe_to_print() {
    let refused = archive().admit(b"go/\x1b[31m", EntryKind::File, 1).unwrap_err();
    assert_eq!(
        refused.to_string(),
        r"entry `go/\u{1b}[31m` contains the character `\u{1b}`, which some systems do not allow in names"
    );
}

#[test]
fn links_and_devices_are_refused_whatever_their_name() {
    assert_eq!(archive().admit(b"go/bin/go", EntryKind::Other, 0).unwrap_err().reason, Reason::NotAFile);
}

#[test]
fn a_name_may_come_once_and_in_one_case_and_as_one_kind() {
    let mut guard = archive();
    guard.admit(b"go/src/a.go", EntryKind::File, 1).unwrap();
    let mut refused = |name: &str, kind| guard.admit(name.as_bytes(), kind, 1).unwrap_err().reason;
    assert_eq!(refused("go/src/a.go", EntryKind::File), Reason::Twice);
    assert_eq!(
        refused("go/src/A.go", EntryKind::File),
        Reason::SameButForCase { other: "src/a.go".to_owned() }
    );
    assert_eq!(refused("go/SRC/b.go", EntryKind::File), Reason::SameButForCase { other: "src".to_owned() });
    assert_eq!(refused("go/src/a.go/x", EntryKind::File), Reason::FileAndDirectory);
    assert_eq!(refused("go/src", EntryKind::File), Reason::FileAndDirectory);
    assert_eq!(refused("go/src/a.go", EntryKind::Directory), Reason::FileAndDirectory);
}

#[test]
fn directories_are_named_once_before_what_they_hold() {
    let mut guard = archive();
    let mut directories = |name: &str, kind| {
        let admitted = guard.admit(name.as_bytes(), kind, 1).unwrap().unwrap();
        (admitted.path, admitted.directories)
    };
    let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(directories("go/", EntryKind::Directory), (String::new(), list(&[])));
    assert_eq!(directories("go/a/b/c", EntryKind::File), ("a/b/c".to_owned(), list(&["a", "a/b"])));
    assert_eq!(directories("go/a/b/", EntryKind::Directory), ("a/b".to_owned(), list(&[])));
    assert_eq!(directories("go/a/d", EntryKind::Directory), ("a/d".to_owned(), list(&["a/d"])));
}

#[test]
fn a_module_gets_its_go_mod_back_and_hides_none() {
    let root = "golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64";
    let mut guard = module();
    let mut admit = |name: &str| guard.admit(format!("{root}/{name}").as_bytes(), EntryKind::File, 1);
    assert_eq!(admit("src/_go.mod").unwrap().unwrap().path, "src/go.mod");
    assert_eq!(admit("_go.mod").unwrap().unwrap().path, "go.mod");
    assert_eq!(admit("src/go.mod").unwrap_err().reason, Reason::GoModInModule);
    assert_eq!(admit("src/_GO.MOD").unwrap().unwrap().path, "src/_GO.MOD");
    assert!(matches!(
        module().admit(b"golang.org/toolchain@v0.0.1-go1.22.6.linux-amd64/bin/go", EntryKind::File, 1),
        Err(Refused { reason: Reason::OutsideRoot { .. }, .. })
    ));
}

#[test]
fn what_the_checksum_database_does_not_cover_is_left_out() {
    let mut guard = Guard::for_archive(Coverage::Module, Limits::default());
    assert_eq!(guard.admit(b"go/test/evil.go", EntryKind::File, 1).unwrap(), None);
    assert_eq!(guard.admit(b"go/misc/", EntryKind::Directory, 0).unwrap(), None);
    assert!(guard.admit(b"go/src/doc/x.go", EntryKind::File, 1).unwrap().is_some());
    assert_eq!(guard.admit(b"go/src/_go.mod", EntryKind::File, 1).unwrap_err().reason, Reason::RenamedGoMod);
}

#[test]
fn a_bomb_is_stopped_by_its_entries_or_its_size() {
    let limits = Limits { entries: 2, bytes: 10, ..Limits::default() };
    let mut guard = Guard::for_archive(Coverage::Everything, limits);
    guard.admit(b"go/a", EntryKind::File, 10).unwrap();
    assert_eq!(guard.admit(b"go/b", EntryKind::File, 1).unwrap_err().reason, Reason::TooLarge { limit: 10 });
    assert_eq!(
        guard.admit(b"go/c", EntryKind::File, 0).unwrap_err().reason,
        Reason::TooManyEntries { limit: 2 }
    );
    let mut guard = Guard::for_archive(Coverage::Everything, Limits::default());
    assert!(matches!(
        guard.admit(b"go/a", EntryKind::File, u64::MAX),
        Err(Refused { reason: Reason::TooLarge { .. }, .. })
    ));
}

#[test]
fn names_are_the_same_where_any_file_system_takes_them_for_one_file() {
    for (one, other) in [
        ("go/e\u{301}", "go/\u{e9}"),
        ("go/E\u{301}", "go/\u{e9}"),
        ("go/\u{212b}", "go/\u{e5}"),
        ("go/s", "go/\u{17f}"),
        ("go/\u{3c3}", "go/\u{3c2}"),
        ("go/k", "go/\u{212a}"),
        ("go/ss", "go/\u{df}"),
        ("go/\u{1100}\u{1161}", "go/\u{ac00}"),
        ("go/a\u{323}\u{307}", "go/a\u{307}\u{323}"),
    ] {
        let mut guard = archive();
        guard.admit(one.as_bytes(), EntryKind::File, 1).unwrap();
        let reason = guard.admit(other.as_bytes(), EntryKind::File, 1).unwrap_err().reason;
        assert!(
            matches!(reason, Reason::SameButForCase { .. } | Reason::SameToSome { .. }),
            "{one} {other}: {reason:?}"
        );
    }
    // What real releases had side by side.
    let mut guard = archive();
    for name in ["go/test/\u{c4}foo.go", "go/test/\u{de}foo.go", "go/test/foo.go", "go/test/A\u{308}main.go"]
    {
        assert!(guard.admit(name.as_bytes(), EntryKind::File, 1).is_ok(), "{name}");
    }
}

#[test]
fn directories_that_names_only_imply_count_too() {
    let limits = Limits { entries: 10, ..Limits::default() };
    let mut guard = Guard::for_archive(Coverage::Everything, limits);
    guard.admit(b"go/a/b/c/d/e/f", EntryKind::File, 1).unwrap();
    let refused = guard.admit(b"go/1/2/3/4/5/6", EntryKind::File, 1).unwrap_err();
    assert_eq!(refused.reason, Reason::TooManyEntries { limit: 10 });
    let limits = Limits { names: 20, ..Limits::default() };
    let mut guard = Guard::for_archive(Coverage::Everything, limits);
    guard.admit(b"go/0123456789", EntryKind::File, 1).unwrap();
    let refused = guard.admit(b"go/abcdefghijk", EntryKind::File, 1).unwrap_err();
    assert_eq!(refused.reason, Reason::TooManyNames { limit: 20 });
}

proptest! {
    #[test]
    fn an_admitted_path_always_stays_inside(name in "(go/)?[a-zA-Z./\\\\: ~\u{e9}]{0,24}") {
        if let Ok(Some(admitted)) = archive().admit(name.as_bytes(), EntryKind::File, 1) {
            let path = std::path::Path::new(&admitted.path);
            prop_assert!(path.components().all(|c| matches!(c, std::path::Component::Normal(_))));
            prop_assert!(!admitted.path.contains(['\\', ':']));
            prop_assert!(path.components().count() > 0);
        }
    }
}
