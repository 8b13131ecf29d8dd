use clap::CommandFactory;
use gover_core::text::shown;

use crate::cli::{Cli, HelpArgs};
use crate::{Context, Failure};

pub(super) fn run(arguments: &HelpArgs, context: &Context<'_>) -> Result<(), Failure> {
    let mut root = Cli::command();
    let Some(topic) = &arguments.topic else {
        return context.printer.exact(root.render_help().to_string().trim_end());
    };
    if let Some((_, text)) = TOPICS.iter().find(|(name, _)| name == topic) {
        return context.printer.exact(text.trim_end());
    }
    // This adds the full names of commands and the global options to the help.
    root.build();
    match root.find_subcommand_mut(topic) {
        Some(command) => context.printer.exact(command.render_help().to_string().trim_end()),
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
