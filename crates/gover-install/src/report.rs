//! Reports progress to the caller, since nothing in this crate prints.

use std::pin::pin;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use gover_core::sync::locked;

use gover_source::{Artifact, Observer, SourceFailure};

/// Work on a toolchain that takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task<'a> {
    pub toolchain: &'a str,
    pub phase: Phase<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase<'a> {
    /// Another process holds the lock.
    Wait,
    /// Another toolchain of this process is being downloaded.
    Queue,
    /// `from` is the number of bytes that an earlier attempt left.
    Download { source: &'a str, location: &'a str, from: u64 },
    /// Writes a tree. The total is the size of the archive.
    Unpack,
    /// Copies a tree that was found. The total is the size of its files.
    Copy,
    /// Reads an archive and writes nothing. The total is its size.
    Examine,
    /// Compares what was unpacked with the proofs, and runs it.
    Prove,
    /// Compares two releases, for a patch bundle or for parts of a zip.
    Compare,
    /// Writes everything to the disk and moves it into place.
    Publish,
    /// Reads an installed tree. The total is the size of its files.
    Verify,
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
    /// How many files of an archive were read. `total` is `None` if it is unknown.
    fn files(&self, id: TaskId, done: u64, total: Option<u64>);
    fn finish(&self, id: TaskId, outcome: Outcome);
    /// A source could not serve the file, and the next is tried.
    fn source_failed(&self, toolchain: &str, failure: &SourceFailure);
    /// The file is downloaded in the usual way, because a faster one failed for this reason.
    fn fell_back(&self, toolchain: &str, reason: &str);
}

impl Outcome {
    pub(crate) fn of<T, E>(result: &Result<T, E>) -> Self {
        if result.is_ok() { Self::Done } else { Self::Failed }
    }
}

/// Reports how far an archive of `total` bytes was read, until `work` ends.
pub(crate) async fn watched<T, E>(
    work: impl Future<Output = Result<T, E>>,
    progress: &gover_archive::Progress,
    (task, total): (Task<'_>, u64),
    reporter: &dyn Reporter,
) -> Result<T, E> {
    let id = reporter.start(task, Some(total));
    let mut work = pin!(work);
    let mut passed_on = 0;
    let result = loop {
        tokio::select! {
            result = &mut work => break result,
            () = tokio::time::sleep(INTERVAL) => {
                let read = progress.read().min(total);
                reporter.files(id, progress.files(), progress.total_files());
                reporter.advance(id, read.saturating_sub(passed_on));
                passed_on = read;
            }
        }
    };
    reporter.finish(id, Outcome::of(&result));
    result
}

/// Ten times a second looks like a steady movement.
const INTERVAL: Duration = Duration::from_millis(100);

/// Reports the events of a download as tasks.
pub(crate) struct DownloadProgress<'a> {
    reporter: &'a dyn Reporter,
    current: Mutex<Option<TaskId>>,
    toolchain: &'a str,
}

impl<'a> DownloadProgress<'a> {
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

impl Observer for DownloadProgress<'_> {
    fn started(&self, artifact: &Artifact, total: Option<u64>, from: u64) {
        self.finish(Outcome::Failed);
        let source = artifact.source.label();
        let location = artifact.location.to_string();
        let phase = Phase::Download { source: &source, location: &location, from };
        let id = self.reporter.start(Task { toolchain: self.toolchain, phase }, total);
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

/// Reports nothing.
#[cfg(test)]
pub(crate) struct Silent;

#[cfg(test)]
impl Reporter for Silent {
    fn start(&self, _: Task<'_>, _: Option<u64>) -> TaskId {
        TaskId(0)
    }

    fn advance(&self, _: TaskId, _: u64) {}

    fn files(&self, _: TaskId, _: u64, _: Option<u64>) {}

    fn finish(&self, _: TaskId, _: Outcome) {}

    fn source_failed(&self, _: &str, _: &SourceFailure) {}

    fn fell_back(&self, _: &str, _: &str) {}
}
