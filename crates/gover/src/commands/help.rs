use clap::CommandFactory;
use gover_core::text::shown;

use crate::cli::{self, Cli, HelpArgs};
use crate::{Context, Failure};

pub(super) fn run(arguments: &HelpArgs, context: &Context<'_>) -> Result<(), Failure> {
    let mut root = Cli::command();
    let Some(topic) = &arguments.topic else {
        return context.printer.page(&root.render_help().ansi().to_string());
    };
    if let Some((_, text)) = TOPICS.iter().find(|(name, _)| name == topic) {
        return context.printer.page(text);
    }
    // This adds the full names of commands and the global options to the help.
    root.build();
    let name = cli::SAME.iter().find(|(name, _)| name == topic).map_or(topic.as_str(), |(_, own)| own[0]);
    if let Some(command) = root.find_subcommand_mut(name) {
        return context.printer.page(&command.render_help().ansi().to_string());
    }
    let commands = root.get_subcommands().filter(|command| !command.is_hide_set());
    let names = commands.map(clap::Command::get_name).chain(TOPICS.map(|(name, _)| name));
    Err(Failure::unknown(
        format!("there is no command or topic `{}`", shown(topic)),
        cli::meant(context.env.arguments(), topic, names),
        "`gover help` lists the commands; topics are sources, trust and selection",
    ))
}

pub(super) fn topics() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|(name, _)| *name)
}

const TOPICS: [(&str, &str); 3] = [
    ("sources", include_str!("help/sources.txt")),
    ("trust", include_str!("help/trust.txt")),
    ("selection", include_str!("help/selection.txt")),
];
