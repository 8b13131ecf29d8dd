//! Files and directories as checks see them.

use std::io;

use super::path::MachinePath;

pub use gover_sys::file::FileSystem;

/// What a path leads to, links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
}

/// Reads files and directories. Nothing here changes anything.
pub trait Disk {
    /// What is at the path; `None` if nothing is, or it cannot be told.
    fn kind(&self, path: &MachinePath) -> Option<Kind>;

    /// The whole content; files over some MiB are refused.
    fn read(&self, path: &MachinePath) -> io::Result<Vec<u8>>;

    /// The first `length` bytes, fewer if the file is shorter; empty if it cannot be read.
    fn head(&self, path: &MachinePath, length: usize) -> Vec<u8>;

    /// The names in a directory, sorted; empty if it cannot be read.
    fn list(&self, path: &MachinePath) -> Vec<String>;

    /// The path with every link followed; `None` if nothing is there.
    fn real(&self, path: &MachinePath) -> Option<MachinePath>;

    /// Whether this user may write into the directory or the file.
    fn is_writable(&self, path: &MachinePath) -> bool;

    /// Whether this is a file that may be executed: by permission on Unix, by extension on Windows.
    fn is_executable(&self, path: &MachinePath) -> bool;

    /// The file system that the path, or the nearest directory above it that exists, is on.
    fn file_system(&self, path: &MachinePath) -> FileSystem;
}
