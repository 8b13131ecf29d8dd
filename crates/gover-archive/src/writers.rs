//! Threads that hash and write the small files of an archive which is read by another thread.
//!
//! A toolchain has ten thousand small files, and where creating one is slow, several wait at once.

use std::io;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, Scope, ScopedJoinHandle};

use gover_core::sync::locked;

use super::{ArchiveError, FileMeta, Tree};
use crate::digest::FileDigest;

/// A file that was read completely. Its directory exists.
pub(super) struct Whole {
    pub(super) path: String,
    pub(super) meta: FileMeta,
    pub(super) bytes: Vec<u8>,
}

/// The files that one thread wrote.
type Written = Result<Vec<FileDigest>, ArchiveError>;

/// Files larger than this are not worth a place in memory.
pub(super) const SMALL: u64 = 256 * 1024;

/// Where no thread can be started, files are written when they are handed over.
pub(super) struct Writers<'scope> {
    tree: &'scope Tree<'scope>,
    batches: SyncSender<Vec<Whole>>,
    threads: Vec<ScopedJoinHandle<'scope, Written>>,
    has_failed: Arc<AtomicBool>,
    batch: Vec<Whole>,
    size: usize,
    /// What was written without a thread.
    written: Vec<FileDigest>,
}

impl<'scope> Writers<'scope> {
    pub(super) fn start<'env>(scope: &'scope Scope<'scope, 'env>, tree: &'env Tree<'env>) -> Self {
        Self::with_threads(count(), write_all, scope, tree)
    }

    fn with_threads<'env>(
        threads: usize,
        write: impl Fn(&Mutex<Receiver<Vec<Whole>>>, &Tree<'_>) -> Written + Copy + Send + 'scope,
        scope: &'scope Scope<'scope, 'env>,
        tree: &'env Tree<'env>,
    ) -> Self {
        let (batches, receiver) = sync_channel(WAITING);
        let receiver = Arc::new(Mutex::new(receiver));
        let has_failed = Arc::<AtomicBool>::default();
        // A limit on processes may leave room for few threads. Those that start do all the work.
        let threads = (0..threads).map_while(|_| {
            let (receiver, has_failed) = (Arc::clone(&receiver), Arc::clone(&has_failed));
            let work = move || {
                // The other threads go on, so only this makes the reader stop.
                write(&receiver, tree).inspect_err(|_| has_failed.store(true, Ordering::Relaxed))
            };
            thread::Builder::new().spawn_scoped(scope, work).ok()
        });
        let threads = threads.collect();
        Self { tree, batches, threads, has_failed, batch: Vec::new(), size: 0, written: Vec::new() }
    }

    /// Hands a file over. An error may only say that a thread has failed; [`finish`](Self::finish)
    /// knows why.
    pub(super) fn add(&mut self, file: Whole) -> Result<(), ArchiveError> {
        self.size += file.bytes.len() + EACH;
        self.batch.push(file);
        if self.size < BATCH { Ok(()) } else { self.flush() }
    }

    /// Hands over what waits for more.
    pub(super) fn flush(&mut self) -> Result<(), ArchiveError> {
        self.size = 0;
        let batch = std::mem::take(&mut self.batch);
        if self.threads.is_empty() {
            return write_batch(batch, self.tree, &mut self.written);
        }
        let sent = self.batches.send(batch);
        let has_failed = sent.is_err() || self.has_failed.load(Ordering::Relaxed);
        if has_failed { Err(ended_early(self.tree)) } else { Ok(()) }
    }

    /// Waits until all files are written. `read` is how reading the archive ended; a file that could
    /// not be written was read before that.
    pub(super) fn finish(
        mut self,
        read: Result<Vec<FileDigest>, ArchiveError>,
    ) -> Result<Vec<FileDigest>, ArchiveError> {
        let read = read.and_then(|files| self.flush().map(|()| files));
        let Self { tree, batches, threads, mut written, .. } = self;
        drop(batches);
        // All are joined, because the scope itself panics if one that is not joined panicked.
        let ends: Vec<_> = threads.into_iter().map(ScopedJoinHandle::join).collect();
        for end in ends {
            written.append(&mut end.unwrap_or_else(|_| Err(ended_early(tree)))?);
        }
        written.append(&mut read?);
        Ok(written)
    }
}

