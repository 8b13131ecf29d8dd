use std::fmt::Write as _;

use clap::CommandFactory;
use gover_core::text::shown;
use gover_doctor::{Check, Language, checks, myths, text};

use crate::cli::{self, Cli, HelpArgs};
use crate::{Context, Failure, language};

pub(super) fn run(arguments: &HelpArgs, context: &Context<'_>) -> Result<(), Failure> {
    let mut root = Cli::command();
    let Some(topic) = &arguments.topic else {
        return context.printer.page(&root.render_help().ansi().to_string());
    };
    let check = checks::by_name(topic);
    if let Some((_, text)) = TOPICS.iter().find(|(name, _)| name == topic) {
        context.printer.page(text)?;
        also(check, context);
        return Ok(());
    }
    // This adds the full names of commands and the global options to the help.
    root.build();
    let name = cli::SAME.iter().find(|(name, _)| name == topic).map_or(topic.as_str(), |(_, own)| own[0]);
    if let Some(command) = root.find_subcommand_mut(name) {
        context.printer.page(&command.render_help().ansi().to_string())?;
        also(check, context);
        return Ok(());
    }
    if let Some(check) = check {
        return context.printer.page(&of_check(check, language::chosen(arguments.lang, context.env)?));
    }
    let commands = root.get_subcommands().filter(|command| !command.is_hide_set());
    let mut names: Vec<&str> = commands.map(clap::Command::get_name).collect();
    let others: Vec<&str> = topics().chain(self::checks()).collect();
    names.extend_from_slice(&others);
    Err(Failure::unknown(
        format!("`{}` is not a command, topic or check", shown(topic)),
        cli::meant(context.env.arguments(), topic, names),
        "`gover help` lists the commands; topics are sources, trust and selection",
    ))
}

/// A check may have the name of a command or topic.
fn also(check: Option<&Check>, context: &Context<'_>) {
    if let Some(Check { name, .. }) = check {
        context.printer.hint(&format!("`gover doctor --list {name} -v` explains the check of that name"));
    }
}

/// What docs/doctor.md says about it.
pub(super) fn of_check(check: &Check, language: Language) -> String {
    let name = check.name;
    let page = text!(
        en "{name}: {summary}\n\nWhat you see: {symptom}\n\nCause: {cause}\n\nRepair: {repair}\n\n",
        zh "{name}：{summary}\n\n现象：{symptom}\n\n原因：{cause}\n\n修复：{repair}\n\n",
        name = name, summary = check.summary, symptom = check.symptom, cause = check.cause,
        repair = check.repair,
    );
    let mut page = page.of(language).clone();
    for myth in myths::about(name) {
        let line = text!(
            en "Myth: \"{myth}\" ({page} says what is true)",
            zh "误区：“{myth}”（真相见 {page}）",
            myth = myth, page = myths::PAGE,
        );
        let _ = write!(page, "{}\n\n", line.of(language));
    }
    let alone =
        text!(en "Run it alone: gover doctor {name}", zh "只运行这一项：gover doctor {name}", name = name);
    let _ = writeln!(page, "{}", alone.of(language));
    page
}

/// The checks that `gover help` explains. The others have the name of a command or topic.
pub(super) fn checks() -> impl Iterator<Item = &'static str> {
    let root = Cli::command();
    let is_free =
        move |name: &&str| root.find_subcommand(name).is_none() && topics().all(|topic| topic != *name);
    checks::all().map(|check| check.name).filter(is_free)
}

pub(super) fn topics() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|(name, _)| *name)
}

const TOPICS: [(&str, &str); 3] = [
    ("sources", include_str!("help/sources.txt")),
    ("trust", include_str!("help/trust.txt")),
    ("selection", include_str!("help/selection.txt")),
];
