use gover_sys::interrupt::Watch;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Printer;

/// A line on stderr that says what a command is doing: on a terminal only, and gone when done.
pub(crate) struct Busy<'a> {
    printer: &'a Printer,
    bar: ProgressBar,
    /// Its drop ends the watch.
    watch: Option<Watch>,
}

impl<'a> Busy<'a> {
    /// If Ctrl-C ends the command, `kept` says what became of its work.
    pub(crate) fn new(printer: &'a Printer, kept: impl Fn() -> Vec<String> + Send + Sync + 'static) -> Self {
        let mut busy = Self::without_watch(printer);
        busy.watch = printer.watch(kept);
        busy
    }

    /// For a command that handles Ctrl-C itself.
    pub(crate) fn without_watch(printer: &'a Printer) -> Self {
        let target =
            if printer.draws() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        // A line that wraps would stay.
        let style = ProgressStyle::with_template("{wide_msg}");
        let bar =
            ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        let bar = bars.add(bar);
        printer.share(Some(bars));
        Self { printer, bar, watch: None }
    }

    /// Says what happens now.
    pub(crate) fn step(&self, what: String) {
        self.bar.set_message(what);
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        self.printer.share(None);
    }
}
