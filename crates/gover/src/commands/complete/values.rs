//! The values that fit an argument of a command, known by the name that its help gives them.

use std::ffi::{OsStr, OsString};
use std::path::is_separator;

use clap::builder::ValueHint;
use clap::{Arg, Command, CommandFactory};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use gover_core::{Platform, Request, ToolchainName};
use gover_doctor::checks;
use gover_shell::ShellKind;
use gover_source::{Release, Releases};
use gover_tools::Found;

use crate::cli::Cli;
use crate::commands::help;
use crate::store::{default, releases, requests, tools};
use crate::{Context, SETTINGS};

/// A value and what it is.
type Value = (String, String);

pub(super) struct Values<'a> {
    context: &'a Context<'a>,
    /// The words before the one that is being typed.
    before: Vec<String>,
    word: String,
    /// The name of the command on the line.
    command: Option<String>,
}

impl<'a> Values<'a> {
    pub(super) fn new(words: &[OsString], root: &Command, context: &'a Context<'a>) -> Self {
        let mut before: Vec<_> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let word = before.pop().unwrap_or_default();
        let found = before.iter().skip(1).find_map(|word| root.find_subcommand(word));
        let command = found.map(|command| command.get_name().to_owned());
        Self { context, before, word, command }
    }

    /// Adds the values to the arguments of the command on the line, and to no other: some take time.
    pub(super) fn add_to(&self, root: Command) -> Command {
        match &self.command {
            Some(name) => root.mut_subcommand(name, |command| self.fill(command, name)),
            None => root,
        }
    }

    /// Whether the name of a file may follow: it is being typed, or belongs to a command for `exec`.
    pub(super) fn may_be_a_file(&self) -> bool {
        match self.command.as_deref() {
            Some("exec" | "matrix" | "bisect") => self.before.len() > 3 || self.looks_like_a_path(),
            Some("mirror") => true,
            Some("install" | "use" | "default" | "env" | "audit") => self.looks_like_a_path(),
            _ => false,
        }
    }

    pub(super) fn is_nothing_typed(&self) -> bool {
        self.word.is_empty()
    }

    /// Whether the word before is `gover` or the command.
    pub(super) fn follows_a_command(&self) -> bool {
        self.before.len() < 2 || self.command.is_some() && self.before.last() == self.command.as_ref()
    }

    fn looks_like_a_path(&self) -> bool {
        self.word.starts_with(['.', '~']) || self.word.contains(is_separator)
    }

    fn fill(&self, command: Command, name: &str) -> Command {
        command
            .mut_args(|argument| match self.of(&argument, name) {
                Some(values) => argument.add(self.completer(values)),
                // Shells offer the names of files themselves.
                None if argument.get_action().takes_values() => argument.value_hint(ValueHint::Other),
                None => argument,
            })
            .mut_subcommands(|command| self.fill(command, name))
    }

    /// Offers the values that begin like the word and are not on the line already.
    fn completer(&self, values: Vec<Value>) -> ArgValueCompleter {
        let before = self.before.clone();
        ArgValueCompleter::new(move |word: &OsStr| {
            let fits = |value: &String| {
                word.to_str().is_some_and(|word| value.starts_with(word)) && !before.contains(value)
            };
            let values = values.iter().filter(|(value, _)| fits(value));
            values
                .map(|(value, about)| {
                    let about = (!about.is_empty()).then(|| about.clone().into());
                    CompletionCandidate::new(value).help(about)
                })
                .collect()
        })
    }

    /// `None` if any value fits.
    fn of(&self, argument: &Arg, command: &str) -> Option<Vec<Value>> {
        Some(match argument.get_value_names()?.first()?.as_str() {
            "REQUEST" => match command {
                "install" | "pin" | "mirror" | "audit" => self.released(),
                "list" if self.before.iter().any(|word| word == "--remote") => self.released(),
                _ => self.installed(),
            },
            "GOOD" | "BAD" => self.released(),
            "REQUESTS" => plain(["supported", "latest", "oldstable"]).chain(self.installed()).collect(),
            "PROGRAM|REQUEST" => plain(["go", "gofmt"]).chain(self.installed()).collect(),
            "PROGRAM" => {
                let found = gover_tools::find(&tools::directories(self.context));
                let subject = |found: &Found| found.info()?.subject();
                found.iter().map(|one| (one.name(), subject(one).unwrap_or_default())).collect()
            }
            "SHELL" => shells(command),
            "CHECK" => plain(checks::all().map(|check| check.name)).collect(),
            "NAME" => {
                SETTINGS.iter().map(|setting| (setting.name.to_owned(), setting.meaning.to_owned())).collect()
            }
            "VALUE" => self.setting(),
            "GOARCH" => {
                let os = self.context.machine.os();
                self.platforms(|platform| (platform.os() == os).then(|| platform.arch().to_owned()))
            }
            "OS-ARCH" => self.platforms(|platform| Some(format!("{}-{}", platform.os(), platform.arch()))),
            "COMMAND|TOPIC|CHECK" => commands().chain(plain(help::topics().chain(help::checks()))).collect(),
            _ => return None,
        })
    }

