use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use gover_core::env::Env;
use gover_core::sync::locked;
use gover_core::text::shown;
use gover_core::wrap::USUAL_WIDTH;
use gover_install::{Outcome, Phase, Reporter, Task, TaskId};
use gover_source::SourceFailure;
use gover_sys::interrupt::Watch;
use gover_sys::terminal::{self, Stream};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::line::{self, Line};
use super::{Printer, Verbosity, mebibytes};

/// Draws progress bars on a terminal. Without one, prints a line when long work starts, and what
/// people must know.
pub(crate) struct ProgressBars<'a> {
    printer: &'a Printer,
    bars: MultiProgress,
    running: Mutex<HashMap<TaskId, Running>>,
    next: AtomicU64,
    symbols: &'static str,
    ellipsis: &'static str,
    /// Columns of the terminal when the command started.
    width: usize,
    /// Sources that failed: printed when another one serves, else the error lists them.
    failures: Mutex<Vec<String>>,
    /// The downloads that were announced. One that resumes or starts again is not another.
    announced: Mutex<HashSet<String>>,
    _watch: Option<Watch>,
}

struct Running {
    /// Its place among the toolchains of the command. Bars stand in this order, whatever the order
    /// in which their phases begin.
    at: usize,
    bar: ProgressBar,
}

impl<'a> ProgressBars<'a> {
    /// Bars on stderr, if it is a terminal and `-q` was not given. If Ctrl-C ends the command,
    /// `kept` says what became of its work.
    pub(crate) fn new(
        env: &Env,
        printer: &'a Printer,
        kept: impl Fn() -> Vec<String> + Send + Sync + 'static,
    ) -> Self {
        let target =
            if printer.draws() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self::on(target, env, printer, printer.watch(kept))
    }

    fn on(target: ProgressDrawTarget, env: &Env, printer: &'a Printer, watch: Option<Watch>) -> Self {
        let bars = MultiProgress::with_draw_target(target);
        printer.share(Some(bars.clone()));
        let (symbols, ellipsis) = if shows_unicode(env) { ("━╸━", "…") } else { ("=>-", "...") };
        Self {
            printer,
            bars,
            running: Mutex::new(HashMap::new()),
            next: AtomicU64::new(1),
            failures: Mutex::default(),
            announced: Mutex::default(),
            _watch: watch,
            symbols,
            ellipsis,
            width: terminal::width(Stream::Stderr).map_or(USUAL_WIDTH, usize::from),
        }
    }

    /// A bar as wide as the terminal, with a note at its end.
    fn bytes_bar(&self, prefix: &str, total: Option<u64>, note: &str) -> ProgressBar {
        let line = line::fit(self.width, prefix, total, note, self.ellipsis);
        total
            .map_or_else(ProgressBar::no_length, ProgressBar::new)
            .with_style(self.bytes_style(&line))
            .with_prefix(prefix.to_owned())
            .with_message(line.note)
    }

