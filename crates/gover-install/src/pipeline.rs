//! From a wanted toolchain to an installed one: lock, download and log side by side, verify, unpack into
//! staging, look at it, publish, write the receipt and the names.
//!
//! The one asynchronous file of this crate; what blocks for long runs on threads of its own.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::{Duration, SystemTime};

use gover_archive::digest::{Sha256, module_version};
use gover_archive::{ArchiveError, Container, Coverage, Guard, Limits, Unpacked};
use gover_core::inventory::is_installed;
use gover_core::{Env, Layout, ToolchainName};
use gover_log::LogRecord;
use gover_net::address::shown as shown_address;
use gover_source::{
    Artifact, Disguise, Download, Format, Location, LookupError, Proof, SourceFailure, Supply, Wanted,
};
use gover_sys::Lock;

use crate::disk_full::WriteFailure;
use crate::error::{Contradiction, InstallError, KnownSum, Mismatch};
use crate::file_error::{self, FileError};
use crate::file_list::FileList;
use crate::part_file::{PartFile, Received, discard_parts, head_of};
use crate::receipt::{ProofHeld, Receipt, installed_at};
use crate::report::{Outcome, Progress, Reporter, Task};
use crate::shims;
use crate::smoke::{self, Seen, Smoke};
use crate::staging::{Documents, Staging};

/// What is to be installed, and how strictly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallRequest {
    /// Which toolchain for which platform.
    pub wanted: Wanted,
    /// Replace it if it is there already.
    pub force: bool,
    /// Demand the transparency log for archives too (`require_sumdb`).
    pub require_log: bool,
    /// Whether its `go` can be run here.
    pub smoke: Smoke,
}

/// With what toolchains are installed.
#[derive(Clone, Copy)]
pub struct Installer<'a> {
    /// Where to.
    pub layout: &'a Layout,
    /// The environment of this process.
    pub env: &'a Env,
    /// Where from.
    pub supply: &'a Supply,
    /// Who is told what goes on.
    pub reporter: &'a dyn Reporter,
    /// The shim program that came with this gover; `None` leaves `bin/` alone.
    pub shim_program: Option<&'a Path>,
    /// How long the checksum database may still take when all else is done and nothing depends on it.
    pub log_patience: Duration,
}

/// A toolchain that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Which.
    pub name: ToolchainName,
    /// Its GOROOT.
    pub path: PathBuf,
    /// It was there before, and nothing was changed.
    pub reused: bool,
    /// What was written about it; `None` if it was there before.
    pub receipt: Option<Receipt>,
    /// Sources that could not serve, in the order they were tried.
    pub failures: Vec<SourceFailure>,
    /// Why the checksum database proves nothing, if it does not.
    pub log_failure: Option<String>,
    /// How closely it was looked at before it was published.
    pub seen: Seen,
}

impl Installed {
    /// A toolchain that was there before.
    pub fn reused(layout: &Layout, name: &ToolchainName) -> Self {
        Self {
            name: name.clone(),
            path: layout.toolchain(name),
            reused: true,
            receipt: None,
            failures: Vec::new(),
            log_failure: None,
            seen: Seen::Files,
        }
    }
}

/// Installs a toolchain, unless it is there and `force` is off.
///
/// Two calls at once are safe: the second waits for the first and finds its work done. On an error nothing of the
/// toolchain is visible that was not before, and nothing that failed a proof is kept.
pub async fn install(request: &InstallRequest, installer: &Installer<'_>) -> Result<Installed, InstallError> {
    let Installer { layout, .. } = *installer;
    let name = &request.wanted.name;
    if !shims::is_plain_name(name) {
        return Err(InstallError::UnusableName { name: name.to_string() });
    }
    if !request.force && is_installed(layout, name) {
        return Ok(Installed::reused(layout, name));
    }
    let lock = installer.lock(name.as_str()).await?;
    // Also puts right what a crash left, which may be the toolchain itself.
    let staging = Staging::create(layout, name.as_str(), &lock)?;
    if !request.force && is_installed(layout, name) {
        return Ok(Installed::reused(layout, name));
    }
    let mut again = true;
    let verified = loop {
        let part = PartFile::new(layout, name.as_str(), &lock)?;
        let mut part = if again { part } else { part.in_one_piece() };
        let result = installer.obtain(request, &staging.tree(), &mut part).await;
        let error = match result {
            Ok(verified) => break verified,
            Err(error) => error,
        };
        if !error.keeps_download() {
            let pieced = part.is_pieced();
            drop(part);
            discard_parts(layout, name.as_str(), &lock);
            // Bytes that a crash left, or that the same name had on another server of the source, may be wrong
            // without anyone's fault. In one piece they are somebody's.
            if pieced && error.is_integrity() && std::mem::take(&mut again) {
                staging.empty()?;
                continue;
            }
        }
        return Err(error);
    };
    installer.publish(staging, name, verified, &lock)
}