/// Threads for machines with few cores too, since they wait for the disk more than they compute.
fn count() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).clamp(4, 16)
}

/// The error if a thread panicked, which says nothing about the archive.
fn ended_early(tree: &Tree<'_>) -> ArchiveError {
    let (verb, path) = ("write", tree.root.map(Path::to_owned).unwrap_or_default());
    ArchiveError::Write { verb, path, source: io::Error::other("a thread that wrote files ended early") }
}

fn write_all(batches: &Mutex<Receiver<Vec<Whole>>>, tree: &Tree<'_>) -> Written {
    let mut written = Vec::new();
    loop {
        let batch = locked(batches).recv();
        let Ok(batch) = batch else { return Ok(written) };
        write_batch(batch, tree, &mut written)?;
    }
}

fn write_batch(
    batch: Vec<Whole>,
    tree: &Tree<'_>,
    written: &mut Vec<FileDigest>,
) -> Result<(), ArchiveError> {
    for Whole { path, meta, bytes } in batch {
        let mut file = tree.create_file(&path, meta)?;
        file.write(&bytes)?;
        let digest = file.finish()?;
        tree.progress.add_file();
        written.push(FileDigest { path, digest, executable: meta.executable });
    }
    Ok(())
}

/// Bytes that are handed over at once.
const BATCH: usize = 64 * 1024;
/// What a file counts in addition to its bytes, so that empty files fill a batch, too.
const EACH: usize = 256;
/// Batches that wait for a thread. With the largest files, they take 5 MiB.
const WAITING: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Progress;

    #[test]
    fn files_are_written_with_threads_and_without_them() {
        for count in [0, 2] {
            let root = tempfile::tempdir().unwrap();
            let progress = Progress::default();
            let tree = Tree { root: Some(root.path()), progress: &progress };
            let meta = FileMeta { executable: false, modified: None };
            let whole = |path: String, size| Whole { path, meta, bytes: vec![b'x'; size] };
            let written = thread::scope(|scope| {
                let mut writers = Writers::with_threads(count, write_all, scope, &tree);
                for number in 0..100 {
                    writers.add(whole(number.to_string(), 5000)).unwrap();
                }
                writers.finish(Ok(Vec::new()))
            });
            assert_eq!(written.unwrap().len(), 100);
            assert_eq!(std::fs::read(root.path().join("99")).unwrap().len(), 5000);
            let refused = thread::scope(|scope| {
                let mut writers = Writers::with_threads(count, write_all, scope, &tree);
                let added = writers.add(whole("missing/file".to_owned(), BATCH));
                writers.finish(added.map(|()| Vec::new()))
            });
            assert!(matches!(refused, Err(ArchiveError::Write { verb: "create", .. })), "{refused:?}");
        }
    }

    #[test]
    fn a_thread_that_panics_is_not_a_damaged_archive() {
        let root = tempfile::tempdir().unwrap();
        let progress = Progress::default();
        let tree = Tree { root: Some(root.path()), progress: &progress };
        let written = thread::scope(|scope| {
            let mut writers = Writers::with_threads(2, |_, _| panic!("expected"), scope, &tree);
            let meta = FileMeta { executable: false, modified: None };
            let added = writers.add(Whole { path: "file".to_owned(), meta, bytes: Vec::new() });
            writers.finish(added.map(|()| Vec::new()))
        });
        let error = written.unwrap_err();
        assert!(matches!(error, ArchiveError::Write { .. }) && !error.is_integrity(), "{error:?}");
        assert_eq!(error.to_string(), format!("cannot write `{}`", root.path().display()));
    }
}
