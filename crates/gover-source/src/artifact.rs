//! A toolchain for a platform, the file that holds it, and the proof of that file.

use std::fmt;
use std::path::{Path, PathBuf};

use gover_core::{Platform, ToolchainName};
use gover_net::Address;

use crate::settings::SourceSpec;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub name: ToolchainName,
    pub platform: Platform,
}

impl Wanted {
    /// The version of module golang.org/toolchain: `v0.0.1-go1.22.5.linux-amd64`.
    pub fn module_version(&self) -> String {
        format!("v0.0.1-{}.{}", self.name, self.platform)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}/{}", self.name, self.platform.os(), self.platform.arch())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    pub wanted: Wanted,
    pub source: SourceSpec,
    /// The name of the file, without a directory. It is safe to use in any directory.
    pub file_name: String,
    pub format: Format,
    pub location: Location,
    /// The length in bytes, if it is known. It never comes from the mirror that serves the file.
    pub size: Option<u64>,
    pub proof: Proof,
}

impl Artifact {
    /// The maximum number of bytes that gover accepts.
    pub fn limit(&self) -> u64 {
        self.size.unwrap_or(match self.format {
            // The limit of golang.org/x/mod/zip.
            Format::ModuleZip => 500 << 20,
            Format::TarGz | Format::Zip => 1 << 30,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An archive for a platform other than Windows.
    TarGz,
    /// An archive for Windows.
    Zip,
    ModuleZip,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    Url(Address),
    File(PathBuf),
}

impl Location {
    pub fn url(&self) -> Option<&Address> {
        match self {
            Self::Url(url) => Some(url),
            Self::File(_) => None,
        }
    }

    /// `path`, which uses slashes, below a server or a directory.
    #[must_use]
    pub fn below(&self, path: &str) -> Self {
        match self {
            Self::Url(base) => Self::Url(base.join(path)),
            Self::File(base) => Self::File(below(base, path)),
        }
    }

    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Url(_) => None,
            Self::File(path) => Some(path),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(f, "{url}"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Appends `path`, which uses slashes, to a directory.
pub(crate) fn below(base: &Path, path: &str) -> PathBuf {
    let elements = path.split('/').filter(|element| !element.is_empty());
    base.iter().chain(elements.map(AsRef::as_ref)).collect()
}

/// What must match the downloaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Except for [`SumOrigin::ChecksumFile`], it never comes from the mirror of the file.
    Sha256 {
        /// 64 lower-case hexadecimal digits.
        hex: String,
        origin: SumOrigin,
    },
    /// Only the checksum database proves the file: a module zip, or an archive without checksum.
    Log,
}

/// Where a SHA-256 comes from. `Display` is a noun phrase for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SumOrigin {
    CompiledTable,
    /// The index of a release site, with the label of the site: `go.dev`.
    Index(String),
    ChecksumFile,
    Given,
}

impl fmt::Display for SumOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CompiledTable => f.write_str("compiled table"),
            Self::Index(site) => write!(f, "index of {site}"),
            Self::ChecksumFile => f.write_str("its `.sha256` file"),
            Self::Given => f.write_str("command line"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_hides_credentials_and_query() {
        let url = "https://ann:secret@mirror.example/go/x.zip?token=secret";
        let location = Location::Url(url.parse().unwrap());
        assert_eq!(location.to_string(), "https://mirror.example/go/x.zip");
        assert!(!format!("{location:?}").contains("secret"));
    }
}
