use super::*;

struct Home {
    root: tempfile::TempDir,
    layout: Layout,
}

impl Home {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().join("gover"));
        Self { root, layout }
    }

    fn lock(&self) -> Lock {
        Lock::acquire(&self.layout.lock(LOCK), || ()).unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.root.path().join(name).to_str().unwrap().to_owned()
    }

    fn edit(&self, name: &str, after: Option<&[u8]>) -> Change {
        let path = self.path(name);
        Change::File { before: fs::read(&path).ok(), path, after: after.map(<[u8]>::to_vec) }
    }
}

fn is_restored(undone: &Undone) -> bool {
    matches!(undone.outcome, Outcome::Restored)
}

#[test]
fn every_byte_comes_back() {
    let home = Home::new();
    fs::write(home.path("changed"), b"a\r\n\xff").unwrap();
    fs::write(home.path("removed"), b"b").unwrap();
    let (lock, mut journal) = (home.lock(), Journal::new(&home.layout));
    for (name, after) in [
        ("changed", Some(&b"x"[..])),
        ("changed", Some(&b"y"[..])),
        ("removed", None),
        ("created", Some(&b"z"[..])),
    ] {
        apply(&home.edit(name, after), &mut journal, &lock).unwrap();
    }
    assert_eq!(fs::read(home.path("changed")).unwrap(), b"y");
    assert!(!Path::new(&home.path("removed")).exists());
    let undone = Journal::undo(&home.layout, &lock).unwrap();
    assert!(undone.iter().all(is_restored), "{undone:?}");
    assert_eq!(fs::read(home.path("changed")).unwrap(), b"a\r\n\xff");
    assert_eq!(fs::read(home.path("removed")).unwrap(), b"b");
    assert!(!Path::new(&home.path("created")).exists());
    assert!(matches!(Journal::undo(&home.layout, &lock), Err(RepairError::Nothing)));
}

#[test]
fn what_changed_meanwhile_is_left_alone() {
    let home = Home::new();
    fs::write(home.path("file"), "a").unwrap();
    let (lock, mut journal) = (home.lock(), Journal::new(&home.layout));
    let change = home.edit("file", Some(b"b"));
    fs::write(home.path("file"), "somebody else's").unwrap();
    assert!(matches!(apply(&change, &mut journal, &lock), Err(RepairError::Changed { .. })));
    assert_eq!(journal.changes(), 0);

    apply(&home.edit("file", Some(b"b")), &mut journal, &lock).unwrap();
    fs::write(home.path("file"), "newer").unwrap();
    let undone = Journal::undo(&home.layout, &lock).unwrap();
    assert!(matches!(undone[0].outcome, Outcome::Failed(RepairError::Edited { kept: Some(_), .. })));
    assert_eq!(fs::read(home.path("file")).unwrap(), b"newer");
    fs::write(home.path("file"), "b").unwrap();
    assert!(is_restored(&Journal::undo(&home.layout, &lock).unwrap()[0]));
    assert_eq!(fs::read(home.path("file")).unwrap(), b"somebody else's");
}

#[test]
fn a_new_repair_replaces_the_previous_one() {
    let home = Home::new();
    let lock = home.lock();
    for content in [&b"1"[..], &b"2"[..]] {
        let mut journal = Journal::new(&home.layout);
        apply(&home.edit("file", Some(content)), &mut journal, &lock).unwrap();
    }
    Journal::undo(&home.layout, &lock).unwrap();
    assert_eq!(fs::read(home.path("file")).unwrap(), b"1");
}

#[test]
fn what_was_changed_for_an_editor_adds_up_and_is_undone_alone() {
    let home = Home::new();
    let lock = home.lock();
    for name in ["a", "b", "shared"] {
        fs::write(home.path(name), "0").unwrap();
    }
    apply(&home.edit("shared", Some(b"doctor")), &mut Journal::new(&home.layout), &lock).unwrap();
    for (name, after) in [("a", &b"1"[..]), ("b", b"1"), ("new", b"1"), ("a", b"2")] {
        let mut journal = Journal::of_editor(Editor::VsCode, &home.layout, &lock).unwrap();
        apply(&home.edit(name, Some(after)), &mut journal, &lock).unwrap();
    }
    let undo = || Journal::undo_editor(Editor::VsCode, &|_| true, &home.layout, &lock);
    assert!(matches!(
        Journal::undo_editor(Editor::Zed, &|_| true, &home.layout, &lock),
        Err(RepairError::Nothing)
    ));

    // One that somebody changed stays, and later changes do not replace what it was.
    fs::write(home.path("b"), "mine").unwrap();
    let undone = undo().unwrap();
    let left: Vec<&str> =
        undone.iter().filter(|one| !is_restored(one)).map(|one| one.place.as_str()).collect();
    assert_eq!(left, [home.path("b")]);
    assert_eq!(fs::read(home.path("a")).unwrap(), b"0");
    assert!(!Path::new(&home.path("new")).exists());
    let mut journal = Journal::of_editor(Editor::VsCode, &home.layout, &lock).unwrap();
    apply(&home.edit("a", Some(b"3")), &mut journal, &lock).unwrap();
    fs::write(home.path("b"), "1").unwrap();
    assert!(undo().unwrap().iter().all(is_restored));
    for name in ["a", "b"] {
        assert_eq!(fs::read(home.path(name)).unwrap(), b"0", "{name}");
    }
    assert!(matches!(undo(), Err(RepairError::Nothing)));
    Journal::undo(&home.layout, &lock).unwrap();
    assert_eq!(fs::read(home.path("shared")).unwrap(), b"0");
}

