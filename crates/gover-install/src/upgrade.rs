//! Installs a release from what is installed already and the bytes that differ: by a patch bundle,
//! or else by the changed entries of a module zip, if a server grants ranges.
//!
//! This is only a faster way to the same tree. The checksum database must prove the result, and
//! whatever goes wrong, the caller downloads the whole file instead.

use std::fmt;
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gover_archive::digest::Sha256;
use gover_archive::patch::{Listed, Patch, PatchError};
use gover_archive::{Coverage, Limits, PartialZip, Progress, Unpacked};
use gover_core::inventory::{candidates, is_installed};
use gover_core::{Layout, ToolchainName};
use gover_log::LogRecord;
use gover_source::{LookupError, RangedZip, SupplyError, Wanted};
use gover_sys::{Lock, file};

use crate::file_list::FileList;
use crate::files::{self, FileError};
use crate::part_file::{PartFile, Received};
use crate::pipeline::{InstallRequest, Installer, Ready};
use crate::proof::{LogNeed, LogResponse, Unproven, contents};
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
    /// The other patch releases of the same minor, for the same platform: first the older ones, the
    /// newest first, then the newer ones.
    fn all(layout: &Layout, wanted: &Wanted) -> Vec<ToolchainName> {
        let version = wanted.name.version();
        let is_usable = |name: &ToolchainName| {
            name.is_release()
                && *name != wanted.name
                && name.version().same_language(version)
                && is_installed(layout, name)
                && is_for(layout, name, wanted)
        };
        let names = candidates(layout).unwrap_or_default().into_iter().filter(is_usable);
        let (mut bases, newer): (Vec<_>, Vec<_>) = names.partition(|name| *name < wanted.name);
        bases.reverse();
        bases.extend(newer);
        bases
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
    fn of_supply(error: SupplyError) -> Self {
        match error.failures().first() {
            Some(failure) => Self(failure.to_string()),
            None => Self::because(error),
        }
    }

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
    /// Makes a release from an installed one and the bytes that differ, and proves it. If that is not
    /// possible, removes what it wrote, and returns an empty staging directory.
    pub(crate) async fn upgrade(
        &self,
        request: &InstallRequest,
        staging: Staging,
        lock: &Lock,
    ) -> Result<Result<Ready, Staging>, FileError> {
        let name = request.wanted.name.as_str();
        let bases = Base::all(self.layout, &request.wanted);
        // Without the checksum database, nothing would prove the result.
        if bases.is_empty() || self.supply.database_name().is_err() {
            return Ok(Err(staging));
        }
        let older: Vec<_> =
            bases.iter().filter(|base| **base < request.wanted.name).take(MAX_BASES).cloned().collect();
        let mut part = PartFile::new(self.layout, name, lock)?.at_most(MAX_BUNDLE);
        let mut made = Box::pin(self.by_bundle(request, &older, staging, &mut part)).await;
        if !matches!(made, Ok(Some(_))) {
            part.delete();
        }
        if let (Ok(None), Some(base)) = (&made, bases.first()) {
            let staging = Staging::create(self.layout, name, lock)?;
            made = Box::pin(self.by_parts(request, base, staging)).await;
        }
        match made {
            Ok(Some(ready)) => return Ok(Ok(ready)),
            Ok(None) => {}
            Err(doubt) => self.reporter.fell_back(name, &doubt.to_string()),
        }
        Ok(Err(Staging::create(self.layout, name, lock)?))
    }

    /// `None` if no source has a bundle.
    async fn by_bundle(
        &self,
        request: &InstallRequest,
        bases: &[ToolchainName],
        staging: Staging,
        part: &mut PartFile,
    ) -> Result<Option<Ready>, Doubt> {
        let wanted = &request.wanted;
        let turn = self.turn(wanted.name.as_str()).await.map_err(Doubt::because)?;
        let progress = DownloadProgress::new(self.reporter, wanted.name.as_str());
        let result = self.supply.bundle(wanted, bases, part, &progress).await;
        progress.finish(Outcome::of(&result));
        drop(turn);
        let Some((artifact, transition)) = result.map_err(Doubt::of_supply)? else { return Ok(None) };
        let received = part.received(&artifact).map_err(Doubt::because)?;
        let base = Base::read(self.layout, &transition.base)?;
        let name = base.name.clone();
        let patch = Patch::open(&received.path).map_err(Doubt::because)?;
        if *patch.transition() != transition {
            return Err(Doubt(format!("{} is the bundle of another release", artifact.file_name)));
        }
        let record = self.supply.lookup(wanted);
        let (bytes, tree) = (base.bytes, staging.tree());
        let apply = move |progress: &Progress| {
            let Base { root, list, .. } = base;
            patch.apply(Listed { root: &root, files: &list.files }, &tree, Limits::default(), progress)
        };
        let (record, unpacked) = tokio::join!(record, self.write(wanted, bytes, apply));
        let tree = Unproven::assembled((artifact, received), name, unpacked?, staging);
        self.proven(request, tree, record).await.map(Some)
    }

    /// `None` if no source serves parts of the module zip.
    async fn by_parts(
        &self,
        request: &InstallRequest,
        base: &ToolchainName,
        staging: Staging,
    ) -> Result<Option<Ready>, Doubt> {
        let wanted = &request.wanted;
        let turn = self.turn(wanted.name.as_str()).await.map_err(Doubt::because)?;
        let zip = self.supply.ranged_module(wanted).await;
        let Some(zip) = zip.map_err(|failure| Doubt(failure.to_string()))? else { return Ok(None) };
        let base = Base::read(self.layout, base)?;
        let name = base.name.clone();
        let partial = self.compare(&zip, base).await?;
        let missing: u64 = partial.spans().iter().map(|span| span.end - span.start).sum();
        if missing > zip.end().total() / 4 * 3 {
            return Err(Doubt(format!("most of it differs from {name}")));
        }
        let record = self.supply.lookup(wanted);
        let written = async {
            let (partial, tree, parts) = (Arc::new(partial), staging.tree(), staging.parts());
            let (base_files, target) = (Arc::clone(&partial), tree.clone());
            let copy = move || base_files.copy(&target, &Progress::default());
            // Both end before the tree is removed, whichever fails.
            let (received, copied) =
                tokio::join!(self.fetch(&zip, partial.spans(), &parts), tokio::task::spawn_blocking(copy));
            drop(turn);
            let (received, copied) = (received?, copied.map_err(Doubt::because)?.map_err(Doubt::because)?);
            let unpack = move |progress: &Progress| Ok(partial.unpack(&parts, copied, &tree, progress)?);
            let unpacked = self.write(wanted, missing, unpack).await?;
            // It has been read, and takes up room.
            drop(files::remove(&received.path));
            Ok((received, unpacked))
        };
        let (record, written) = tokio::join!(record, written);
        let (received, unpacked) = written?;
        let tree = Unproven::assembled((zip.artifact, received), name, unpacked, staging);
        self.proven(request, tree, record).await.map(Some)
    }

    /// Compares the directory of a zip with the files of the base.
    async fn compare(&self, zip: &RangedZip, base: Base) -> Result<PartialZip, Doubt> {
        let (_, guard) = contents(&zip.artifact, Coverage::Module);
        let end = zip.end().clone();
        let task = Task { toolchain: zip.artifact.wanted.name.as_str(), phase: Phase::Compare };
        let id = self.reporter.start(task, None);
        let compare = move || {
            let Base { root, list, .. } = base;
            end.compare(Listed { root: &root, files: &list.files }, guard)
        };
        let compared = tokio::task::spawn_blocking(compare).await;
        self.reporter.finish(id, Outcome::of(&compared));
        compared.map_err(Doubt::because)?.map_err(Doubt::because)
    }

    /// Fetches parts of a zip into a new file, and its directory after them.
    async fn fetch(&self, zip: &RangedZip, spans: &[Range<u64>], to: &Path) -> Result<Received, Doubt> {
        let failed = |error| Doubt::because(FileError::at("write", to)(error));
        let mut parts = file::create_with_mode(to, false).map_err(failed)?;
        let progress = DownloadProgress::new(self.reporter, zip.artifact.wanted.name.as_str());
        let fetched = self.supply.fetch_parts(zip, spans, &parts, &progress).await;
        progress.finish(Outcome::of(&fetched));
        fetched.map_err(Doubt::of_supply)?;
        let append = |parts: &mut File| {
            parts.seek(SeekFrom::End(0))?;
            parts.write_all(zip.end().bytes())?;
            parts.metadata()
        };
        let bytes = append(&mut parts).map_err(failed)?.len();
        let digest = Sha256::of_file(to).map_err(failed)?;
        Ok(Received { path: to.to_owned(), digest, bytes })
    }

    async fn proven(
        &self,
        InstallRequest { wanted, smoke, .. }: &InstallRequest,
        tree: Unproven<Staging>,
        record: Result<LogRecord, LookupError>,
    ) -> Result<Ready, Doubt> {
        let prove = Box::pin(async {
            let tree = tree.prove(LogResponse::Ended(record), LogNeed::Required)?;
            self.run(tree, Vec::new(), *smoke)
        });
        self.phase(wanted.name.as_str(), Phase::Prove, prove).await.map_err(Doubt::because)
    }

    /// Writes the new tree, or the rest of it, and hashes it. About `bytes` are read for it.
    async fn write(
        &self,
        wanted: &Wanted,
        bytes: u64,
        write: impl FnOnce(&Progress) -> Result<Unpacked, PatchError> + Send + 'static,
    ) -> Result<Unpacked, Doubt> {
        let progress = Arc::new(Progress::default());
        let seen = Arc::clone(&progress);
        let work = tokio::task::spawn_blocking(move || write(&progress));
        let task = Task { toolchain: wanted.name.as_str(), phase: Phase::Unpack };
        let result = watched(work, &seen, (task, bytes), self.reporter).await;
        result.map_err(Doubt::because)?.map_err(Doubt::because)
    }
}

/// How many installed toolchains mirrors are asked about.
const MAX_BASES: usize = 3;
/// The most bytes of a bundle. One that leads to the next patch release has about 3 MB.
const MAX_BUNDLE: u64 = 32 << 20;
