//! A directory of releases for other machines: on any web server, or on a USB drive.
//!
//! ```text
//! go1.22.5.linux-amd64.tar.gz[.sha256]  archives, named as on the release site
//! index.json                            their index, as `?mode=json&include=all` has it
//! golang.org/toolchain/@v/              modules, as a GOPROXY has them: list, .info, .mod, .zip
//! PATH/@v/                              the modules of projects, in the same layout
//! patches/go1.22.4..go1.22.5.….gvp      patch bundles, for clients that have the first release
//! sumdb/NAME/                           the log: supported, latest, lookup/…, tile/8/…
//! .gover-mirror/                        private: the lock, downloads, published tree heads, and
//!                                       the proven length of each file, or that it is damaged
//! ```
//! A file becomes visible by a rename, after its tree was compared with the log. The log is written
//! first and lists last, so that clients see the old mirror or a larger one. Only one [`Mirror`] at
//! a time works on a directory.

mod fill;
mod log;
mod modules;
mod patches;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use gover_archive::digest::Digest;
use gover_archive::patch::PatchError;
use gover_core::{Diagnose, Exit, Layout};
use gover_source::{Format, IndexedArchive, LookupError, SupplyError, Wanted, archive_index, published_file};
use gover_sys::{Lock, file};

use crate::error::InstallError;
use crate::files::{FileError, create_directory, entries, remove};

pub use fill::Added;
pub use log::LogUpdate;
pub use modules::{HeldModule, HeldZip, ModuleFault, ModuleRecords, NeededModule, Sum};
pub use patches::{MirrorPatch, PatchPlan, UnpackedRelease};

/// A mirror directory, locked for this process.
#[derive(Debug)]
pub struct Mirror {
    directory: PathBuf,
    /// Its private directory, laid out like `GOVER_HOME`, so that downloads resume in the same way.
    work: Layout,
    lock: Lock,
}

/// A file of the mirror that was proven when it was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorFile {
    pub wanted: Wanted,
    pub format: Format,
    pub path: PathBuf,
    pub bytes: u64,
    /// The length when it was proven; `None` in a copy without the private directory.
    pub proven_bytes: Option<u64>,
    /// Whether it was found damaged although its length is right, and was not replaced yet.
    pub known_damaged: bool,
    pub sha256: Option<Digest>,
}

