//! The manual pages: `gover(1)` and one for each command, made from the command line's own help.

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::cli::Cli;

/// A page with the name of its file, such as `gover-install.1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManPage {
    pub name: String,
    pub text: String,
}

/// All pages, those of commands below other commands included.
pub fn pages() -> Vec<ManPage> {
    let mut command = Cli::command();
    command.build();
    let mut pages = Vec::new();
    push(&mut pages, &command, &command);
    pages
}

fn push(pages: &mut Vec<ManPage>, command: &Command, program: &Command) {
    let version = program.get_version().unwrap_or_default();
    let page = Man::new(command.clone())
        .source(format!("gover {version}"))
        .manual("gover manual")
        // The day of the build is not the day that the text was written.
        .date("");
    let mut text = Vec::new();
    // Writing into memory cannot fail.
    if page.render(&mut text).is_ok() {
        let text = String::from_utf8_lossy(&text).replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n");
        pages.push(ManPage { name: page.get_filename(), text });
    }
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        push(pages, below, program);
    }
}
