//! A command line that cannot be understood, in gover's own words: what is wrong, and the command
//! that was probably meant.

use std::ffi::OsString;
use std::num::ParseIntError;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory, Parser};
use gover_core::display::pasted;
use gover_core::nearest;
use gover_core::text::shown;

use super::Cli;
use super::words::{SIMILAR, Similar, position_of_command, translated};
use crate::failure::Failure;

/// The failure for what clap says about a command line.
pub(crate) fn refused(error: &clap::Error, line: &[OsString]) -> Failure {
    let mut root = Cli::command();
    root.build();
    let line = Line::new(line, &root);
    let (what, hint) = match error.kind() {
        ErrorKind::InvalidSubcommand => unknown_command(&line),
        ErrorKind::MissingSubcommand => (format!("{} needs a command", line.name()), None),
        ErrorKind::UnknownArgument => unknown_argument(&text(error, ContextKind::InvalidArg), &line),
        ErrorKind::TooManyValues => too_many(error, &line),
        ErrorKind::InvalidValue => invalid_value(error, &line),
        ErrorKind::ValueValidation => wrong_value(error),
        ErrorKind::ArgumentConflict => conflict(error, &line),
        ErrorKind::MissingRequiredArgument => missing(error, &line),
        ErrorKind::InvalidUtf8 => ("an argument is not valid Unicode".to_owned(), None),
        // No argument of gover has the rules that these are about.
        _ => (format!("{} does not understand these arguments", line.name()), None),
    };
    Failure::usage(what, hint.unwrap_or_else(|| line.help()))
}

/// The command line with what was meant in place of the argument `wrong`, to be pasted. `None` if
/// nothing is close, or gover would not understand that either.
pub(crate) fn meant<'a>(
    line: &[OsString],
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    instead(line, wrong, nearest(wrong, candidates)?)
}

/// The same with a given word. The argument may be the value in `--shell=VALUE`.
pub(crate) fn instead(line: &[OsString], wrong: &str, right: &str) -> Option<String> {
    line.iter().enumerate().skip(1).find_map(|(at, argument)| {
        let before = argument.to_str()?.strip_suffix(wrong)?;
        let is_value = before.is_empty() || before.starts_with("--") && before.ends_with('=');
        if is_value { replaced(line, at, &[&format!("{before}{right}")]) } else { None }
    })
}

fn replaced(line: &[OsString], at: usize, words: &[&str]) -> Option<String> {
    let (before, rest) = line.split_at_checked(at)?;
    let words = words.iter().map(OsString::from);
    let line: Vec<OsString> =
        before.iter().cloned().chain(words).chain(rest.iter().skip(1).cloned()).skip(1).collect();
    pastable(line)
}

/// The arguments after `gover`, if it understands them.
fn pastable(arguments: Vec<OsString>) -> Option<String> {
    let texts: Option<Vec<String>> = arguments.iter().map(|word| word.to_str().map(quoted)).collect();
    let line: Vec<OsString> = [OsString::from("gover")].into_iter().chain(arguments).collect();
    Cli::try_parse_from(translated(&line)).ok()?;
    Some(format!("gover {}", texts?.join(" ")))
}

/// A word to paste. The `=` between an option and its value needs no quotes.
fn quoted(word: &str) -> String {
    match word.split_once('=') {
        Some((option, value)) if option.starts_with("--") && pasted(option) == option => {
            format!("{option}={}", pasted(value))
        }
        _ => pasted(word),
    }
}

/// What was typed, and the command that it is about.
struct Line<'a> {
    arguments: &'a [OsString],
    command: &'a Command,
    /// Where the first word stands that is not the name of a command.
    next: Option<usize>,
}

impl<'a> Line<'a> {
    fn new(arguments: &'a [OsString], root: &'a Command) -> Self {
        let mut line = Self { arguments, command: root, next: position_of_command(arguments) };
        while let Some(at) = line.next
            && let Some(name) = arguments.get(at)
            && let Some(command) = line.command.find_subcommand(name)
        {
            let rest = arguments.get(at..).unwrap_or_default();
            line.command = command;
            line.next = position_of_command(rest).map(|next| at + next);
        }
        line
    }

