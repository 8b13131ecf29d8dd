//! `gover install --sha256 HEX FILE-OR-URL`: a custom build, proven by the checksum its user gives.

use std::path::Path;

use gover_archive::digest::Digest;
use gover_core::{Platform, ToolchainName};
use gover_source::{Artifact, Format, Location, Proof, SourceSpec, SumOrigin, Wanted, published_file};

use crate::error::InstallError;
use crate::part_file::head_of;
use crate::smoke::Smoke;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomBuild {
    pub location: Location,
    pub sha256: Digest,
    pub platform: Platform,
    pub force: bool,
    pub smoke: Smoke,
}

impl CustomBuild {
    /// The file as a source would describe it, with what its name tells.
    pub(crate) fn artifact(&self) -> Artifact {
        let (file_name, source) = match &self.location {
            Location::Url(url) => (url.file_name().to_owned(), SourceSpec::Mirror(url.clone())),
            Location::File(path) => (
                path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                SourceSpec::File(path.clone()),
            ),
        };
        let name = named(&file_name, &self.platform);
        // The first bytes decide between the two kinds of archive later.
        let module = name.is_some() && file_name.starts_with(MODULE_PREFIX);
        let format = if module { Format::ModuleZip } else { Format::Zip };
        Artifact {
            // Until VERSION is read, this name serves messages and the root of a module zip.
            wanted: Wanted { name: name.unwrap_or_else(unnamed), platform: self.platform.clone() },
            source,
            file_name,
            format,
            location: self.location.clone(),
            size: None,
            proof: Proof::Sha256 { hex: self.sha256.to_string(), origin: SumOrigin::Given },
        }
    }
}

/// The toolchain in `go1.22.5-corp.linux-amd64.tar.gz` or `v0.0.1-go1.22.5.linux-amd64.zip`.
fn named(file_name: &str, platform: &Platform) -> Option<ToolchainName> {
    let name = file_name.strip_prefix(MODULE_PREFIX).unwrap_or(file_name);
    let end = name.find(&format!(".{}-", platform.os()))?;
    ToolchainName::parse(name.get(..end)?).ok()
}

fn unnamed() -> ToolchainName {
    ToolchainName::of(&ANY.parse().unwrap_or_else(|_| unreachable!("`{ANY}` is a Go version")))
}

/// The format by the first bytes: the name may say anything, but a module zip needs its own.
pub(crate) fn format(artifact: &Artifact, path: &Path) -> Result<Format, InstallError> {
    let head = head_of(path);
    match (head.starts_with(b"PK"), artifact.format) {
        (false, _) => Ok(Format::TarGz),
        (true, Format::ModuleZip) => Ok(Format::ModuleZip),
        (true, _) => match module_in(&head) {
            Some(published) => {
                Err(InstallError::RenamedModule { file: artifact.file_name.clone(), published })
            }
            None => Ok(Format::Zip),
        },
    }
}

/// The published name of a module zip, from the name of its first entry:
/// `golang.org/toolchain@v0.0.1-…/…`, after the 30 bytes of a local header.
fn module_in(head: &[u8]) -> Option<String> {
    let name = head.get(30..)?.strip_prefix(b"golang.org/toolchain@")?;
    let version = name.split(|byte| *byte == b'/').next()?;
    let file = format!("{}.zip", str::from_utf8(version).ok()?);
    published_file(&file).map(|_| file)
}

/// The lock, the staging directory and the part files of builds whose version is not known yet.
pub(crate) const LOCK: &str = "given";
const MODULE_PREFIX: &str = "v0.0.1-";
/// Stands for a version that is not known yet. Errors name the file instead.
const ANY: &str = "1.21.0";