/// A tree in staging whose every proof held.
pub(crate) struct Verified {
    pub(crate) receipt: Receipt,
    pub(crate) list: Vec<u8>,
    pub(crate) failures: Vec<SourceFailure>,
    pub(crate) log_failure: Option<String>,
    pub(crate) seen: Seen,
}

/// A tree in staging whose archive is proven, or that only the log can prove.
struct Content {
    download: Download,
    received: Received,
    unpacked: Unpacked,
}

impl Installer<'_> {
    /// Takes a lock, and tells if that means waiting.
    ///
    /// Another task of this process may hold it, so waiting must not stop this thread.
    pub(crate) async fn lock(&self, name: &str) -> Result<Lock, InstallError> {
        let path = self.layout.lock(name);
        if let Some(lock) = Lock::try_acquire(&path).map_err(FileError::at("lock", &path))? {
            return Ok(lock);
        }
        let id = self.reporter.start(Task::Wait { toolchain: name }, None);
        let wait = path.clone();
        let result = tokio::task::spawn_blocking(move || Lock::acquire(&wait, || ())).await;
        self.reporter.finish(id, if matches!(result, Ok(Ok(_))) { Outcome::Done } else { Outcome::Failed });
        match result {
            Ok(lock) => Ok(lock.map_err(FileError::at("lock", &path))?),
            Err(source) => Err(InstallError::Defect { name: name.to_owned(), source }),
        }
    }

    /// Downloads, unpacks into `tree` and checks every proof there is, with the log asked meanwhile.
    async fn obtain(
        &self,
        request: &InstallRequest,
        tree: &Path,
        part: &mut PartFile,
    ) -> Result<Verified, InstallError> {
        let wanted = &request.wanted;
        let mut lookup = pin!(self.supply.lookup(wanted));
        let mut answer = None;
        let content = {
            let mut content = pin!(self.content(wanted, tree, part));
            loop {
                tokio::select! {
                    content = &mut content => break content,
                    record = &mut lookup, if answer.is_none() => answer = Some(record),
                }
            }
        };
        if content.is_err() {
            // The log may be on its way through a proxy that wants a password, which a person is typing.
            self.supply.clock().running().await;
        }
        let content = content?;
        let must = request.require_log || content.download.artifact.proof == Proof::Log;
        let mut answer = match answer {
            Some(answer) => Some(answer),
            None if must => Some(lookup.await),
            None => self.supply.clock().timeout(self.log_patience, lookup).await,
        };
        // A server that allows a client one connection refuses this one while the download has it.
        if must && matches!(&answer, Some(Err(error)) if error.is_unavailable()) {
            answer = Some(self.supply.lookup(wanted).await);
        }
        let by_index = !request.require_log && content.download.artifact.format != Format::ModuleZip;
        let by_index = by_index && !self.supply.has_index();
        let verified = verify(content, answer, must).map_err(|error| error.or_by_index(by_index))?;
        let Receipt { file, source, .. } = &verified.receipt;
        let seen = smoke::check(tree, &wanted.name, &wanted.platform, request.smoke, self.env);
        let seen = seen.map_err(|error| InstallError::Smoke {
            file: file.clone(),
            source_label: source.clone(),
            source: error,
        })?;
        Ok(Verified { seen, ..verified })
    }

    /// Downloads and unpacks; compares the sum of the file where one is known, before a byte is unpacked.
    async fn content(
        &self,
        wanted: &Wanted,
        tree: &Path,
        part: &mut PartFile,
    ) -> Result<Content, InstallError> {
        let progress = Progress::new(self.reporter, wanted.name.as_str());
        let download = self.supply.download(wanted, part, &progress).await;
        progress.finish(if download.is_ok() { Outcome::Done } else { Outcome::Failed });
        let download = download?;
        let artifact = &download.artifact;
        let received =
            part.received().ok_or_else(|| InstallError::NoDownload { file: artifact.file_name.clone() })?;
        check_sum(artifact, &received)?;
        let unpacked = self.unpack(artifact, &received.path, tree).await?;
        Ok(Content { download, received, unpacked })
    }

    /// Unpacks a file as what the artifact says it is, on other threads.
    pub(crate) async fn unpack(
        &self,
        artifact: &Artifact,
        file: &Path,
        tree: &Path,
    ) -> Result<Unpacked, InstallError> {
        let Wanted { name, platform } = &artifact.wanted;
        let coverage = match artifact.proof {
            Proof::Sha256 { .. } => Coverage::Everything,
            Proof::Log => Coverage::Module,
        };
        let limits = Limits::default();
        let (container, guard) = match artifact.format {
            Format::TarGz => (Container::TarGz, Guard::for_archive(coverage, limits)),
            Format::Zip => (Container::Zip, Guard::for_archive(coverage, limits)),
            Format::ModuleZip => (Container::Zip, Guard::for_module(&module_version(name, platform), limits)),
        };
        let id = self.reporter.start(Task::Unpack { toolchain: name.as_str() }, None);
        let free = gover_sys::file::available_space(tree);
        let (packed, tree) = (file.to_owned(), tree.to_owned());
        let work = move || gover_archive::unpack(&packed, container, &tree, guard);
        let result = tokio::task::spawn_blocking(work).await;
        self.reporter.finish(id, if matches!(result, Ok(Ok(_))) { Outcome::Done } else { Outcome::Failed });
        match result {
            Ok(unpacked) => unpacked.map_err(|error| not_unpacked(error, artifact, (file, container), free)),
            Err(source) => Err(InstallError::Defect { name: name.to_string(), source }),
        }
    }

    /// Makes a verified tree visible, with its receipt, its list of files and its name in `bin/`.
    pub(crate) fn publish(
        &self,
        staging: Staging,
        name: &ToolchainName,
        verified: Verified,
        lock: &Lock,
    ) -> Result<Installed, InstallError> {
        let Verified { receipt, list, failures, log_failure, seen } = verified;
        let documents = Documents { receipt: receipt.to_bytes(), list };
        let path = staging.publish(self.layout, name, &documents, lock);
        let path = path.map_err(|error| not_published(error, &receipt))?;
        self.refresh_shims().map_err(|source| InstallError::Shims { name: name.to_string(), source })?;
        let (name, receipt) = (name.clone(), Some(receipt));
        Ok(Installed { name, path, reused: false, receipt, failures, log_failure, seen })
    }

    fn refresh_shims(&self) -> Result<(), shims::ShimError> {
        let Some(program) = self.shim_program else { return Ok(()) };
        let path = self.layout.lock(shims::LOCK);
        // Held for an instant and never across an await, so waiting here cannot wait for this thread.
        let lock = Lock::acquire(&path, || ()).map_err(FileError::at("lock", &path))?;
        shims::refresh(self.layout, program, &lock).map(drop)
    }
}

