//! What is wanted, the file that holds it, and what proves that file.

use std::fmt;
use std::path::{Path, PathBuf};

use gover_core::{Platform, ToolchainName};
use gover_net::Address;

use crate::settings::SourceSpec;

/// A toolchain for a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which toolchain.
    pub name: ToolchainName,
    /// For which platform.
    pub platform: Platform,
}

impl Wanted {
    /// The version of the module golang.org/toolchain that holds it: `v0.0.1-go1.22.5.linux-amd64`.
    pub fn module_version(&self) -> String {
        format!("v0.0.1-{}.{}", self.name, self.platform)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}/{}", self.name, self.platform.os(), self.platform.arch())
    }
}

/// One file that holds a toolchain, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// What it holds.
    pub wanted: Wanted,
    pub source: SourceSpec,
    /// The file's own name, safe as a name in any directory.
    pub file_name: String,
    /// How it is packed.
    pub format: Format,
    /// Where it is.
    pub location: Location,
    /// Its length in bytes, where a place other than the mirror says so.
    pub size: Option<u64>,
    /// What proves it.
    pub proof: Proof,
}

impl Artifact {
    /// The most bytes that are accepted of it.
    pub fn limit(&self) -> u64 {
        self.size.unwrap_or(match self.format {
            // The limit of golang.org/x/mod/zip.
            Format::ModuleZip => 500 << 20,
            Format::TarGz | Format::Zip => 1 << 30,
        })
    }
}

/// How a toolchain is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An archive of the release site.
    TarGz,
    /// An archive of the release site for Windows.
    Zip,
    /// The zip of the module golang.org/toolchain.
    ModuleZip,
}

/// Where a file is.
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

/// What the bytes must be equal to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The SHA-256 of the file, from a place other than the mirror.
    Sha256 {
        /// 64 lower-case hexadecimal digits.
        hex: String,
        /// Who says so.
        origin: SumOrigin,
    },
    /// Only the transparency log proves it: module zips, and archives whose sum nobody knows.
    Log,
}

/// Who vouches for a SHA-256. `Display` is a noun for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SumOrigin {
    /// The table compiled into gover.
    CompiledTable,
    /// The index of a release site, by the site's label: `go.dev`.
    Index(String),
    /// The `.sha256` file that a mirror has for an archive.
    ChecksumFile,
    /// A person, on the command line.
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