    fn bytes_style(&self, line: &Line) -> ProgressStyle {
        let bar = format!("{{prefix:.green}}  {{bar:{}.green/dim}}  {{sizes}}", line.bar);
        let rate = format!("  {{rate:>{}}}  {{left:>{}}}  {{msg}}", line::RATE, line::LEFT);
        let template = if line.has_rate { bar + &rate } else { bar };
        ProgressStyle::with_template(&template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key("sizes", sizes)
            .with_key("rate", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let _ = write!(out, "{}/s", mebibytes(whole(state.per_sec())));
            })
            .with_key("left", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                if state.len().is_some() {
                    let _ = write!(out, "{}s", state.eta().as_secs());
                }
            })
            .progress_chars(self.symbols)
    }

    fn tell_failures(&self) {
        for line in locked(&self.failures).drain(..) {
            self.printer.note(&line);
        }
    }

    /// Prints a line when a download starts that may take long, where no bar shows it.
    fn announce(&self, toolchain: &str, phase: Phase<'_>, total: Option<u64>) {
        let Phase::Download { source, location, from } = phase else {
            if phase == Phase::Wait && self.bars.is_hidden() {
                self.printer.note(&format!("{toolchain}: {WAITING}"));
            }
            return;
        };
        let is_verbose = self.printer.verbosity == Verbosity::Verbose;
        let is_long = total.is_none_or(|total| total.saturating_sub(from) >= LONG);
        if !(is_verbose || self.bars.is_hidden() && is_long) {
            return;
        }
        if !locked(&self.announced).insert(format!("{toolchain} {location}")) {
            return;
        }
        let place = if is_verbose { location } else { source };
        let what = match (from, total) {
            (0, None) => "downloading".to_owned(),
            (0, Some(total)) => format!("downloading {}", mebibytes(total)),
            (from, Some(total)) if from == total => format!("already downloaded {}", mebibytes(from)),
            (from, _) => format!("continuing the download after {}", mebibytes(from)),
        };
        self.printer.note(&format!("{toolchain}: {what} from {place}"));
    }

    fn bar(&self, Task { toolchain, phase }: Task<'_>, total: Option<u64>) -> ProgressBar {
        match phase {
            Phase::Wait => spinner(toolchain, WAITING),
            Phase::Queue => spinner(toolchain, "waiting for the other download"),
            Phase::Prove => spinner(toolchain, "verifying"),
            Phase::Compare => spinner(toolchain, "comparing"),
            Phase::Publish => spinner(toolchain, "moving into place"),
            Phase::Unpack => self.files_bar(toolchain, total.unwrap_or_default(), "unpacking"),
            Phase::Copy => self.files_bar(toolchain, total.unwrap_or_default(), "copying"),
            Phase::Examine => self.files_bar(toolchain, total.unwrap_or_default(), "verifying"),
            Phase::Verify => self.bytes_bar(toolchain, Some(total.unwrap_or_default()), "verifying"),
            Phase::Download { source, .. } => self.bytes_bar(toolchain, total, &shown(source)),
        }
    }

    fn start_at(&self, at: usize, task: Task<'_>, total: Option<u64>) -> TaskId {
        let id = TaskId(self.next.fetch_add(1, Ordering::Relaxed));
        if let Phase::Download { .. } = task.phase {
            self.tell_failures();
        }
        self.announce(task.toolchain, task.phase, total);
        let bar = self.bar(task, total);
        let mut running = locked(&self.running);
        let below =
            running.iter().filter(|(_, other)| other.at > at).min_by_key(|(id, other)| (other.at, id.0));
        let bar = match below {
            Some((_, below)) => self.bars.insert_before(&below.bar, bar),
            None => self.bars.add(bar),
        };
        bar.tick();
        running.insert(id, Running { at, bar });
        id
    }

    /// A bar for the bytes of an archive, followed by the number of files that were read.
    fn files_bar(&self, prefix: &str, total: u64, verb: &str) -> ProgressBar {
        let template = match line::bar_before_files(self.width, prefix, verb) {
            Some(columns) => format!("{{prefix:.green}}  {{bar:{columns}.green/dim}}  {{msg}}"),
            None => "{prefix:.green}  {msg}".to_owned(),
        };
        let style = ProgressStyle::with_template(&template);
        ProgressBar::new(total)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars(self.symbols))
            .with_prefix(prefix.to_owned())
            .with_message(verb.to_owned())
    }
}

impl Drop for ProgressBars<'_> {
    fn drop(&mut self) {
        self.printer.share(None);
    }
}

