//! A directory of releases for others: served by any web server, or carried on a stick.
//!
//! ```text
//! go1.22.5.linux-amd64.tar.gz[.sha256]     archives, flat, as the release site names them
//! index.json                               its index over them, as `?mode=json&include=all` has it
//! golang.org/toolchain/@v/                 modules, as a GOPROXY has them: list, .info, .mod, .zip
//! sumdb/NAME/                              the log: supported, latest, lookup/…, tile/8/…
//! .gover-mirror/                           nothing to serve: the lock, downloads, the heads given out so far, and the
//!                                          length of each file when it was proven, or that it is damaged
//! ```
//! A file appears by rename, after its tree was found to be what the log records. The log comes first, lists last, so
//! that whoever reads meanwhile sees the old mirror or a bigger one. One [`Mirror`] at a time works on a directory.

mod error;
mod fill;
mod log;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_archive::digest::Digest;
use gover_core::Layout;
use gover_source::{Format, IndexedArchive, Wanted, archive_index, published_file};
use gover_sys::{Lock, file};

use crate::file_error::FileError;

pub use error::MirrorError;
pub use fill::Added;
pub use log::LogUpdate;

/// A directory that this process alone works on.
#[derive(Debug)]
pub struct Mirror {
    directory: PathBuf,
    /// The part of it that is not served, laid out like a home so that downloads are kept and resumed in the same way.
    work: Layout,
    lock: Lock,
}

/// A file of the mirror that was proven when it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorFile {
    pub wanted: Wanted,
    pub format: Format,
    pub path: PathBuf,
    pub bytes: u64,
    /// Its length when it was proven here; `None` if nobody wrote it down, as in a copy without what is not served.
    pub proven_bytes: Option<u64>,
    /// Whether it was found damaged though its length is right, and nothing has taken its place yet.
    pub known_damaged: bool,
    pub sha256: Option<Digest>,
}

impl MirrorFile {
    /// Whether it still has the length that it was proven with. Its name alone says nothing: a copy may have broken off.
    pub fn is_as_proven(&self) -> bool {
        self.proven_bytes == Some(self.bytes)
    }
}

/// A toolchain that a mirror is to have, perhaps in a certain packing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorItem {
    pub wanted: Wanted,
    /// `None` for whatever the sources have.
    pub packing: Option<Packing>,
}

impl MirrorItem {
    /// Whether a file of the mirror is what is wished for.
    pub fn is_satisfied_by(&self, held: &MirrorFile) -> bool {
        held.wanted == self.wanted && self.packing.is_none_or(|packing| packing == Packing::of(held.format))
    }
}

impl fmt::Display for MirrorItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packing = match self.packing {
            Some(Packing::Archive) => " as an archive",
            Some(Packing::Module) => " as a module",
            None => "",
        };
        write!(f, "{}{packing}", self.wanted)
    }
}

/// How toolchains are packed, as far as a mirror cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As the release site has them.
    Archive,
    /// As a GOPROXY has them.
    Module,
}

impl Packing {
    /// The packing of a format.
    pub fn of(format: Format) -> Self {
        match format {
            Format::TarGz | Format::Zip => Self::Archive,
            Format::ModuleZip => Self::Module,
        }
    }
}

