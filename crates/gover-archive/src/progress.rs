use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

/// How far the reading of an archive is, for another thread to look at.
#[derive(Debug, Default)]
pub struct Progress {
    read: AtomicU64,
    files: AtomicU64,
    total_files: AtomicU64,
}

impl Progress {
    /// Bytes of the archive that were read.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Files of the tree that are complete.
    pub fn files(&self) -> u64 {
        self.files.load(Ordering::Relaxed)
    }

    /// How many files there will be. `None` before a zip's directory was read, and for a `.tar.gz`,
    /// which has none.
    pub fn total_files(&self) -> Option<u64> {
        Some(self.total_files.load(Ordering::Relaxed)).filter(|total| *total > 0)
    }

    /// Nothing was read yet.
    pub fn restart(&self) {
        for count in [&self.read, &self.files, &self.total_files] {
            count.store(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn add_read(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn add_file(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn set_total_files(&self, files: usize) {
        self.total_files.store(files as u64, Ordering::Relaxed);
    }
}

/// Counts the bytes that are read.
pub(crate) struct Counted<'a, R> {
    pub(crate) source: R,
    pub(crate) progress: &'a Progress,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(to)?;
        self.progress.add_read(count as u64);
        Ok(count)
    }
}
