use std::fmt;

use crate::diagnose::{Diagnose, Exit};
use crate::text::shown;

/// The name that Go has for an architecture, one of those with releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Arch(&'static str);

impl Arch {
    /// Accepts the names of Go only: `amd64`, `arm64`, `386`. The error for the name of another
    /// system has the one that Go uses.
    pub fn parse(text: &str) -> Result<Self, InvalidArch> {
        let known = NAMES.iter().find(|name| **name == text).map(|name| Self(name));
        known.ok_or_else(|| InvalidArch { text: text.to_owned(), meant: Self::by_any_name(text) })
    }

    /// Accepts names of kernels, compilers and packagers too: `x86_64`, `aarch64`, `armv7l`.
    pub fn by_any_name(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let name = match text.as_str() {
            "x86_64" | "x86-64" | "x64" => "amd64",
            "x86" | "ia32" | "i386" | "i486" | "i586" | "i686" => "386",
            "aarch64" | "armv8" => "arm64",
            "arm32" | "armhf" | "armel" | "armv5l" | "armv6" | "armv6l" | "armv7" | "armv7l" | "armv8l" => {
                "arm"
            }
            "loongarch64" => "loong64",
            "powerpc64" => "ppc64",
            "powerpc64le" | "ppc64el" => "ppc64le",
            "riscv" => "riscv64",
            other => NAMES.iter().find(|name| **name == other)?,
        };
        Some(Self(name))
    }

    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// For names in this crate, all of which are in [`NAMES`].
    pub(super) const fn known(name: &'static str) -> Self {
        Self(name)
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidArch {
    pub text: String,
    pub meant: Option<Arch>,
}

impl fmt::Display for InvalidArch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an architecture that Go knows", shown(&self.text))
    }
}

impl std::error::Error for InvalidArch {}

impl Diagnose for InvalidArch {
    fn hints(&self) -> Vec<String> {
        vec![match self.meant {
            Some(arch) => format!("Go calls it {arch}"),
            None => format!("Go knows {}", NAMES.join(", ")),
        }]
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

/// Every GOARCH with a released toolchain, the most common first (`go tool dist list`, go.dev/dl).
const NAMES: [&str; 13] = [
    "amd64", "arm64", "386", "arm", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le",
    "riscv64", "s390x",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_are_errors_with_the_name_that_go_has() {
        for name in NAMES {
            assert_eq!(Arch::parse(name).unwrap().as_str(), name);
            assert_eq!(Arch::by_any_name(name).unwrap().as_str(), name);
        }
        for (text, hint) in [
            ("x86_64", "Go calls it amd64"),
            ("x64", "Go calls it amd64"),
            ("AMD64", "Go calls it amd64"),
            ("aarch64", "Go calls it arm64"),
            ("i686", "Go calls it 386"),
            ("armv7l", "Go calls it arm"),
        ] {
            assert_eq!(Arch::parse(text).unwrap_err().hints(), [hint], "{text}");
        }
        let error = Arch::parse("z80\n").unwrap_err();
        assert_eq!(error.to_string(), "`z80\\n` is not an architecture that Go knows");
        assert!(error.hints()[0].starts_with("Go knows amd64, arm64, 386, "), "{error:?}");
        assert!(Arch::parse("").is_err());
    }
}
