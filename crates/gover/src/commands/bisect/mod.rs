//! `gover bisect`: finds the first release that breaks a command.

mod candidates;
mod report;
mod search;
mod state;

use std::collections::BTreeMap;

use gover_core::text::counted;
use gover_core::{Exit, ToolchainName};

use self::search::{Status, Step};
use self::state::State;
use crate::cli::BisectArgs;
use crate::failure::Report;
use crate::output::Style;
use crate::store::legs::{self, Leg};
use crate::store::lock;
use crate::{Context, Failure};

pub(in crate::commands) use self::report::BisectFacts;

struct Bisect<'a> {
    arguments: &'a BisectArgs,
    /// The command, as it can be pasted.
    line: String,
    /// The first is said to be good, and the last to be bad.
    releases: Vec<ToolchainName>,
    state: State,
    context: &'a Context<'a>,
}

pub(super) fn run(arguments: &BisectArgs, context: &Context<'_>) -> Result<(), Failure> {
    let releases = candidates::between(arguments, context)?;
    let [good, .., bad] = releases.as_slice() else { return Ok(()) };
    let (words, line) = (&arguments.command, legs::line(&arguments.command));
    let oldest = good.min(bad);
    if let Some(forbidden) = legs::forbidden(oldest, words, context) {
        let what = format!("{oldest} cannot be used here: {}", forbidden.shown);
        return Err(Failure::new(what, "name a newer release, or lower the go line"));
    }
    let state = State::open(words, [good, bad], arguments.restart, context);
    let mut bisect = Bisect { arguments, line, releases, state, context };
    bisect.announce();
    bisect.check_ends()?;
    let (good, bad) = bisect.search()?;
    bisect.state.remove(context)?;
    report::show(&bisect, good, bad)
}

