//! Unpacks a download while it arrives.
//!
//! A thread follows the part file into staging. Whatever goes wrong there is not reported: the tree
//! is emptied, and the file is unpacked once it is complete and has its checksum, as if nothing had
//! been tried before. So every error is the same in both orders, and that of the checksum comes
//! first.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use gover_archive::{Arrival, Arriving, Progress, Unpacked, ZipEnd};
use gover_core::sync::locked;
use gover_source::Artifact;
use gover_sys::file;

use crate::FileError;
use crate::proof::{contents, written};

/// A thread that unpacks what a part file receives. [`end`](Self::end), and dropping it, ends it,
/// so that nothing is written to the tree afterwards.
pub(crate) struct Follower {
    tree: PathBuf,
    progress: Arc<Progress>,
    tap: Arc<Tap>,
}

/// A file that was unpacked while it arrived.
pub(crate) struct Streamed {
    /// The file and its length.
    pub(crate) file: (PathBuf, u64),
    pub(crate) unpacked: Unpacked,
}

/// What the part file and the pipeline tell the thread.
#[derive(Default)]
pub(crate) struct Tap(Mutex<State>);

#[derive(Default)]
struct State {
    files: Option<Sender<(Artifact, Arriving)>>,
    current: Option<Current>,
    thread: Option<JoinHandle<Option<Streamed>>>,
}

/// The file that is arriving.
struct Current {
    artifact: Artifact,
    path: PathBuf,
    arrival: Arrival,
}

impl Follower {
    /// `tree` must be an empty directory that nothing else uses until [`end`](Self::end).
    pub(crate) fn start(tree: PathBuf) -> Self {
        let (files, arriving) = channel();
        let progress = Arc::<Progress>::default();
        let (target, seen) = (tree.clone(), Arc::clone(&progress));
        let work = move || follow(&arriving, &target, &seen);
        // Without a thread, the file is unpacked later.
        let thread = thread::Builder::new().name("unpack".to_owned()).spawn(work).ok();
        let tap = Arc::new(Tap(Mutex::new(State { files: Some(files), current: None, thread })));
        Self { tree, progress, tap }
    }

    pub(crate) fn tap(&self) -> Arc<Tap> {
        Arc::clone(&self.tap)
    }

    /// Where it unpacks to.
    pub(crate) fn tree(&self) -> &Path {
        &self.tree
    }

    pub(crate) fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Lets the thread see the end of the file, which is complete and has its checksum, and waits
    /// for it. Blocks. `None` if the file has yet to be unpacked, into an empty tree: the thread
    /// failed, or did not do what `is_wanted` wants. An error if the tree cannot be emptied for that.
    pub(crate) fn end(
        self,
        is_wanted: impl FnOnce(&Streamed) -> bool,
    ) -> Result<Option<Streamed>, FileError> {
        let thread = self.tap.close(true);
        let streamed = thread.and_then(|thread| thread.join().ok().flatten()).filter(is_wanted);
        if streamed.is_none() {
            // The thread may have panicked, or could not empty it.
            empty(&self.tree)?;
        }
        Ok(streamed)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.tap.make_room();
    }
}

impl Tap {
    /// A file begins, of which `held` bytes are there.
    pub(crate) fn begin(&self, artifact: &Artifact, path: &Path, held: u64) {
        locked(&self.0).begin(artifact.clone(), path.to_owned(), held);
    }

    /// The same file begins again.
    pub(crate) fn restart(&self) {
        let mut state = locked(&self.0);
        if let Some(Current { artifact, path, .. }) = state.current.take() {
            state.begin(artifact, path, 0);
        }
    }

    pub(crate) fn advance(&self, bytes: u64) {
        if let Some(current) = &locked(&self.0).current {
            current.arrival.advance(bytes);
        }
    }

    pub(crate) fn announce_end(&self, end: ZipEnd) {
        if let Some(current) = &locked(&self.0).current {
            current.arrival.announce_end(end);
        }
    }

    pub(crate) fn follows(&self) -> bool {
        locked(&self.0).current.is_some()
    }

    /// Gives up and removes what was unpacked. Blocks until that is done.
    pub(crate) fn make_room(&self) {
        if let Some(thread) = self.close(false) {
            drop(thread.join());
        }
    }

    /// Ends the current file, and lets the thread end after it.
    fn close(&self, is_whole: bool) -> Option<JoinHandle<Option<Streamed>>> {
        let mut state = locked(&self.0);
        state.files = None;
        let current = state.current.take();
        if let Some(current) = current.filter(|_| is_whole) {
            current.arrival.finish();
        }
        state.thread.take()
    }
}

impl State {
    fn begin(&mut self, artifact: Artifact, path: PathBuf, held: u64) {
        // This abandons the file before.
        self.current = None;
        let (arrival, arriving) = Arrival::new(path.clone());
        arrival.advance(held);
        if let Some(files) = &self.files
            && files.send((artifact.clone(), arriving)).is_ok()
        {
            self.current = Some(Current { artifact, path, arrival });
        }
    }
}

/// Unpacks each file that the download starts; a new one replaces the one before it. Returns the
/// last one if it is complete. Otherwise it empties the tree; [`Follower::end`] reports if that
/// fails.
fn follow(files: &Receiver<(Artifact, Arriving)>, tree: &Path, progress: &Progress) -> Option<Streamed> {
    let mut streamed = None;
    for (artifact, file) in files {
        if streamed.take().is_some() {
            empty(tree).ok()?;
        }
        progress.restart();
        streamed = unpack(&artifact, &file, tree, progress);
        if streamed.is_none() {
            empty(tree).ok()?;
        }
    }
    streamed
}

fn unpack(artifact: &Artifact, file: &Arriving, tree: &Path, progress: &Progress) -> Option<Streamed> {
    let (container, guard) = contents(artifact, written(artifact));
    let unpacked = gover_archive::unpack_arriving(file, container, tree, guard, progress).ok()?;
    let length = file.length().ok()?;
    Some(Streamed { file: (file.path().to_owned(), length), unpacked })
}

fn empty(tree: &Path) -> Result<(), FileError> {
    file::remove_tree(tree).map_err(FileError::at("remove", tree))?;
    fs::create_dir(tree).map_err(FileError::at("create", tree))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_that_cannot_be_emptied_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        let tree = root.path().join("tree");
        fs::create_dir_all(tree.join("left")).unwrap();
        assert!(Follower::start(tree.clone()).end(|_| true).unwrap().is_none());
        assert!(fs::read_dir(&tree).unwrap().next().is_none());
        let missing = root.path().join("missing").join("tree");
        let error = Follower::start(missing.clone()).end(|_| true).err().unwrap();
        assert_eq!(error.action, format!("create `{}`", missing.display()));
    }
}
