//! Patch bundles: what changes from one toolchain to another, for clients that have the first one.
//!
//! A bundle lists the files that differ, and holds each of them compressed, or as a delta against
//! the file of the same name in the base. All other files come from the base. `head.rs` describes
//! the format, `delta.rs` the deltas.
//!
//! A bundle proves nothing and needs no trust. Every byte of the resulting tree is hashed on its way
//! to the disk, and the caller compares the tree hash with the checksum database.

mod apply;
mod delta;
mod head;
mod make;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use gover_core::text::shown;

use crate::digest::FileDigest;
use crate::{ArchiveError, Content, Refused};

pub use head::{Patch, Transition};
pub use make::make;

/// A tree on the disk and the list of its files, which need not be true.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    pub root: &'a Path,
    pub files: &'a [FileDigest],
}

/// Why a bundle was not made or not applied. The caller removes what was written.
#[derive(Debug, thiserror::Error)]
pub enum PatchError {
    #[error("it is {content}, not a patch bundle")]
    NotABundle { content: Content },
    #[error("it has a format that this version of gover does not know")]
    UnknownFormat,
    /// `line` counts from 1.
    #[error("line {line} of the bundle is invalid")]
    Line { line: usize },
    #[error("the bundle is damaged: {what}")]
    Broken { what: &'static str },
    #[error("`{}` in the bundle is damaged: {what}", shown(path))]
    Damaged { path: String, what: &'static str },
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("`{}` was changed since it was installed", path.display())]
    ChangedBase { path: PathBuf },
    #[error(transparent)]
    File(#[from] ArchiveError),
}

impl PatchError {
    fn reading(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| ArchiveError::reading(path)(source).into()
    }

    fn damaged(path: &str, what: &'static str) -> Self {
        Self::Damaged { path: path.to_owned(), what }
    }
}
