//! The file names of archives on the release site (`docs/go.md#archive-names`).

use gover_core::{Platform, ToolchainName};

use crate::artifact::{Format, Wanted};
use crate::proxy;

/// What may follow the release name in the name of an archive for `platform`, the usual one first.
pub(crate) fn suffixes(platform: &Platform) -> Vec<String> {
    let (os, arch) = (platform.os(), platform.arch());
    if platform.is_windows() {
        return vec![format!(".{os}-{arch}.zip")];
    }
    let mut suffixes = vec![format!(".{os}-{}.tar.gz", platform.archive_arch())];
    match (os, arch) {
        // Only go1.6beta1.
        ("linux", "arm") => suffixes.push(".linux-arm6.tar.gz".to_owned()),
        // Up to go1.4.2, there are two archives for different versions of the system.
        ("darwin", "amd64" | "386") => {
            suffixes.extend(["osx10.8", "osx10.6"].map(|system| format!(".{os}-{arch}-{system}.tar.gz")));
        }
        _ => {}
    }
    suffixes
}

pub(crate) fn usual(wanted: &Wanted) -> String {
    let suffix = suffixes(&wanted.platform).into_iter().next().unwrap_or_default();
    format!("{}{suffix}", wanted.name)
}

/// The platform of an archive with this suffix; `None` for source archives and installers.
pub(crate) fn platform(suffix: &str) -> Option<Platform> {
    let rest = suffix.strip_prefix('.')?;
    let (platform, zip) = match rest.strip_suffix(".tar.gz") {
        Some(platform) => (platform, false),
        None => (rest.strip_suffix(".zip")?, true),
    };
    let mut words = platform.split('-');
    let (os, arch) = (words.next()?, words.next()?);
    let arch = if os == "linux" && matches!(arch, "armv6l" | "arm6") { "arm" } else { arch };
    ((os == "windows") == zip).then(|| Platform::new(os, arch).ok()).flatten()
}

pub(crate) fn parse(file_name: &str) -> Option<(ToolchainName, Platform)> {
    let end = file_name.strip_suffix(".tar.gz").or_else(|| file_name.strip_suffix(".zip"))?.rfind('.')?;
    let (name, suffix) = file_name.split_at_checked(end)?;
    let name = ToolchainName::parse(name).ok().filter(|name| is_safe(name.as_str()))?;
    Some((name, platform(suffix)?))
}

/// The format of the file with this name; `None` if it is not an archive.
pub(crate) fn format(file_name: &str) -> Option<Format> {
    // `Path::extension` does not handle `.tar.gz`. The site uses lower case only.
    match (file_name.strip_suffix(".tar.gz"), file_name.strip_suffix(".zip")) {
        (Some(_), _) => Some(Format::TarGz),
        (None, Some(_)) => Some(Format::Zip),
        (None, None) => None,
    }
}

/// Whether a release site uses names of this form and the name is safe to use in any directory.
pub(crate) fn is_safe(file_name: &str) -> bool {
    file_name.strip_prefix("go").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        && file_name.len() <= 100
        && !file_name.contains("..")
        && !file_name.ends_with('.')
        && file_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// What the name of a file published by the Go project states about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedFile {
    pub wanted: Wanted,
    pub format: Format,
}

/// Parses the name of an archive (`go1.22.5.linux-amd64.tar.gz`) or a module zip
/// (`v0.0.1-go1.22.5.linux-amd64.zip`). Returns `None` for any other name.
pub fn published_file(name: &str) -> Option<PublishedFile> {
    if let Some((name, platform)) = name.strip_suffix(".zip").and_then(proxy::parse_version) {
        return Some(PublishedFile { wanted: Wanted { name, platform }, format: Format::ModuleZip });
    }
    let (toolchain, platform) = parse(name)?;
    let format = format(name)?;
    Some(PublishedFile { wanted: Wanted { name: toolchain, platform }, format })
}

/// The toolchain and platform that the name of a published file states.
pub(crate) fn listed(name: &str) -> Option<(ToolchainName, Platform)> {
    published_file(name).map(|PublishedFile { wanted, .. }| (wanted.name, wanted.platform))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suffix_of_a_platform_names_that_platform() {
        for text in ["linux-amd64", "linux-arm", "darwin-386", "darwin-arm64", "windows-arm64", "freebsd-arm"]
        {
            let wanted: Platform = text.parse().unwrap();
            for suffix in suffixes(&wanted) {
                assert_eq!(platform(&suffix).as_ref(), Some(&wanted), "{suffix}");
            }
        }
    }

    #[test]
    fn sources_and_installers_have_no_platform() {
        for suffix in [".src.tar.gz", ".windows-amd64.msi", ".darwin-arm64.pkg", ".windows-amd64.tar.gz", ""]
        {
            assert_eq!(platform(suffix), None, "{suffix}");
        }
    }

    #[test]
    fn names_that_leave_a_directory_are_not_safe() {
        assert!(is_safe("go1.4.2.darwin-amd64-osx10.8.tar.gz"));
        for name in ["../go1.tar.gz", "go1/../x", "go1..x", "go1 x", "go1\\x", "go1:x", "", "x.tar.gz"] {
            assert!(!is_safe(name), "{name}");
        }
    }
}
