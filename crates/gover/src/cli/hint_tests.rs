//! Every command that a snapshot of `tests/cli` prints for pasting is one that gover understands.

use std::fs;
use std::path::Path;

use clap::Parser;
use clap::error::ErrorKind;

use super::Cli;

#[test]
fn each_command_in_a_hint_is_understood() {
    let mut commands = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cli"), &mut commands);
    assert!(commands.len() > 50, "{commands:?}");
    let wrong: Vec<String> = commands.iter().filter_map(|command| problem(command)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_command_that_gover_does_not_have_is_found() {
    for command in
        ["gover instal 1.22", "gover install --nope 1.22", "gover default 1.22 1.23", "gover pin a b"]
    {
        assert!(problem(command).is_some(), "{command}");
    }
}

/// Commands in the output that the tests expect: whole hints, and what is between backticks.
fn collect(directory: &Path, commands: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, commands);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            for line in fs::read_to_string(&path).unwrap().lines() {
                of_line(line, commands);
            }
        }
    }
}

fn of_line(line: &str, commands: &mut Vec<String>) {
    let is_command = |text: &&str| text.starts_with("gover ") && !text.contains(['{', '[', '\\']);
    let text = line.trim_start();
    if text.starts_with("//") {
        return;
    }
    if let Some(hint) = line.strip_prefix("hint: ").filter(|hint| !hint.contains("gover is ")) {
        commands.extend(Some(hint).filter(is_command).map(ToOwned::to_owned));
    }
    commands.extend(text.split('`').skip(1).step_by(2).filter(is_command).map(ToOwned::to_owned));
}

/// Why gover would not understand the command. A command that is only named may lack its arguments.
fn problem(command: &str) -> Option<String> {
    let words: Vec<String> =
        command.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect();
    let error = Cli::try_parse_from(&words).err()?;
    let is_name = words.len() == 2 && error.kind() == ErrorKind::MissingRequiredArgument;
    let is_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    (!is_name && !is_help).then(|| format!("{command}: {error}"))
}
