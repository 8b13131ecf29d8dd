//! Modules beside the toolchains, as a GOPROXY serves them: those that go.sum files name.
//!
//! A module is proven by the hashes in go.sum, and by its record in the checksum database unless it
//! is private. As with toolchains, the log is written first, then `.mod` and `.info`, then the zip by
//! a rename, and lists last. `.gover-mirror/modules/` has the length and hash of each proven zip.

mod fault;
mod held;

use std::path::{Path, PathBuf};

use futures_util::{StreamExt, stream};
use gover_archive::digest::{FileDigest, Sha256, hash1};
use gover_archive::{Container, Guard, Limits, Progress, unpack};
use gover_log::{LogRecord, escape_path, escape_version};
use gover_source::Supply;
use gover_sys::file;

use self::fault::Expected;
pub use self::fault::ModuleFault;
pub use self::held::HeldZip;
use super::{Mirror, MirrorError, NOTE, WORK, write_changed};
use crate::files::{self, FileError};

/// A hash in a go.sum file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    pub h1: String,
    /// File and line, for messages.
    pub place: String,
}

/// A module version that projects need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededModule {
    pub module: String,
    pub version: String,
    pub go_mod: Vec<Sum>,
    /// Empty if builds read only its go.mod file.
    pub zip: Vec<Sum>,
}

/// The proven records of a module version; none if the checksum database must not know it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleRecords {
    pub go_mod: Option<LogRecord>,
    pub zip: Option<LogRecord>,
}

/// A module version in the mirror.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldModule {
    /// Of its zip, or else of its go.mod file.
    pub bytes: u64,
    /// Where a file that this run added came from, without credentials.
    pub source: Option<String>,
    pub added: bool,
    /// Whether a damaged file was replaced.
    pub repaired: bool,
}

impl NeededModule {
    pub fn name(&self) -> String {
        format!("{}@{}", self.module, self.version)
    }

    /// Fails if a go.sum names another hash than the checksum database.
    pub fn check(&self, records: &ModuleRecords) -> Result<(), MirrorError> {
        for (sums, record) in [(&self.go_mod, &records.go_mod), (&self.zip, &records.zip)] {
            let Some(record) = record else { continue };
            if let Some(sum) = sums.iter().find(|sum| sum.h1 != record.h1) {
                return Err(ModuleFault::disagreement(self, sum, record).into());
            }
        }
        Ok(())
    }
}

impl Mirror {
    /// Adds what is missing of modules, several at a time. `done` is called after each. The results
    /// have the order of `needed`. A module that is not available does not stop the others; one that
    /// differs from its hash does.
    pub async fn add_modules(
        &self,
        needed: &[(NeededModule, ModuleRecords)],
        verify: bool,
        supply: &Supply,
        done: &dyn Fn(&Result<HeldModule, MirrorError>),
    ) -> Result<Vec<Result<HeldModule, MirrorError>>, MirrorError> {
        let add = async |(needed, records): &(NeededModule, ModuleRecords)| {
            self.add_module(needed, records, verify, supply).await
        };
        let mut added = Vec::new();
        let mut adding = stream::iter(needed).map(add).buffered(AT_ONCE);
        while let Some(result) = adding.next().await {
            done(&result);
            match result {
                Err(error) if !error.is_missing() => return Err(error),
                result => added.push(result),
            }
        }
        Ok(added)
    }

    async fn add_module(
        &self,
        needed: &NeededModule,
        records: &ModuleRecords,
        verify: bool,
        supply: &Supply,
    ) -> Result<HeldModule, MirrorError> {
        let base = self.module_path(&needed.module, &needed.version)?;
        let mut held = HeldModule::default();
        self.add_go_mod((needed, records), supply, &mut held).await?;
        let info = base.with_added("info");
        if !info.exists() {
            let text = supply.module_version_info(&needed.module, &needed.version).await;
            held.added |= write_changed(&info, text.map_err(ModuleFault::get)?.as_bytes())?;
        }
        if !needed.zip.is_empty() {
            self.add_zip((needed, records), verify, supply, &mut held).await?;
        }
        Ok(held)
    }

    async fn add_go_mod(
        &self,
        (needed, records): (&NeededModule, &ModuleRecords),
        supply: &Supply,
        held: &mut HeldModule,
    ) -> Result<(), MirrorError> {
        let expected = &Expected::of(&needed.go_mod, records.go_mod.as_ref());
        let path = &self.module_path(&needed.module, &needed.version)?.with_added("mod");
        let file = format!("the go.mod file of {}", needed.name());
        if expected.is_empty() {
            return Err(ModuleFault::Unproven { name: needed.name() }.into());
        }
        if let Ok(bytes) = file::read_limited(path, MAX_GO_MOD) {
            held.bytes = bytes.len() as u64;
            if fault::check(&file, &go_mod_hash(&bytes)?, expected).is_ok() {
                return Ok(());
            }
            held.repaired = true;
        }
        let bytes = supply.module_go_mod(&needed.module, &needed.version).await.map_err(ModuleFault::get)?;
        fault::check(&file, &go_mod_hash(&bytes)?, expected)?;
        held.bytes = bytes.len() as u64;
        held.added |= write_changed(path, &bytes)?;
        Ok(())
    }