impl Reporter for ProgressBars<'_> {
    fn start(&self, task: Task<'_>, total: Option<u64>) -> TaskId {
        self.start_at(0, task, total)
    }

    fn advance(&self, id: TaskId, bytes: u64) {
        if let Some(Running { bar, .. }) = locked(&self.running).get(&id) {
            bar.inc(bytes);
        }
    }

    fn files(&self, id: TaskId, done: u64, total: Option<u64>) {
        if let Some(Running { bar, .. }) = locked(&self.running).get(&id) {
            let verb = bar.message().split(' ').next().unwrap_or_default().to_owned();
            bar.set_message(match total {
                Some(total) => format!("{verb} {done} of {total} files"),
                None if done == 0 => verb,
                None => format!("{verb} {done} files"),
            });
        }
    }

    fn finish(&self, id: TaskId, _outcome: Outcome) {
        if let Some(Running { bar, .. }) = locked(&self.running).remove(&id) {
            bar.finish_and_clear();
        }
    }

    fn source_failed(&self, toolchain: &str, failure: &SourceFailure) {
        let line = format!("{toolchain}: {} skipped: {failure}", failure.source);
        locked(&self.failures).push(line);
    }

    fn fell_back(&self, toolchain: &str, reason: &str) {
        let why = "cannot upgrade from an installed toolchain, so the whole file is downloaded";
        self.printer.detail(&format!("{toolchain}: {why}: {reason}"));
    }
}

/// The progress of one toolchain among several, whose lines begin with its number.
pub(crate) struct Numbered<'a> {
    bars: &'a ProgressBars<'a>,
    at: usize,
    number: &'a str,
    /// When its download began.
    began: OnceLock<Instant>,
}

impl<'a> Numbered<'a> {
    /// `at` is its place among them, from 0; `number` is `[1/2] `, or empty for the only one.
    pub(crate) fn new(bars: &'a ProgressBars<'a>, at: usize, number: &'a str) -> Self {
        Self { bars, at, number, began: OnceLock::new() }
    }

    /// How long it took so far, without the wait for the downloads before it.
    pub(crate) fn took(&self) -> Duration {
        self.began.get().map_or(Duration::ZERO, Instant::elapsed)
    }
}

impl Reporter for Numbered<'_> {
    fn start(&self, task: Task<'_>, total: Option<u64>) -> TaskId {
        if !matches!(task.phase, Phase::Wait | Phase::Queue) {
            self.began.get_or_init(Instant::now);
        }
        let toolchain = format!("{}{}", self.number, task.toolchain);
        self.bars.start_at(self.at, Task { toolchain: &toolchain, ..task }, total)
    }

    fn advance(&self, id: TaskId, bytes: u64) {
        self.bars.advance(id, bytes);
    }

    fn files(&self, id: TaskId, done: u64, total: Option<u64>) {
        self.bars.files(id, done, total);
    }

    fn finish(&self, id: TaskId, outcome: Outcome) {
        self.bars.finish(id, outcome);
    }

    fn source_failed(&self, toolchain: &str, failure: &SourceFailure) {
        self.bars.source_failed(toolchain, failure);
    }

    fn fell_back(&self, toolchain: &str, reason: &str) {
        self.bars.fell_back(&format!("{}{toolchain}", self.number), reason);
    }
}

/// A line without a measure. Bars do not go through the printer.
fn spinner(prefix: &str, message: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:.green}  {msg}");
    ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        .with_prefix(prefix.to_owned())
        .with_message(message.to_owned())
}

/// `48.2/69.5 MiB`
fn sizes(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    let at = mebibytes(state.pos());
    let _ = match state.len() {
        Some(total) => write!(out, "{}/{}", at.trim_end_matches(" MiB"), mebibytes(total)),
        None => write!(out, "{at}"),
    };
}

const WAITING: &str = "waiting for another gover that is installing it";

/// Bytes of a download that may take long: every release has more.
const LONG: u64 = 16 << 20;

/// A rate in whole bytes; zero while it is not a number yet.
fn whole(rate: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rates are finite and not negative"
    )]
    let whole = if rate.is_finite() && rate > 0.0 { rate as u64 } else { 0 };
    whole
}

/// Whether the terminal shows more than ASCII, according to its code page or else the locale.
fn shows_unicode(env: &Env) -> bool {
    terminal::shows_utf8().unwrap_or_else(|| {
        ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| env.text(name))
            .is_some_and(|locale| locale.to_ascii_lowercase().replace('-', "").contains("utf8"))
    })
}

#[cfg(test)]
mod tests;