impl Bisect<'_> {
    fn ends(&self) -> Option<(&ToolchainName, &ToolchainName)> {
        self.releases.first().zip(self.releases.last())
    }

    fn announce(&self) {
        let printer = self.context.printer;
        let known = self.state.results.codes.len();
        if known > 0 {
            let results = counted(known, "result");
            printer
                .note(&format!("continuing an interrupted search with {results} (`--restart` starts over)"));
        }
        if lock::is_read_only(self.context) {
            let why = lock::read_only_home(self.context);
            printer.note(&format!("note: {why}, so a search that is interrupted starts over"));
        }
    }

    /// The command must succeed with one end and fail with the other.
    fn check_ends(&mut self) -> Result<(), Failure> {
        let Some((good, bad)) = self.ends().map(|(good, bad)| (good.clone(), bad.clone())) else {
            return Ok(());
        };
        // Both must be there before the command runs with one of them.
        let unknown = [&good, &bad].into_iter().filter(|name| self.state.code(name).is_none());
        self.provide(&unknown.cloned().collect::<Vec<_>>())?;
        let first = self.end(&good)?;
        let second = self.end(&bad)?;
        let line = &self.line;
        let failure = match (Status::of(first), Status::of(second)) {
            (Status::Good, Status::Bad) => return Ok(()),
            (Status::Good, _) => Failure::new(
                format!("`{line}` succeeds with {bad} too, so no release between {good} and {bad} breaks it"),
                "for BAD, name a release with which it fails",
            ),
            (_, Status::Good) => Failure::new(
                format!(
                    "`{line}` fails with {good} and succeeds with {bad}: GOOD and BAD are the wrong way round"
                ),
                candidates::swapped(&good, &bad, line),
            ),
            _ => {
                let what = format!(
                    "`{line}` fails with {good} too, so no release between {good} and {bad} breaks it"
                );
                let details = suspicious(first).into_iter().collect();
                let hints = vec!["for GOOD, name a release with which it succeeds".to_owned()];
                Report { details, ..Report::new(what, hints, Exit::Failure) }.into()
            }
        };
        // A new attempt must not rely on these results.
        self.state.remove(self.context)?;
        report::note_installed(self);
        Err(failure)
    }

    /// The exit code with an end, which cannot be skipped.
    fn end(&mut self, name: &ToolchainName) -> Result<i32, Failure> {
        let code = self.code(name)?;
        if Status::of(code) != Status::Skipped {
            return Ok(code);
        }
        self.state.remove(self.context)?;
        report::note_installed(self);
        let what =
            format!("`{}` skips {name} (exit code 125), but GOOD and BAD cannot be skipped", self.line);
        Err(Failure::new(what, "name another release"))
    }

    /// The indices of the last good and the first bad release.
    fn search(&mut self) -> Result<(usize, usize), Failure> {
        loop {
            let known: BTreeMap<usize, Status> = self
                .releases
                .iter()
                .enumerate()
                .filter_map(|(at, name)| Some((at, Status::of(self.state.code(name)?))))
                .collect();
            match search::next(self.releases.len(), &known) {
                Step::Found { good, bad } => return Ok((good, bad)),
                Step::Try { at, left } => {
                    let Some(name) = self.releases.get(at).cloned() else { return Ok((0, at)) };
                    let (releases, runs) = (counted(left, "release"), counted(search::runs(left), "run"));
                    self.context.printer.note(&format!("{releases} left, about {runs}"));
                    self.code(&name)?;
                }
            }
        }
    }

    /// The exit code of the command with a toolchain, from an earlier run or a new one.
    fn code(&mut self, name: &ToolchainName) -> Result<i32, Failure> {
        if let Some(code) = self.state.code(name) {
            return Ok(code);
        }
        let code = self.run(name)?;
        if Status::of(code) == Status::Stop {
            let what =
                format!("`{}` ended with exit code {code} with {name}, so the search stopped", self.line);
            let is_end = self.ends().is_some_and(|(good, bad)| name == good || name == bad);
            let meaning = if is_end {
                "exit codes below 128 are results: 0 is good, and all others but 125 are bad"
            } else {
                "exit code 125 skips a release"
            };
            return Err(Failure::new(what, format!("{}; {meaning}", self.again())));
        }
        self.state.add(name, code, self.context);
        let result = match Status::of(code) {
            Status::Good => "good".to_owned(),
            Status::Skipped => "skipped (exit code 125)".to_owned(),
            Status::Bad | Status::Stop => format!("bad (exit code {code})"),
        };
        self.context.printer.note(&format!("{name} is {result}"));
        Ok(code)
    }

    /// Installs those that are missing.
    fn provide(&mut self, names: &[ToolchainName]) -> Result<(), Failure> {
        let (new, failed) = legs::provide(names, self.context)?;
        if !new.is_empty() {
            self.state.results.installed.extend(new.iter().map(ToString::to_string));
            self.state.save(self.context);
        }
        // Why was said.
        Failure::silent_if(!failed.is_empty())
    }

    /// What the same command does after this one was stopped.
    fn again(&self) -> &'static str {
        if self.state.is_kept() {
            "the same command continues the search"
        } else {
            "the same command starts the search again"
        }
    }

    fn run(&mut self, name: &ToolchainName) -> Result<i32, Failure> {
        self.provide(std::slice::from_ref(name))?;
        let (words, printer) = (&self.arguments.command, self.context.printer);
        let leg = Leg::new(name, words, self.context)?;
        printer.note(&format!("{}: {}", printer.err(Style::Version, name.as_str()), self.line));
        let children = legs::children()?;
        let mut command = leg.command();
        command.stdout(legs::stdout(self.arguments.json));
        let ending = children.run(&mut command);
        if children.is_interrupted() {
            printer.note(&format!("interrupted; {}", self.again()));
            children.pass_on_interruption();
        }
        let ending = ending.map_err(|error| leg.cannot_execute(&error))?;
        Ok(ending.map_or(STOPPED, |ending| ending.code))
    }
}

/// What git says of these codes too: the command may not have run at all.
fn suspicious(code: i32) -> Option<String> {
    let why = match code {
        126 => "a program cannot be executed",
        127 => "a program was not found",
        _ => return None,
    };
    Some(format!("exit code {code} usually means that {why}"))
}

/// The exit code of a command that was ended from here.
const STOPPED: i32 = 130;
