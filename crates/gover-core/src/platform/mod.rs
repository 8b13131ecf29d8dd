//! Operating systems and architectures by Go's names.

mod arch;
mod header;
mod machine;
mod refused;

use std::fmt;
use std::str::FromStr;

use crate::text::shown;

pub use arch::{Arch, InvalidArch};
pub use header::{architectures, architectures_of};
pub use machine::{Compatibility, MachineFacts};
pub use refused::WrongArchitecture;

/// Whether this program was built for Windows. Only gover-sys compiles different code for each
/// system; everywhere else, what differs is an `if`.
pub const IS_WINDOWS: bool = cfg!(windows);

/// GOOS and GOARCH; `Display` and `parse` use `linux-amd64`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Platform {
    os: String,
    arch: String,
}

impl Platform {
    /// Both must be words of `a-z0-9`.
    pub fn new(os: &str, arch: &str) -> Result<Self, InvalidPlatform> {
        let word = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if word(os) && word(arch) {
            Ok(Self { os: os.to_owned(), arch: arch.to_owned() })
        } else {
            Err(InvalidPlatform { text: format!("{os}-{arch}") })
        }
    }

    /// What this program was built for; see [`of_machine`](Self::of_machine) for the machine.
    pub fn host() -> Self {
        let os = match std::env::consts::OS {
            "macos" => "darwin",
            other => other,
        };
        Self { os: os.to_owned(), arch: host_arch().to_owned() }
    }

    #[must_use]
    pub fn with_arch(&self, arch: Arch) -> Self {
        Self { os: self.os.clone(), arch: arch.as_str().to_owned() }
    }

    pub fn os(&self) -> &str {
        &self.os
    }

    pub fn arch(&self) -> &str {
        &self.arch
    }

    /// As archives and the release index name it: `armv6l` for linux/arm, otherwise GOARCH.
    pub fn archive_arch(&self) -> &str {
        if self.os == "linux" && self.arch == "arm" { "armv6l" } else { &self.arch }
    }

    pub fn is_windows(&self) -> bool {
        self.os == "windows"
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.os, self.arch)
    }
}

impl FromStr for Platform {
    type Err = InvalidPlatform;

    fn from_str(text: &str) -> Result<Self, InvalidPlatform> {
        let (os, arch) =
            text.split_once(['-', '/']).ok_or_else(|| InvalidPlatform { text: text.to_owned() })?;
        Self::new(os, arch)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPlatform {
    pub text: String,
}

impl fmt::Display for InvalidPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a platform; write it as `linux-amd64`", shown(&self.text))
    }
}

impl std::error::Error for InvalidPlatform {}

fn host_arch() -> &'static str {
    match (std::env::consts::ARCH, cfg!(target_endian = "little")) {
        ("powerpc64", true) => "ppc64le",
        ("mips", true) => "mipsle",
        ("mips64", true) => "mips64le",
        (other, _) => Arch::by_any_name(other).map_or(other, Arch::as_str),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_round_trips_and_refuses_paths() {
        assert_eq!("linux-amd64".parse::<Platform>().unwrap().to_string(), "linux-amd64");
        assert!("linux".parse::<Platform>().is_err());
        assert!("linux-../x".parse::<Platform>().is_err());
    }

    #[test]
    fn linux_arm_archives_are_named_armv6l() {
        assert_eq!(Platform::new("linux", "arm").unwrap().archive_arch(), "armv6l");
        assert_eq!(Platform::new("freebsd", "arm").unwrap().archive_arch(), "arm");
    }
}
