//! Programs that checks ask.

use super::path::MachinePath;

/// What a program did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// The exit code; `None` if something ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A program to be run for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    pub program: &'a MachinePath,
    pub arguments: &'a [&'a str],
    /// Variables to set, or to remove where there is no value; the rest is the snapshot's.
    pub variables: &'a [(&'a str, Option<&'a str>)],
    pub input: &'a str,
}

/// Runs programs.
pub trait Programs {
    /// Runs one to its end, in the snapshot's directory; `None` if it cannot be started or takes longer than some seconds.
    /// Asked twice, it may answer from memory.
    fn run(&self, run: &Run<'_>) -> Option<Ran>;
}
