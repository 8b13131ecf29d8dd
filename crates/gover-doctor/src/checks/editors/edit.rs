//! Changes keys in settings that may have comments. Everything else stays as it is, byte for byte.

mod remove;

use gover_project::json;
use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstObjectProp, CstRootNode};
use jsonc_parser::errors::ParseError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Removes a key, each time it is there, and the objects that become empty by it. Comments stay.
    Remove(Vec<String>),
    /// Gives a key a text. It is added after the others if it is not there.
    Set(Vec<String>, String),
}

/// Why a file cannot be changed safely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The line with the error; `None` if it concerns the whole file.
    pub(crate) line: Option<usize>,
    pub(crate) what: String,
}

/// The content after all edits. What editors tolerate, but is not JSON with comments, is an error.
pub(crate) fn edited(content: &[u8], edits: &[Edit]) -> Result<Vec<u8>, Malformed> {
    let whole = |what: &str| Malformed { line: None, what: what.to_owned() };
    let text = std::str::from_utf8(content).map_err(|_| whole("it is not UTF-8"))?;
    let (mark, text) = text.strip_prefix(MARK).map_or(("", text), |text| (MARK, text));
    let root = CstRootNode::parse(text, &options()).map_err(|error| malformed(text, &error))?;
    if root.object_value().is_none() && root.value().is_some() {
        return Err(whole("it does not contain an object"));
    }
    // The parser accepts line ends inside of a text.
    let (_, is_understood) = json::entries(text);
    if root.value().is_some() && !is_understood {
        return Err(whole("it contains a malformed value"));
    }
    let mut text = text.to_owned();
    for edit in edits {
        match edit {
            Edit::Remove(path) => text = remove::without(&text, path),
            Edit::Set(path, value) => {
                let root = CstRootNode::parse(&text, &options()).map_err(|error| malformed(&text, &error))?;
                set(&root.object_value_or_set(), path, value);
                text = root.to_string();
            }
        }
    }
    Ok(format!("{mark}{text}").into_bytes())
}

fn malformed(text: &str, error: &ParseError) -> Malformed {
    Malformed {
        line: Some(1 + text.bytes().take(error.range().start).filter(|byte| *byte == b'\n').count()),
        what: lower(&error.kind().to_string()),
    }
}

/// Of several keys of the same name, editors use the last.
fn set(object: &CstObject, path: &[String], value: &str) {
    let Some((name, rest)) = path.split_first() else { return };
    let property = named(object, name).pop();
    let text = || CstInputValue::String(value.to_owned());
    match (property, rest.is_empty()) {
        (Some(property), true) => property.set_value(text()),
        (None, true) => drop(object.append(name, text())),
        (Some(property), false) => set(&property.object_value_or_set(), rest, value),
        (None, false) => {
            let added = object.append(name, CstInputValue::Object(Vec::new()));
            set(&added.object_value_or_set(), rest, value);
        }
    }
}

fn named(object: &CstObject, name: &str) -> Vec<CstObjectProp> {
    let is_named = |property: &CstObjectProp| {
        property.name().and_then(|found| found.decoded_value().ok()).as_deref() == Some(name)
    };
    object.properties().into_iter().filter(is_named).collect()
}

fn lower(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// What VS Code accepts in its settings without an error mark.
fn options() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// A byte order mark, which editors of Windows write.
const MARK: &str = "\u{feff}";

#[cfg(test)]
mod tests;
