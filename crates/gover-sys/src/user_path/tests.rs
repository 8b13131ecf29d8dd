use proptest::prelude::*;

use super::*;

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn text(units: &[u16]) -> String {
    String::from_utf16(units).unwrap()
}

fn stored(text: &str) -> Text {
    Text { text: units(text), expands: true }
}

/// The variables of Ada's process.
fn variables(name: &str) -> Option<OsString> {
    let value = match name.to_ascii_uppercase().as_str() {
        "USERPROFILE" => r"C:\Users\Ada",
        "HOMEDRIVE" => "C:",
        "HOMEPATH" => r"\Users\Ada",
        "TOOLS" => r"C:\one;C:\two",
        "EMPTY" => "",
        _ => return None,
    };
    Some(value.into())
}

fn add(path: &str, entry: &str) -> String {
    text(&add_entry(Some(&stored(path)), &units(entry), &variables).path.unwrap().text)
}

fn remove(path: &str, entry: &str) -> Option<String> {
    remove_entry(Some(&stored(path)), &units(entry), &variables).path.map(|path| text(&path.text))
}

const BIN: &str = r"C:\Users\Ada\.gover\bin";

/// Ways to write the same directory.
const FORMS: [&str; 11] = [
    BIN,
    r"c:\users\ada\.GOVER\BIN",
    r"C:\Users\Ada\.gover\bin\",
    "C:/Users/Ada/.gover/bin/",
    r#""C:\Users\Ada\.gover\bin""#,
    r#""C:\Users\Ada"\.gover\bin"#,
    r"C:\\Users\Ada\\.gover\bin",
    r"%USERPROFILE%\.gover\bin",
    r"%UserProfile%/.gover/bin/",
    r"%HOMEDRIVE%%HOMEPATH%\.gover\bin",
    r#""%HOMEDRIVE%\users%EMPTY%\ada\.gover\bin""#,
];

#[test]
fn an_entry_is_added_first() {
    assert_eq!(add(r"%USERPROFILE%\x;C:\Go\bin", BIN), format!(r"{BIN};%USERPROFILE%\x;C:\Go\bin"));
    let new = add_entry(None, &units(BIN), &variables);
    assert_eq!(new.path, Some(stored(BIN)));
    assert!(new.found.is_empty());
}

#[test]
fn adding_twice_changes_nothing_however_it_is_written() {
    for first in FORMS {
        let path = format!(r"{};C:\Go\bin;;", first.replace('"', ""));
        assert_eq!(add(&path, BIN), path);
    }
}