impl Mirror {
    /// The mirror in `directory`, which is created if missing; waits until nobody else works on it, and calls `on_wait`
    /// before it does.
    pub fn open(directory: &Path, on_wait: impl FnOnce()) -> Result<Self, MirrorError> {
        fs::create_dir_all(directory).map_err(FileError::at("create", directory))?;
        let work = Layout::new(directory.join(WORK));
        let path = work.lock("mirror");
        let lock = Lock::acquire(&path, on_wait).map_err(FileError::at("lock", &path))?;
        Ok(Self { directory: directory.to_owned(), work, lock })
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Everything it holds, by version and platform. A file that somebody else put there, without a sum beside it,
    /// does not count.
    pub fn held(&self) -> Result<Vec<MirrorFile>, MirrorError> {
        let mut held = Vec::new();
        for (directory, packing) in
            [(self.directory.clone(), Packing::Archive), (self.modules(), Packing::Module)]
        {
            for (path, bytes) in files_in(&directory)? {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let Some(file) = published_file(name).filter(|file| Packing::of(file.format) == packing)
                else {
                    continue;
                };
                let sha256 = match packing {
                    Packing::Archive => {
                        let Some(sum) = read_sum(&sum_path(&path)) else { continue };
                        Some(sum)
                    }
                    Packing::Module => None,
                };
                let note = file::read_text_limited(&self.note_path(&path), NOTE).unwrap_or_default();
                held.push(MirrorFile {
                    wanted: file.wanted,
                    format: file.format,
                    path,
                    bytes,
                    proven_bytes: note.trim_end().parse().ok(),
                    known_damaged: note == DAMAGED,
                    sha256,
                });
            }
        }
        held.sort_by(|a, b| {
            let key = |held: &MirrorFile| (held.wanted.name.clone(), held.path.clone());
            key(a).cmp(&key(b))
        });
        Ok(held)
    }

    /// Writes the lists over what is held: the index of archives, and the versions of the module.
    pub fn write_lists(&self) -> Result<(), MirrorError> {
        let held = self.held()?;
        let archives: Vec<IndexedArchive> = held.iter().filter_map(indexed).collect();
        let index = self.directory.join("index.json");
        if !archives.is_empty() || index.exists() {
            write_changed(&index, &archive_index(&archives))?;
        }
        let mut versions: Vec<String> = held
            .iter()
            .filter(|held| held.format == Format::ModuleZip)
            .map(|held| format!("{}\n", held.wanted.module_version()))
            .collect();
        versions.sort();
        let list = self.modules().join("list");
        if !versions.is_empty() || list.exists() {
            write_changed(&list, versions.concat().as_bytes())?;
        }
        Ok(())
    }

    /// Writes down that a file is damaged, so that every run looks at it until another took its place: a file that were
    /// removed would be forgotten. One whose length is not the proven one tells it by itself.
    pub fn record_damage(&self, held: &MirrorFile) -> Result<(), MirrorError> {
        if held.is_as_proven() || held.proven_bytes.is_none() {
            write_changed(&self.note_path(&held.path), DAMAGED.as_bytes())?;
        }
        Ok(())
    }

    /// Writes down that a file was proven with the length that it has.
    pub fn record_length(&self, held: &MirrorFile) -> Result<(), MirrorError> {
        write_changed(&self.note_path(&held.path), format!("{}\n", held.bytes).as_bytes())?;
        Ok(())
    }

    /// Where the length of a file is written down.
    fn note_path(&self, file: &Path) -> PathBuf {
        self.directory.join(WORK).join("files").join(file.file_name().unwrap_or_default())
    }

    /// Where the module's versions are.
    fn modules(&self) -> PathBuf {
        self.directory.join("golang.org").join("toolchain").join("@v")
    }
}

fn indexed(held: &MirrorFile) -> Option<IndexedArchive> {
    let file_name = held.path.file_name()?.to_str()?.to_owned();
    Some(IndexedArchive {
        file_name,
        sha256: held.sha256?.to_string(),
        size: held.proven_bytes.unwrap_or(held.bytes),
    })
}

/// The regular files of a directory with their lengths; none if there is no directory.
fn files_in(directory: &Path) -> Result<Vec<(PathBuf, u64)>, MirrorError> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(FileError::at("read", directory))?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(FileError::at("read", directory))?.path();
        // A link into another place of the same disk is as good as a file.
        if let Some(metadata) = fs::metadata(&path).ok().filter(fs::Metadata::is_file) {
            files.push((path, metadata.len()));
        }
    }
    Ok(files)
}

/// `FILE.sha256`
fn sum_path(archive: &Path) -> PathBuf {
    let mut name = archive.as_os_str().to_owned();
    name.push(".sha256");
    name.into()
}

/// The sum in a file: 64 digits, perhaps with a name behind them.
fn read_sum(path: &Path) -> Option<Digest> {
    file::read_text_limited(path, NOTE).ok()?.split_whitespace().next()?.parse().ok()
}

/// Gives a file its content by one rename, unless it has it already. Says whether it changed.
fn write_changed(path: &Path, bytes: &[u8]) -> Result<bool, MirrorError> {
    if file::read_limited(path, bytes.len() as u64).is_ok_and(|known| known == bytes) {
        return Ok(false);
    }
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(FileError::at("create", directory))?;
    }
    file::write_atomically(path, bytes).map_err(FileError::at("write", path))?;
    Ok(true)
}

/// What stands in the place of a length when the file is damaged.
const DAMAGED: &str = "damaged\n";
/// Bytes of a file with a sum or a length.
const NOTE: u64 = 4096;
/// The part that is not served.
const WORK: &str = ".gover-mirror";
