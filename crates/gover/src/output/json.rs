use std::fmt::Write as _;
use std::path::Path;

use gover_core::text::is_unprintable;
use serde::Serialize;

use super::Printer;
use crate::failure::Failure;

/// Prints data as JSON, as docs/reference/json.md describes it.
pub(crate) struct Json;

impl Json {
    /// A path as text. JSON is Unicode, so any other bytes become U+FFFD.
    pub(crate) fn path(path: &Path) -> String {
        path.to_string_lossy().into_owned()
    }

    /// One document on one line, for line-based tools.
    pub(crate) fn print(printer: &Printer, value: &impl Serialize) -> Result<(), Failure> {
        // Plain data with text keys can always be serialised.
        let text = serde_json::to_string(value).unwrap_or_default();
        printer.exact(&escaped(&text))
    }
}

/// JSON without characters that a terminal would obey or not show. They can only stand in strings,
/// where an escape means the same.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unprintable(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_mean_the_same_text() {
        let text = "a\u{1b}[31m\u{9b}\u{202e}\u{e0041}\u{ad}\n\"☃\"";
        let json = escaped(&serde_json::to_string(text).unwrap());
        assert!(!json.chars().any(is_unprintable), "{json:?}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
