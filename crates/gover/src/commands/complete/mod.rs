//! `gover complete`: what fits at Tab. The scripts of `gover completions` run it.
//!
//! It prints one candidate a line, best first; for every shell but bash a tab and a description
//! follow. If the names of files fit, it prints nothing and ends with 1. It reports no errors, which
//! would break the line that is being typed.

mod values;

use std::ffi::{OsStr, OsString};

use clap::CommandFactory;
use clap_complete::engine::{CompletionCandidate, complete};
use gover_shell::ShellKind;

use self::values::Values;
use crate::cli::{self, Cli, CompleteArgs};
use crate::{Context, Failure};

pub(super) fn run(arguments: &CompleteArgs, context: &Context<'_>) -> Result<(), Failure> {
    let shell = arguments.shell.parse()?;
    let words = words(arguments, shell);
    let root = Cli::command();
    let values = Values::new(&words, &root, context);
    let mut command = values.add_to(root);
    let index = words.len() - 1;
    let found = complete(&mut command, words, index, None).unwrap_or_default();
    let found = fitting(found, &values);
    let lines: Vec<_> = found.iter().map(|candidate| line(candidate, shell)).collect();
    if !lines.is_empty() {
        context.printer.exact(&lines.join("\n"))?;
    }
    Failure::silent_if(found.is_empty() && values.may_be_a_file())
}

/// The words of the command line up to the cursor; the last one is being typed.
fn words(arguments: &CompleteArgs, shell: ShellKind) -> Vec<OsString> {
    let before = arguments.words.iter();
    // bash splits words at `=` too, and `--color al` means the same as `--color=al`.
    let before = before.filter(|word| shell != ShellKind::Bash || *word != "=");
    let mut words: Vec<_> = before.map(|word| unquoted(word)).collect();
    if words.is_empty() {
        words.push(OsString::from("gover"));
    }
    words = cli::translated(&words);
    words.push(unquoted(&arguments.word));
    words
}

/// A word as it was typed, without quotation marks around it (in Nushell also backticks); the last
/// one may be missing.
fn unquoted(word: &OsStr) -> OsString {
    let Some(text) = word.to_str() else { return word.to_owned() };
    match text.chars().next() {
        Some(mark @ ('"' | '\'' | '`')) => text[1..].trim_end_matches(mark).into(),
        _ => word.to_owned(),
    }
}

/// Options only where one is being typed, or right after a command that has nothing else.
fn fitting(mut found: Vec<CompletionCandidate>, values: &Values<'_>) -> Vec<CompletionCandidate> {
    let is_option =
        |candidate: &CompletionCandidate| candidate.get_value().as_encoded_bytes().starts_with(b"-");
    found.retain(|candidate| !candidate.is_hide_set());
    let has_others = found.iter().any(|candidate| !is_option(candidate));
    if values.is_nothing_typed() && (has_others || !values.follows_a_command() || values.may_be_a_file()) {
        found.retain(|candidate| !is_option(candidate));
    }
    found
}

fn line(candidate: &CompletionCandidate, shell: ShellKind) -> String {
    let value = candidate.get_value().to_string_lossy();
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    match help.split(". ").next() {
        Some(help) if !help.is_empty() && shell != ShellKind::Bash => format!("{value}\t{help}"),
        _ => value.into_owned(),
    }
}
