//! A file that one thread writes from its start to its end while others read it.
//!
//! The writer says how far it is, and readers wait for the bytes that are missing. They see the end
//! of the file only after [`Arrival::finish`], which a download calls once its checksum is known.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use gover_core::sync::locked;

use super::zip_end::ZipEnd;

/// The side of the writer. Dropping it before [`finish`](Self::finish) abandons the file: readers
/// get an error.
#[derive(Debug)]
pub struct Arrival(Arc<Shared>);

/// The side of the readers.
#[derive(Clone, Debug)]
pub struct Arriving {
    path: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    written: u64,
    status: Status,
    end: Option<Arc<ZipEnd>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Status {
    #[default]
    Coming,
    Whole,
    Abandoned,
}

impl Arrival {
    /// `path` must exist once the first byte was announced, and must not be written otherwise.
    pub fn new(path: PathBuf) -> (Self, Arriving) {
        let shared = Arc::<Shared>::default();
        (Self(Arc::clone(&shared)), Arriving { path, shared })
    }

    /// The first `written` bytes of the file are there and will not change.
    pub fn advance(&self, written: u64) {
        self.change(|state| state.written = state.written.max(written));
    }

    /// The directory of a zip is known before the bytes in front of it.
    pub fn announce_end(&self, end: ZipEnd) {
        self.change(|state| state.end = Some(Arc::new(end)));
    }

    /// The file has as many bytes as were announced, and its checksum does not contradict it.
    pub fn finish(self) {
        self.change(|state| state.status = Status::Whole);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut locked(&self.0.state));
        self.0.changed.notify_all();
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.change(|state| {
            if state.status == Status::Coming {
                state.status = Status::Abandoned;
            }
        });
    }
}

impl Arriving {
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for the first byte and opens the file.
    pub(crate) fn open(&self) -> io::Result<Follower> {
        self.wait_past(0)?;
        Ok(Follower { file: File::open(&self.path)?, position: 0, known: 0, arriving: self.clone() })
    }

    /// Waits for the directory of a zip. `None` if the file is complete without having had one
    /// announced.
    pub(crate) fn zip_end(&self) -> io::Result<Option<Arc<ZipEnd>>> {
        let state = self.wait(|state| state.end.is_some());
        state.check()?;
        Ok(state.end.clone())
    }

    /// Waits for the end of the file and returns its length.
    pub fn length(&self) -> io::Result<u64> {
        let state = self.wait(|_| false);
        state.check()?;
        Ok(state.written)
    }

    /// How many bytes are there, which are more than `position` unless the file ends there.
    fn wait_past(&self, position: u64) -> io::Result<u64> {
        let state = self.wait(|state| state.written > position);
        state.check()?;
        Ok(state.written)
    }

    fn wait(&self, is_enough: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let is_short = |state: &mut State| state.status == Status::Coming && !is_enough(state);
        let state = locked(&self.shared.state);
        self.shared.changed.wait_while(state, is_short).unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn check(&self) -> io::Result<()> {
        match self.status {
            Status::Abandoned => {
                Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the download ended early"))
            }
            Status::Coming | Status::Whole => Ok(()),
        }
    }
}

/// Reads a file that may still be arriving.
#[derive(Debug)]
pub(crate) struct Follower {
    file: File,
    position: u64,
    /// How many bytes were there when the writer was last asked.
    known: u64,
    arriving: Arriving,
}

impl Read for Follower {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.known {
            // Asks again soon, so that an abandoned file is noticed.
            self.known = self.arriving.wait_past(self.position)?.min(self.position + AT_ONCE);
        }
        let there = usize::try_from(self.known.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let length = there.min(to.len());
        let count = self.file.read(to.get_mut(..length).unwrap_or_default())?;
        if count == 0 && length > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Follower {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Start(position) = to else { return Err(io::ErrorKind::Unsupported.into()) };
        if position != self.position {
            self.position = self.file.seek(to)?;
        }
        Ok(position)
    }
}

/// How many bytes are read before the writer is asked again.
const AT_ONCE: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::thread;

    use super::*;

    fn arriving() -> (tempfile::TempDir, File, Arrival, Arriving) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("part");
        let file = File::create(&path).unwrap();
        let (arrival, arriving) = Arrival::new(path);
        (root, file, arrival, arriving)
    }

    #[test]
    fn a_reader_gets_each_byte_once_it_is_there_and_the_end_once_it_is_certain() {
        let (_root, mut file, arrival, arriving) = arriving();
        file.write_all(b"hello, not yet").unwrap();
        arrival.advance(5);
        let mut reader = arriving.open().unwrap();
        let mut buffer = [0; 100];
        assert_eq!(reader.read(&mut buffer).unwrap(), 5);
        let rest = thread::spawn(move || {
            let mut rest = Vec::new();
            reader.read_to_end(&mut rest).map(|_| rest)
        });
        arrival.advance(7);
        arrival.advance(14);
        assert!(!rest.is_finished());
        arrival.finish();
        assert_eq!(rest.join().unwrap().unwrap(), b", not yet");
        assert_eq!(arriving.length().unwrap(), 14);
    }

    #[test]
    fn an_abandoned_file_has_no_end() {
        let (_root, mut file, arrival, arriving) = arriving();
        file.write_all(b"hello").unwrap();
        arrival.advance(5);
        let mut reader = arriving.open().unwrap();
        let rest = thread::spawn(move || reader.read_to_end(&mut Vec::new()));
        drop(arrival);
        assert_eq!(rest.join().unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
        assert!(arriving.length().is_err());
        assert!(arriving.zip_end().is_err());
        assert!(arriving.open().is_err());
    }

    #[test]
    fn a_file_that_is_shorter_than_announced_is_an_error() {
        let (_root, mut file, arrival, arriving) = arriving();
        file.write_all(b"hello").unwrap();
        arrival.advance(6);
        arrival.finish();
        let mut reader = arriving.open().unwrap();
        assert_eq!(reader.read_to_end(&mut Vec::new()).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_zip_without_an_announced_directory_is_complete_first() {
        let (_root, _file, arrival, arriving) = arriving();
        let end = thread::spawn(move || arriving.zip_end());
        arrival.finish();
        assert!(end.join().unwrap().unwrap().is_none());
    }
}
