use proptest::prelude::*;

use super::*;
use crate::diagnose::Diagnose;

fn names(list: &[&str]) -> Vec<ToolchainName> {
    list.iter().map(|name| ToolchainName::parse(name).unwrap()).collect()
}

fn newest(request: &str, list: &[&str]) -> Option<String> {
    let names = names(list);
    Request::parse(request).unwrap().newest(&names, None).map(ToString::to_string)
}

const STORE: [&str; 8] =
    ["go1.20", "go1.20.14", "go1.21.13", "go1.22.4", "go1.22.5", "go1.22.9-bigcorp", "go1.23.0", "go1.24rc1"];

#[test]
fn each_form_of_request_finds_its_newest_match() {
    for (request, expected) in [
        ("1.22.5", Some("go1.22.5")),
        (" go1.22.5\r\n", Some("go1.22.5")),
        ("v1.22.5", Some("go1.22.5")),
        ("1.22", Some("go1.22.5")),
        ("1.22.x", Some("go1.22.5")),
        ("go1.22", Some("go1.22.5")),
        ("latest:1.22", Some("go1.22.5")),
        ("prefix:1.21", Some("go1.21.13")),
        ("latest:1", Some("go1.23.0")),
        ("1.20", Some("go1.20.14")),
        ("1.20.0", Some("go1.20")),
        ("1", Some("go1.23.0")),
        ("1.x", Some("go1.23.0")),
        ("^1.21", Some("go1.23.0")),
        (">=1.21 <1.23", Some("go1.22.5")),
        (">= 1.21, < 1.22", Some("go1.21.13")),
        ("~1.22.3", Some("go1.22.5")),
        ("1.24rc1", Some("go1.24rc1")),
        (">=1.24rc1", Some("go1.24rc1")),
        ("latest", Some("go1.23.0")),
        ("stable", Some("go1.23.0")),
        ("oldstable", Some("go1.22.5")),
        ("next", Some("go1.24rc1")),
        ("1.22.9-bigcorp", Some("go1.22.9-bigcorp")),
        ("1.22.9", None),
        ("1.24", None),
        ("<1.20", None),
    ] {
        assert_eq!(newest(request, &STORE).as_deref(), expected, "{request}");
    }
}

#[test]
fn oldstable_is_relative_to_the_newest_release_known() {
    let names = names(&STORE);
    let stable = GoVersion::parse("1.22.12").unwrap();
    let request = Request::parse("oldstable").unwrap();
    assert_eq!(request.newest(&names[..3], Some(&stable)).unwrap().as_str(), "go1.21.13");
}

#[test]
fn the_error_for_a_malformed_request_suggests_a_valid_one() {
    for (text, close) in [
        ("lastest", Some("latest")),
        ("1.22.5.linux-amd64", Some("1.22.5")),
        ("golang 1.22", Some("1.22")),
        ("1,22", Some("1.22")),
        ("1.22.5 extra", Some("1.22.5")),
        ("\"1.22\"", Some("1.22")),
        ("'1.22 '", Some("1.22")),
        ("hello", None),
        ("01.22", None),
        ("", None),
    ] {
        let error = Request::parse(text).unwrap_err();
        assert_eq!(error.close.as_deref(), close, "{text}");
        assert_eq!(error.exit(), crate::Exit::Usage);
    }
    for (text, reason) in [
        ("1.21.3rc1", "a prerelease has no patch number"),
        ("\"1.22\"", "remove the quotes"),
        ("C:go1.22", r"a path needs a separator: `C:\go`"),
    ] {
        let error = Request::parse(text).unwrap_err();
        assert_eq!(error.to_string(), format!("`{text}` does not name a Go version: {reason}"));
    }
    // What `copy con` of cmd.exe writes.
    assert_eq!(Request::parse("1.22 \r\n\u{1a}").unwrap().as_str(), "1.22");
}

#[test]
fn an_exact_request_means_the_same_toolchain_when_it_is_parsed() {
    for name in
        ["go1", "go1.4", "go1.20", "go1.20.14", "go1.21.0", "go1.22.5", "go1.24rc1", "go1.22.5-bigcorp"]
    {
        let exact = Request::exact(ToolchainName::parse(name).unwrap());
        let again = Request::parse(exact.as_str()).unwrap();
        assert_eq!(again.as_exact(), exact.as_exact(), "{name}: {exact}");
    }
}

