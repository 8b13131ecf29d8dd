//! Files and directories as checks see them.

use std::io;

use super::path::MachinePath;

pub use gover_sys::file::FileSystem;
pub use gover_sys::user::{Owner, Rights};
pub use gover_tools::BuildInfo;

/// What a path is, with links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
}

/// Reads files and directories, and changes nothing.
pub trait Disk {
    /// `None` if nothing is there, or it is not accessible.
    fn kind(&self, path: &MachinePath) -> Option<Kind>;

    /// The whole content. Large files are refused.
    fn read(&self, path: &MachinePath) -> io::Result<Vec<u8>>;

    /// The first `length` bytes, fewer if the file is shorter; empty if it cannot be read.
    fn head(&self, path: &MachinePath, length: usize) -> Vec<u8>;

    /// The names in a directory, sorted; empty if it cannot be read.
    fn list(&self, path: &MachinePath) -> Vec<String>;

    /// Whether it is a directory that may not be read, or whose entries may not be looked at.
    fn is_closed(&self, path: &MachinePath) -> bool;

    /// The path with all links followed; `None` if nothing is there.
    fn real(&self, path: &MachinePath) -> Option<MachinePath>;

    fn is_writable(&self, path: &MachinePath) -> bool;

    /// Who may change it, with links followed; `None` if nothing is there, and on Windows.
    fn rights(&self, path: &MachinePath) -> Option<Rights>;

    /// Whether it is an executable file: by permission on Unix, by extension on Windows.
    fn is_executable(&self, path: &MachinePath) -> bool;

    /// What a program says about how it was built; `None` if it says nothing.
    fn build_info(&self, path: &MachinePath) -> Option<BuildInfo>;

    /// The file system of the path, or of the nearest existing directory above it.
    fn file_system(&self, path: &MachinePath) -> FileSystem;
}
