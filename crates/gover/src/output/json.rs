use std::path::Path;

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
        printer.data(&text)
    }
}
