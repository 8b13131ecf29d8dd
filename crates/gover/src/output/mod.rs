//! Output: the only code of the manager that prints.

mod busy;
mod fact;
mod line;
mod printer;
mod progress;
mod reader;
mod replay;
mod style;
mod table;
mod wrap;

pub(crate) use busy::Busy;
pub(crate) use fact::{Fact, Row, facts, json_path};
pub(crate) use gover_core::display::mebibytes;
pub(crate) use printer::{Answer, Printer, Verbosity, page};
pub(crate) use progress::{Numbered, ProgressBars};
pub(crate) use reader::escaped;
pub(crate) use style::Style;
pub(crate) use table::{Cell, Table};
