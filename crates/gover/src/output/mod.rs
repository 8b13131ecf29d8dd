//! Output: the only code of the manager that prints.

mod fact;
mod json;
mod line;
mod printer;
mod progress;
mod style;
mod table;

pub(crate) use fact::{Fact, Row, facts};
pub(crate) use gover_core::display::mebibytes;
pub(crate) use json::Json;
pub(crate) use printer::{Printer, Verbosity};
pub(crate) use progress::ProgressBars;
pub(crate) use style::Style;
pub(crate) use table::Table;