    /// `gover` or `gover config`, with backticks if it is more than one word.
    fn name(&self) -> String {
        let name = self.command.get_bin_name().unwrap_or("gover");
        if name.contains(' ') { format!("`{name}`") } else { name.to_owned() }
    }

    fn help(&self) -> String {
        let words: Vec<&str> = self.command.get_bin_name().unwrap_or("gover").split(' ').collect();
        match words.as_slice() {
            [_] => "gover help".to_owned(),
            [_, name] => format!("gover help {name}"),
            words => format!("{} --help", words.join(" ")),
        }
    }

    fn options(&self) -> impl Iterator<Item = &'a Arg> {
        self.command.get_arguments().filter(|argument| !argument.is_hide_set())
    }

    fn long_names(&self) -> Vec<&'a str> {
        self.options().flat_map(|option| option.get_long_and_visible_aliases().unwrap_or_default()).collect()
    }

    fn instead(&self, at: usize, words: &[&str]) -> Option<String> {
        replaced(self.arguments, at, words)
    }

    /// Where an option was typed: alone, with a value, or as one letter of several.
    fn position_of(&self, option: &str) -> Option<usize> {
        let is_it = |argument: &OsString| {
            let Some(argument) = argument.to_str() else { return false };
            match option.strip_prefix('-') {
                Some(letter) if letter.chars().count() == 1 => {
                    argument.starts_with('-') && !argument.starts_with("--") && argument.contains(letter)
                }
                _ => argument.split('=').next() == Some(option),
            }
        };
        self.arguments.iter().skip(1).position(is_it).map(|at| at + 1)
    }
}

type Said = (String, Option<String>);

fn unknown_command(line: &Line<'_>) -> Said {
    let Some(at) = line.next else { return (format!("{} needs a command", line.name()), None) };
    let typed = line.arguments.get(at).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let what = format!("{} has no command `{}`", line.name(), shown(&typed));
    // Other managers' words are commands of theirs, not of one of ours.
    let others: &[Similar] = if line.command.get_name() == "gover" { &SIMILAR } else { &[] };
    let other = |word: &str| others.iter().find(|similar| similar.word == word);
    let known = line.command.get_subcommands().filter(|command| !command.is_hide_set());
    let known = known.flat_map(|command| [command.get_name()].into_iter().chain(long_aliases(command)));
    let known = known.chain(others.iter().map(|similar| similar.word));
    let hint = match (other(&typed), nearest(&typed, known)) {
        (Some(similar), _) => of_other(similar, at, line),
        (None, Some(meant)) => match other(meant) {
            Some(similar) => of_other(similar, at, line),
            None => own_command(meant, at, line),
        },
        (None, None) => None,
    };
    (what, hint)
}

/// The command line with one of gover's commands in place of the word at `at`.
fn own_command(meant: &str, at: usize, line: &Line<'_>) -> Option<String> {
    let own = line.command.find_subcommand(meant)?;
    let is_root = line.command.get_name() == "gover";
    let help = || Some(format!("gover help {}", own.get_name())).filter(|_| is_root);
    line.instead(at, &[own.get_name()]).or_else(help)
}

/// The same for a word of another manager, with an example where that needs arguments.
fn of_other(similar: &Similar, at: usize, line: &Line<'_>) -> Option<String> {
    let own: Vec<&str> = similar.own.split(' ').collect();
    let (before, rest) = line.arguments.split_at_checked(at)?;
    let typed = if rest.len() > 1 || similar.example.is_empty() { line.instead(at, &own) } else { None };
    typed.or_else(|| {
        let words = own.iter().chain(similar.example).map(OsString::from);
        pastable(before.iter().skip(1).cloned().chain(words).collect())
    })
}

/// Short ones are too close to too many words.
fn long_aliases(command: &Command) -> impl Iterator<Item = &str> {
    command.get_all_aliases().filter(|alias| alias.len() > 3)
}

