//! Runs programs through `runner.c`, in turns, and sums up what they took.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::run;

/// A program with its surroundings.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) label: String,
    pub(super) words: Vec<String>,
    pub(super) directory: PathBuf,
    /// The whole environment.
    pub(super) variables: BTreeMap<String, String>,
    /// Whether another end than 0 is right.
    pub(super) may_fail: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) milliseconds: f64,
    /// In kilobytes.
    pub(super) memory: u64,
    /// User and system, in milliseconds.
    pub(super) work: f64,
}

impl Task {
    pub(super) fn command(&self, runner: Option<&Path>) -> Command {
        let words = runner.map(|path| path.display().to_string()).into_iter().chain(self.words.clone());
        let words: Vec<String> = words.collect();
        let mut command = Command::new(words.first().map_or("", String::as_str));
        command.args(words.iter().skip(1)).current_dir(&self.directory);
        command.env_clear().envs(&self.variables).env("PWD", &self.directory);
        command
    }

    /// The same under strace, which writes the system calls to the file `trace`.
    pub(super) fn traced(&self, options: &[&str], trace: &Path) -> Self {
        let strace = [&["/usr/bin/strace", "-f", "-qq"], options, &["-o"]].concat();
        let strace = strace.into_iter().map(str::to_owned).chain([trace.display().to_string()]);
        Self { words: strace.chain(self.words.clone()).collect(), ..self.clone() }
    }

    pub(super) fn run(&self, runner: &Path) -> Result<Run, String> {
        let output =
            self.command(Some(runner)).output().map_err(|error| format!("{}: {error}", self.label))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let numbers: Vec<u64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        match numbers.as_slice() {
            [took, memory, work, code] if *code == 0 || self.may_fail => {
                #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
                let (took, work) = (*took as f64, *work as f64);
                Ok(Run { milliseconds: took / 1e6, memory: *memory, work: work / 1e3 })
            }
            _ => Err(format!("{} failed: {:?} gave {text:?}", self.label, self.words)),
        }
    }
}

/// Runs the tasks `rounds` times in turns; `before` prepares each run.
pub(super) fn in_turns(
    runner: &Path,
    tasks: &[Task],
    rounds: usize,
    before: &dyn Fn(&Task) -> Result<(), String>,
) -> Result<Vec<Summary>, String> {
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); tasks.len()];
    for _ in 0..rounds {
        for (task, runs) in tasks.iter().zip(&mut runs) {
            before(task)?;
            runs.push(task.run(runner)?);
        }
    }
    Ok(tasks.iter().zip(runs).map(|(task, runs)| Summary::of(&task.label, &runs)).collect())
}

#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct Summary {
    pub(super) label: String,
    /// In milliseconds.
    pub(super) quartile: f64,
    pub(super) median: f64,
    /// Of user and system, in milliseconds.
    pub(super) work: f64,
    /// In MiB, the most of all runs.
    pub(super) memory: f64,
    pub(super) runs: usize,
}

impl Summary {
    fn of(label: &str, runs: &[Run]) -> Self {
        let sorted = |value: fn(&Run) -> f64| {
            let mut values: Vec<f64> = runs.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let times = sorted(|run| run.milliseconds);
        let at =
            |values: &[f64], part: usize| values.get(values.len() * part / 4).copied().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let memory = runs.iter().map(|run| run.memory).max().unwrap_or_default() as f64 / 1024.0;
        Self {
            label: label.to_owned(),
            quartile: at(&times, 1),
            median: at(&times, 2),
            work: at(&sorted(|run| run.work), 2),
            memory,
            runs: runs.len(),
        }
    }
}

/// The instructions of a task in millions, as valgrind counts them. The same program in the same
/// surroundings takes almost the same number each time, however busy the machine is.
pub(super) fn instructions(task: &Task, valgrind: &Path) -> Result<f64, String> {
    let tool = [
        valgrind.display().to_string(),
        "--tool=callgrind".to_owned(),
        "--callgrind-out-file=/dev/null".to_owned(),
    ];
    let words = tool.into_iter().chain(task.words.clone()).collect();
    let output = Task { words, ..task.clone() }.command(None).output();
    let output = output.map_err(|error| format!("{}: {error}", valgrind.display()))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let count = text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse::<u32>().ok());
    count.map(|count| f64::from(count) / 1e6).ok_or_else(|| format!("{}: no count in {text:?}", task.label))
}

/// The system calls of a task up to the start of the toolchain's program, by strace.
pub(super) fn system_calls(task: &Task, trace: &Path) -> Result<Vec<String>, String> {
    run(&mut task.traced(&["-s", "64"], trace).command(None))?;
    let text = crate::files::read(trace)?;
    let calls =
        text.lines().filter_map(|line| line.split_once(' ').map(|(_, call)| call.trim_start().to_owned()));
    Ok(calls.skip(1).take_while(|call| !call.starts_with("execve(")).collect())
}
