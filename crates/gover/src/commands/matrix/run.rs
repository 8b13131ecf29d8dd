//! Runs the command with each toolchain: one after the other with its output as it comes, or several at
//! once with the output of each in a file until it ends.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use gover_core::text::counted;
use gover_sys::exec::{Children, Ending};
use gover_sys::terminal::Stream;

use super::{LegResult, Outcome};
use crate::cli::MatrixArgs;
use crate::output::{Busy, Style};
use crate::store::legs::{self, Leg};
use crate::{Context, Failure};

pub(super) struct Plan<'a> {
    pub(super) legs: &'a [Leg],
    pub(super) arguments: &'a MatrixArgs,
    /// Where outputs are kept until the end.
    pub(super) kept: Option<&'a Path>,
    pub(super) context: &'a Context<'a>,
}

/// How one run ended: `None` if it was ended from here.
struct Ended {
    at: usize,
    ending: io::Result<Option<Ending>>,
    took: Duration,
    output: Option<PathBuf>,
}

impl Plan<'_> {
    pub(super) fn run(&self, children: &Children, results: &mut [LegResult]) -> Result<(), Failure> {
        match self.kept {
            Some(directory) => self.kept(directory, children, results),
            None => self.live(children, results),
        }
    }

    fn live(&self, children: &Children, results: &mut [LegResult]) -> Result<(), Failure> {
        for (at, leg) in self.legs.iter().enumerate() {
            self.head(leg);
            let mut command = leg.command();
            command.stdout(legs::stdout(self.arguments.json));
            let started = Instant::now();
            let ending = children.run(&mut command);
            let is_failed =
                self.note(Ended { at, ending, took: started.elapsed(), output: None }, results)?;
            if is_failed && self.arguments.fail_fast || children.is_interrupted() {
                break;
            }
        }
        Ok(())
    }

    fn kept(&self, directory: &Path, children: &Children, results: &mut [LegResult]) -> Result<(), Failure> {
        let printer = self.context.printer;
        let jobs = self.legs.len().min(usize::from(self.arguments.jobs));
        if jobs > 1 {
            let count = counted(self.legs.len(), "Go version");
            let line = legs::line(&self.arguments.command);
            printer.note(&format!("running `{line}` with {count}, {jobs} at a time"));
        }
        let busy = Busy::without_watch(printer);
        let (legs, next) = (self.legs, AtomicUsize::new(0));
        let (sender, ended) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..jobs {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || work(legs, directory, next, children, &sender));
            }
            drop(sender);
            let mut done = 0;
            let mut first_failure = Ok(());
            busy.step(format!(
                "{} running",
                legs.iter().take(jobs).map(|leg| leg.name.to_string()).collect::<Vec<_>>().join(", ")
            ));
            for one in ended {
                done += 1;
                busy.step(format!("{done} of {} done", legs.len()));
                let shown = self.block(&one).and_then(|()| self.note(one, results));
                let must_stop = match &shown {
                    Ok(is_failed) => *is_failed && self.arguments.fail_fast,
                    Err(_) => true,
                };
                if must_stop && !children.is_interrupted() {
                    children.stop();
                }
                first_failure = first_failure.and(shown.map(drop));
            }
            first_failure
        })
    }

    /// The output of a run that has ended.
    fn block(&self, ended: &Ended) -> Result<(), Failure> {
        let (Some(leg), Some(path), Ok(Some(_))) = (self.legs.get(ended.at), &ended.output, &ended.ending)
        else {
            return Ok(());
        };
        self.head(leg);
        let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
        let stream = if self.arguments.json { Stream::Stderr } else { Stream::Stdout };
        self.context.printer.replay(file, stream)
    }

    fn head(&self, leg: &Leg) {
        let printer = self.context.printer;
        let name = printer.err(Style::Version, leg.name.as_str());
        printer.note(&format!("{name}: {}", legs::line(&self.arguments.command)));
    }

    /// Remembers how a run ended. Returns whether it failed.
    fn note(&self, ended: Ended, results: &mut [LegResult]) -> Result<bool, Failure> {
        let Some(leg) = self.legs.get(ended.at) else { return Ok(false) };
        let ending = ended.ending.map_err(|error| leg.cannot_execute(&error))?;
        let Some(ending) = ending else { return Ok(false) };
        let outcome = if ending.code == 0 { Outcome::Passed } else { Outcome::Failed(ending) };
        if let Some(result) = results.iter_mut().find(|result| result.name == leg.name) {
            *result = LegResult {
                outcome,
                took: Some(ended.took),
                output: ended.output,
                ..LegResult::new(leg.name.clone(), None)
            };
        }
        Ok(ending.code != 0)
    }
}

/// Runs one leg after the other, as long as there are more.
fn work(legs: &[Leg], directory: &Path, next: &AtomicUsize, children: &Children, sender: &Sender<Ended>) {
    loop {
        let at = next.fetch_add(1, Ordering::SeqCst);
        let Some(leg) = legs.get(at) else { return };
        let path = directory.join(format!("{}.txt", leg.name));
        let started = Instant::now();
        let ending = to_file(leg, &path, children);
        let ended = Ended { at, ending, took: started.elapsed(), output: Some(path) };
        // Nobody may listen any more.
        let _ = sender.send(ended);
    }
}

/// Both streams share one position in the file, so lines stay in their order.
fn to_file(leg: &Leg, path: &Path, children: &Children) -> io::Result<Option<Ending>> {
    let file = File::create(path)?;
    let mut command = leg.command();
    command.stdout(Stdio::from(file.try_clone()?)).stderr(Stdio::from(file));
    children.run(&mut command)
}
