//! No proof, no publish: a file is [`Checked`], then its contents are [`Unproven`], and only
//! [`Unproven::prove`] turns them into [`Proven`], which is what staging and mirrors publish.
//!
//! The fields are private, so each of these types can only be made from the one before it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gover_archive::digest::{Hashed, module_version, tree_hash};
use gover_archive::{ArchiveError, Container, Coverage, Guard, Limits, Progress, Unpacked};
use gover_core::ToolchainName;
use gover_core::diagnose::is_full;
use gover_log::LogRecord;
use gover_source::{Artifact, Format, LikelyCause, LookupError, Proof, SumOrigin};
use serde::{Deserialize, Serialize};

use crate::error::{Contradiction, DownloadOrigin, InstallError, Mismatch};
use crate::file_list::FileList;
use crate::files::WriteFailure;
use crate::follow::{Follower, Streamed};
use crate::part_file::{Received, head_of};
use crate::report::{Phase, Reporter, Task, watched};
use crate::staging::Staging;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ProofHeld {
    /// The SHA-256 of the archive, which the `origin` published.
    Sha256 { origin: String },
    /// A record of the checksum database, with an inclusion proof in a log of `tree_size` records.
    TransparencyLog { database: String, record: u64, tree_size: u64, h1: String },
    /// The SHA-256 that the user gave.
    Given,
    /// A kind that a later gover knows.
    #[serde(other)]
    Unknown,
}

/// A downloaded file that has its published checksum, if there is one.
#[derive(Debug)]
pub(crate) struct Checked {
    artifact: Artifact,
    received: Received,
    sum: Option<ProofHeld>,
}

/// The contents of a checked file, in `place`, before they were compared with the log.
#[derive(Debug)]
pub(crate) struct Unproven<T> {
    artifact: Artifact,
    /// `None` if nothing was downloaded.
    received: Option<Received>,
    sum: Option<ProofHeld>,
    list: FileList,
    hashed: Hashed,
    bytes: u64,
    /// Whether the log's hash covers every file that was read.
    log_covers_all: bool,
    /// The installed toolchain that the other files come from.
    base: Option<ToolchainName>,
    place: T,
}

/// Contents that are what was released, or what the user gave the checksum of.
#[derive(Debug)]
pub(crate) struct Proven<T> {
    facts: Facts,
    place: T,
}

#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) artifact: Artifact,
    pub(crate) received: Option<Received>,
    pub(crate) base: Option<ToolchainName>,
    pub(crate) list: FileList,
    pub(crate) bytes: u64,
    pub(crate) h1: String,
    pub(crate) proofs: Vec<ProofHeld>,
    pub(crate) log: LogOutcome,
}

/// What the checksum database said about contents that are proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogOutcome {
    /// It has the record that is among the proofs.
    Proven,
    /// It was not asked: nothing was installed, it has no record of a custom build, or the settings
    /// turn it off, with that reason.
    NotAsked(Option<String>),
    /// It answered that it has no record, in these words.
    NoRecord(String),
    /// It did not answer, or not in time, for this reason.
    Failed(String),
}

impl LogOutcome {
    fn of(error: &LookupError) -> Self {
        match error {
            LookupError::Setting(setting) => Self::NotAsked(Some(setting.to_string())),
            LookupError::Database(_) if error.is_denial() => Self::NoRecord(error.to_string()),
            LookupError::Database(_) => Self::Failed(error.to_string()),
        }
    }

    /// One sentence about a lookup that brought no proof.
    pub fn warning(&self) -> Option<String> {
        match self {
            Self::Proven | Self::NotAsked(None) => None,
            Self::NotAsked(Some(reason)) => Some(format!("did not ask the checksum database: {reason}")),
            Self::NoRecord(reason) => Some(reason.clone()),
            Self::Failed(reason) => Some(format!("could not ask the checksum database: {reason}")),
        }
    }
}

/// What the checksum database must say about an archive whose checksum is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogNeed {
    /// It must have a record (`require_sumdb`).
    Required,
    /// It must have a record, unless the table compiled into gover has the checksum: a variable
    /// names the release site.
    BeyondTable,
    /// If the log says that it has no record, only the table compiled into gover is enough: every
    /// release since go1.21 is in the log, and a release site can serve an invented index. If the
    /// log cannot be reached, the checksum is enough.
    NoDenial,
    /// The checksum is enough, because the user says so.
    Optional,
}

#[derive(Debug)]
pub(crate) enum LogResponse {
    /// It has no record of custom builds.
    NotAsked,
    TimedOut,
    Ended(Result<LogRecord, LookupError>),
}

