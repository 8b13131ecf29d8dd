use proptest::prelude::*;

use super::*;

fn path(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn removed(text: &str, names: &[&str]) -> String {
    String::from_utf8(edited(text.as_bytes(), &[Edit::Remove(path(names))]).unwrap()).unwrap()
}

fn with(text: &str, names: &[&str], value: &str) -> String {
    String::from_utf8(edited(text.as_bytes(), &[Edit::Set(path(names), value.to_owned())]).unwrap()).unwrap()
}

#[test]
fn only_the_key_goes_and_its_line_if_nothing_else_is_on_it() {
    let whole = "\u{feff}// top\r\n{\r\n\t\"a\": 1, // one\r\n\r\n\t/* two */\r\n\t\"go.goroot\": \"/x\", // old\r\n\t\"z\": [1, 2,],\r\n}\r\n\r\n";
    assert_eq!(removed(whole, &["go.goroot"]), whole.replace("\"go.goroot\": \"/x\", ", ""));
    let line = "\t\"a\": 1,\r\n";
    assert_eq!(
        removed(&whole.replace(" // one", ""), &["a"]),
        whole.replace(" // one", "").replace(line, "")
    );
    assert_eq!(removed(whole, &["nothing"]), whole);
    assert_eq!(removed("{\"g\":\"x\",\"a\":1}", &["g"]), "{\"a\":1}");
    assert_eq!(removed("{\"a\":1,\"g\":\"x\"}", &["g"]), "{\"a\":1}");
    assert_eq!(removed("{ \"g\": 1 }", &["g"]), "{}");
    assert_eq!(removed("{\n  \"a\": 1,\n  \"g\": 2\n}\n", &["g"]), "{\n  \"a\": 1\n}\n");
    assert_eq!(removed("{\n  \"a\": 1,\n  \"g\": 2,\n}\n", &["g"]), "{\n  \"a\": 1,\n}\n");
}

#[test]
fn every_occurrence_goes_and_with_it_what_becomes_empty() {
    assert_eq!(removed("{\n  \"g\": 1,\n  \"a\": 2,\n  \"g\": 3\n}", &["g"]), "{\n  \"a\": 2\n}");
    let tools = "{\n  \"t\": {\n    \"go\": \"/x\"\n  },\n  \"a\": 2\n}";
    assert_eq!(removed(tools, &["t", "go"]), "{\n  \"a\": 2\n}");
    // The same key, written differently.
    assert_eq!(removed("{\"\\u0067\": 1, \"a\": 2}", &["g"]), "{\"a\": 2}");
    let commented = "{\n  \"t\": {\n    // mine\n    \"go\": \"/x\"\n  }\n}";
    assert_eq!(removed(commented, &["t", "go"]), commented.replace("    \"go\": \"/x\"\n", ""));
    let empty = "{\"t\": {}}";
    assert_eq!(removed(empty, &["t", "go"]), empty);
}

#[test]
fn comments_around_a_removed_key_stay() {
    for (before, after) in [
        ("{\n  /* keep */ \"g\": 1,\n  \"a\": 2\n}\n", "{\n  /* keep */\n  \"a\": 2\n}\n"),
        (
            "{\n  \"a\": 2,\n  /* keep */ \"g\": 1 /* too */\n}\n",
            "{\n  \"a\": 2\n  /* keep */ /* too */\n}\n",
        ),
        ("{\n  \"g\": 1 /* x */, // y\n  \"a\": 2\n}\n", "{\n  /* x */ // y\n  \"a\": 2\n}\n"),
        ("{\n  \"a\": 2, // two\n  \"g\": 1\n}\n", "{\n  \"a\": 2 // two\n}\n"),
        ("{ \"a\": 1, /* k */ \"g\": 2 }", "{ \"a\": 1 /* k */ }"),
        ("{\n  \"g\": 1 // one\n  , \"a\": 2\n}", "{\n  // one\n   \"a\": 2\n}"),
    ] {
        assert_eq!(removed(before, &["g"]), after);
    }
    let outer = "{\n  /* k */ \"t\": {\"go\": \"/x\"}, // behind\n  \"a\": 2\n}";
    assert_eq!(removed(outer, &["t", "go"]), "{\n  /* k */ // behind\n  \"a\": 2\n}");
}

#[test]
fn a_key_is_set_where_it_is_or_added_in_the_style_of_the_file() {
    assert_eq!(with("{\n  \"a\": \"b\", // c\n}", &["a"], "\"\\"), "{\n  \"a\": \"\\\"\\\\\", // c\n}");
    assert_eq!(
        with("{\r\n\t\"a\": 1,\r\n}\r\n", &["t", "go"], "/g"),
        "{\r\n\t\"a\": 1,\r\n\t\"t\": {\r\n\t\t\"go\": \"/g\"\r\n\t},\r\n}\r\n"
    );
    assert_eq!(
        with("{\"t\": 1, \"t\": {\"go\": \"/a\"}}", &["t", "go"], "/b"),
        "{\"t\": 1, \"t\": {\"go\": \"/b\"}}"
    );
    assert_eq!(
        with("{\"t\": null}", &["t", "go"], "/b").replace(char::is_whitespace, ""),
        "{\"t\":{\"go\":\"/b\"}}"
    );
    for none in ["", "\u{feff}", "// mine\n", " \n"] {
        let after = with(none, &["t", "go"], "/g");
        assert!(after.starts_with(none.trim_end()), "{after}");
        assert!(after.ends_with("{\n  \"t\": {\n    \"go\": \"/g\"\n  }\n}\n"), "{after}");
    }
}

#[test]
fn what_is_not_settings_is_an_error_with_its_line() {
    let error = |content: &[u8]| edited(content, &[Edit::Remove(path(&["a"]))]).unwrap_err();
    assert_eq!(error(b"{\n  \"a\": 1\n  \"b\": 2\n}").line, Some(2));
    assert_eq!(error(b"{\n  a: 1\n}").line, Some(2));
    for bad in
        ["[1]", "1", "{\"a\" 1}", "{'a': 1}", "{\"a\": 0x1}", "{\"a\": [ }", "{", "{}}", "{\"a\": \"\n\"}"]
    {
        error(bad.as_bytes());
    }
    assert_eq!(error(b"\xff\xfe{\0}\0").line, None);
    error("[".repeat(1_000_000).as_bytes());
    error("{\"a\":".repeat(1_000_000).as_bytes());
}

proptest! {
    /// Whatever a file is, an edit that does not concern it changes nothing, and one that does is
    /// understood again.
    #[test]
    fn edits_keep_what_they_do_not_name(text in r#"(\{|\}|\[|\]|,|:|"a"|"t"|"go"|1|//x|/\*y\*/| |\n|\r\n|\t){0,24}"#) {
        if let Ok(same) = edited(text.as_bytes(), &[]) {
            prop_assert_eq!(same, text.as_bytes());
            for edit in [Edit::Remove(path(&["t", "go"])), Edit::Remove(path(&["a"])), Edit::Set(path(&["t", "go"]), "v".to_owned())] {
                let after = edited(text.as_bytes(), std::slice::from_ref(&edit)).unwrap();
                prop_assert!(edited(&after, &[]).is_ok(), "{:?} -> {:?}", text, String::from_utf8_lossy(&after));
                prop_assert_eq!(edited(&after, &[edit]).unwrap(), after);
            }
        }
    }
}
