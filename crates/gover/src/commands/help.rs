use clap::CommandFactory;
use gover_core::Exit;
use gover_core::text::shown;

use crate::cli::{Cli, HelpArgs};
use crate::context::Context;
use crate::failure::Failure;

/// `gover help`
pub(super) fn run(arguments: &HelpArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let mut root = Cli::command();
    let Some(topic) = &arguments.topic else {
        context.printer.exact(root.render_help().to_string().trim_end())?;
        return Ok(Exit::Success);
    };
    if let Some((_, text)) = TOPICS.iter().find(|(name, _)| name == topic) {
        context.printer.exact(text.trim_end())?;
        return Ok(Exit::Success);
    }
    // This adds the full names of commands and the global options to the help.
    root.build();
    match root.find_subcommand_mut(topic) {
        Some(command) => {
            context.printer.exact(command.render_help().to_string().trim_end())?;
            Ok(Exit::Success)
        }
        None => Err(Failure::usage(
            format!("there is no command or topic `{}`", shown(topic)),
            "`gover help` lists the commands; topics are sources, trust and selection",
        )),
    }
}

const TOPICS: [(&str, &str); 3] = [
    ("sources", include_str!("help/sources.txt")),
    ("trust", include_str!("help/trust.txt")),
    ("selection", include_str!("help/selection.txt")),
];