impl Checked {
    /// Compares the checksum of a whole file with the published one. Nothing of a file that differs
    /// is kept.
    pub(crate) fn new(artifact: Artifact, received: Received) -> Result<Self, InstallError> {
        let Proof::Sha256 { hex, origin } = &artifact.proof else {
            return Ok(Self { artifact, received, sum: None });
        };
        let sum = received.digest.to_string();
        if *hex != sum {
            let proof = match origin {
                SumOrigin::Given => Contradiction::Given,
                origin => Contradiction::Sha256 { origin: origin.to_string() },
            };
            let likely_cause = LikelyCause::of(&head_of(&received.path), artifact.format);
            return Err(contradicted(&artifact, hex.clone(), sum, proof, likely_cause));
        }
        let held = match origin {
            SumOrigin::Given => ProofHeld::Given,
            origin => ProofHeld::Sha256 { origin: origin.to_string() },
        };
        Ok(Self { artifact, received, sum: Some(held) })
    }

    /// Unpacks the file into the empty tree of `staging`, unless `follower` has done that while it
    /// arrived. Files that no proof will cover are left out.
    pub(crate) async fn unpack(
        self,
        staging: Staging,
        follower: Option<Follower>,
        reporter: &dyn Reporter,
    ) -> Result<Unproven<Staging>, InstallError> {
        let tree = staging.tree();
        // Only its VERSION tells the name of a custom build.
        let label = match self.sum {
            Some(ProofHeld::Given) => self.artifact.file_name.clone(),
            _ => self.artifact.wanted.name.to_string(),
        };
        let task = Task { toolchain: &label, phase: Phase::Unpack };
        let streamed = match follower {
            Some(follower) => self.streamed((follower, &tree), (task, reporter)).await?,
            None => None,
        };
        match streamed {
            Some(Streamed { unpacked, .. }) => {
                let coverage = written(&self.artifact);
                Ok(self.unproven(unpacked, coverage, staging))
            }
            None => self.read(staging, Some(tree), (task, reporter)).await,
        }
    }