/// Compares the sum of a whole file, where one is known.
pub(crate) fn check_sum(artifact: &Artifact, received: &Received) -> Result<(), InstallError> {
    let Proof::Sha256 { hex, origin } = &artifact.proof else { return Ok(()) };
    let sum = received.digest.to_string();
    if *hex == sum {
        return Ok(());
    }
    let proof = match origin {
        gover_source::SumOrigin::Given => Contradiction::Given,
        origin => Contradiction::Sha256 { origin: origin.to_string() },
    };
    Err(InstallError::Contradicted(Box::new(Mismatch {
        file: artifact.file_name.clone(),
        source_label: artifact.shown_source(),
        expected: hex.clone(),
        received: sum,
        proof,
        disguise: Disguise::of(&head_of(&received.path), artifact.format),
    })))
}

/// Compares the tree with the record of the log. `must`: nothing else proves it, or the user wants it so.
///
/// A record that contradicts is fatal whatever else holds; so is an answer that cannot be honest. A database that
/// cannot be reached is not, where the sum of the file held.
fn verify(
    content: Content,
    answer: Option<Result<LogRecord, LookupError>>,
    must: bool,
) -> Result<Verified, InstallError> {
    let Content { download: Download { artifact, failures, .. }, received, unpacked } = content;
    let (file, source_label) = (artifact.file_name.clone(), artifact.shown_source());
    let module = module_version(&artifact.wanted.name, &artifact.wanted.platform);
    let Unpacked { files, hashed, bytes } = unpacked;
    let list = FileList::new(files);
    let h1 = list.tree_hash(hashed, &module)?;
    let mut proofs = Vec::new();
    if let Proof::Sha256 { origin, .. } = &artifact.proof {
        proofs.push(ProofHeld::Sha256 { origin: origin.to_string() });
    }
    let log_failure = match answer {
        Some(Ok(record)) if record.h1 == h1 => {
            let LogRecord { database, id, tree_size, h1 } = record;
            proofs.push(ProofHeld::TransparencyLog { database, record: id, tree_size, h1 });
            None
        }
        Some(Ok(record)) => {
            let proof = Contradiction::Log { database: record.database, record: record.id };
            let expected = record.h1;
            let disguise = None;
            let mismatch = Mismatch { file, source_label, expected, received: h1, proof, disguise };
            return Err(InstallError::Contradicted(Box::new(mismatch)));
        }
        Some(Err(error)) if must || !error.is_unavailable() => {
            let source = Box::new(error);
            return Err(InstallError::NoProof { file, source_label, source, index_unasked: false });
        }
        Some(Err(error)) => Some(error.to_string()),
        None => Some("the checksum database did not respond in time".to_owned()),
    };
    let (receipt, list) = documents(&artifact, &received, &list, Tree { h1, bytes }, proofs);
    Ok(Verified { receipt, list, failures, log_failure, seen: Seen::Files })
}