    async fn add_zip(
        &self,
        (needed, records): (&NeededModule, &ModuleRecords),
        verify: bool,
        supply: &Supply,
        held: &mut HeldModule,
    ) -> Result<(), MirrorError> {
        let expected = &Expected::of(&needed.zip, records.zip.as_ref());
        let path = self.module_path(&needed.module, &needed.version)?.with_added("zip");
        if let Some(bytes) = self.proven_zip(needed, expected, &path, verify).await? {
            held.bytes = bytes;
            return Ok(());
        }
        held.repaired |= path.exists();
        let zip = supply.module_zip(&needed.module, &needed.version, MAX_ZIP).await;
        let zip = zip.map_err(ModuleFault::get)?;
        let name = Sha256::of(needed.name().as_bytes()).to_string();
        let staged = self.work.staging().join(format!("{name}.zip"));
        files::create_directory(&self.work.staging())?;
        std::fs::write(&staged, &zip.bytes).map_err(FileError::at("write", &staged))?;
        held.bytes = zip.bytes.len() as u64;
        drop(zip.bytes);
        let proven = match zip_hash(&staged, &needed.name()).await {
            Ok(h1) => fault::check(&needed.name(), &h1, expected).map(|()| h1),
            Err(error) => Err(error),
        };
        let h1 = match proven {
            Ok(h1) => h1,
            Err(error) => {
                files::remove(&staged)?;
                return Err(error);
            }
        };
        // Complete even after a power loss.
        files::sync(&staged)?;
        files::rename(&staged, &path)?;
        self.note_zip(needed, held.bytes, &h1)?;
        (held.added, held.source) = (true, Some(zip.location.to_string()));
        Ok(())
    }

    /// The length of a zip that is in the mirror and proven. Its content is read only if its length
    /// changed since it was proven, or to `verify` it.
    async fn proven_zip(
        &self,
        needed: &NeededModule,
        expected: &[Expected],
        path: &Path,
        verify: bool,
    ) -> Result<Option<u64>, MirrorError> {
        let Ok(metadata) = std::fs::metadata(path) else { return Ok(None) };
        let bytes = metadata.len();
        let note = file::read_text_limited(&self.zip_note(needed)?, NOTE).unwrap_or_default();
        let known = note.trim_end().split_once(' ').filter(|(length, _)| length.parse() == Ok(bytes));
        if let Some((_, h1)) = known.filter(|_| !verify)
            && fault::check("", h1, expected).is_ok()
        {
            return Ok(Some(bytes));
        }
        match zip_hash(path, &needed.name()).await {
            Ok(h1) if fault::check("", &h1, expected).is_ok() => {
                self.note_zip(needed, bytes, &h1)?;
                Ok(Some(bytes))
            }
            Err(error) if !error.is_damage() => Err(error),
            _ => Ok(None),
        }
    }

    fn note_zip(&self, needed: &NeededModule, bytes: u64, h1: &str) -> Result<(), MirrorError> {
        write_changed(&self.zip_note(needed)?, format!("{bytes} {h1}\n").as_bytes()).map(drop)
    }

    fn zip_note(&self, needed: &NeededModule) -> Result<PathBuf, MirrorError> {
        version_path(self.module_notes(), &needed.module, &needed.version)
    }

    /// The path of its files in the mirror, without an extension.
    fn module_path(&self, module: &str, version: &str) -> Result<PathBuf, MirrorError> {
        version_path(self.directory.clone(), module, version)
    }

    fn module_notes(&self) -> PathBuf {
        self.directory.join(WORK).join("modules")
    }
}

fn version_path(mut root: PathBuf, module: &str, version: &str) -> Result<PathBuf, MirrorError> {
    let invalid = |source| ModuleFault::Name { name: format!("{module}@{version}"), source };
    root.extend(escape_path(module).map_err(invalid)?.split('/'));
    root.push("@v");
    root.push(escape_version(version).map_err(invalid)?);
    Ok(root)
}

trait WithAdded {
    /// The path with one more extension: a version has dots of its own.
    fn with_added(&self, extension: &str) -> PathBuf;
}

impl WithAdded for Path {
    fn with_added(&self, extension: &str) -> PathBuf {
        let mut path = self.as_os_str().to_owned();
        path.push(".");
        path.push(extension);
        path.into()
    }
}

/// The hash of a go.mod file (`x/mod/sumdb/dirhash.Hash1` of this one file).
fn go_mod_hash(bytes: &[u8]) -> Result<String, MirrorError> {
    Ok(hash1(vec![("go.mod".to_owned(), Sha256::of(bytes))]).map_err(ModuleFault::from)?)
}

/// The hash of a module zip, of which every entry is read.
async fn zip_hash(path: &Path, name: &str) -> Result<String, MirrorError> {
    let (path, owned) = (path.to_owned(), name.to_owned());
    let read = move || {
        let guard = Guard::for_directory(&owned, LIMITS);
        let files = unpack(&path, Container::Zip, None, guard, &Progress::default());
        let files = files.map_err(|source| ModuleFault::Zip { name: owned.clone(), source })?.files;
        let full = |file: &FileDigest| (format!("{owned}/{}", file.path), file.digest);
        hash1(files.iter().map(full).collect()).map_err(ModuleFault::from)
    };
    let read = tokio::task::spawn_blocking(read).await;
    Ok(read.map_err(|source| ModuleFault::Defect { name: name.to_owned(), source })??)
}

/// Zips are kept in memory while they arrive.
const AT_ONCE: usize = 4;

/// As in Go (`x/mod/zip.MaxGoMod`, `MaxZipFile`), which applies the latter to the unpacked files too.
const MAX_GO_MOD: u64 = 16 << 20;
const MAX_ZIP: u64 = 500 << 20;
const LIMITS: Limits = Limits { entries: 1 << 18, bytes: MAX_ZIP, names: 32 << 20 };
