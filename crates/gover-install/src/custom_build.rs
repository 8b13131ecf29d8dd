//! `gover install --sha256 HEX FILE-OR-URL`: a build of one's own, proven by the sum that its user gives.

use std::fs::File;
use std::io::Read;

use gover_archive::Unpacked;
use gover_archive::digest::{Digest, module_version};
use gover_core::inventory::is_installed;
use gover_core::{Platform, ToolchainName};
use gover_net::address::shown as shown_address;
use gover_source::{Artifact, Format, Location, Proof, SumOrigin, SupplyError, Wanted, published_file};
use gover_sys::Lock;

use crate::error::InstallError;
use crate::file_error::FileError;
use crate::file_list::FileList;
use crate::part_file::{PartFile, Received, discard_parts};
use crate::pipeline::{Installed, Installer, Tree, Verified, check_sum, documents};
use crate::receipt::ProofHeld;
use crate::report::{Outcome, Progress};
use crate::shims::is_plain_name;
use crate::smoke::{self, Smoke};
use crate::staging::Staging;

/// A file that somebody built, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenRequest {
    /// The file.
    pub location: Location,
    /// Its SHA-256.
    pub sha256: Digest,
    /// What it runs on.
    pub platform: Platform,
    /// Replace a toolchain of that version if it is there already.
    pub force: bool,
    /// Whether its `go` can be run here.
    pub smoke: Smoke,
}

/// Installs a file whose sum the user knows, under the version that its `VERSION` gives.
///
/// Archives have the layout of releases (`go/…`), as `cmd/distpack` makes them; the zip of a module is known by
/// its name `v0.0.1-NAME.OS-ARCH.zip`.
pub async fn install_given(
    request: &GivenRequest,
    installer: &Installer<'_>,
) -> Result<Installed, InstallError> {
    let layout = installer.layout;
    let lock = installer.lock(LOCK).await?;
    let staging = Staging::create(layout, LOCK, &lock)?;
    // No other source could have it, so nothing is worth keeping.
    discard_parts(layout, LOCK, &lock);
    let result = obtain(request, installer, &staging, &lock).await;
    discard_parts(layout, LOCK, &lock);
    let (name, verified) = result?;

    let name_lock = installer.lock(name.as_str()).await?;
    crate::staging::recover(layout, name.as_str(), &name_lock)?;
    if !request.force && is_installed(layout, &name) {
        return Ok(Installed::reused(layout, &name));
    }
    installer.publish(staging, &name, verified, &name_lock)
}

/// Downloads or copies, compares the sum, unpacks and looks at the tree.
async fn obtain(
    request: &GivenRequest,
    installer: &Installer<'_>,
    staging: &Staging,
    lock: &Lock,
) -> Result<(ToolchainName, Verified), InstallError> {
    let mut artifact = artifact(request);
    let mut part = PartFile::new(installer.layout, LOCK, lock)?;
    let progress = Progress::new(installer.reporter, &artifact.file_name);
    let result = installer.supply.fetch(&artifact, &mut part, &progress).await;
    progress.finish(if result.is_ok() { Outcome::Done } else { Outcome::Failed });
    result.map_err(|error| unreachable_file(&artifact, error))?;
    let received =
        part.received().ok_or_else(|| InstallError::NoDownload { file: artifact.file_name.clone() })?;
    artifact.format = format(&artifact, &received)?;
    check_sum(&artifact, &received)?;

    let tree = staging.tree();
    let unpacked = installer.unpack(&artifact, &received.path, &tree).await?;
    let broken = |source| InstallError::Smoke {
        file: artifact.file_name.clone(),
        source_label: artifact.source.clone(),
        source,
    };
    let name = smoke::version_of(&tree).map_err(broken)?;
    if !is_plain_name(&name) {
        return Err(InstallError::UnusableName { name: name.to_string() });
    }
    let seen = smoke::check(&tree, &name, &request.platform, request.smoke, installer.env).map_err(broken)?;
    artifact.wanted.name = name.clone();
    let Unpacked { files, hashed, bytes } = unpacked;
    let list = FileList::new(files);
    let h1 = list.tree_hash(hashed, &module_version(&name, &request.platform))?;
    let proofs = vec![ProofHeld::Given];
    let (receipt, list) = documents(&artifact, &received, &list, Tree { h1, bytes }, proofs);
    Ok((name, Verified { receipt, list, failures: Vec::new(), log_failure: None, seen }))
}