    /// Newest first.
    fn installed(&self) -> Vec<Value> {
        let default = default::toolchain(self.context).ok().flatten().and_then(|default| default.name);
        let mut names = requests::inventory(self.context).map(|found| found.toolchains).unwrap_or_default();
        names.sort_by(|one, other| other.cmp(one));
        let about =
            |name: &ToolchainName| if default.as_ref() == Some(name) { "default" } else { "installed" };
        names.iter().map(|name| (self.typed(name), about(name).to_owned())).collect()
    }

    /// The newest patch of each version, or every release of the version that is being typed.
    fn released(&self) -> Vec<Value> {
        let Ok(releases) = releases::known(self.context) else { return Vec::new() };
        let installed = requests::inventory(self.context).map(|found| found.toolchains).unwrap_or_default();
        let is_exact = self.word.matches('.').count() > 1 || self.word.contains(['r', 'b']);
        let about = |release: &Release| {
            let date = release.date.map(|date| format!("released {date}"));
            let installed = installed.contains(&release.name).then(|| "installed".to_owned());
            [date, installed].into_iter().flatten().collect::<Vec<_>>().join(", ")
        };
        let shown = releases.iter().filter(|release| is_exact || is_newest(release, &releases));
        let shown = shown.map(|release| (self.typed(&release.name), about(release)));
        KEYWORDS.map(|(word, about)| (word.to_owned(), about.to_owned())).into_iter().chain(shown).collect()
    }

    /// A name with `go` in front only if that is how the word begins.
    fn typed(&self, name: &ToolchainName) -> String {
        let text = Request::typed(name.as_str());
        if self.word.starts_with("go") { format!("go{text}") } else { text }
    }

    fn setting(&self) -> Vec<Value> {
        match self.before.last().map(String::as_str) {
            Some("sources") => plain(["go.dev", "goproxy"]).collect(),
            _ => plain(["true", "false"]).collect(),
        }
    }

    /// Of the newest release whose platforms are known.
    fn platforms(&self, name: impl Fn(&Platform) -> Option<String>) -> Vec<Value> {
        let Ok(releases) = releases::known(self.context) else { return Vec::new() };
        let platforms = releases.iter().filter(|release| release.is_stable()).map(Release::platforms);
        let platforms = platforms.into_iter().find(|platforms| !platforms.is_empty()).unwrap_or_default();
        platforms.iter().filter_map(name).map(|name| (name, String::new())).collect()
    }
}

fn shells(command: &str) -> Vec<Value> {
    let fits = |shell: &ShellKind| match command {
        "init" => shell.syntax().load_line().is_some(),
        "completions" => shell.syntax().completions().is_some(),
        _ => true,
    };
    plain(ShellKind::ALL.into_iter().filter(fits).map(ShellKind::name)).collect()
}

fn commands() -> impl Iterator<Item = Value> {
    let about = |command: &Command| command.get_about().map(ToString::to_string).unwrap_or_default();
    let root = Cli::command();
    let shown = root.get_subcommands().filter(|command| !command.is_hide_set());
    let values: Vec<_> = shown.map(|command| (command.get_name().to_owned(), about(command))).collect();
    values.into_iter()
}

const KEYWORDS: [(&str, &str); 2] =
    [("latest", "the newest release"), ("oldstable", "the newest release of the version before it")];

fn is_newest(release: &Release, releases: &Releases) -> bool {
    release.is_stable()
        && releases.newest_patch(release.name.version()).is_some_and(|newest| newest.name == release.name)
}

fn plain<'a>(values: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = Value> {
    values.into_iter().map(|value| (value.to_owned(), String::new()))
}
