use std::path::Path;

use serde::Serialize;

use super::Printer;
use crate::failure::Failure;

/// Prints data as JSON; the schemas are in docs/reference/json.md.
pub(crate) struct Json;

impl Json {
    /// A path as data. JSON is text, so what is not Unicode in it is shown as U+FFFD.
    pub(crate) fn path(path: &Path) -> String {
        path.to_string_lossy().into_owned()
    }

    /// One document on one line, so that line-based tools can take it.
    pub(crate) fn print(printer: &Printer, value: &impl Serialize) -> Result<(), Failure> {
        // Plain data with text keys always serialises.
        let text = serde_json::to_string(value).unwrap_or_default();
        printer.data(&text)
    }
}