    /// Waits until a thread has unpacked exactly this file into `tree`. `None` if it did not.
    async fn streamed(
        &self,
        (follower, tree): (Follower, &Path),
        (task, reporter): (Task<'_>, &dyn Reporter),
    ) -> Result<Option<Streamed>, InstallError> {
        let progress = follower.progress();
        let is_here = follower.tree() == tree;
        let file = (self.received.path.clone(), self.received.bytes);
        let is_this = move |streamed: &Streamed| is_here && streamed.file == file;
        let work = tokio::task::spawn_blocking(|| follower.end(is_this));
        let streamed = watched(work, &progress, (task, self.received.bytes), reporter).await;
        Ok(streamed.map_err(|source| self.defect(source))??)
    }

    fn defect(&self, source: tokio::task::JoinError) -> InstallError {
        InstallError::Defect { name: self.artifact.wanted.name.to_string(), source }
    }

    fn unproven<T>(self, unpacked: Unpacked, coverage: Coverage, place: T) -> Unproven<T> {
        let Self { artifact, received, sum } = self;
        Unproven {
            list: FileList::new(unpacked.files),
            hashed: unpacked.hashed,
            bytes: unpacked.bytes,
            log_covers_all: coverage == Coverage::Module || artifact.format == Format::ModuleZip,
            base: None,
            artifact,
            received: Some(received),
            sum,
            place,
        }
    }

    /// Reads the whole file and writes nothing.
    pub(crate) async fn examine(
        self,
        label: &str,
        reporter: &dyn Reporter,
    ) -> Result<Unproven<()>, InstallError> {
        let task = Task { toolchain: label, phase: Phase::Examine };
        self.read((), None, (task, reporter)).await
    }

    /// Reads the whole file under the guard, on other threads. Only the methods above call this, so
    /// that `place` is always where `tree` is.
    async fn read<T>(
        self,
        place: T,
        tree: Option<PathBuf>,
        (task, reporter): (Task<'_>, &dyn Reporter),
    ) -> Result<Unproven<T>, InstallError> {
        let coverage = if tree.is_some() { written(&self.artifact) } else { Coverage::Everything };
        let (container, guard) = contents(&self.artifact, coverage);
        let free = tree.as_deref().and_then(gover_sys::file::available_space);
        let path = self.received.path.clone();
        let progress = Arc::new(Progress::default());
        let seen = Arc::clone(&progress);
        let work = move || gover_archive::unpack(&path, container, tree.as_deref(), guard, &progress);
        let work = tokio::task::spawn_blocking(work);
        let unpacked = watched(work, &seen, (task, self.received.bytes), reporter)
            .await
            .map_err(|source| self.defect(source))?
            .map_err(|error| not_read(error, &self.artifact, (&self.received.path, container), free))?;
        Ok(self.unproven(unpacked, coverage, place))
    }
}

/// Which files are written: those that no proof will cover are left out.
pub(crate) fn written(artifact: &Artifact) -> Coverage {
    match artifact.proof {
        Proof::Sha256 { .. } => Coverage::Everything,
        Proof::Log => Coverage::Module,
    }
}

/// How a file is packed, and the guard for what it holds.
pub(crate) fn contents(artifact: &Artifact, coverage: Coverage) -> (Container, Guard) {
    let limits = Limits::default();
    match artifact.format {
        Format::TarGz => (Container::TarGz, Guard::for_archive(coverage, limits)),
        Format::Zip => (Container::Zip, Guard::for_archive(coverage, limits)),
        Format::ModuleZip => {
            let module = module_version(&artifact.wanted.name, &artifact.wanted.platform);
            (Container::Zip, Guard::for_module(&module, limits))
        }
    }
}

impl<T> Unproven<T> {
    /// Contents of which only a part was received. The rest was copied from the toolchain `base`.
    /// No checksum was published for what was received, so only files of the module may be in it,
    /// and the log has to prove all of it.
    pub(crate) fn assembled(
        (artifact, received): (Artifact, Received),
        base: ToolchainName,
        unpacked: Unpacked,
        place: T,
    ) -> Self {
        let file = Checked { artifact, received, sum: None };
        Self { base: Some(base), ..file.unproven(unpacked, Coverage::Module, place) }
    }

    /// Contents that were copied from a tree on this machine, which `artifact` names. Only files of
    /// the module may be in them, and the log has to prove all of them.
    pub(crate) fn found(artifact: Artifact, unpacked: Unpacked, place: T) -> Self {
        Self {
            artifact,
            received: None,
            sum: None,
            list: FileList::new(unpacked.files),
            hashed: unpacked.hashed,
            bytes: unpacked.bytes,
            log_covers_all: true,
            base: None,
            place,
        }
    }

    pub(crate) fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    pub(crate) fn place(&self) -> &T {
        &self.place
    }

    /// Sets the name of a custom build, which only its VERSION tells.
    pub(crate) fn set_name(&mut self, name: ToolchainName) {
        self.artifact.wanted.name = name;
    }

    /// Whether the log has to prove these contents, because the user wants it or nothing else does.
    pub(crate) fn needs_log(&self, need: LogNeed) -> bool {
        match need {
            _ if self.sum.is_none() => true,
            LogNeed::Required => true,
            LogNeed::BeyondTable => self.is_beyond_table(),
            LogNeed::NoDenial | LogNeed::Optional => false,
        }
    }

    /// Whether the checksum comes from an index or a file that nothing proves.
    fn is_beyond_table(&self) -> bool {
        match &self.artifact.proof {
            Proof::Sha256 { origin, .. } => !matches!(origin, SumOrigin::CompiledTable | SumOrigin::Given),
            Proof::Log => false,
        }
    }

    /// Compares the contents with the record of the log. Nothing else makes a [`Proven`]. A record
    /// that differs is fatal even if the checksum is right, and so is a response that cannot be
    /// honest. A database that cannot be reached is fatal only if the log is needed.
    pub(crate) fn prove(self, log: LogResponse, need: LogNeed) -> Result<Proven<T>, InstallError> {
        let denial_stops = need == LogNeed::NoDenial && self.is_beyond_table();
        let needs_log = self.needs_log(need);
        let Self { artifact, received, sum, list, hashed, bytes, log_covers_all, base, place } = self;
        let module = module_version(&artifact.wanted.name, &artifact.wanted.platform);
        let h1 = tree_hash(&list.files, hashed, &module)?;
        let origin = DownloadOrigin::of(&artifact);
        let (record, log) = match log {
            LogResponse::Ended(Ok(record)) if record.h1 == h1 => (Some(record), LogOutcome::Proven),
            LogResponse::Ended(Ok(LogRecord { h1: expected, database, id, .. })) => {
                let proof = Contradiction::Log { database, record: id };
                return Err(contradicted(&artifact, expected, h1, proof, None));
            }
            LogResponse::Ended(Err(error))
                if needs_log || !error.is_unavailable() || (denial_stops && error.is_denial()) =>
            {
                let source = Box::new(error);
                return Err(InstallError::NoProof { origin, source, index_unasked: false });
            }
            LogResponse::Ended(Err(error)) => (None, LogOutcome::of(&error)),
            LogResponse::TimedOut => (None, LogOutcome::Failed("it did not answer in time".to_owned())),
            LogResponse::NotAsked => (None, LogOutcome::NotAsked(None)),
        };
        let is_proven = match &record {
            Some(_) => sum.is_some() || log_covers_all,
            None => !needs_log,
        };
        if !is_proven {
            return Err(InstallError::Unproven { origin });
        }
        let record = record.map(|LogRecord { database, id: record, tree_size, h1 }| {
            ProofHeld::TransparencyLog { database, record, tree_size, h1 }
        });
        let proofs = sum.into_iter().chain(record).collect();
        Ok(Proven { facts: Facts { artifact, received, base, list, bytes, h1, proofs, log }, place })
    }
}

impl<T> Proven<T> {
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(crate) fn place(&self) -> &T {
        &self.place
    }

    pub(crate) fn into_parts(self) -> (Facts, T) {
        (self.facts, self.place)
    }
}

fn contradicted(
    artifact: &Artifact,
    expected: String,
    received: String,
    proof: Contradiction,
    likely_cause: Option<LikelyCause>,
) -> InstallError {
    let origin = *DownloadOrigin::of(artifact);
    InstallError::Contradicted(Box::new(Mismatch { origin, expected, received, proof, likely_cause }))
}

/// The error for a file that was not unpacked. `free` is the space that was free before.
fn not_read(
    source: ArchiveError,
    artifact: &Artifact,
    (path, container): (&Path, Container),
    free: Option<u64>,
) -> InstallError {
    let origin = DownloadOrigin::of(artifact);
    let ArchiveError::Write { source: cause, .. } = &source else {
        let likely_cause = LikelyCause::of(&head_of(path), artifact.format);
        return InstallError::Archive { origin, likely_cause, proof: artifact.proof.clone(), source };
    };
    let kind = cause.kind();
    let needed = if is_full(kind) { gover_archive::unpacked_size(path, container) } else { None };
    let failure = WriteFailure { origin, needed, free: free.filter(|_| needed.is_some()), kind };
    InstallError::Disk { failure: Box::new(failure), source: Box::new(source) }
}

#[cfg(test)]
mod tests {
    use gover_source::{Location, Wanted};
    use gover_test::Release;

    use super::*;
    use crate::report::Silent;

    fn checked(proof: impl FnOnce(&Release) -> Proof) -> (tempfile::TempDir, Checked) {
        let release = Release::new("go1.91.2");
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(release.archive_name());
        std::fs::write(&path, release.archive()).unwrap();
        let artifact = Artifact {
            wanted: Wanted {
                name: ToolchainName::parse("go1.91.2").unwrap(),
                platform: release.platform().clone(),
            },
            source: gover_source::SourceSpec::GoDev,
            file_name: release.archive_name(),
            format: if path.extension().unwrap() == "zip" { Format::Zip } else { Format::TarGz },
            location: Location::File(path.clone()),
            size: None,
            proof: proof(&release),
        };
        let digest = gover_archive::digest::Sha256::of_file(&path).unwrap();
        (root, Checked::new(artifact, Received { path, digest, bytes: 0 }).unwrap())
    }

    #[tokio::test]
    async fn nothing_is_proven_without_a_proof() {
        for response in [LogResponse::NotAsked, LogResponse::TimedOut] {
            let (_root, file) = checked(|_| Proof::Log);
            let result = file.examine("go1.91.2", &Silent).await.unwrap().prove(response, LogNeed::Optional);
            assert!(matches!(result, Err(InstallError::Unproven { .. })), "{result:?}");
        }
    }

    #[tokio::test]
    async fn a_checksum_is_not_enough_if_the_log_is_required() {
        let sum =
            |release: &Release| Proof::Sha256 { hex: release.sha256(), origin: SumOrigin::CompiledTable };
        for (need, is_proven) in
            [(LogNeed::Optional, true), (LogNeed::BeyondTable, true), (LogNeed::Required, false)]
        {
            let (_root, file) = checked(sum);
            let result = file.examine("go1.91.2", &Silent).await.unwrap().prove(LogResponse::TimedOut, need);
            assert_eq!(result.is_ok(), is_proven, "{result:?}");
        }
    }

    #[tokio::test]
    async fn a_record_does_not_prove_a_whole_archive() {
        let (_root, file) = checked(|_| Proof::Log);
        let h1 = Release::new("go1.91.2").h1();
        let record = LogRecord { h1, id: 1, tree_size: 2, database: "sum.test".to_owned() };
        let result = file
            .examine("go1.91.2", &Silent)
            .await
            .unwrap()
            .prove(LogResponse::Ended(Ok(record)), LogNeed::Required);
        assert!(matches!(result, Err(InstallError::Unproven { .. })), "{result:?}");
    }
}
