//! All that people and scripts see: the only code of the manager that prints.

mod json;
mod printer;
mod progress;
mod style;
mod table;

pub(crate) use json::Json;
pub(crate) use printer::{Printer, Verbosity};
pub(crate) use progress::Progress;
pub(crate) use style::Style;
pub(crate) use table::Table;

/// Bytes in MiB, as people read sizes.
pub(crate) fn mebibytes(bytes: u64) -> String {
    // A size in tenths of a MiB stays exact in integers.
    let tenths = (bytes * 10 + (1 << 19)) >> 20;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}
