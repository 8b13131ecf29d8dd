//! Unpacks release archives and module zips, and hashes every file while it is written.
//!
//! Only names that pass the [`guard`] are written. Files are created, never replaced, and never
//! opened through a link. The caller gives an empty directory that no other process uses yet
//! (staging), and compares the hashes before one does.

#![forbid(unsafe_code)]

mod arriving;
mod content;
mod copy;
pub mod digest;
mod guard;
mod parallel;
mod partial;
pub mod patch;
mod progress;
mod read_ahead;
mod size;
mod tar_gz;
mod writers;
mod zip_directory;
mod zip_end;
mod zip_file;

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use arriving::{Arrival, Arriving};
pub use content::Content;
pub use copy::{Taken, copy_tree};
pub use guard::{Admitted, Coverage, EntryKind, Guard, Limits, Reason, Refused};
pub use parallel::on_all_cores;
pub use partial::PartialZip;
pub use progress::Progress;
pub use size::unpacked_size;
pub use zip_end::ZipEnd;

use crate::digest::{Digest, FileDigest, Hashed, Sha256};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    TarGz,
    Zip,
}

/// The files of an archive, after they were unpacked or only read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// Every file, in no particular order.
    pub files: Vec<FileDigest>,
    pub hashed: Hashed,
    pub bytes: u64,
}

/// Unpacks `source` into the directory `target`, which must exist and be empty; without a target,
/// only reads it in the same way. Blocks, and uses several threads and less than 64 MiB of memory.
/// Another thread can see in `progress` how far it is.
pub fn unpack(
    source: &Path,
    container: Container,
    target: Option<&Path>,
    mut guard: Guard,
    progress: &Progress,
) -> Result<Unpacked, ArchiveError> {
    expect(source, container)?;
    let tree = &Tree { root: target, progress };
    let files = match container {
        Container::TarGz => {
            let file = File::open(source).map_err(ArchiveError::reading(source))?;
            tar_gz::unpack(file, tree, &mut guard)?
        }
        Container::Zip => zip_file::unpack(source, tree, &mut guard)?,
    };
    Unpacked::new(files, &guard)
}

/// Unpacks a file while it arrives, into the empty directory `target`; under the same guard as
/// [`unpack`], which takes over if this fails. A zip whose directory did not come first is unpacked
/// once it is complete. Ends after the file does.
pub fn unpack_arriving(
    source: &Arriving,
    container: Container,
    target: &Path,
    mut guard: Guard,
    progress: &Progress,
) -> Result<Unpacked, ArchiveError> {
    let tree = &Tree { root: Some(target), progress };
    let files = match container {
        Container::TarGz => {
            let file = source.open().map_err(ArchiveError::reading(source.path()))?;
            tar_gz::unpack(file, tree, &mut guard)?
        }
        Container::Zip => zip_file::unpack_arriving(source, tree, &mut guard)?,
    };
    Unpacked::new(files, &guard)
}

impl Unpacked {
    fn new(files: Vec<FileDigest>, guard: &Guard) -> Result<Self, ArchiveError> {
        if files.is_empty() {
            return Err(ArchiveError::Empty);
        }
        Ok(Self { files, hashed: guard.hashed, bytes: guard.bytes })
    }
}

/// Refuses a file that does not start like an archive; an unreadable one is left to unpacking.
fn expect(path: &Path, container: Container) -> Result<(), ArchiveError> {
    let (magic, wanted): (&[u8], _) = match container {
        Container::TarGz => (b"\x1f\x8b", ".tar.gz"),
        // An empty zip starts with its end record.
        Container::Zip => (b"PK", ".zip"),
    };
    let mut head = Vec::new();
    match File::open(path).and_then(|file| file.take(512).read_to_end(&mut head)) {
        Ok(_) if !head.starts_with(magic) => {
            Err(ArchiveError::NotAnArchive { content: Content::of(&head), wanted })
        }
        _ => Ok(()),
    }
}

