//! Programs that checks ask.

use super::path::MachinePath;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    pub program: &'a MachinePath,
    pub arguments: &'a [&'a str],
    /// Variables to set, or to remove if the value is `None`.
    pub variables: &'a [(&'a str, Option<&'a str>)],
    pub input: &'a str,
    pub patience: Patience,
}

/// How long a program may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patience {
    /// Moments, since a person waits.
    #[default]
    Short,
    /// Minutes, since a person asked for it.
    Long,
}

pub trait Programs {
    /// Runs a program in the snapshot's directory; `None` if it cannot be started or takes too
    /// long. The answer to the same command may be cached.
    fn run(&self, run: &Run<'_>) -> Option<Ran>;
}
