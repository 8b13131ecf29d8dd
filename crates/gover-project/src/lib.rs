//! Where the files of a project name a Go version, and how it is changed there.
//!
//! [`FileKind`] knows the files, [`FileKind::read`] finds each [`Mention`] in one, and
//! [`edited`] replaces versions by their bytes, so that comments, quotes and line ends stay. Nothing
//! here opens a file: `gover bump` reads the disk, and `gover doctor` the machine that it examines.
#![forbid(unsafe_code)]

mod edit;
mod kind;
mod mention;
#[cfg(test)]
mod properties;
mod read;
mod version;

pub use edit::{Edit, edited};
pub use kind::FileKind;
pub use mention::{Mention, Role};
pub use read::json;
pub use read::{Instruction, Malformed, instructions};
pub use version::Written;
