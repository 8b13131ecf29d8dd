use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex};

use gover_core::Exit;
use gover_core::env::{Env, vars};
use gover_core::platform::IS_WINDOWS;
use gover_core::sync::locked;
use gover_core::text::shown;
use gover_core::wrap::{Room, USUAL_WIDTH, exported_width, terminal_width};
use gover_sys::interrupt::{self, Watch};
use gover_sys::terminal::{self, Stream};
use indicatif::{MultiProgress, ProgressDrawTarget};
use serde::Serialize;

use super::reader::{Reader, escaped};
use super::wrap::{page as fitted_page, room};
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

/// What the user says to one of several changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    /// Yes to this one and the others.
    All,
    /// No to this one and the others.
    Quit,
}

/// Prints data to stdout and everything else to stderr.
///
/// On a terminal, lines break at its width, or at COLUMNS if the user exports another. Rows that go
/// to a file or pipe never break: scripts read them line by line, and COLUMNS may be exported
/// unknowingly, since `watch` and programs with readline set it for what they start. Messages on
/// stderr are read by people, so they follow COLUMNS there too. Without it they stay whole, and
/// `grep` finds them in a log.
///
/// This is the one place that prints, so no caller needs to remember that names of files, answers
/// of servers and arguments may hold control characters: every line is escaped here.
#[derive(Clone, Debug)]
pub(crate) struct Printer {
    pub(crate) verbosity: Verbosity,
    color_out: bool,
    color_err: bool,
    /// Whether lines on stderr can be drawn again.
    can_redraw: bool,
    /// Where lines break on each stream; `None` if they stay whole.
    width_out: Option<usize>,
    width_err: Option<usize>,
    /// Where the text of help breaks.
    width_help: usize,
    reader: Reader,
    /// The bars on stderr now; all copies of the printer share them.
    pub(super) bars: Arc<Mutex<Option<MultiProgress>>>,
}

impl Printer {
    pub(crate) fn new(env: &Env, global: &Global) -> Self {
        let verbosity = match (global.quiet, global.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        // Consoles of Windows set no TERM.
        let is_dumb = env.text(vars::TERM).map_or(!IS_WINDOWS, |term| term == "dumb");
        let color = |stream| match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let plain = env.var(vars::NO_COLOR).is_some() || is_dumb;
                !plain && terminal::is_terminal(stream) && terminal::enable_escapes(stream)
            }
        };
        let exported = exported_width(env);
        let width =
            |stream| terminal::is_terminal(stream).then(|| terminal_width(env, terminal::width(stream)));
        let width_out = width(Stream::Stdout);
        Self {
            verbosity,
            color_out: color(Stream::Stdout),
            color_err: color(Stream::Stderr),
            can_redraw: terminal::is_terminal(Stream::Stderr) && !is_dumb,
            width_out,
            width_err: width(Stream::Stderr).or(exported),
            reader: Reader::of(env),
            width_help: width_out.or(exported).unwrap_or(USUAL_WIDTH).min(MOST_HELP),
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
        self.write_lines(&self.room_out().map_or_else(|| vec![line.to_owned()], |room| room.wrap(line)))
    }

    fn write_lines(&self, lines: &[String]) -> Result<(), Failure> {
        write_data(&self.reader.harmless(rendered(lines, self.color_out)))
    }

    fn room_out(&self) -> Option<Room> {
        self.width_out.map(|width| room(width, self.color_out))
    }

    fn room_err(&self) -> Option<Room> {
        self.width_err.map(|width| room(width, self.color_err))
    }

    /// Prints a prefix such as `fix:` and a command to paste, which stays whole.
    pub(crate) fn command(&self, prefix: &str, command: &str) -> Result<(), Failure> {
        let lines = self.room_out().map(|room| room.command(prefix, command));
        self.write_lines(&lines.unwrap_or_else(|| vec![format!("{prefix} {command}")]))
    }

    /// Prints a page of help, which may hold the parser's escape sequences.
    pub(crate) fn page(&self, help: &str) -> Result<(), Failure> {
        let room = room(self.width_help, self.color_out);
        self.write_lines(&fitted_page(room, &style::marked(help, self.color_out)))
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
        let lines = table.lines(self.width_out, self.color_out);
        if lines.is_empty() { Ok(()) } else { self.write_lines(&lines) }
    }

    /// Prints help in place of what was asked for, to stderr.
    pub(crate) fn usage(&self, text: &str) {
        let room = room(self.width_err.unwrap_or(USUAL_WIDTH), self.color_err);
        self.say_lines(&fitted_page(room, &style::marked(text, self.color_err)));
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

    /// Prints a line of a file to stderr as it is, unless `-q` was given.
    pub(crate) fn excerpt(&self, line: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.talk_lines(&[line.to_owned()]);
        }
    }

    /// Prints what `kept` says if Ctrl-C ends the command.
    pub(super) fn watch(&self, kept: impl Fn() -> Vec<String> + Send + Sync + 'static) -> Option<Watch> {
        let printer = self.clone();
        interrupt::watch(move || printer.last_words(&kept()))
    }

    /// Prints the last lines of a command, without the bars.
    fn last_words(&self, lines: &[String]) {
        if let Some(bars) = locked(&self.bars).take() {
            let _ = bars.clear();
            bars.set_draw_target(ProgressDrawTarget::hidden());
        }
        for line in lines {
            self.note(line);
        }
    }