#[test]
fn forms_of_other_tools_are_explained() {
    for (text, reason, close) in [
        ("lts", "no long-term support", Some("oldstable")),
        ("ref:master", "not builds of a branch or commit", None),
        ("ref:go1.22.5", "not builds of a branch or commit", Some("1.22.5")),
        ("tag:go1.22.5", "not builds of a branch or commit", Some("1.22.5")),
        ("branch:release-branch.go1.22", "not builds of a branch or commit", None),
        ("path:/opt/go", "write a path without `path:`", None),
        ("sub-1:latest", "relative to another", Some("oldstable")),
        ("sub-0.1:1.23", "relative to another", Some("1.23")),
        ("tip", "not the development version", Some("next")),
        ("master", "not the development version", Some("next")),
        ("*", "any version", Some("latest")),
        ("local", "GOTOOLCHAIN", None),
        ("go1.22.5+auto", "GOTOOLCHAIN", Some("1.22.5")),
        ("\u{201c}1.22.5\u{201d}", "remove the quotes", Some("1.22.5")),
        ("`1.22`", "remove the quotes", Some("1.22")),
        ("1.22 || 1.23", "alternatives", Some("1.22")),
    ] {
        for error in [Request::parse(text).unwrap_err(), Request::parse_pin(text).unwrap_err()] {
            assert!(error.reason.is_some_and(|given| given.contains(reason)), "{text}: {error}");
            assert_eq!(error.close.as_deref(), close, "{text}");
            if let Some(close) = close {
                assert!(Request::parse_pin(close).is_ok(), "{text}");
            }
        }
    }
}

#[test]
fn a_custom_name_cannot_carry_shell_code() {
    assert!(Request::parse_pin("1.22.5-bigcorp.1+x").is_ok());
    // A build of a version that is not released yet.
    assert_eq!(Request::parse_pin("go1.28-mine").unwrap().as_exact().unwrap().as_str(), "go1.28-mine");
    for text in ["1.22.5-\"$(id)\"", "1.22.5-$(id)", "1.22.5-`id`", "1.22.5-a;b", "1.22.5-ü"] {
        assert!(Request::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_path_is_a_request_only_where_a_person_typed_it() {
    assert!(matches!(Request::parse("/opt/go").unwrap().kind(), RequestKind::Path(_)));
    assert!(matches!(Request::parse("..").unwrap().kind(), RequestKind::Path(_)));
    for text in ["../x", "/opt/go", r"C:\Go", "..", "~/go"] {
        assert!(Request::parse_pin(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn parsing_never_panics_and_an_exact_name_is_a_safe_file_name(text in ".{0,60}") {
        if let Ok(request) = Request::parse_pin(&text)
            && let Some(name) = request.as_exact()
        {
            prop_assert!(name.as_str().starts_with("go"));
            prop_assert!(!name.as_str().contains(['/', '\\', '\0']));
        }
    }

    #[test]
    fn a_release_is_found_by_its_own_name(minor in 3u64..40, patch in 1u64..30) {
        let name = format!("go1.{minor}.{patch}");
        prop_assert_eq!(newest(&name, &[&name]), Some(name.clone()));
    }
}

#[test]
fn the_name_of_a_custom_build_is_not_a_path() {
    // `2-2..53` was found by fuzzing.
    for text in ["2-2..53", "1.22.5-x..", "1.22.5-x.", "go1.22.5-.."] {
        assert!(Request::parse_pin(text).is_err(), "{text}");
    }
    assert!(Request::parse_pin("1.22.5-x.1").is_ok());
}

#[test]
fn requests_that_fuzzing_found_can_be_parsed_again_and_are_not_paths() {
    for (name, bytes) in gover_test::fuzzed("request") {
        let Ok(text) = str::from_utf8(&bytes) else { continue };
        let Ok(request) = Request::parse_pin(text) else { continue };
        assert!(!request.as_str().contains(['/', '\\']) && !request.as_str().contains(".."), "{name}");
        assert_eq!(Request::parse_pin(request.as_str()).unwrap().kind(), request.kind(), "{name}");
    }
}

#[test]
fn what_is_typed_for_a_toolchain_means_that_one_again() {
    for (name, typed) in
        [("go1.20", "1.20.0"), ("go1.20.4", "1.20.4"), ("go1.22.0", "1.22.0"), ("go1.23rc1", "1.23rc1")]
    {
        assert_eq!(Request::typed(name), typed);
        let request = Request::parse(typed).unwrap();
        assert_eq!(request.as_exact().map(ToolchainName::as_str), Some(name));
    }
    assert_eq!(Request::typed("1.20"), "1.20");
}
