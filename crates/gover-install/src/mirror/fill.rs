//! One toolchain into a mirror: downloaded, proven, and only then visible.

use gover_archive::digest::Sha256;
use gover_log::LogRecord;
use gover_source::{Artifact, Location, Proof, SourceSpec, SumOrigin, Supply, Wanted};

use super::{Mirror, MirrorError, MirrorFile, MirrorItem, Packing, sum_path, write_changed};
use crate::download::Downloader;
use crate::error::InstallError;
use crate::files::{self, FileError};
use crate::part_file::{PartFile, Received, discard_parts, kept_download};
use crate::proof::{Checked, Facts, LogNeed, LogResponse, Proven};
use crate::report::Reporter;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    pub held: MirrorFile,
    pub source: String,
}

impl Mirror {
    /// Downloads a toolchain, compares it with its record in the log, and publishes it. A download
    /// that breaks off is continued next time; one that is not what was released is deleted.
    pub async fn add(
        &self,
        item: &MirrorItem,
        record: &LogRecord,
        downloader: Downloader<'_>,
    ) -> Result<Added, MirrorError> {
        let MirrorItem { wanted, packing } = item;
        let name = wanted.module_version();
        let mut part = PartFile::new(&self.work, &name, &self.lock)?;
        let label = label_of(wanted);
        let proven = loop {
            let result = match downloader.release(wanted, &label, &mut part).await {
                Ok((file, _)) => prove(file, record, (&label, downloader.reporter)).await,
                Err(error) => Err(error),
            };
            match result {
                Ok(proven) => break proven,
                Err(error) => part = part.start_over(error, &self.lock)?,
            }
        };
        drop(part);
        let artifact = &proven.facts().artifact;
        let source = artifact.source.label();
        if packing.is_some_and(|packing| packing != Packing::of(artifact.format)) {
            discard_parts(&self.work, &name, &self.lock);
            let file = artifact.file_name.clone();
            return Err(MirrorError::Packing { file, source_label: source });
        }
        let held = self.publish(proven, downloader.supply).await?;
        discard_parts(&self.work, &name, &self.lock);
        Ok(Added { held, source })
    }

    /// Tells how much of an item an unfinished download left, whenever it is asked.
    pub fn part_download(&self, item: &MirrorItem) -> impl Fn() -> u64 + Send + Sync + use<> {
        let (cache, name) = (self.work.cache(), item.wanted.module_version());
        move || kept_download(&cache, &name)
    }

    /// Proves a file of the mirror again. Only an error that [is damage](MirrorError::is_damage)
    /// says something about the file.
    pub async fn check(
        &self,
        held: &MirrorFile,
        record: &LogRecord,
        reporter: &dyn Reporter,
    ) -> Result<(), MirrorError> {
        let file = self.checked(held).await?;
        let label = label_of(&held.wanted);
        Ok(prove(file, record, (&label, reporter)).await.map(drop)?)
    }

    /// A file of the mirror, compared with its checksum if it has one.
    pub(super) async fn checked(&self, held: &MirrorFile) -> Result<Checked, MirrorError> {
        let MirrorFile { path, wanted, format, bytes, sha256, .. } = held;
        // Read it once before it is unpacked, where an unreadable file would look damaged.
        let digest = {
            let path = path.clone();
            let sum = tokio::task::spawn_blocking(move || Sha256::of_file(&path)).await;
            sum.map_err(|source| InstallError::Defect { name: wanted.name.to_string(), source })?
        };
        let digest = digest.map_err(FileError::at("read", path))?;
        let artifact = Artifact {
            wanted: wanted.clone(),
            source: SourceSpec::Directory(self.directory.clone()),
            file_name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            format: *format,
            location: Location::File(path.clone()),
            size: None,
            proof: sha256.map_or(Proof::Log, |sum| Proof::Sha256 {
                hex: sum.to_string(),
                origin: SumOrigin::ChecksumFile,
            }),
        };
        Ok(Checked::new(artifact, Received { path: path.clone(), digest, bytes: *bytes })?)
    }

    /// Makes a proven file visible, after the files that describe it.
    async fn publish(&self, proven: Proven<()>, supply: &Supply) -> Result<MirrorFile, MirrorError> {
        let Facts { artifact, received, .. } = proven.facts();
        let nothing = || InstallError::NoDownload { file: artifact.file_name.clone() };
        let received = received.as_ref().ok_or_else(nothing)?;
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
        // Complete even after a power loss.
        files::sync(&received.path)?;
        files::rename(&received.path, &path)?;
        let held = MirrorFile {
            wanted: artifact.wanted.clone(),
            format: artifact.format,
            path,
            bytes: received.bytes,
            proven_bytes: Some(received.bytes),
            known_damaged: false,
            sha256,
        };
        self.record_length(&held)?;
        Ok(held)
    }
}

/// What progress calls a file.
fn label_of(wanted: &Wanted) -> String {
    format!("{}.{}", wanted.name, wanted.platform)
}

async fn prove(
    file: Checked,
    record: &LogRecord,
    (label, reporter): (&str, &dyn Reporter),
) -> Result<Proven<()>, InstallError> {
    file.examine(label, reporter).await?.prove(LogResponse::Ended(Ok(record.clone())), LogNeed::Required)
}

/// The go.mod of every toolchain, which the log records too.
const GO_MOD: &[u8] = b"module golang.org/toolchain\n";

#[cfg(test)]
mod tests {
    use std::fs;

    use gover_source::Format;

    use super::*;
    use crate::report::Silent;

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_not_called_damaged() {
        let root = tempfile::tempdir().unwrap();
        let mirror = Mirror::open(root.path(), || {}).unwrap();
        let file = "v0.0.1-go1.91.2.linux-amd64.zip";
        let wanted = gover_source::published_file(file).unwrap().wanted;
        let path = root.path().join(file);
        let held = MirrorFile {
            wanted,
            format: Format::ModuleZip,
            path: path.clone(),
            bytes: 3,
            proven_bytes: None,
            known_damaged: false,
            sha256: None,
        };
        let record = LogRecord { h1: "h1:".to_owned(), id: 1, tree_size: 2, database: "sum.test".to_owned() };
        let error = mirror.check(&held, &record, &Silent).await.unwrap_err();
        assert!(!error.is_damage(), "{error:?}");
        fs::write(&path, "PK\x03\x04 and no more").unwrap();
        let error = mirror.check(&held, &record, &Silent).await.unwrap_err();
        assert!(error.is_damage(), "{error:?}");
        // A checksum changes neither.
        let held = MirrorFile { sha256: Some(Sha256::of_file(&path).unwrap()), ..held };
        assert!(mirror.check(&held, &record, &Silent).await.unwrap_err().is_damage());
        fs::remove_file(&path).unwrap();
        assert!(!mirror.check(&held, &record, &Silent).await.unwrap_err().is_damage());
    }
}