    fn talk(&self, line: &str) {
        self.talk_lines(&self.fitted(line));
    }

    fn talk_lines(&self, lines: &[String]) {
        let bars = locked(&self.bars).clone();
        match bars {
            Some(bars) => bars.suspend(|| self.say_lines(lines)),
            None => self.say_lines(lines),
        }
    }

    /// A line for stderr, broken to fit.
    fn fitted(&self, line: &str) -> Vec<String> {
        self.room_err().map_or_else(|| vec![line.to_owned()], |room| room.wrap(line))
    }

    /// The same for a hint, whose command stays whole.
    fn fitted_hint(&self, hint: &str) -> Vec<String> {
        let prefix = self.err(Style::Hint, "hint:");
        self.room_err().map_or_else(|| vec![format!("{prefix} {hint}")], |room| room.hint(&prefix, hint))
    }

    pub(crate) fn warning(&self, line: &str) {
        self.note(&format!("{} {line}", self.err(Style::Warning, "warning:")));
    }

    pub(crate) fn hint(&self, line: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.talk_lines(&self.fitted_hint(line));
        }
    }

    /// Whether someone can read a question and answer it.
    #[expect(clippy::unused_self, reason = "all output goes through the printer")]
    pub(crate) fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && terminal::is_terminal(Stream::Stderr)
    }

    /// Whether progress is drawn.
    pub(super) fn draws(&self) -> bool {
        self.can_redraw && self.verbosity > Verbosity::Quiet
    }

    /// Enter means no. Without a terminal, this is an error that names the option to use.
    pub(crate) fn confirm(&self, question: &str, option: &str) -> Result<bool, Failure> {
        let answer = self.letter(&format!("{question} [y/N]"), option)?;
        Ok(matches!(answer.as_str(), "y" | "yes"))
    }

    /// The same for one of several questions.
    pub(crate) fn confirm_each(&self, question: &str, option: &str) -> Result<Answer, Failure> {
        let answer = self.letter(&format!("{question} [y/N/a/q]"), option)?;
        Ok(match answer.as_str() {
            "y" | "yes" => Answer::Yes,
            "a" | "all" => Answer::All,
            "q" | "quit" => Answer::Quit,
            _ => Answer::No,
        })
    }

    fn letter(&self, question: &str, option: &str) -> Result<String, Failure> {
        if !self.can_ask() {
            let what = "gover asks before it changes anything, and cannot ask without a terminal";
            return Err(Failure::usage(what, format!("`{option}` answers yes to every question")));
        }
        let answer = self
            .ask(question)
            .map_err(|error| Failure::io("cannot read the answer", &error, format!("use `{option}`")))?;
        Ok(answer.to_ascii_lowercase())
    }

    /// The answer to a question, trimmed; empty if there is none. Without a terminal nobody answers,
    /// so ask only after [`can_ask`](Self::can_ask).
    pub(crate) fn ask(&self, question: &str) -> io::Result<String> {
        // If stderr is closed, nobody sees the question, and no answer changes nothing.
        let _ = write!(io::stderr().lock(), "{} ", style::rendered(question, self.color_err));
        let mut answer = String::new();
        if io::stdin().read_line(&mut answer)? == 0 {
            // Ctrl-D leaves the cursor after the question.
            self.say("");
        }
        Ok(answer.trim().to_owned())
    }

    /// Prints why the command failed, even with `-q`.
    pub(crate) fn failure(&self, failure: &Failure) {
        let Failure::Shown(report) = failure else { return };
        self.talk(&format!("{} {}", self.err(Style::Error, "error:"), report.what));
        for detail in &report.details {
            self.talk(&format!("  {detail}"));
        }
        for cause in &report.causes {
            self.talk(&format!("  caused by: {cause}"));
        }
        for hint in &report.hints {
            self.talk_lines(&self.fitted_hint(hint));
        }
    }

    fn say(&self, line: &str) {
        self.say_lines(&self.fitted(line));
    }

    fn say_lines(&self, lines: &[String]) {
        // If stderr is closed, there is nothing to do.
        let _ = writeln!(io::stderr().lock(), "{}", self.reader.harmless(rendered(lines, self.color_err)));
    }
}

/// A page of help for a file.
pub(crate) fn page(help: &str) -> String {
    fitted_page(room(USUAL_WIDTH, false), help).join("\n")
}

/// Lines as they are printed. A colour goes on in the next line.
fn rendered(lines: &[String], color: bool) -> String {
    let mut open: Option<char> = None;
    let render = |line: &String| {
        let line = match open {
            Some(mark) => Cow::Owned(format!("{mark}{line}")),
            None => Cow::Borrowed(line.as_str()),
        };
        open = if color { style::open_at_end(&line) } else { None };
        style::rendered(&line, color)
    };
    lines.iter().map(render).collect::<Vec<_>>().join("\n")
}

/// Longer lines are hard to read.
const MOST_HELP: usize = 100;

/// Writes to stdout. If the reader has closed the pipe, the command ends quietly.
fn write_data(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    ended_well(writeln!(out, "{text}").and_then(|()| out.flush()))
}

/// If the reader has closed the pipe, the command ends quietly.
pub(super) fn ended_well(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::Silent(Exit::Success)),
        Err(error) => {
            Err(Failure::io("cannot write to stdout", &error, "check where stdout is redirected to"))
        }
    }
}