#[test]
fn an_entry_moves_to_the_front_as_it_is_written() {
    for form in FORMS {
        let path = stored(&format!(r"C:\a;{form};C:\b;{BIN}\"));
        let changed = add_entry(Some(&path), &units(BIN), &variables);
        assert_eq!(text(&changed.path.unwrap().text), format!(r"{};C:\a;C:\b", form.replace('"', "")));
        assert_eq!(changed.found, [units(form), units(&format!(r"{BIN}\"))]);
    }
}

#[test]
fn removing_finds_every_form() {
    for form in FORMS {
        assert_eq!(remove(&format!(r"C:\a;{form};C:\b"), BIN).unwrap(), r"C:\a;C:\b");
        assert_eq!(remove(form, BIN), None);
    }
}

#[test]
fn without_expansion_a_variable_is_an_ordinary_name() {
    let path = Text { text: units(r"%USERPROFILE%\.gover\bin"), expands: false };
    let changed = add_entry(Some(&path), &units(BIN), &variables);
    let expected = format!(r"{BIN};%USERPROFILE%\.gover\bin");
    assert_eq!(changed.path, Some(Text { text: units(&expected), expands: false }));
    let undone = remove_entry(changed.path.as_ref(), &units(BIN), &variables);
    assert_eq!(undone.path, Some(path));
}

#[test]
fn unknown_variables_stay_as_they_are() {
    for (given, expected) in [
        ("%NOWHERE%", "%NOWHERE%"),
        ("100%", "100%"),
        ("%%", "%%"),
        ("%NOWHERE%USERPROFILE%", r"%NOWHEREC:\Users\Ada"),
        ("%EMPTY%a%HOMEDRIVE%b", "aC:b"),
    ] {
        assert_eq!(text(&entries::expand(&units(given), &variables)), expected);
    }
}

#[test]
fn a_directory_whose_name_looks_like_a_variable_is_found() {
    let bin = r"D:\%HOMEDRIVE%\bin";
    let path = add(r"C:\a", bin);
    assert_eq!(add(&path, bin), path);
    assert_eq!(remove(&path, bin).unwrap(), r"C:\a");
}

#[test]
fn removing_undoes_adding_exactly() {
    for path in ["", ";", r"C:\a", r"C:\a;", r";;C:\a;;%X%;", r"c:/A/;C:\a ; C:\b", r#""C:\a;b";C:\c"#] {
        assert_eq!(remove(&add(path, BIN), BIN).as_deref(), Some(path));
    }
    let added = add_entry(None, &units(BIN), &variables).path;
    assert_eq!(remove_entry(added.as_ref(), &units(BIN), &variables).path, None);
    assert_eq!(remove_entry(None, &units(BIN), &variables).path, None);
}

#[test]
fn the_type_is_kept() {
    for expands in [true, false] {
        let path = Text { text: units(r"C:\a"), expands };
        let added = add_entry(Some(&path), &units(BIN), &variables).path.unwrap();
        assert_eq!(added.expands, expands);
        assert_eq!(remove_entry(Some(&added), &units(BIN), &variables).path, Some(path));
    }
}

#[test]
fn a_longer_or_shorter_directory_is_another_entry() {
    let path = format!(r"{BIN}2;C:\Users\Ada\.gover;{BIN}\x;%USERPROFILE%;Users\Ada\.gover\bin");
    assert_eq!(remove(&path, BIN).unwrap(), path);
    // A share is not a local directory.
    assert_eq!(remove(r"\C\bin;\\c\bin", r"\\C\bin").unwrap(), r"\C\bin");
}

#[test]
fn a_separator_inside_quotation_marks_is_an_ordinary_character() {
    let bin = r"C:\semi;colon\bin";
    let path = add(r"C:\a", bin);
    assert_eq!(path, r#""C:\semi;colon\bin";C:\a"#);
    assert_eq!(add(&path, bin), path);
    assert_eq!(remove(&path, bin).unwrap(), r"C:\a");
}

#[test]
fn an_entry_that_windows_does_not_find_is_not_the_directory() {
    for odd in [format!(" {BIN}"), format!("{BIN} "), format!("\t{BIN}")] {
        let path = format!(r"{odd};C:\a");
        assert_eq!(add(&path, BIN), format!("{BIN};{path}"));
        assert_eq!(remove(&path, BIN).unwrap(), path);
    }
}

#[test]
fn a_mark_that_is_never_closed_is_taken_out() {
    let fixed = |path: &str| text(&entries::without_open_mark(&units(path)));
    assert_eq!(fixed(r#"C:\a;"C:\b;C:\c"#), r"C:\a;C:\b;C:\c");
    assert_eq!(fixed(r#""C:\a;b";C:\c";C:\d"#), r#""C:\a;b";C:\c;C:\d"#);
    assert_eq!(fixed(r#""C:\a;b";"C:\c""#), r#""C:\a;b";"C:\c""#);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn adding_and_removing_leave_every_other_entry_as_it_is_stored(path in raw_path(), expands: bool) {
        let path = Text { text: path, expands };
        let is_ours = |entry: &&[u16]| {
            let expanded = if expands { entries::expand(entry, &variables) } else { entry.to_vec() };
            same_directory(&expanded, &units(BIN)) || same_directory(entry, &units(BIN))
        };
        let others = |text: &[u16]| -> Vec<Vec<u16>> {
            entries::split(text).filter(|entry| !is_ours(entry)).map(<[u16]>::to_vec).collect()
        };
        let added = add_entry(Some(&path), &units(BIN), &variables).path.unwrap();
        prop_assert_eq!(others(&added.text), others(&path.text));
        prop_assert!(entries::split(&added.text).next().is_some_and(|first| is_ours(&first)));
        let again = add_entry(Some(&added), &units(BIN), &variables).path.unwrap();
        prop_assert_eq!(&again, &added);
        let left = remove_entry(Some(&added), &units(BIN), &variables).path;
        prop_assert_eq!(left.map_or_else(Vec::new, |left| others(&left.text)), others(&path.text));
    }
}

/// What somebody may have stored: entries of every form between separators, and any units at all.
fn raw_path() -> impl Strategy<Value = Vec<u16>> {
    let known: Vec<Vec<u16>> = FORMS
        .into_iter()
        .chain([r"C:\a", r#""C:\a;b""#, "\"", " ", ";", r"%TOOLS%", r" C:\Users\Ada\.gover\bin", ""])
        .map(units)
        .collect();
    let part = prop_oneof![
        4 => prop::sample::select(known),
        1 => prop::collection::vec(any::<u16>(), 0..6),
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.join(&entries::SEPARATOR))
}

#[test]
fn letters_beyond_ascii_compare_without_case() {
    assert_eq!(remove(r"C:\ÄÖÜ\bin;C:\a", r"c:\äöü\bin").unwrap(), r"C:\a");
    assert_eq!(remove(r"C:\𝒜da ☃\bin;C:\a", r"c:\𝒜DA ☃\BIN").unwrap(), r"C:\a");
}

#[test]
fn text_that_is_not_unicode_is_kept() {
    let mut path = stored(r"C:\a;%USERPROFILE%\");
    path.text.push(0xD800);
    let added = add_entry(Some(&path), &units(BIN), &variables).path.unwrap();
    assert!(added.text.ends_with(&path.text));
    assert_eq!(remove_entry(Some(&added), &units(BIN), &variables).path, Some(path));
}

#[test]
fn empty_entries_stay() {
    assert_eq!(remove(";;%EMPTY%", "").unwrap(), ";;%EMPTY%");
}

#[test]
fn directories_are_what_windows_searches() {
    let path = stored(r#"%HOMEDRIVE%\a;"C:\b;c";%TOOLS%;%NOWHERE%\d;"#);
    let entries = directories(&path, &variables);
    let found: Vec<_> = entries.iter().map(|entry| entry.directory.to_str().unwrap()).collect();
    assert_eq!(found, [r"C:\a", r"C:\b;c", r"C:\one", r"C:\two", r"%NOWHERE%\d", ""]);
    assert_eq!(entries.get(3).unwrap().text, units("%TOOLS%"));
    assert!(entries.first().unwrap().is(&units(r"c:\A\")));
    assert_eq!(expanded_length(&path, &variables), r#"C:\a;"C:\b;c";C:\one;C:\two;%NOWHERE%\d;"#.len());
    let raw = Text { expands: false, ..path };
    assert_eq!(directories(&raw, &variables).first().unwrap().directory, r"%HOMEDRIVE%\a");
}

#[test]
fn the_machine_has_a_path_on_windows_only() {
    let path = read_machine().unwrap();
    assert_eq!(path.is_some_and(|path| !path.text.is_empty()), cfg!(windows));
}