impl MirrorFile {
    /// Whether it still has the length that it was proven with. A partial copy has the same name.
    pub fn is_as_proven(&self) -> bool {
        self.proven_bytes == Some(self.bytes)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorItem {
    pub wanted: Wanted,
    /// `None` accepts what the sources have.
    pub packing: Option<Packing>,
}

impl MirrorItem {
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// The archive of the release site.
    Archive,
    /// The module of a GOPROXY.
    Module,
}

impl Packing {
    pub fn of(format: Format) -> Self {
        match format {
            Format::TarGz | Format::Zip => Self::Archive,
            Format::ModuleZip => Self::Module,
        }
    }
}

impl Mirror {
    /// Opens or creates a mirror. Calls `on_wait` before it waits for another process that uses it.
    pub fn open(directory: &Path, on_wait: impl FnOnce()) -> Result<Self, MirrorError> {
        create_directory(directory)?;
        let work = Layout::new(directory.join(WORK));
        let path = work.lock("mirror");
        let lock = Lock::acquire(&path, on_wait).map_err(FileError::at("lock", &path))?;
        // What a crash left of trees that were unpacked for patch bundles.
        remove(&work.staging())?;
        Ok(Self { directory: directory.to_owned(), work, lock })
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// By version and platform. An archive without a `.sha256` file is not gover's, and left out.
    pub fn held(&self) -> Result<Vec<MirrorFile>, MirrorError> {
        let mut held = Vec::new();
        for (directory, packing) in
            [(self.directory.clone(), Packing::Archive), (self.modules(), Packing::Module)]
        {
            for (path, bytes) in files_in(&directory)? {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let Some(file) = published_file(name) else { continue };
                let sha256 = (packing == Packing::Archive).then(|| read_sum(&sum_path(&path))).flatten();
                if Packing::of(file.format) != packing || (packing == Packing::Archive && sha256.is_none()) {
                    continue;
                }
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
        held.sort_by_cached_key(|held: &MirrorFile| (held.wanted.name.clone(), held.path.clone()));
        Ok(held)
    }

    /// Writes the index of archives and the list of module versions.
    pub fn write_lists(&self) -> Result<(), MirrorError> {
        let held = self.held()?;
        let archives: Vec<IndexedArchive> = held.iter().filter_map(indexed).collect();
        let index = self.directory.join(gover_source::INDEX_FILE);
        if !archives.is_empty() || index.exists() {
            write_changed(&index, &archive_index(&archives))?;
        }
        let modules = held.iter().filter(|held| held.format == Format::ModuleZip);
        let mut versions: Vec<String> =
            modules.map(|held| format!("{}\n", held.wanted.module_version())).collect();
        versions.sort();
        let list = self.modules().join("list");
        if !versions.is_empty() || list.exists() {
            write_changed(&list, versions.concat().as_bytes())?;
        }
        Ok(())
    }

    /// Records that a file is damaged, so that every run checks it until it is replaced; a removed
    /// file would be forgotten. If its length is wrong, that shows by itself.
    pub fn record_damage(&self, held: &MirrorFile) -> Result<(), MirrorError> {
        if held.is_as_proven() || held.proven_bytes.is_none() {
            write_changed(&self.note_path(&held.path), DAMAGED.as_bytes())?;
        }
        Ok(())
    }

    pub fn record_length(&self, held: &MirrorFile) -> Result<(), MirrorError> {
        write_changed(&self.note_path(&held.path), format!("{}\n", held.bytes).as_bytes()).map(drop)
    }

    fn note_path(&self, file: &Path) -> PathBuf {
        self.directory.join(WORK).join("files").join(file.file_name().unwrap_or_default())
    }

    fn modules(&self) -> PathBuf {
        self.directory.join("golang.org").join("toolchain").join("@v")
    }
}

fn indexed(held: &MirrorFile) -> Option<IndexedArchive> {
    let file_name = held.path.file_name()?.to_str()?.to_owned();
    let (sha256, size) = (held.sha256?.to_string(), held.proven_bytes.unwrap_or(held.bytes));
    Some(IndexedArchive { file_name, sha256, size })
}

/// The regular files of a directory with their lengths. Empty if the directory does not exist.
fn files_in(directory: &Path) -> Result<Vec<(PathBuf, u64)>, MirrorError> {
    let file = |path: PathBuf| {
        // A symbolic link to a file counts as a file.
        let metadata = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        Some((path, metadata.len()))
    };
    Ok(entries(directory)?.into_iter().filter_map(file).collect())
}

fn sum_path(archive: &Path) -> PathBuf {
    let mut name = archive.as_os_str().to_owned();
    name.push(".sha256");
    name.into()
}

/// The checksum in a file: 64 digits, perhaps followed by a name.
fn read_sum(path: &Path) -> Option<Digest> {
    file::read_text_limited(path, NOTE).ok()?.split_whitespace().next()?.parse().ok()
}

/// Writes a file by one rename, unless it has that content already. Returns whether it changed.
fn write_changed(path: &Path, bytes: &[u8]) -> Result<bool, MirrorError> {
    if file::read_limited(path, bytes.len() as u64).is_ok_and(|known| known == bytes) {
        return Ok(false);
    }
    if let Some(directory) = path.parent() {
        create_directory(directory)?;
    }
    file::replace_atomically(path, bytes).map_err(FileError::at("write", path))?;
    Ok(true)
}

/// The record of a damaged file, in place of a length.
const DAMAGED: &str = "damaged\n";
/// The most bytes of a file with a checksum or a length.
const NOTE: u64 = 4096;
const WORK: &str = ".gover-mirror";

/// Why something was not added to a mirror, which is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    #[error(transparent)]
    Fetch(#[from] InstallError),
    #[error("cannot get the record of {wanted} from the checksum database")]
    Record { wanted: Box<Wanted>, source: Box<LookupError> },
    #[error("cannot copy the proofs of the checksum database into the mirror")]
    Log { source: Box<LookupError> },
    /// Clients can do without.
    #[error("cannot make the patch bundle {name}")]
    Patch { name: String, source: Box<PatchError> },
    #[error("{source_label} has {file}, which is not in the requested format")]
    Packing { file: String, source_label: String },
    #[error(transparent)]
    Module(Box<ModuleFault>),
    #[error(transparent)]
    File(#[from] FileError),
}

impl MirrorError {
    /// The log has no proven record of a toolchain.
    pub fn record(wanted: &Wanted, source: LookupError) -> Self {
        Self::Record { wanted: Box::new(wanted.clone()), source: Box::new(source) }
    }

    fn log(source: LookupError) -> Self {
        Self::Log { source: Box::new(source) }
    }

    /// Whether a file is damaged, as opposed to one that could not be read.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Fetch(error) => error.is_integrity(),
            Self::Module(fault) => fault.is_damage(),
            _ => false,
        }
    }

    /// Whether only this file is unavailable, so that others may be available.
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Fetch(InstallError::Supply(error)) => {
                !matches!(**error, SupplyError::Integrity(_) | SupplyError::Write { .. })
            }
            Self::Record { source, .. } => source.is_unavailable(),
            Self::Fetch(InstallError::Unproven { .. }) | Self::Packing { .. } => true,
            Self::Module(fault) => fault.is_missing(),
            Self::Fetch(_) | Self::Log { .. } | Self::Patch { .. } | Self::File(_) => false,
        }
    }
}

impl Diagnose for MirrorError {
    fn details(&self) -> Vec<String> {
        match self {
            Self::Fetch(error) => error.details(),
            Self::Module(fault) => fault.details(),
            Self::Record { source, .. } | Self::Log { source } => source.details(),
            Self::Packing { .. } | Self::Patch { .. } | Self::File(_) => Vec::new(),
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            // The hints of such errors are about GOVER_HOME, not this directory.
            Self::Fetch(InstallError::File(_)) | Self::Patch { .. } | Self::File(_) => vec![DISK.to_owned()],
            Self::Fetch(InstallError::Supply(error)) if matches!(**error, SupplyError::Write { .. }) => {
                vec![DISK.to_owned()]
            }
            Self::Fetch(error) => error.hints(),
            Self::Module(fault) => fault.hints(),
            Self::Record { source, .. } | Self::Log { source } => source.hints(),
            Self::Packing { .. } => vec!["without `--format`, gover takes what the sources have".to_owned()],
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Fetch(error) => error.exit(),
            Self::Record { source, .. } | Self::Log { source } => source.exit(),
            Self::Packing { .. } | Self::Patch { .. } | Self::Module(_) | Self::File(_) => Exit::Failure,
        }
    }
}

const DISK: &str =
    "check the free space and the permissions of the mirror's directory, and run the command again";
