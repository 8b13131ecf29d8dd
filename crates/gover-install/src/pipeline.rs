//! From a request to an installed toolchain. The order of the steps:
//!
//! 1. lock the name and make a staging directory; if an installed toolchain and the bytes that
//!    differ give the release (`upgrade.rs`), continue with step 5,
//! 2. download and unpack into staging at the same time, with the log asked meanwhile,
//! 3. compare the checksum; what was not unpacked yet is unpacked now,
//! 4. prove the tree, and run its `go`,
//! 5. publish it by a rename, with its receipt and its names in `bin/`.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use gover_core::diagnose::is_full;
use gover_core::inventory::is_installed;
use gover_core::minimum::Minimum;
use gover_core::{Env, Layout, ToolchainName};
use gover_source::{Artifact, Format, Proof, SourceFailure, Supply, Wanted};
use gover_sys::Lock;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::custom_build::{self, CustomBuild};
use crate::download::Downloader;
use crate::error::{DownloadOrigin, Fate, InstallError};
use crate::files::{self, FileError, WriteFailure};
use crate::follow::Follower;
use crate::part_file::{PartFile, discard_parts, fate};
use crate::proof::{LogNeed, LogOutcome, LogResponse, Proven, Unproven};
use crate::receipt::Receipt;
use crate::report::{Outcome, Phase, Reporter, Task};
use crate::shims;
use crate::smoke::{self, Smoke, SmokeError, SmokeLevel};
use crate::staging::{self, Staging};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallRequest {
    pub wanted: Wanted,
    pub force: bool,
    /// What is demanded of the checksum database for archives with a checksum.
    pub log: LogNeed,
    pub smoke: Smoke,
}

#[derive(Clone, Copy)]
pub struct Installer<'a> {
    pub layout: &'a Layout,
    pub env: &'a Env,
    pub supply: &'a Supply,
    pub reporter: &'a dyn Reporter,
    /// The shim program that came with this gover; `None` leaves `bin/` alone.
    pub shim_program: Option<&'a Path>,
    /// How long to wait for the checksum database once all else is done and nothing depends on it.
    pub log_patience: Duration,
    /// Nothing older is run or published.
    pub minimum: Option<&'a Minimum>,
    /// Lets one toolchain be downloaded at a time, while others are unpacked.
    pub turn: &'a Semaphore,
    pub unpacking: Unpacking,
}

/// When a release is unpacked into staging. Nothing is visible before every proof holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unpacking {
    /// While it arrives, if it can be read before its end is there.
    #[default]
    Streamed,
    /// Once it is complete and has its checksum (`verify_before_unpack`).
    Verified,
}

#[derive(Clone, Debug)]
pub struct Installed {
    pub name: ToolchainName,
    pub path: PathBuf,
    /// Whether it was already installed. If so, `receipt` is `None`.
    pub reused: bool,
    pub receipt: Option<Receipt>,
    /// The sources that could not serve it, in the order they were tried.
    pub failures: Vec<SourceFailure>,
    pub log: LogOutcome,
    pub smoke_level: SmokeLevel,
}

impl Installed {
    pub fn reused(layout: &Layout, name: &ToolchainName) -> Self {
        Self {
            name: name.clone(),
            path: layout.toolchain(name),
            reused: true,
            receipt: None,
            failures: Vec::new(),
            log: LogOutcome::NotAsked(None),
            smoke_level: SmokeLevel::Files,
        }
    }
}

/// Installs a release, unless it is installed and `force` is off. Two calls at once are safe: the
/// second waits for the first and finds its work done. After an error, what is visible is what was
/// visible before, and no file that failed a proof is kept.
pub async fn install(request: &InstallRequest, installer: &Installer<'_>) -> Result<Installed, InstallError> {
    let Installer { layout, .. } = *installer;
    let name = &request.wanted.name;
    if !shims::is_plain_name(name) {
        return Err(InstallError::UnusableName { name: name.to_string() });
    }
    let is_reused = || !request.force && is_installed(layout, name);
    if is_reused() {
        return Ok(Installed::reused(layout, name));
    }
    let lock = installer.lock(name.as_str()).await?;
    // This also recovers what a crash left in staging, which may be the toolchain itself.
    let staging = Staging::create(layout, name.as_str(), &lock)?;
    if is_reused() {
        return Ok(Installed::reused(layout, name));
    }
    let ready = match installer.upgrade(request, staging, &lock).await? {
        Ok(ready) => ready,
        Err(staging) => {
            let attempt =
                async |staging, part: &mut PartFile| installer.release(request, staging, part).await;
            installer.obtain(attempt, staging, (name.as_str(), &lock)).await?
        }
    };
    installer.publish(ready, &lock)
}

