use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex};

use gover_core::Exit;
use gover_core::env::{Env, vars};
use gover_core::sync::locked;
use gover_core::text::{is_unprintable, shown};
use gover_sys::terminal::{self, Stream};
use indicatif::MultiProgress;
use serde::Serialize;

use super::{Style, Table, style};
use crate::cli::{Color, Global};
use crate::failure::Failure;

/// How much is printed to stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// Prints data to stdout and everything else to stderr.
///
/// This is the one place that prints, so no caller needs to remember that names of files, answers
/// of servers and arguments may hold control characters: every line is escaped here.
#[derive(Clone, Debug)]
pub(crate) struct Printer {
    pub(crate) verbosity: Verbosity,
    color_out: bool,
    color_err: bool,
    /// The bars on stderr now; all copies of the printer share them.
    bars: Arc<Mutex<Option<MultiProgress>>>,
}

impl Printer {
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

    /// Sets the bars that are drawn on stderr from now on, so that no other line breaks into them.
    pub(super) fn share(&self, bars: Option<MultiProgress>) {
        *locked(&self.bars) = bars;
    }

    /// `text` in a style, if stdout shows colour.
    pub(crate) fn out(&self, style: Style, text: &str) -> String {
        if self.color_out { style.paint(text) } else { text.to_owned() }
    }

    /// `text` in a style, if stderr shows colour.
    pub(crate) fn err(&self, style: Style, text: &str) -> String {
        if self.color_err { style.paint(text) } else { text.to_owned() }
    }

    /// Prints a line of data for people, even with `-q`. A closed pipe ends the command quietly.
    pub(crate) fn data(&self, line: &str) -> Result<(), Failure> {
        write_data(&style::rendered(line, self.color_out))
    }

    /// Prints data of one or more lines that a program reads, such as a path or shell code, even
    /// with `-q`: exactly, unless it would reach a terminal.
    #[expect(clippy::unused_self, reason = "all output goes through the printer")]
    pub(crate) fn exact(&self, text: &str) -> Result<(), Failure> {
        if !terminal::is_terminal(Stream::Stdout) {
            return write_data(text);
        }
        let is_layout = |c| matches!(c, '\n' | '\t');
        let parts = text.split_inclusive(is_layout).map(|part| match part.strip_suffix(is_layout) {
            Some(content) => shown(content) + &part[content.len()..],
            None => shown(part),
        });
        write_data(&parts.collect::<String>())
    }

    pub(crate) fn table(&self, table: &Table) -> Result<(), Failure> {
        table.lines().iter().try_for_each(|line| self.data(line))
    }

    /// Prints JSON on one line, for line-based tools, as docs/reference/json.md describes it.
    pub(crate) fn json(&self, value: &impl Serialize) -> Result<(), Failure> {
        // Plain data with text keys can always be serialised.
        self.exact(&escaped(&serde_json::to_string(value).unwrap_or_default()))
    }

    /// Prints a line to stderr, unless `-q` was given.
    pub(crate) fn note(&self, line: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.talk(line);
        }
    }

    /// Prints a line to stderr if `-v` was given.
    pub(crate) fn detail(&self, line: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.talk(line);
        }
    }

    fn talk(&self, line: &str) {
        let bars = locked(&self.bars).clone();
        match bars {
            Some(bars) => bars.suspend(|| self.say(line)),
            None => self.say(line),
        }
    }

    pub(crate) fn warning(&self, line: &str) {
        self.note(&format!("{} {line}", self.err(Style::Warning, "warning:")));
    }

    pub(crate) fn hint(&self, line: &str) {
        self.note(&format!("{} {line}", self.err(Style::Hint, "hint:")));
    }

    /// Whether someone can read a question and answer it.
    #[expect(clippy::unused_self, reason = "all output goes through the printer")]
    pub(crate) fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && terminal::is_terminal(Stream::Stderr)
    }

    /// Enter means no. Without a terminal, this is an error that names the option to use.
    pub(crate) fn confirm(&self, question: &str, option: &str) -> Result<bool, Failure> {
        if !self.can_ask() {
            let what = "gover asks before it changes anything, and cannot ask without a terminal";
            return Err(Failure::usage(what, format!("`{option}` answers yes to every question")));
        }
        // If stderr is closed, nobody sees the question and the answer below is no.
        let _ = write!(io::stderr().lock(), "{} [y/N] ", style::rendered(question, self.color_err));
        let mut answer = String::new();
        let length = io::stdin()
            .read_line(&mut answer)
            .map_err(|error| Failure::io("cannot read the answer", &error, format!("use `{option}`")))?;
        if length == 0 {
            // Ctrl-D leaves the cursor after the question.
            self.say("");
        }
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Prints why the command failed, even with `-q`.
    pub(crate) fn failure(&self, failure: &Failure) {
        let Failure::Shown(report) = failure else { return };
        self.say(&format!("{} {}", self.err(Style::Error, "error:"), report.what));
        for detail in &report.details {
            self.say(&format!("  {detail}"));
        }
        for cause in &report.causes {
            self.say(&format!("  caused by: {cause}"));
        }
        for hint in &report.hints {
            self.say(&format!("{} {hint}", self.err(Style::Hint, "hint:")));
        }
    }

    fn say(&self, line: &str) {
        // If stderr is closed, there is nothing to do.
        let _ = writeln!(io::stderr().lock(), "{}", style::rendered(line, self.color_err));
    }
}

/// Writes to stdout. If the reader has closed the pipe, the command ends quietly.
fn write_data(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::Silent(Exit::Success)),
        Err(error) => {
            Err(Failure::io("cannot write to stdout", &error, "check where stdout is redirected to"))
        }
    }
}

/// JSON without characters that a terminal would obey or not show. They can only stand in strings,
/// where an escape means the same.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unprintable(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_mean_the_same_text() {
        let text = "a\u{1b}[31m\u{9b}\u{202e}\u{e0041}\u{ad}\n\"☃\"";
        let json = escaped(&serde_json::to_string(text).unwrap());
        assert!(!json.chars().any(is_unprintable), "{json:?}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
