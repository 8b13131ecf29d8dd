//! The first step of every install and of a mirror: a file from a source, with its checksum
//! compared.

use gover_source::{Artifact, Download, SourceFailure, Supply, SupplyError, Wanted};

use crate::custom_build;
use crate::error::InstallError;
use crate::part_file::PartFile;
use crate::proof::Checked;
use crate::report::{DownloadProgress, Outcome, Reporter};

#[derive(Clone, Copy)]
pub struct Downloader<'a> {
    pub supply: &'a Supply,
    pub reporter: &'a dyn Reporter,
}

impl Downloader<'_> {
    /// The file of the first source that serves it, and the failures of those asked before.
    pub(crate) async fn release(
        &self,
        wanted: &Wanted,
        label: &str,
        part: &mut PartFile,
    ) -> Result<(Checked, Vec<SourceFailure>), InstallError> {
        let progress = DownloadProgress::new(self.reporter, label);
        let result = self.supply.download(wanted, part, &progress).await;
        progress.finish(Outcome::of(&result));
        let Download { artifact, failures, .. } = result.map_err(Box::new)?;
        let received = part.received(&artifact)?;
        Ok((Checked::new(artifact, received)?, failures))
    }

    pub(crate) async fn custom_build(
        &self,
        mut artifact: Artifact,
        part: &mut PartFile,
    ) -> Result<Checked, InstallError> {
        let progress = DownloadProgress::new(self.reporter, &artifact.file_name);
        let result = self.supply.fetch(&artifact, part, &progress).await;
        progress.finish(Outcome::of(&result));
        result.map_err(|error| unreachable_file(&artifact, error))?;
        let received = part.received(&artifact)?;
        artifact.format = custom_build::format(&artifact, &received.path)?;
        Checked::new(artifact, received)
    }
}

/// A file has one location, so the first failure says why it was not fetched.
fn unreachable_file(artifact: &Artifact, error: SupplyError) -> InstallError {
    match error.failures().first() {
        Some(failure) => {
            InstallError::Given { location: artifact.location.to_string(), reason: failure.error.to_string() }
        }
        None => Box::new(error).into(),
    }
}