/// Why an archive was not unpacked. The caller removes what was written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("it is {content}, not a `{wanted}` file")]
    NotAnArchive { content: Content, wanted: &'static str },
    /// The container is damaged, or the disk is.
    #[error("the archive is damaged")]
    Damaged { source: Box<dyn std::error::Error + Send + Sync> },
    /// The container is valid, but no release has one like it.
    #[error("the archive is damaged: {what}")]
    Broken { what: &'static str },
    #[error("entry `{name}` is damaged: {what}")]
    DamagedEntry { name: String, what: &'static str },
    #[error("entry `{name}` is {what}, which releases never are")]
    Unsupported { name: String, what: &'static str },
    #[error("the archive is empty")]
    Empty,
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot {verb} `{}`", path.display())]
    Write { verb: &'static str, path: PathBuf, source: io::Error },
}

impl ArchiveError {
    /// Whether the archive is at fault, and not this machine.
    pub fn is_integrity(&self) -> bool {
        !matches!(self, Self::Read { .. } | Self::Write { .. })
    }

    fn reading(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Read { path: path.to_owned(), source }
    }

    /// Neither flate2 nor tar distinguishes a damaged archive from a failing disk. The disk is the
    /// rarer cause, and downloading again is right in both cases.
    fn damaged(error: io::Error) -> Self {
        Self::Damaged { source: error.into() }
    }
}

fn broken(what: &'static str) -> ArchiveError {
    ArchiveError::Broken { what }
}

/// The target of unpacking, if there is one. Paths are relative, with `/`, and passed the guard.
struct Tree<'a> {
    root: Option<&'a Path>,
    progress: &'a Progress,
}

impl Tree<'_> {
    fn create_directories(&self, paths: &[String]) -> Result<(), ArchiveError> {
        let Some(root) = self.root else { return Ok(()) };
        paths.iter().try_for_each(|path| {
            let path = below(root, path);
            fs::create_dir(&path).map_err(|source| ArchiveError::Write { verb: "create", path, source })
        })
    }

    fn create_file(&self, path: &str, meta: FileMeta) -> Result<TreeFile, ArchiveError> {
        let path = self.root.map(|root| below(root, path)).unwrap_or_default();
        let file = self.root.map(|_| gover_sys::file::create_with_mode(&path, meta.executable)).transpose();
        match file {
            Ok(file) => Ok(TreeFile { path, file, meta, sum: Sha256::default() }),
            Err(source) => Err(ArchiveError::Write { verb: "create", path, source }),
        }
    }
}

fn below(root: &Path, relative: &str) -> PathBuf {
    let mut path = PathBuf::with_capacity(root.as_os_str().len() + relative.len() + 1);
    path.push(root);
    path.extend(relative.split('/'));
    path
}

struct TreeFile {
    path: PathBuf,
    file: Option<File>,
    meta: FileMeta,
    sum: Sha256,
}

impl TreeFile {
    fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.sum.update(bytes);
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(|source| self.failed(source)),
            None => Ok(()),
        }
    }

    fn finish(self) -> Result<Digest, ArchiveError> {
        if let (Some(file), Some(modified)) = (&self.file, self.meta.modified) {
            file.set_modified(modified).map_err(|source| self.failed(source))?;
        }
        Ok(self.sum.finish())
    }

    fn failed(&self, source: io::Error) -> ArchiveError {
        ArchiveError::Write { verb: "write", path: self.path.clone(), source }
    }
}

#[derive(Clone, Copy, Debug)]
struct FileMeta {
    executable: bool,
    modified: Option<SystemTime>,
}

/// Whether a file of a module zip, which has no permissions, is a program. `cmd/distpack`
/// (`pack.go`) sets the modes in archives by this rule, so both formats install the same. cmd/go
/// itself restores fewer.
fn is_program(path: &str) -> bool {
    let base = path.rsplit('/').next().unwrap_or(path);
    let extension = base.rsplit_once('.').map(|(_, extension)| extension);
    path.starts_with("bin/")
        || path.starts_with("pkg/tool/")
        || matches!(extension, Some("bash" | "sh" | "pl" | "rc"))
        || is_exec_wrapper(base)
}

/// `go_?*_?*_exec`
fn is_exec_wrapper(base: &str) -> bool {
    base.strip_prefix("go_").and_then(|rest| rest.strip_suffix("_exec")).is_some_and(|middle| {
        // At least one character on both sides of some `_`.
        middle.char_indices().skip(1).any(|(at, c)| c == '_' && at + 1 < middle.len())
    })
}

const CHUNK: usize = 256 * 1024;

#[cfg(test)]
mod tests;