fn artifact(request: &GivenRequest) -> Artifact {
    let (file_name, source) = match &request.location {
        Location::Url(url) => {
            let url = shown_address(url);
            (url.rsplit('/').next().unwrap_or_default().to_owned(), url)
        }
        Location::File(path) => {
            (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), path.display().to_string())
        }
    };
    let name = named(&file_name, &request.platform);
    // The first bytes decide between the two kinds of archive later.
    let module = name.is_some() && file_name.starts_with(MODULE_PREFIX);
    let format = if module { Format::ModuleZip } else { Format::Zip };
    Artifact {
        // Until VERSION says more, the name serves messages, and the root of a module zip.
        wanted: Wanted { name: name.unwrap_or_else(unnamed), platform: request.platform.clone() },
        source,
        file_name,
        format,
        location: request.location.clone(),
        size: None,
        proof: Proof::Sha256 { hex: request.sha256.to_string(), origin: SumOrigin::Given },
    }
}

/// The toolchain that a file name names: `go1.22.5-corp.linux-amd64.tar.gz`, `v0.0.1-go1.22.5.linux-amd64.zip`.
fn named(file_name: &str, platform: &Platform) -> Option<ToolchainName> {
    let name = file_name.strip_prefix(MODULE_PREFIX).unwrap_or(file_name);
    let end = name.find(&format!(".{}-", platform.os()))?;
    ToolchainName::parse(name.get(..end)?).ok()
}

fn unnamed() -> ToolchainName {
    ToolchainName::of(&ANY.parse().unwrap_or_else(|_| unreachable!("`{ANY}` is a Go version")))
}

/// The container that the first bytes tell; a name may say anything, except that a module must be named as one.
fn format(artifact: &Artifact, received: &Received) -> Result<Format, InstallError> {
    let path = &received.path;
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(HEAD).read_to_end(&mut head))
        .map_err(FileError::at("read", path))?;
    match (head.starts_with(b"PK"), artifact.format) {
        (true, Format::ModuleZip) => Ok(Format::ModuleZip),
        (true, _) => match module_in(&head) {
            Some(published) => {
                Err(InstallError::RenamedModule { file: artifact.file_name.clone(), published })
            }
            None => Ok(Format::Zip),
        },
        (false, _) => Ok(Format::TarGz),
    }
}

/// The published name of a module's zip, from the name of its first entry: `golang.org/toolchain@v0.0.1-…/…`, behind the
/// 30 bytes of a local header.
fn module_in(head: &[u8]) -> Option<String> {
    let name = head.get(30..)?.strip_prefix(b"golang.org/toolchain@")?;
    let version = name.split(|byte| *byte == b'/').next()?;
    let file = format!("{}.zip", str::from_utf8(version).ok()?);
    published_file(&file).map(|_| file)
}

/// One file has one place: what the source says of its attempts is the reason.
fn unreachable_file(artifact: &Artifact, error: SupplyError) -> InstallError {
    match error.failures().first() {
        Some(failure) => {
            InstallError::Given { location: artifact.location.to_string(), reason: failure.reason.clone() }
        }
        None => error.into(),
    }
}

/// The lock, the staging directory and the parts of files whose version is not known yet.
const LOCK: &str = "given";
/// Bytes that hold the first local header of a zip, and the name in it.
const HEAD: u64 = 256;
const MODULE_PREFIX: &str = "v0.0.1-";
/// Stands for a version that is not known yet; never shown, since errors name the file.
const ANY: &str = "1.21.0";
