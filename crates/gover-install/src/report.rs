//! Reports progress to the caller, since nothing in this crate prints.

use std::sync::{Mutex, MutexGuard};

use gover_core::sync::locked;

use gover_source::{Artifact, Observer, SourceFailure};

/// Work that takes time. `Verify` reads an installed tree, and its total is the size of the files.
/// `Unpack` writes a tree and reports no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task<'a> {
    Wait { toolchain: &'a str },
    Download { toolchain: &'a str, source: &'a str },
    Verify { toolchain: &'a str },
    Unpack { toolchain: &'a str },
}

/// A running task, numbered by the reporter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TaskId(pub u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// An error follows, or another source is tried.
    Failed,
}

pub trait Reporter: Sync {
    /// `total` is in bytes; `None` if it is unknown.
    fn start(&self, task: Task<'_>, total: Option<u64>) -> TaskId;
    fn advance(&self, id: TaskId, bytes: u64);
    fn finish(&self, id: TaskId, outcome: Outcome);
    /// A source could not serve the file, and the next is tried.
    fn source_failed(&self, toolchain: &str, failure: &SourceFailure);
}

impl Outcome {
    pub(crate) fn of<T, E>(result: &Result<T, E>) -> Self {
        if result.is_ok() { Self::Done } else { Self::Failed }
    }
}

/// Reports the events of a download as tasks.
pub(crate) struct Progress<'a> {
    reporter: &'a dyn Reporter,
    current: Mutex<Option<TaskId>>,
    toolchain: &'a str,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(reporter: &'a dyn Reporter, toolchain: &'a str) -> Self {
        Self { reporter, current: Mutex::new(None), toolchain }
    }

    fn current(&self) -> MutexGuard<'_, Option<TaskId>> {
        locked(&self.current)
    }

    pub(crate) fn finish(&self, outcome: Outcome) {
        let id = self.current().take();
        if let Some(id) = id {
            self.reporter.finish(id, outcome);
        }
    }
}

impl Observer for Progress<'_> {
    fn started(&self, artifact: &Artifact, total: Option<u64>, from: u64) {
        self.finish(Outcome::Failed);
        let source = artifact.source.label();
        let task = Task::Download { toolchain: self.toolchain, source: &source };
        let id = self.reporter.start(task, total);
        if from > 0 {
            self.reporter.advance(id, from);
        }
        *self.current() = Some(id);
    }

    fn received(&self, bytes: u64) {
        let id = *self.current();
        if let Some(id) = id {
            self.reporter.advance(id, bytes);
        }
    }

    fn source_failed(&self, failure: &SourceFailure) {
        self.finish(Outcome::Failed);
        self.reporter.source_failed(self.toolchain, failure);
    }
}
