//! Versions of gover itself, and the names of its files.

use std::fmt;
use std::str::FromStr;

use gover_core::text::shown;
use gover_core::{Diagnose, Exit, Platform};
use semver::{BuildMetadata, Version};

/// A version of gover, such as `0.1.1` or `0.2.0-rc1`; ordered as releases follow each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReleaseVersion(Version);

impl ReleaseVersion {
    pub fn is_stable(&self) -> bool {
        self.0.pre.is_empty()
    }

    /// The version of the module that holds this release for a platform.
    pub(crate) fn module_version(&self, platform: &Platform) -> String {
        format!("v{self}-{platform}")
    }

    /// The release in a version of the module, if it is for that platform.
    pub(crate) fn of_module(version: &str, platform: &Platform) -> Option<Self> {
        let own = version.strip_prefix('v')?.strip_suffix(&platform.to_string())?.strip_suffix('-')?;
        own.parse().ok()
    }

    /// The directory in an archive, and its name without an extension.
    pub(crate) fn archive_directory(&self, platform: &Platform) -> String {
        format!("gover-{self}-{platform}")
    }

    pub(crate) fn archive_name(&self, platform: &Platform) -> String {
        let extension = if platform.is_windows() { "zip" } else { "tar.gz" };
        format!("{}.{extension}", self.archive_directory(platform))
    }
}

impl fmt::Display for ReleaseVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ReleaseVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let invalid = || InvalidVersion { text: text.to_owned() };
        let version = Version::parse(text.strip_prefix('v').unwrap_or(text)).map_err(|_| invalid())?;
        if version.build == BuildMetadata::EMPTY { Ok(Self(version)) } else { Err(invalid()) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a version of gover", shown(text))]
pub struct InvalidVersion {
    pub text: String,
}

impl Diagnose for InvalidVersion {
    fn hints(&self) -> Vec<String> {
        vec!["write all three numbers, such as 0.1.1".to_owned()]
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_releases_follow_each_other() {
        let order = ["0.1.0", "0.1.9", "0.1.10", "0.2.0-rc1", "0.2.0", "1.0.0"];
        let versions = order.map(|text| text.parse::<ReleaseVersion>().unwrap());
        assert!(versions.is_sorted());
        assert!(!versions[3].is_stable() && versions[4].is_stable());
        assert_eq!("v0.1.0".parse(), Ok(versions[0].clone()));
        for text in ["", "0.1", "latest", "0.1.0+x", "0.1.0/..", "../x"] {
            assert!(text.parse::<ReleaseVersion>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_version_of_the_module_is_for_one_platform() {
        let platform = "linux-amd64".parse().unwrap();
        let of = |text| ReleaseVersion::of_module(text, &platform).map(|version| version.to_string());
        assert_eq!(of("v0.1.1-linux-amd64").as_deref(), Some("0.1.1"));
        assert_eq!(of("v0.2.0-rc1-linux-amd64").as_deref(), Some("0.2.0-rc1"));
        for other in ["v0.1.1", "v0.1.1-linux-arm64", "0.1.1-linux-amd64", "v-linux-amd64", "vlinux-amd64"] {
            assert_eq!(of(other), None, "{other}");
        }
        let version: ReleaseVersion = "0.2.0-rc1".parse().unwrap();
        assert_eq!(version.module_version(&platform), "v0.2.0-rc1-linux-amd64");
        assert_eq!(version.archive_name(&platform), "gover-0.2.0-rc1-linux-amd64.tar.gz");
        assert_eq!(
            version.archive_name(&"windows-arm64".parse().unwrap()),
            "gover-0.2.0-rc1-windows-arm64.zip"
        );
    }
}
