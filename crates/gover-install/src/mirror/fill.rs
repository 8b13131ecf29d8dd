//! One toolchain into a mirror: fetched, proven, and only then shown.

use std::fs;
use std::path::{Path, PathBuf};

use gover_archive::digest::{Sha256, module_version, tree_hash};
use gover_archive::{Container, Coverage, Guard, Limits};
use gover_log::LogRecord;
use gover_source::{Artifact, Disguise, Download, Format, Proof, Supply, Wanted};
use gover_sys::file;

use super::{Held, Mirror, MirrorError, Packing, Wish, sum_path, write_changed};
use crate::error::{Contradiction, InstallError, KnownSum, Mismatch};
use crate::file_error::FileError;
use crate::part_file::{PartFile, Received, discard_parts, head_of};
use crate::pipeline::check_sum;
use crate::report::{Outcome, Progress, Reporter};

/// A file that came into the mirror.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The file.
    pub held: Held,
    /// The source that served it.
    pub source: String,
}

/// By what toolchains come.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// Where from.
    pub supply: &'a Supply,
    /// Who is told what goes on.
    pub reporter: &'a dyn Reporter,
}

impl Mirror {
    /// Fetches a toolchain, compares it with its record in the log, and shows it. A download that breaks off is kept and
    /// continued next time; one that is not what was released is deleted, and nothing of it is shown.
    pub async fn add(&self, wish: &Wish, record: &LogRecord, means: Means<'_>) -> Result<Added, MirrorError> {
        let Wish { wanted, packing } = wish;
        let name = wanted.module_version();
        let mut again = true;
        loop {
            let mut part = PartFile::new(&self.work, &name, &self.lock).map_err(MirrorError::File)?;
            if !again {
                part = part.in_one_piece();
            }
            let error = match self.obtain(wanted, record, means, &mut part).await {
                Ok((artifact, received)) => {
                    drop(part);
                    let came = Packing::of(artifact.format);
                    if packing.is_some_and(|packing| packing != came) {
                        discard_parts(&self.work, &name, &self.lock);
                        let (file, source_label) = (artifact.file_name.clone(), artifact.shown_source());
                        return Err(MirrorError::Packing { file, source_label });
                    }
                    let held = self.publish(&artifact, &received, means.supply).await?;
                    discard_parts(&self.work, &name, &self.lock);
                    return Ok(Added { held, source: artifact.shown_source() });
                }
                Err(error) => error,
            };
            let MirrorError::Fetch(fault) = &error else { return Err(error) };
            if !fault.keeps_download() {
                let pieced = part.is_pieced();
                drop(part);
                discard_parts(&self.work, &name, &self.lock);
                // Pieces of several answers may be wrong without anyone's fault.
                if pieced && fault.is_integrity() && std::mem::take(&mut again) {
                    continue;
                }
            }
            return Err(error);
        }
    }

    /// Proves a file that is there once more. Only an error that [is one of damage](MirrorError::is_damage) says something
    /// about the file.
    pub async fn check(&self, held: &Held, record: &LogRecord) -> Result<(), MirrorError> {
        let label = self.directory.display().to_string();
        let file = held.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(expected) = held.sha256 {
            let path = held.path.clone();
            let sum = blocking(&file, move || Sha256::of_file(&path)).await?;
            let received = sum.map_err(FileError::at("read", &held.path))?;
            if received != expected {
                let proof = Contradiction::Sha256 { origin: "the sum beside it".to_owned() };
                let (expected, received) = (expected.to_string(), received.to_string());
                let disguise = Disguise::of(&head_of(&held.path), held.format);
                let mismatch = Mismatch { file, source_label: label, expected, received, proof, disguise };
                return Err(InstallError::Contradicted(Box::new(mismatch)).into());
            }
        }
        let sum = if held.sha256.is_some() { KnownSum::Published } else { KnownSum::None };
        let (path, format, wanted) = (&held.path, held.format, &held.wanted);
        let proven = prove(&Subject { path, format, wanted, file: &file, label: &label, sum }, record).await;
        if proven.as_ref().is_err_and(MirrorError::is_damage) {
            // To those who unpack, a file that the disk does not give looks like a damaged one.
            let path = held.path.clone();
            let read = blocking(&file, move || Sha256::of_file(&path)).await?;
            read.map_err(FileError::at("read", &held.path))?;
        }
        proven
    }

    /// Downloads, and holds what came against everything that is known of it.
    async fn obtain(
        &self,
        wanted: &Wanted,
        record: &LogRecord,
        means: Means<'_>,
        part: &mut PartFile,
    ) -> Result<(Artifact, Received), MirrorError> {
        let progress = Progress::new(means.reporter, &format!("{}.{}", wanted.name, wanted.platform));
        let download = means.supply.download(wanted, part, &progress).await;
        progress.finish(if download.is_ok() { Outcome::Done } else { Outcome::Failed });
        let Download { artifact, .. } = download.map_err(InstallError::from)?;
        let (file, label) = (artifact.file_name.clone(), artifact.shown_source());
        let received = part.received().ok_or_else(|| InstallError::NoDownload { file: file.clone() })?;
        check_sum(&artifact, &received)?;
        let (path, format, sum) = (&received.path, artifact.format, KnownSum::from(&artifact.proof));
        prove(&Subject { path, format, wanted, file: &file, label: &label, sum }, record).await?;
        if Packing::of(artifact.format) == Packing::Archive && artifact.proof == Proof::Log {
            return Err(MirrorError::Unproven { file, source_label: label });
        }
        Ok((artifact, received))
    }

