use serde::Serialize;

use super::Printer;
use crate::failure::Failure;

/// Prints data as JSON; the schemas are in docs/reference/json.md.
pub(crate) struct Json;

impl Json {
    /// One document on one line, so that line-based tools can take it.
    pub(crate) fn print(printer: &Printer, value: &impl Serialize) -> Result<(), Failure> {
        // Plain data with text keys always serialises.
        let text = serde_json::to_string(value).unwrap_or_default();
        printer.data(&text)
    }
}