fn unknown_argument(argument: &str, line: &Line<'_>) -> Said {
    if !argument.starts_with('-') {
        return (one_too_many(argument, line), None);
    }
    let at = line.position_of(argument);
    let typed = at.and_then(|at| line.arguments.get(at)?.to_str()).unwrap_or(argument);
    let (name, value) =
        typed.split_once('=').map_or((typed, String::new()), |(name, value)| (name, format!("={value}")));
    // Go's own tools take `-remote` for `--remote`.
    let bare = name.trim_start_matches('-');
    let typed = if bare.chars().count() > 1 { name } else { argument };
    let what = format!("{} has no option `{}`", line.name(), shown(typed));
    let hint = at.zip(nearest(bare, line.long_names())).and_then(|(at, meant)| {
        line.instead(at, &[&format!("--{meant}{value}")])
            .or_else(|| line.instead(at, &[&format!("--{meant}")]))
    });
    (what, hint)
}

fn one_too_many(argument: &str, line: &Line<'_>) -> String {
    format!("`{}` is one argument too many for {}", shown(argument), line.name())
}

fn too_many(error: &clap::Error, line: &Line<'_>) -> Said {
    let (argument, value) = (text(error, ContextKind::InvalidArg), text(error, ContextKind::InvalidValue));
    let option = bare(&argument);
    if !option.starts_with('-') {
        return (one_too_many(&value, line), None);
    }
    let hint = line.position_of(&option).and_then(|at| line.instead(at, &[&option]));
    (format!("`{option}` takes no value, but `{}` was given", shown(&value)), hint)
}

fn invalid_value(error: &clap::Error, line: &Line<'_>) -> Said {
    let option = bare(&text(error, ContextKind::InvalidArg));
    let value = text(error, ContextKind::InvalidValue);
    let known = texts(error, ContextKind::ValidValue);
    let expected = if known.is_empty() { String::new() } else { format!(": {}", quoted_list(&known, "or")) };
    if value.is_empty() {
        return (format!("`{option}` needs a value{expected}"), None);
    }
    let hint = meant(line.arguments, &value, known.iter().map(String::as_str));
    (format!("`{option}` cannot be `{}`{}", shown(&value), expected.replacen(": ", "; use ", 1)), hint)
}

fn wrong_value(error: &clap::Error) -> Said {
    let option = bare(&text(error, ContextKind::InvalidArg));
    let value = text(error, ContextKind::InvalidValue);
    let source = std::error::Error::source(error);
    let is_number = source.and_then(<dyn std::error::Error>::downcast_ref::<ParseIntError>).is_some();
    let expected = if is_number { "; use a whole number" } else { "" };
    (format!("`{option}` cannot be `{}`{expected}", shown(&value)), None)
}

fn conflict(error: &clap::Error, line: &Line<'_>) -> Said {
    let one = bare(&text(error, ContextKind::InvalidArg));
    let others: Vec<String> = texts(error, ContextKind::PriorArg).iter().map(|other| bare(other)).collect();
    if others.contains(&one) || others.is_empty() {
        return (format!("`{one}` was given more than once"), None);
    }
    let all: Vec<String> = [one].into_iter().chain(others).collect();
    (format!("{} cannot be used together", quoted_list(&all, "and")), Some(line.help()))
}

fn missing(error: &clap::Error, line: &Line<'_>) -> Said {
    let needed: Vec<String> =
        texts(error, ContextKind::InvalidArg).iter().map(|needed| bare(needed)).collect();
    let what = format!("{} needs {}", line.name(), quoted_list(&needed, "and"));
    let option = needed.iter().find(|needed| needed.starts_with('-'));
    let with_option = option.and_then(|option| {
        let more = line.arguments.iter().skip(1).cloned().chain([OsString::from(option)]);
        pastable(more.collect())
    });
    (what, with_option)
}

/// An argument without the marks of a usage line: `--arch` of `--arch <GOARCH>`, `CMD` of
/// `<CMD>...`.
fn bare(argument: &str) -> String {
    let name = argument.split([' ', '=']).next().unwrap_or_default();
    name.trim_end_matches("...").trim_matches(['<', '>', '[', ']']).to_owned()
}

fn text(error: &clap::Error, kind: ContextKind) -> String {
    texts(error, kind).into_iter().next().unwrap_or_default()
}

fn texts(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// `a`, `b` or `c`, with backticks.
fn quoted_list(names: &[String], word: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {word} {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
