//! Go versions in CI workflows: YAML, read line by line.

use super::Kind;
use super::dockerfile::version_of_image;

/// Line, version and kind of each `go-version`, matrix of Go versions, and Go image.
pub(super) fn uses(text: &str) -> Vec<(usize, String, Kind)> {
    let mut uses = Vec::new();
    // The indentation of the key whose list is open.
    let mut list: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        let content = line.split(" #").next().unwrap_or(line).trim_end();
        let depth = content.len() - content.trim_start().len();
        let content = content.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let item = content.strip_prefix("- ").map(str::trim);
        if let (Some(open), Some(item)) = (list, item)
            && depth >= open
        {
            uses.extend(scalar(item).map(|(value, kind)| (index + 1, value, kind)));
            continue;
        }
        list = None;
        let Some((key, value)) = item.unwrap_or(content).split_once(':') else { continue };
        let (key, value) = (key.trim().trim_matches(['"', '\'']).to_ascii_lowercase(), value.trim());
        match key.as_str() {
            "image" | "name" => {
                uses.extend(version_of_image(value).map(|version| (index + 1, version, Kind::Image)));
            }
            "go-version" | "go-versions" | "go_version" | "goversion" | "go" => {
                list = value.is_empty().then_some(depth);
                let inner = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                let values: Vec<&str> = inner.map_or_else(|| vec![value], |inner| inner.split(',').collect());
                let found = values.into_iter().filter_map(|value| scalar(value.trim()));
                uses.extend(found.map(|(value, kind)| (index + 1, value, kind)));
            }
            _ => {}
        }
    }
    uses
}

/// A version as written, and whether YAML reads it as a number.
fn scalar(value: &str) -> Option<(String, Kind)> {
    let bare = value.trim_matches(['"', '\'']);
    let is_version = bare.starts_with(|c: char| c.is_ascii_digit())
        && bare.contains('.')
        && bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    is_version.then(|| (bare.to_owned(), if bare == value { Kind::Number } else { Kind::Text }))
}
