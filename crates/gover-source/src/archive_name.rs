//! How the release site names its archives (`docs/go.md#archive-names`).

use gover_core::{Platform, ToolchainName};

use crate::artifact::{Format, Wanted};
use crate::proxy;

/// What may follow the release's name in the name of its archive for `platform`, the usual form
/// first.
pub(crate) fn suffixes(platform: &Platform) -> Vec<String> {
    let (os, arch) = (platform.os(), platform.arch());
    if platform.is_windows() {
        return vec![format!(".{os}-{arch}.zip")];
    }
    let mut suffixes = vec![format!(".{os}-{}.tar.gz", platform.archive_arch())];
    match (os, arch) {
        // go1.6beta1 alone.
        ("linux", "arm") => suffixes.push(".linux-arm6.tar.gz".to_owned()),
        // Up to go1.4.2, one for each generation of the system.
        ("darwin", "amd64" | "386") => {
            suffixes.extend(["osx10.8", "osx10.6"].map(|system| format!(".{os}-{arch}-{system}.tar.gz")));
        }
        _ => {}
    }
    suffixes
}

/// The usual name of the archive that holds `wanted`.
pub(crate) fn usual(wanted: &Wanted) -> String {
    let suffix = suffixes(&wanted.platform).into_iter().next().unwrap_or_default();
    format!("{}{suffix}", wanted.name)
}

/// The platform of the archive whose name ends so; `None` for sources and installers.
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

/// Toolchain and platform of an archive by its usual name.
pub(crate) fn parse(file_name: &str) -> Option<(ToolchainName, Platform)> {
    let end = file_name.strip_suffix(".tar.gz").or_else(|| file_name.strip_suffix(".zip"))?.rfind('.')?;
    let (name, suffix) = file_name.split_at_checked(end)?;
    let name = ToolchainName::parse(name).ok().filter(|name| is_safe(name.as_str()))?;
    Some((name, platform(suffix)?))
}

/// How a file of that name is packed; `None` if it is no archive.
pub(crate) fn format(file_name: &str) -> Option<Format> {
    // By suffix, since `Path::extension` knows nothing of `.tar.gz`; the site writes them small.
    match (file_name.strip_suffix(".tar.gz"), file_name.strip_suffix(".zip")) {
        (Some(_), _) => Some(Format::TarGz),
        (None, Some(_)) => Some(Format::Zip),
        (None, None) => None,
    }
}

/// Whether a name is one that a release site uses, and safe as a name in any directory.
pub(crate) fn is_safe(file_name: &str) -> bool {
    file_name.strip_prefix("go").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        && file_name.len() <= 100
        && !file_name.contains("..")
        && !file_name.ends_with('.')
        && file_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// A file as the Go project publishes it, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedFile {
    /// The toolchain that it holds.
    pub wanted: Wanted,
    /// How it is packed.
    pub format: Format,
}

/// What the name of an archive (`go1.22.5.linux-amd64.tar.gz`) or of a module zip
/// (`v0.0.1-go1.22.5.linux-amd64.zip`) says; `None` for any other name.
pub fn published_file(name: &str) -> Option<PublishedFile> {
    if let Some((name, platform)) = name.strip_suffix(".zip").and_then(proxy::parse_version) {
        return Some(PublishedFile { wanted: Wanted { name, platform }, format: Format::ModuleZip });
    }
    let (toolchain, platform) = parse(name)?;
    let format = format(name)?;
    Some(PublishedFile { wanted: Wanted { name: toolchain, platform }, format })
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
