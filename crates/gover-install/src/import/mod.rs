//! Takes over a toolchain that is on this machine already, such as one of another version manager,
//! without a download.
//!
//! [`identify`] reads what it claims to be, and [`examine`] hashes it and compares it with the
//! record of the checksum database. [`import`] copies the files into staging, hashes the copies, and
//! publishes them like a download: without the record, nothing is published. The tree itself is
//! only read.
//!
//! Files are never linked: a program that writes to its own file, as `go install` into GOROOT does,
//! would change the toolchain of gover through the other name. Where the file system can share the
//! content of two files until one is written, a copy takes no space.

mod examine;
mod identify;
mod release_files;

use std::sync::Arc;

use gover_archive::{Progress, copy_tree};
use gover_core::inventory::is_installed;
use gover_source::{Artifact, Format, Location, Proof, SourceSpec};

pub use examine::{Difference, Different, Equal, Unequal, examine, kept_list};
pub use identify::{Unusable, identify};

use crate::error::InstallError;
use crate::pipeline::{Installed, Installer};
use crate::proof::{LogNeed, LogResponse, Unproven};
use crate::report::{Phase, Task, watched};
use crate::shims;
use crate::smoke::Smoke;
use crate::staging::Staging;

/// Copies a tree that is equal to its release into the store, unless that release is installed. The
/// copies are hashed and compared with the record again.
pub async fn import(
    equal: &Equal,
    smoke: Smoke,
    installer: &Installer<'_>,
) -> Result<Installed, InstallError> {
    let Installer { layout, .. } = *installer;
    let name = &equal.wanted.name;
    if !shims::is_plain_name(name) {
        return Err(InstallError::UnusableName { name: name.to_string() });
    }
    let lock = installer.lock(name.as_str()).await?;
    // This also recovers what a crash left in staging, which may be the toolchain itself.
    let staging = Staging::create(layout, name.as_str(), &lock)?;
    if is_installed(layout, name) {
        return Ok(Installed::reused(layout, name));
    }
    let progress = Arc::new(Progress::default());
    let seen = Arc::clone(&progress);
    let (goroot, files, tree) = (equal.goroot.clone(), equal.files.clone(), staging.tree());
    let work = tokio::task::spawn_blocking(move || copy_tree(&goroot, &files, &tree, &progress));
    let task = Task { toolchain: name.as_str(), phase: Phase::Copy };
    let copied = watched(work, &seen, (task, equal.bytes), installer.reporter).await;
    let copied = copied.map_err(|source| InstallError::Defect { name: name.to_string(), source })?.map_err(
        |source| InstallError::NotCopied { goroot: equal.goroot.clone(), source: Box::new(source) },
    )?;
    let prove = Box::pin(async {
        let tree = Unproven::found(artifact(equal), copied, staging);
        let tree = tree.prove(LogResponse::Ended(Ok(equal.record.clone())), LogNeed::Required)?;
        installer.run(tree, Vec::new(), smoke)
    });
    let ready = installer.phase(name.as_str(), Phase::Prove, prove).await?;
    installer.publish(ready, &lock)
}

/// The tree as a source would describe it.
fn artifact(equal: &Equal) -> Artifact {
    Artifact {
        wanted: equal.wanted.clone(),
        source: SourceSpec::Directory(equal.goroot.clone()),
        file_name: equal.wanted.name.to_string(),
        format: Format::TarGz,
        location: Location::File(equal.goroot.clone()),
        size: None,
        proof: Proof::Log,
    }
}
