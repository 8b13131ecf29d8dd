//! Installs a release from what is installed already and the few bytes that differ.
//!
//! This is only a faster way to the same tree. The checksum database must prove the result, and
//! whatever goes wrong, the caller downloads the whole file instead.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use gover_archive::patch::{Listed, Patch};
use gover_archive::{Limits, Progress, Unpacked};
use gover_core::inventory::{candidates, is_installed};
use gover_core::{Layout, ToolchainName};
use gover_source::Wanted;
use gover_sys::Lock;

use crate::file_list::FileList;
use crate::files::FileError;
use crate::part_file::PartFile;
use crate::pipeline::{InstallRequest, Installer, Ready};
use crate::proof::{LogNeed, LogResponse, Unproven};
use crate::receipt::Receipt;
use crate::report::{DownloadProgress, Outcome, Phase, Task, watched};
use crate::staging::Staging;

/// An installed toolchain whose files may be used again.
struct Base {
    name: ToolchainName,
    root: PathBuf,
    list: FileList,
    bytes: u64,
}

impl Base {
    /// Older patch releases of the same minor, for the same platform, whose files are listed. The
    /// newest first.
    fn of_bundles(layout: &Layout, wanted: &Wanted) -> Vec<ToolchainName> {
        let version = wanted.name.version();
        let is_older = |name: &ToolchainName| {
            name.is_release() && name < &wanted.name && name.version().same_language(version)
        };
        let is_usable = |name: &ToolchainName| {
            is_older(name) && is_installed(layout, name) && is_for(layout, name, wanted)
        };
        let names = candidates(layout).unwrap_or_default();
        names.into_iter().rev().filter(is_usable).take(MAX_BASES).collect()
    }

    fn read(layout: &Layout, name: &ToolchainName) -> Result<Self, Doubt> {
        let receipt = Receipt::read(layout, name).map_err(Doubt::because)?;
        let list = FileList::read(&layout.file_list(name)).map_err(Doubt::because)?;
        let (Some(receipt), Some((list, _))) = (receipt, list) else {
            return Err(Doubt(format!("{name} has no list of its files")));
        };
        Ok(Self { name: name.clone(), root: layout.toolchain(name), list, bytes: receipt.bytes })
    }
}

/// Whether a toolchain has a receipt that says that it is for the same platform.
fn is_for(layout: &Layout, name: &ToolchainName, wanted: &Wanted) -> bool {
    let receipt = Receipt::read(layout, name);
    matches!(receipt, Ok(Some(receipt)) if receipt.platform == wanted.platform.to_string())
}

/// Why an upgrade was given up, in one line.
struct Doubt(String);

impl Doubt {
    fn because(error: impl std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text.extend([": ", &error.to_string()]);
            cause = error.source();
        }
        Self(text)
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Installer<'_> {
    /// Makes a release from an installed one and a patch bundle, up to publishing. If there is no
    /// such way here, nothing of the attempt is left, and the empty staging directory comes back.
    pub(crate) async fn upgrade(
        &self,
        request: &InstallRequest,
        staging: Staging,
        lock: &Lock,
    ) -> Result<Result<Ready, Staging>, FileError> {
        let name = request.wanted.name.as_str();
        let bases = Base::of_bundles(self.layout, &request.wanted);
        // Without the checksum database, nothing would prove the result.
        if bases.is_empty() || self.supply.database_name().is_err() {
            return Ok(Err(staging));
        }
        let mut part = PartFile::new(self.layout, name, lock)?.at_most(MAX_BUNDLE);
        match Box::pin(self.by_bundle(request, &bases, staging, &mut part)).await {
            Ok(Some(ready)) => return Ok(Ok(ready)),
            Ok(None) => {}
            Err(doubt) => self.reporter.fell_back(name, &doubt.to_string()),
        }
        part.delete();
        Ok(Err(Staging::create(self.layout, name, lock)?))
    }

    /// `None` if no source has a bundle.
    async fn by_bundle(
        &self,
        InstallRequest { wanted, smoke, .. }: &InstallRequest,
        bases: &[ToolchainName],
        staging: Staging,
        part: &mut PartFile,
    ) -> Result<Option<Ready>, Doubt> {
        let turn = self.turn(wanted.name.as_str()).await.map_err(Doubt::because)?;
        let progress = DownloadProgress::new(self.reporter, wanted.name.as_str());
        let result = self.supply.bundle(wanted, bases, part, &progress).await;
        progress.finish(Outcome::of(&result));
        drop(turn);
        let found = result.map_err(|error| match error.failures().first() {
            Some(failure) => Doubt(failure.to_string()),
            None => Doubt::because(error),
        })?;
        let Some((artifact, transition)) = found else { return Ok(None) };
        let received = part.received(&artifact).map_err(Doubt::because)?;
        let base = Base::read(self.layout, &transition.base)?;
        let name = base.name.clone();
        let patch = Patch::open(&received.path).map_err(Doubt::because)?;
        if *patch.transition() != transition {
            return Err(Doubt(format!("{} is the bundle of another release", artifact.file_name)));
        }
        let record = self.supply.lookup(wanted);
        let assembled = self.assemble(wanted, patch, base, staging.tree());
        let (record, unpacked) = tokio::join!(record, assembled);
        let tree = Unproven::assembled((artifact, received), name, unpacked?, staging);
        let prove = Box::pin(async {
            let tree = tree.prove(LogResponse::Ended(record), LogNeed::Required)?;
            self.run(tree, Vec::new(), *smoke)
        });
        self.phase(wanted.name.as_str(), Phase::Prove, prove).await.map(Some).map_err(Doubt::because)
    }

    /// Writes the new tree, and hashes all of it.
    async fn assemble(
        &self,
        wanted: &Wanted,
        patch: Patch,
        base: Base,
        tree: PathBuf,
    ) -> Result<Unpacked, Doubt> {
        let progress = Arc::new(Progress::default());
        let seen = Arc::clone(&progress);
        let Base { root, list, bytes, .. } = base;
        let work = tokio::task::spawn_blocking(move || {
            patch.apply(Listed { root: &root, files: &list.files }, &tree, Limits::default(), &progress)
        });
        let task = Task { toolchain: wanted.name.as_str(), phase: Phase::Unpack };
        let result = watched(work, &seen, (task, bytes), self.reporter).await;
        result.map_err(Doubt::because)?.map_err(Doubt::because)
    }
}

/// How many installed toolchains mirrors are asked about.
const MAX_BASES: usize = 3;
/// The most bytes of a bundle. One that leads to the next patch release has about 3 MB.
const MAX_BUNDLE: u64 = 32 << 20;
