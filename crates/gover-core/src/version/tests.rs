use std::cmp::Ordering;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{GoVersion, ToolchainName};

fn vectors(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(file);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap()
}

/// go/version.Compare: the `go` prefix is needed, a `-suffix` is cut, invalid is less than valid.
fn go_version(name: &str) -> Option<GoVersion> {
    let bare = name.strip_prefix("go")?;
    GoVersion::parse(bare.split('-').next()?).ok()
}

#[test]
fn version_order_matches_all_vectors() {
    for case in vectors("version_compare.json")["vectors"].as_array().unwrap() {
        let expected = match case["cmp"].as_i64().unwrap() {
            -1 => Ordering::Less,
            0 => Ordering::Equal,
            _ => Ordering::Greater,
        };
        assert_eq!(go_version(text(case, "a")).cmp(&go_version(text(case, "b"))), expected, "{case}");
    }
}

#[test]
fn bare_versions_match_all_vectors() {
    for case in vectors("version_parse.json")["bare"].as_array().unwrap() {
        let parsed = GoVersion::parse(text(case, "in")).ok();
        assert_eq!(parsed.is_some(), case["valid"] == true, "{case}");
        assert_eq!(parsed.as_ref().is_some_and(GoVersion::is_language), case["is_lang"] == true, "{case}");
        assert_eq!(
            parsed.as_ref().is_some_and(GoVersion::is_prerelease),
            case["is_prerelease"] == true,
            "{case}"
        );
        let language = parsed.as_ref().map(|version| version.language().to_string()).unwrap_or_default();
        assert_eq!(language, text(case, "lang"), "{case}");
    }
}

#[test]
fn toolchain_names_match_all_vectors() {
    for case in vectors("version_parse.json")["toolchain_names"].as_array().unwrap() {
        let parsed = ToolchainName::parse(text(case, "in")).ok();
        let version = parsed.map(|name| name.version().to_string()).unwrap_or_default();
        assert_eq!(version, text(case, "from_toolchain"), "{case}");
    }
}