#[test]
fn a_failed_change_does_not_count_and_the_previous_repair_can_be_undone() {
    let home = Home::new();
    let lock = home.lock();
    fs::write(home.path("file"), "a").unwrap();
    apply(&home.edit("file", Some(b"b")), &mut Journal::new(&home.layout), &lock).unwrap();

    let mut journal = Journal::new(&home.layout);
    let nowhere = home.edit("gone/file", Some(b"x"));
    assert!(matches!(apply(&nowhere, &mut journal, &lock), Err(RepairError::File { verb: "write", .. })));
    assert_eq!(journal.changes(), 0);
    Journal::undo(&home.layout, &lock).unwrap();
    assert_eq!(fs::read(home.path("file")).unwrap(), b"a");

    // After a change that was made it is that one's journal that stays.
    let mut journal = Journal::new(&home.layout);
    apply(&home.edit("file", Some(b"c")), &mut journal, &lock).unwrap();
    apply(&nowhere, &mut journal, &lock).unwrap_err();
    assert_eq!(journal.changes(), 1);
    assert!(Journal::undo(&home.layout, &lock).unwrap().iter().all(is_restored));
    assert_eq!(fs::read(home.path("file")).unwrap(), b"a");
    let left: Vec<_> =
        fs::read_dir(home.layout.home()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["locks"]);
}

#[test]
fn a_crash_at_the_start_of_a_repair_keeps_the_previous_one() {
    let home = Home::new();
    let lock = home.lock();
    fs::write(home.path("file"), "a").unwrap();
    apply(&home.edit("file", Some(b"b")), &mut Journal::new(&home.layout), &lock).unwrap();
    let journal = directory(&home.layout);
    fs::rename(&journal, journal.with_extension("old")).unwrap();
    fs::create_dir(&journal).unwrap();
    Journal::undo(&home.layout, &lock).unwrap();
    assert_eq!(fs::read(home.path("file")).unwrap(), b"a");
    assert!(matches!(Journal::undo(&home.layout, &lock), Err(RepairError::Nothing)));
}

#[test]
fn what_was_deleted_is_forgotten_and_what_is_not_wanted_stays() {
    let home = Home::new();
    let lock = home.lock();
    for name in ["gone", "other", "wanted"] {
        fs::write(home.path(name), "0").unwrap();
        for content in ["1", "2"] {
            let mut journal = Journal::of_editor(Editor::VsCode, &home.layout, &lock).unwrap();
            apply(&home.edit(name, Some(content.as_bytes())), &mut journal, &lock).unwrap();
        }
    }
    fs::remove_file(home.path("gone")).unwrap();
    let wanted = |path: &Path| path.ends_with("wanted");
    let undone = Journal::undo_editor(Editor::VsCode, &wanted, &home.layout, &lock).unwrap();
    let of = |name: &str| -> Vec<&Outcome> {
        undone.iter().filter(|one| one.place == home.path(name)).map(|one| &one.outcome).collect()
    };
    assert!(matches!(of("gone")[..], [Outcome::Gone, Outcome::Gone]), "{undone:?}");
    assert!(matches!(of("other")[..], [Outcome::Left]), "{undone:?}");
    assert!(matches!(of("wanted")[..], [Outcome::Restored, Outcome::Restored]), "{undone:?}");
    assert!(!Path::new(&home.path("gone")).exists());
    let undone = Journal::undo_editor(Editor::VsCode, &|_| true, &home.layout, &lock).unwrap();
    assert!(undone.iter().all(|one| one.place == home.path("other") && is_restored(one)), "{undone:?}");
    assert_eq!(fs::read(home.path("other")).unwrap(), b"0");
}

#[cfg(unix)]
#[test]
fn a_file_that_gets_a_password_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt as _;

    let home = Home::new();
    let lock = home.lock();
    let secret = Some(&b"GOPROXY=https://ann:pw@a.example\n"[..]);
    fs::write(home.path("open"), "GOPROXY=https://a.example\n").unwrap();
    fs::write(home.path("known"), "GOPROXY=https://ann:old@a.example\n").unwrap();
    for (name, after, mode) in [
        ("new", secret, 0o600),
        ("open", secret, 0o600),
        ("known", secret, 0o644),
        ("plain", Some(&b"GOPROXY=direct\n"[..]), 0o644),
    ] {
        for existing in ["open", "known"] {
            fs::set_permissions(home.path(existing), fs::Permissions::from_mode(0o644)).unwrap();
        }
        apply(&home.edit(name, after), &mut Journal::new(&home.layout), &lock).unwrap();
        let seen = fs::metadata(home.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(seen & mode, seen, "{name}: {seen:o}");
        assert_eq!(seen.trailing_zeros() >= 6, mode == 0o600, "{name}: {seen:o}");
    }
}
