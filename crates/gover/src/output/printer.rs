use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, PoisonError};

use gover_core::Exit;
use gover_core::env::{Env, vars};
use gover_sys::terminal::{self, Stream};
use indicatif::MultiProgress;

use super::Style;
use crate::cli::{Color, Global};
use crate::failure::Failure;

/// How much talk goes to stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors only.
    Quiet,
    /// What changed.
    Normal,
    /// The reasons too.
    Verbose,
}

/// Prints data to stdout and talk to stderr.
#[derive(Clone, Debug)]
pub(crate) struct Printer {
    verbosity: Verbosity,
    color_out: bool,
    color_err: bool,
    /// What is drawn on stderr now, which all copies share.
    bars: Arc<Mutex<Option<MultiProgress>>>,
}

impl Printer {
    /// One for this environment and these options.
    pub(crate) fn new(env: &Env, global: &Global) -> Self {
        let verbosity = match (global.quiet, global.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        let color = |stream| match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let plain =
                    env.var(vars::NO_COLOR).is_some() || env.text(vars::TERM).as_deref() == Some("dumb");
                !plain && terminal::is_terminal(stream) && terminal::enable_escapes(stream)
            }
        };
        Self {
            verbosity,
            color_out: color(Stream::Stdout),
            color_err: color(Stream::Stderr),
            bars: Arc::default(),
        }
    }

    /// Says what is drawn on stderr from now on, so that no line of talk is written into it.
    pub(super) fn share(&self, bars: Option<MultiProgress>) {
        *self.bars.lock().unwrap_or_else(PoisonError::into_inner) = bars;
    }

    /// How much talk is wanted.
    pub(crate) fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// `text` in a style on stdout, if stdout shows colour.
    pub(crate) fn out(&self, style: Style, text: &str) -> String {
        if self.color_out { style.paint(text) } else { text.to_owned() }
    }

    /// `text` in a style on stderr, if stderr shows colour.
    pub(crate) fn err(&self, style: Style, text: &str) -> String {
        if self.color_err { style.paint(text) } else { text.to_owned() }
    }

    /// A line of data, wanted even with `-q`. A reader that has gone away ends the command without complaint.
    #[expect(clippy::unused_self, reason = "all output goes through the printer")]
    pub(crate) fn data(&self, line: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match writeln!(out, "{line}").and_then(|()| out.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::Silent(Exit::Success)),
            Err(error) => {
                Err(Failure::io("cannot write to stdout", &error, "check where stdout is redirected to"))
            }
        }
    }

    /// A line of talk, unless `-q`.
    pub(crate) fn note(&self, line: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.talk(line);
        }
    }

    /// A line of talk only for `-v`.
    pub(crate) fn detail(&self, line: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.talk(line);
        }
    }

    fn talk(&self, line: &str) {
        let bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match bars {
            Some(bars) => bars.suspend(|| say(line)),
            None => say(line),
        }
    }

    /// Something that is not as it should be, but did not stop the command.
    pub(crate) fn warning(&self, line: &str) {
        self.note(&format!("{} {line}", self.err(Style::Warning, "warning:")));
    }

    /// What to do next.
    pub(crate) fn hint(&self, line: &str) {
        self.note(&format!("{} {line}", self.err(Style::Hint, "hint:")));
    }

    /// Asks a question that is answered with yes or no, no being what Enter means. Without a terminal nobody can answer:
    /// an error that names the option which does.
    #[expect(clippy::unused_self, reason = "all output goes through the printer")]
    pub(crate) fn confirm(&self, question: &str, option: &str) -> Result<bool, Failure> {
        if !io::stdin().is_terminal() || !terminal::is_terminal(Stream::Stderr) {
            let what = "gover asks before it changes anything, and there is no terminal to ask on";
            return Err(Failure::usage(what, format!("`{option}` answers yes to every question")));
        }
        // Without a stderr there is nobody to ask, and the answer below is no.
        let _ = write!(io::stderr().lock(), "{question} [y/N] ");
        let mut answer = String::new();
        let length = io::stdin()
            .read_line(&mut answer)
            .map_err(|error| Failure::io("cannot read the answer", &error, format!("use `{option}`")))?;
        if length == 0 {
            // Ctrl-D leaves the cursor behind the question.
            say("");
        }
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Why the command failed; shown even with `-q`.
    pub(crate) fn failure(&self, failure: &Failure) {
        let Failure::Shown(report) = failure else { return };
        say(&format!("{} {}", self.err(Style::Error, "error:"), report.what));
        for detail in &report.details {
            say(&format!("  {detail}"));
        }
        for cause in &report.causes {
            say(&format!("  caused by: {cause}"));
        }
        for hint in &report.hints {
            say(&format!("{} {hint}", self.err(Style::Hint, "hint:")));
        }
    }
}

fn say(line: &str) {
    // Without a stderr there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{line}");
}
