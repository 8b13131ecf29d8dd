use super::*;

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn add(path: &str, entry: &str) -> String {
    String::from_utf16(&add_entry(&units(path), &units(entry))).unwrap()
}

fn remove(path: &str, entry: &str) -> String {
    String::from_utf16(&remove_entry(&units(path), &units(entry))).unwrap()
}

const BIN: &str = r"C:\Users\Ada\.gover\bin";

#[test]
fn an_entry_is_added_first() {
    assert_eq!(add(r"%USERPROFILE%\x;C:\Go\bin", BIN), format!(r"{BIN};%USERPROFILE%\x;C:\Go\bin"));
    assert_eq!(add("", BIN), BIN);
}

#[test]
fn adding_twice_changes_nothing_however_it_is_written() {
    for first in
        [BIN, r"c:\users\ada\.GOVER\BIN", r"C:\Users\Ada\.gover\bin\", r#""C:\Users\Ada\.gover\bin""#]
    {
        let path = format!(r"{first};C:\Go\bin;;");
        assert_eq!(add(&path, BIN), path);
    }
}

#[test]
fn an_entry_elsewhere_moves_to_the_front() {
    assert_eq!(add(&format!(r"C:\a;{BIN}\;C:\b"), BIN), format!(r"{BIN};C:\a;C:\b"));
}

#[test]
fn removing_undoes_adding_exactly() {
    for path in ["", r"C:\a", r"C:\a;", r";;C:\a;;%X%;", r"c:/A/;C:\a ; C:\b", r#""C:\a;b";C:\c"#] {
        assert_eq!(remove(&add(path, BIN), BIN), path);
    }
}

#[test]
fn a_longer_or_shorter_directory_is_another_entry() {
    let path = format!(r"{BIN}2;C:\Users\Ada\.gover;{BIN}\x");
    assert_eq!(remove(&path, BIN), path);
    assert!(!has_entry(&units(&path), &units(BIN)));
    assert!(has_entry(&units(&format!("{path};{BIN}")), &units(BIN)));
}

#[test]
fn a_separator_inside_quotation_marks_separates_nothing() {
    let bin = r"C:\semi;colon\bin";
    let path = add(r"C:\a", bin);
    assert_eq!(path, r#""C:\semi;colon\bin";C:\a"#);
    assert_eq!(add(&path, bin), path);
    assert_eq!(remove(&path, bin), r"C:\a");
}

#[test]
fn letters_beyond_ascii_compare_without_case() {
    assert_eq!(remove(r"C:\ÄÖÜ\bin;C:\a", r"c:\äöü\bin"), r"C:\a");
}

#[test]
fn what_is_not_unicode_is_kept() {
    let mut path = units(r"C:\a;C:\");
    path.push(0xD800);
    let added = add_entry(&path, &units(BIN));
    assert_eq!(remove_entry(&added, &units(BIN)), path);
}

#[test]
fn empty_entries_are_never_ours() {
    assert_eq!(remove(";;", ""), ";;");
}
