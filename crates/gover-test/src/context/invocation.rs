//! One run of a program in a context, and its output.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::filter::Filters;
use super::hints::Hints;
use crate::programs::spawn;

pub struct Invocation {
    pub(super) command: Command,
    pub(super) input: Vec<u8>,
    pub(super) filters: Filters,
    hints: Hints,
}

impl Invocation {
    pub(super) fn new(
        program: &OsStr,
        directory: &Path,
        variables: &BTreeMap<OsString, OsString>,
        (filters, hints): (Filters, Hints),
    ) -> Self {
        let mut command = Command::new(program);
        command.current_dir(directory).env_clear().envs(variables);
        Self { command, input: Vec::new(), filters, hints }
    }

    #[must_use]
    pub fn arg(self, argument: impl AsRef<OsStr>) -> Self {
        self.args([argument])
    }

    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.command.args(arguments);
        self
    }

    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    #[must_use]
    pub fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// In a directory; a relative one is below the context's working directory.
    #[must_use]
    pub fn current_dir(mut self, directory: impl AsRef<Path>) -> Self {
        let directory = self.command.get_current_dir().unwrap_or(Path::new("")).join(directory);
        self.command.current_dir(directory);
        self
    }

    /// With this text on stdin, which is empty otherwise.
    #[must_use]
    pub fn stdin(mut self, input: impl AsRef<[u8]>) -> Self {
        self.input = input.as_ref().to_vec();
        self
    }

    pub fn run(mut self) -> Output {
        let mut child = self.start();
        let mut stdin = child.stdin.take();
        // In a thread of its own, since a child that writes before it reads would block both sides.
        let input = std::mem::take(&mut self.input);
        let feeder = std::thread::spawn(move || stdin.as_mut().map(|pipe| pipe.write_all(&input)));
        let output = child.wait_with_output().expect("a child's output is readable");
        let _ = feeder.join();
        self.hints.record(&self.command, &output.stderr, &self.filters);
        Output {
            code: output.status.code(),
            stdout: self.filters.apply(&String::from_utf8_lossy(&output.stdout)),
            stderr: self.filters.apply(&String::from_utf8_lossy(&output.stderr)),
            raw_stdout: output.stdout,
            raw_stderr: output.stderr,
        }
    }

    /// Starts the program with all three streams as pipes and leaves the rest to the caller.
    pub fn spawn(mut self) -> Child {
        self.start()
    }

    pub fn into_command(self) -> Command {
        self.command
    }

    fn start(&mut self) -> Child {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        spawn(&mut self.command)
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", self.command.get_program().display()))
    }
}

/// The output of a program. What differs between runs and machines is replaced in both texts.
#[derive(Clone, Debug)]
pub struct Output {
    /// The exit code; `None` if a signal ended the program.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub raw_stdout: Vec<u8>,
    pub raw_stderr: Vec<u8>,
}

impl Output {
    #[track_caller]
    pub fn success(&self) -> &Self {
        self.exits(0)
    }

    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Unfiltered stdout without surrounding whitespace.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.raw_stdout).trim().to_owned()
    }

    /// stdout as JSON, without filters.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.raw_stdout).unwrap_or_else(|error| panic!("no JSON: {error}\n{self}"))
    }

    /// The value of a line `NAME=value` of `go fake-report`; `None` for an unset variable.
    #[track_caller]
    pub fn reported(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.raw_stdout);
        for line in text.lines() {
            if let Some(value) = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(['=', ' '])) {
                return (value != "unset").then(|| value.to_owned());
            }
        }
        panic!("nothing is reported about {name}\n{self}")
    }

    /// What [`gover_snapshot!`](crate::gover_snapshot) compares.
    pub fn snapshot(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit: {code}")?,
            None => writeln!(f, "exit: by a signal")?,
        }
        writeln!(f, "----- stdout -----\n{}", self.stdout)?;
        write!(f, "----- stderr -----\n{}", self.stderr)
    }
}
