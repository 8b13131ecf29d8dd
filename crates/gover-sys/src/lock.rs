//! Locks between processes. A value holds the lock until it is dropped or the process ends.
//!
//! A lock is an advisory lock of the operating system on a file that has no other purpose. Only
//! `gover self uninstall` deletes the file: on Unix while it holds the lock, on Windows after it
//! released it. A process that locked a deleted file starts over with the new one, so two processes
//! never hold the same lock. The shim takes no lock.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

use crate::file::{is_deleted, open_or_create};

/// Held as long as this value lives.
///
/// Functions that change a shared directory take a `&Lock`, so that a call without the lock does
/// not compile.
#[derive(Debug)]
#[must_use = "the lock is released when this value is dropped"]
pub struct Lock {
    /// Closing the file releases the lock.
    _file: File,
}

impl Lock {
    /// Takes the lock at `path` and waits for it if necessary. Creates its directory if it is
    /// missing. `on_wait` is called once, before waiting.
    pub fn acquire(path: &Path, on_wait: impl FnOnce()) -> io::Result<Self> {
        if let Some(lock) = Self::try_acquire(path)? {
            return Ok(lock);
        }
        on_wait();
        loop {
            let file = open(path)?;
            lock(&file)?;
            if !is_deleted(&file) {
                return Ok(Self { _file: file });
            }
        }
    }

    /// `None` if another process or value holds the lock.
    pub fn try_acquire(path: &Path) -> io::Result<Option<Self>> {
        loop {
            let file = open(path)?;
            match file.try_lock() {
                Ok(()) if is_deleted(&file) => {}
                Ok(()) => return Ok(Some(Self { _file: file })),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    open_or_create(path)
}

/// A signal, as for a resized window or a debugger, may end the wait early.
fn lock(file: &File) -> io::Result<()> {
    loop {
        match file.lock() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn a_held_lock_cannot_be_taken_until_it_is_dropped() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("locks/one.lock");
        let lock = Lock::acquire(&path, || panic!("nobody holds it")).unwrap();
        assert!(Lock::try_acquire(&path).unwrap().is_none());
        drop(lock);
        assert!(Lock::try_acquire(&path).unwrap().is_some());
        assert!(path.is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_that_is_a_link_opens_and_creates_nothing_elsewhere() {
        let directory = tempfile::tempdir().unwrap();
        let (path, victim) = (directory.path().join("one.lock"), directory.path().join("victim"));
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        let error = Lock::try_acquire(&path).unwrap_err();
        assert!(error.to_string().contains("link"), "{error}");
        assert!(!victim.exists());
        fs::write(&victim, "precious").unwrap();
        assert!(Lock::try_acquire(&path).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_whose_file_was_deleted_meanwhile_is_taken_on_the_new_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("one.lock");
        let lock = Lock::acquire(&path, || ()).unwrap();
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            let waiter = scope.spawn(|| Lock::acquire(&path, || sender.send(()).unwrap()).unwrap());
            receiver.recv().unwrap();
            fs::remove_file(&path).unwrap();
            drop(lock);
            let held = waiter.join().unwrap();
            assert!(path.is_file());
            assert!(Lock::try_acquire(&path).unwrap().is_none());
            drop(held);
        });
    }

    #[test]
    fn waiting_is_announced_before_it_begins() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("one.lock");
        let lock = Lock::acquire(&path, || ()).unwrap();
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            let waiter = scope.spawn(|| Lock::acquire(&path, || sender.send(()).unwrap()).is_ok());
            receiver.recv().unwrap();
            drop(lock);
            assert!(waiter.join().unwrap());
        });
    }
}