/// What is known of a tree besides its files.
pub(crate) struct Tree {
    pub(crate) h1: String,
    /// The size of all files together.
    pub(crate) bytes: u64,
}

/// What is worth remembering of an installation: the receipt, and the list of files as text.
pub(crate) fn documents(
    artifact: &Artifact,
    received: &Received,
    list: &FileList,
    tree: Tree,
    proofs: Vec<ProofHeld>,
) -> (Receipt, Vec<u8>) {
    let text = list.to_text().into_bytes();
    let url = match &artifact.location {
        Location::Url(url) => Some(shown_address(url)),
        Location::File(_) => None,
    };
    let receipt = Receipt {
        name: artifact.wanted.name.to_string(),
        platform: artifact.wanted.platform.to_string(),
        source: artifact.shown_source(),
        url,
        file: artifact.file_name.clone(),
        file_bytes: received.bytes,
        sha256: received.digest.to_string(),
        h1: Some(tree.h1),
        files_sha256: Some(Sha256::of(&text).to_string()),
        proofs,
        installed_at: installed_at(SystemTime::now()),
        files: list.files().len() as u64,
        bytes: tree.bytes,
        gover: env!("CARGO_PKG_VERSION").to_owned(),
    };
    (receipt, text)
}

/// The error for an archive that was not unpacked, because of the archive or of the disk. `free` is
/// the space that was free before.
fn not_unpacked(
    source: ArchiveError,
    artifact: &Artifact,
    (file, container): (&Path, Container),
    free: Option<u64>,
) -> InstallError {
    let ArchiveError::Write { source: cause, .. } = &source else {
        return InstallError::Archive {
            file: artifact.file_name.clone(),
            source_label: artifact.shown_source(),
            disguise: Disguise::of(&head_of(file), artifact.format),
            sum: KnownSum::from(&artifact.proof),
            source,
        };
    };
    let kind = cause.kind();
    let needed = if file_error::is_full(kind) { gover_archive::unpacked_size(file, container) } else { None };
    let failure = WriteFailure {
        file: artifact.file_name.clone(),
        source_label: artifact.shown_source(),
        // A local file is there anyway, and a custom build is fetched anew each time.
        is_kept: matches!(artifact.location, Location::Url(_))
            && KnownSum::from(&artifact.proof) != KnownSum::Given,
        needed,
        free: free.filter(|_| needed.is_some()),
        kind,
    };
    InstallError::Disk { failure: Box::new(failure), source: Box::new(source) }
}

/// The error for a proven tree that could not be moved into place. Its download is still there.
fn not_published(error: FileError, receipt: &Receipt) -> InstallError {
    let kind = error.source.kind();
    if !file_error::is_full(kind) {
        return error.into();
    }
    let failure = WriteFailure {
        file: receipt.file.clone(),
        source_label: receipt.source.clone(),
        is_kept: receipt.url.is_some() && !receipt.proofs.contains(&ProofHeld::Given),
        needed: None,
        free: None,
        kind,
    };
    InstallError::Disk { failure: Box::new(failure), source: Box::new(error) }
}

#[cfg(test)]
#[path = "pipeline_tests.rs"]
mod tests;