/// Installs a file whose checksum the user gives, under the version in its `VERSION`. Archives have
/// the layout of releases (`go/…`), as `cmd/distpack` makes them. The zip of a module is known by
/// its name `v0.0.1-NAME.OS-ARCH.zip`.
pub async fn install_custom_build(
    build: &CustomBuild,
    installer: &Installer<'_>,
) -> Result<Installed, InstallError> {
    let lock = installer.lock(custom_build::LOCK).await?;
    // No other source could continue the download, so nothing is worth keeping: neither what a crash
    // left, nor the download of this install, however it ends.
    let discard = || discard_parts(installer.layout, custom_build::LOCK, &lock);
    discard();
    let result = installer.install_custom_build(build, &lock).await;
    let fate = if discard() { Fate::Deleted } else { Fate::Unknown };
    result.map_err(|error| error.with_fate(fate))
}

/// A toolchain that only has to be published.
pub(crate) struct Ready {
    tree: Proven<Staging>,
    failures: Vec<SourceFailure>,
    smoke_level: SmokeLevel,
}

impl Installer<'_> {
    /// Takes a lock, and reports it if that means waiting, which must not stop this thread: another
    /// task of this process may hold the lock.
    pub(crate) async fn lock(&self, name: &str) -> Result<Lock, InstallError> {
        let path = self.layout.lock(name);
        if let Some(lock) = files::try_lock(self.layout, name)? {
            return Ok(lock);
        }
        self.phase(name, Phase::Wait, async {
            let wait = path.clone();
            let lock = tokio::task::spawn_blocking(move || Lock::acquire(&wait, || ())).await;
            let lock = lock.map_err(|source| InstallError::Defect { name: name.to_owned(), source })?;
            Ok(lock.map_err(FileError::at("lock", &path))?)
        })
        .await
    }

    /// Waits until no other toolchain of this process is being downloaded. The line to a source is as
    /// fast for one download as for two, and a part that is whole sooner is unpacked sooner.
    pub(crate) async fn turn(&self, name: &str) -> Result<Option<SemaphorePermit<'_>>, InstallError> {
        if let Ok(turn) = self.turn.try_acquire() {
            return Ok(Some(turn));
        }
        // It is never closed.
        self.phase(name, Phase::Queue, async { Ok(self.turn.acquire().await.ok()) }).await
    }

    /// Reports work without a measure.
    pub(crate) async fn phase<T>(
        &self,
        toolchain: &str,
        phase: Phase<'_>,
        work: impl Future<Output = Result<T, InstallError>>,
    ) -> Result<T, InstallError> {
        let id = self.reporter.start(Task { toolchain, phase }, None);
        let result = work.await;
        self.reporter.finish(id, Outcome::of(&result));
        result
    }

    /// Downloads, unpacks into `staging`, proves and runs a toolchain; once more if several
    /// responses brought a file that is wrong. The lock and its name are those of `staging`.
    async fn obtain(
        &self,
        attempt: impl AsyncFn(Staging, &mut PartFile) -> Result<Ready, InstallError>,
        mut staging: Staging,
        (key, lock): (&str, &Lock),
    ) -> Result<Ready, InstallError> {
        let mut part = PartFile::new(self.layout, key, lock)?;
        loop {
            match attempt(staging, &mut part).await {
                Ok(ready) => return Ok(ready),
                Err(error) => part = part.start_over(error, lock)?,
            }
            staging = Staging::create(self.layout, key, lock)?;
        }
    }

    /// One attempt at a release, with the log asked while it is downloaded and unpacked.
    async fn release(
        &self,
        request: &InstallRequest,
        staging: Staging,
        part: &mut PartFile,
    ) -> Result<Ready, InstallError> {
        let InstallRequest { wanted, log, smoke, .. } = request;
        let mut lookup = pin!(self.supply.lookup(wanted));
        let mut response = None;
        let contents = {
            let mut contents = pin!(self.contents(wanted, staging, part));
            loop {
                tokio::select! {
                    contents = &mut contents => break contents,
                    record = &mut lookup, if response.is_none() => response = Some(record),
                }
            }
        };
        if contents.is_err() {
            // The lookup may go through a proxy whose password a person is typing.
            self.supply.clock().running().await;
        }
        let (tree, failures) = contents?;
        let proof = Box::pin(async {
            let needs_log = tree.needs_log(*log);
            let mut response = match response {
                Some(response) => Some(response),
                None if needs_log => Some(lookup.await),
                None => self.supply.clock().timeout(self.log_patience, lookup).await,
            };
            // A server that allows one connection per client refused the lookup during the download.
            if needs_log && matches!(&response, Some(Err(error)) if error.is_unavailable()) {
                response = Some(self.supply.lookup(wanted).await);
            }
            let index_would_prove = *log != LogNeed::Required
                && tree.artifact().format != Format::ModuleZip
                && !self.supply.has_index();
            let tree = tree
                .prove(response.map_or(LogResponse::TimedOut, LogResponse::Ended), *log)
                .map_err(|error| error.or_by_index(index_would_prove))?;
            self.run(tree, failures, *smoke)
        });
        self.phase(wanted.name.as_str(), Phase::Prove, proof).await
    }

    /// Downloads a release and unpacks it, at the same time unless the settings forbid that.
    async fn contents(
        &self,
        wanted: &Wanted,
        staging: Staging,
        part: &mut PartFile,
    ) -> Result<(Unproven<Staging>, Vec<SourceFailure>), InstallError> {
        let turn = self.turn(wanted.name.as_str()).await?;
        // After `staging`, so that on an error the thread ends before the tree is removed.
        let streams = self.unpacking == Unpacking::Streamed;
        let follower = streams.then(|| Follower::start(staging.tree()));
        if let Some(follower) = &follower {
            part.tell(follower.tap());
        }
        let (file, failures) = self.downloader().release(wanted, wanted.name.as_str(), part).await?;
        drop(turn);
        Ok((file.unpack(staging, follower, self.reporter).await?, failures))
    }

    async fn custom_build(
        &self,
        build: &CustomBuild,
        staging: Staging,
        part: &mut PartFile,
    ) -> Result<Ready, InstallError> {
        let file = self.downloader().custom_build(build.artifact(), part).await?;
        let mut tree = file.unpack(staging, None, self.reporter).await?;
        let name = smoke::version_of(&tree.place().tree());
        let name = name.map_err(|error| broken(tree.artifact(), error))?;
        if !shims::is_plain_name(&name) {
            return Err(InstallError::UnusableName { name: name.to_string() });
        }
        tree.set_name(name.clone());
        let proof = Box::pin(async {
            let tree = self.prove_custom_build(tree).await?;
            self.run(tree, Vec::new(), build.smoke)
        });
        self.phase(name.as_str(), Phase::Prove, proof).await
    }

    /// Installs a custom build for the holder of `lock`, and leaves its download in the cache.
    async fn install_custom_build(
        &self,
        build: &CustomBuild,
        lock: &Lock,
    ) -> Result<Installed, InstallError> {
        let (layout, key) = (self.layout, custom_build::LOCK);
        let staging = Staging::create(layout, key, lock)?;
        let attempt = async |staging, part: &mut PartFile| self.custom_build(build, staging, part).await;
        let ready = self.obtain(attempt, staging, (key, lock)).await?;
        // Only now is the name known, whose lock protects the place of the toolchain.
        let name = &ready.tree.facts().artifact.wanted.name;
        let name_lock = self.lock(name.as_str()).await?;
        staging::recover(layout, name.as_str(), &name_lock)?;
        if !build.force && is_installed(layout, name) {
            return Ok(Installed::reused(layout, name));
        }
        self.publish(ready, &name_lock)
    }

    /// The log has no record of a custom build. One with the name of a release must be that
    /// release, as far as this can be found out: `gover verify` will ask the log too.
    async fn prove_custom_build(&self, tree: Unproven<Staging>) -> Result<Proven<Staging>, InstallError> {
        let Artifact { wanted, file_name, format, proof, .. } = tree.artifact();
        if !wanted.name.is_release() {
            return tree.prove(LogResponse::NotAsked, LogNeed::Optional);
        }
        let (name, file) = (wanted.name.to_string(), file_name.clone());
        let taken = || InstallError::NameOfRelease { name, file };
        let is_module = *format == Format::ModuleZip;
        let published = self.supply.compiled_sum(wanted).filter(|_| !is_module);
        let is_published = published.map(|sum| matches!(proof, Proof::Sha256 { hex, .. } if *hex == sum));
        if is_published == Some(false) {
            return Err(taken());
        }
        let lookup = self.supply.lookup(wanted);
        let response = self.supply.clock().timeout(self.log_patience, lookup).await;
        if is_published.is_none() && matches!(&response, Some(Err(error)) if error.is_denial()) {
            return Err(taken());
        }
        // A response that cannot be honest stops this install like any other.
        let response = response.map_or(LogResponse::TimedOut, LogResponse::Ended);
        tree.prove(response, LogNeed::Optional)
            .map_err(|error| if matches!(error, InstallError::Contradicted(_)) { taken() } else { error })
    }

    fn downloader(&self) -> Downloader<'_> {
        Downloader { supply: self.supply, reporter: self.reporter }
    }

    /// Checks that a proven tree is the toolchain that it should be, and that its `go` runs.
    pub(crate) fn run(
        &self,
        tree: Proven<Staging>,
        failures: Vec<SourceFailure>,
        smoke: Smoke,
    ) -> Result<Ready, InstallError> {
        let artifact = &tree.facts().artifact;
        let Wanted { name, platform } = &artifact.wanted;
        // Only here is the version of a custom build known.
        self.minimum.map_or(Ok(()), |minimum| minimum.check(name))?;
        let smoke_level = smoke::check(&tree.place().tree(), name, platform, smoke, self.env)
            .map_err(|error| broken(artifact, error))?;
        Ok(Ready { tree, failures, smoke_level })
    }

    /// Makes a toolchain visible, with its receipt, its list of files and its name in `bin/`.
    pub(crate) fn publish(&self, ready: Ready, lock: &Lock) -> Result<Installed, InstallError> {
        let name = ready.tree.facts().artifact.wanted.name.clone();
        let task = Task { toolchain: name.as_str(), phase: Phase::Publish };
        let id = self.reporter.start(task, None);
        let result = self.move_into_place(ready, lock);
        self.reporter.finish(id, Outcome::of(&result));
        result
    }

    fn move_into_place(&self, ready: Ready, lock: &Lock) -> Result<Installed, InstallError> {
        let Ready { tree, failures, smoke_level } = ready;
        let facts = tree.facts();
        let (name, log) = (facts.artifact.wanted.name.clone(), facts.log.clone());
        let origin = DownloadOrigin::of(&facts.artifact);
        let part = facts.received.as_ref().map(|received| received.path.clone());
        let (path, receipt) = staging::publish(tree, self.layout, lock)
            .map_err(|error| not_published(error, origin, part.as_deref()))?;
        self.refresh_shims().map_err(|source| InstallError::Shims { name: name.to_string(), source })?;
        let receipt = Some(receipt);
        Ok(Installed { name, path, reused: false, receipt, failures, log, smoke_level })
    }

    fn refresh_shims(&self) -> Result<(), shims::ShimError> {
        let Some(program) = self.shim_program else { return Ok(()) };
        let path = self.layout.lock(shims::LOCK);
        // It is held briefly and never across an await, so this cannot wait for this thread.
        let lock = Lock::acquire(&path, || ()).map_err(FileError::at("lock", &path))?;
        shims::refresh(self.layout, program, &lock).map(drop)
    }
}

fn broken(artifact: &Artifact, source: SmokeError) -> InstallError {
    InstallError::Smoke { origin: DownloadOrigin::of(artifact), source }
}

/// The error for a proven tree that could not be moved into place, unpacked from the file `part`.
fn not_published(error: FileError, origin: Box<DownloadOrigin>, part: Option<&Path>) -> InstallError {
    let kind = error.source.kind();
    if !is_full(kind) {
        return error.into();
    }
    let failure = WriteFailure { origin, needed: None, free: None, kind };
    InstallError::Disk { failure: Box::new(failure), source: Box::new(error) }
        .with_fate(part.map_or(Fate::Unknown, fate))
}

#[cfg(test)]
#[path = "pipeline_tests.rs"]
mod tests;