    /// Shows a proven file; what describes it comes first.
    async fn publish(
        &self,
        artifact: &Artifact,
        received: &Received,
        supply: &Supply,
    ) -> Result<Held, MirrorError> {
        let (path, sha256) = match Packing::of(artifact.format) {
            Packing::Archive => {
                let path = self.directory.join(&artifact.file_name);
                write_changed(&sum_path(&path), received.digest.to_string().as_bytes())?;
                (path, Some(received.digest))
            }
            Packing::Module => {
                let path = self.modules().join(&artifact.file_name);
                write_changed(&path.with_extension("mod"), GO_MOD)?;
                let info = supply.module_info(artifact).await;
                write_changed(&path.with_extension("info"), info.as_bytes())?;
                (path, None)
            }
        };
        show(&received.path, &path)?;
        let (wanted, bytes) = (artifact.wanted.clone(), received.bytes);
        let held = Held {
            wanted,
            format: artifact.format,
            path,
            bytes,
            proven_bytes: Some(bytes),
            known_damaged: false,
            sha256,
        };
        self.note(&held)?;
        Ok(held)
    }
}

/// Makes a finished download appear under its name, whole even after a power cut.
fn show(part: &Path, path: &Path) -> Result<(), MirrorError> {
    let synced = fs::OpenOptions::new().write(true).open(part).and_then(|file| file.sync_all());
    synced.map_err(FileError::at("sync", part))?;
    Ok(file::rename(part, path).map_err(FileError::renaming(part, path))?)
}

/// A file that is to be what its record says.
struct Subject<'a> {
    path: &'a Path,
    format: Format,
    wanted: &'a Wanted,
    /// Its name, for messages.
    file: &'a str,
    /// Where it came from, for messages.
    label: &'a str,
    sum: KnownSum,
}

/// Compares the tree in a file with the record of the log. Nothing is unpacked.
async fn prove(subject: &Subject<'_>, record: &LogRecord) -> Result<(), MirrorError> {
    let Subject { path, format, wanted, file, label, sum } = *subject;
    let module = module_version(&wanted.name, &wanted.platform);
    let limits = Limits::default();
    let (container, guard) = match format {
        Format::TarGz => (Container::TarGz, Guard::for_archive(Coverage::Everything, limits)),
        Format::Zip => (Container::Zip, Guard::for_archive(Coverage::Everything, limits)),
        Format::ModuleZip => (Container::Zip, Guard::for_module(&module, limits)),
    };
    let archive: PathBuf = path.to_owned();
    let examined = blocking(file, move || gover_archive::examine(&archive, container, guard)).await?;
    let (file, source_label) = (file.to_owned(), label.to_owned());
    let disguise = Disguise::of(&head_of(path), format);
    let examined = match examined {
        Ok(examined) => examined,
        Err(source) => {
            return Err(InstallError::Archive { file, source_label, disguise, sum, source }.into());
        }
    };
    let h1 = tree_hash(&examined.files, examined.hashed, &module).map_err(InstallError::from)?;
    if h1 == record.h1 {
        return Ok(());
    }
    let proof = Contradiction::Log { database: record.database.clone(), record: record.id };
    let (expected, disguise) = (record.h1.clone(), None);
    let mismatch = Mismatch { file, source_label, expected, received: h1, proof, disguise };
    Err(InstallError::Contradicted(Box::new(mismatch)).into())
}

/// What blocks for long runs on a thread of its own.
async fn blocking<T: Send + 'static>(
    file: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, MirrorError> {
    let result = tokio::task::spawn_blocking(work).await;
    Ok(result.map_err(|source| InstallError::Defect { name: file.to_owned(), source })?)
}

/// The go.mod of every toolchain, which the log records too.
const GO_MOD: &[u8] = b"module golang.org/toolchain\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_not_called_damaged() {
        let root = tempfile::tempdir().unwrap();
        let mirror = Mirror::open(root.path(), || {}).unwrap();
        let file = "v0.0.1-go1.91.2.linux-amd64.zip";
        let wanted = gover_source::published_file(file).unwrap().wanted;
        let path = root.path().join(file);
        let held = Held {
            wanted,
            format: Format::ModuleZip,
            path: path.clone(),
            bytes: 3,
            proven_bytes: None,
            known_damaged: false,
            sha256: None,
        };
        let record = LogRecord { h1: "h1:".to_owned(), id: 1, tree_size: 2, database: "sum.test".to_owned() };
        let error = mirror.check(&held, &record).await.unwrap_err();
        assert!(!error.is_damage(), "{error:?}");
        fs::write(&path, "PK\x03\x04 and no more").unwrap();
        let error = mirror.check(&held, &record).await.unwrap_err();
        assert!(error.is_damage(), "{error:?}");
        // A sum beside it changes neither.
        let held = Held { sha256: Some(Sha256::of_file(&path).unwrap()), ..held };
        assert!(mirror.check(&held, &record).await.unwrap_err().is_damage());
        fs::remove_file(&path).unwrap();
        assert!(!mirror.check(&held, &record).await.unwrap_err().is_damage());
    }
}
