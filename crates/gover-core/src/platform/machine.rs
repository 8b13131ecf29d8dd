//! The machine below this program, which need not be the one the program was built for.

use std::fmt;

use super::{Arch, Platform};

/// What the operating system tells of its machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineFacts {
    /// What it calls the processor: `x86_64`, `aarch64`, `ARM64`; `None` if it does not tell.
    pub processor: Option<String>,
    /// What the programs around this one are built for; `None` where the system runs all that the processor can.
    pub userland: Option<Vec<Arch>>,
}

impl Platform {
    /// The platform whose toolchains compatibility the machine, seen by a program that was built for `self`.
    ///
    /// - macOS and Windows run the processor's own programs always. An x86-64 program that Rosetta or Windows on ARM
    ///   translates, and a 32-bit program on 64-bit Windows, must not bring its own kind in: that would be slower for no
    ///   reason, and the go command would build for the wrong machine by default.
    /// - On Linux a kernel says little about what its programs are. Raspberry Pi OS boots a 64-bit kernel below a
    ///   32-bit userland: there is no 64-bit libc, no loader for it, and gcc, which cgo calls, makes 32-bit code. So
    ///   the processor's architecture is taken only if the programs around are built for it too: then this program
    ///   is the stranger. Otherwise its own stands.
    #[must_use]
    pub fn of_machine(self, facts: &MachineFacts) -> Self {
        match facts.processor.as_deref().and_then(Arch::by_any_name) {
            Some(arch) if facts.userland.as_ref().is_none_or(|programs| programs.contains(&arch)) => {
                self.with_arch(arch)
            }
            _ => self,
        }
    }

    /// The other architectures whose programs this machine runs without anything installed, the best first.
    pub fn also_runs(&self) -> &'static [Arch] {
        match (self.os(), self.arch()) {
            ("darwin", "arm64") => &[AMD64],
            ("windows", "arm64") => &[AMD64, I386],
            ("linux" | "windows" | "freebsd", "amd64") => &[I386],
            _ => &[],
        }
    }

    /// How programs for `arch` fare on this machine.
    pub fn compatibility(&self, arch: Arch) -> Compatibility {
        if self.arch() == arch.as_str() {
            Compatibility::Own
        } else if !self.also_runs().contains(&arch) {
            Compatibility::Foreign
        } else if self.arch() == "arm64" {
            Compatibility::Emulated
        } else {
            Compatibility::Compatible
        }
    }

    /// In a few words what is special about a toolchain for `arch` here; `None` for the machine's own.
    pub fn warning(&self, arch: Arch) -> Option<ArchWarning> {
        let compatibility = self.compatibility(arch);
        (compatibility != Compatibility::Own).then(|| ArchWarning {
            arch,
            machine: self.arch().to_owned(),
            compatibility,
        })
    }
}

/// How programs of an architecture run on a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compatibility {
    /// They are what it is made for.
    Own,
    /// The processor runs them as well: 386 on amd64.
    Compatible,
    /// The operating system translates them: amd64 on arm64, with Rosetta or by Windows.
    Emulated,
    /// Only with an emulator that somebody installed, such as qemu.
    Foreign,
}

/// `amd64 on arm64 (emulated)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchWarning {
    arch: Arch,
    machine: String,
    compatibility: Compatibility,
}

impl fmt::Display for ArchWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.arch, self.machine)?;
        match self.compatibility {
            Compatibility::Own | Compatibility::Compatible => Ok(()),
            Compatibility::Emulated => f.write_str(" (emulated)"),
            Compatibility::Foreign => f.write_str(" (needs an emulator)"),
        }
    }
}

const AMD64: Arch = Arch::known("amd64");
const I386: Arch = Arch::known("386");

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(built_for: &str, processor: Option<&str>, userland: Option<&str>) -> String {
        let userland = userland.map(|arch| vec![Arch::parse(arch).unwrap()]);
        let facts = MachineFacts { processor: processor.map(str::to_owned), userland };
        built_for.parse::<Platform>().unwrap().of_machine(&facts).to_string()
    }

    #[test]
    fn a_translated_program_installs_for_the_machine() {
        assert_eq!(machine("darwin-amd64", Some("arm64"), None), "darwin-arm64");
        assert_eq!(machine("darwin-amd64", None, None), "darwin-amd64");
        assert_eq!(machine("windows-amd64", Some("ARM64"), None), "windows-arm64");
        assert_eq!(machine("windows-386", Some("ARM64"), None), "windows-arm64");
        assert_eq!(machine("windows-386", Some("AMD64"), None), "windows-amd64");
        assert_eq!(machine("windows-386", Some("x86"), None), "windows-386");
    }

    #[test]
    fn on_linux_the_userland_decides() {
        // A 32-bit gover between 64-bit programs is the stranger.
        assert_eq!(machine("linux-386", Some("x86_64"), Some("amd64")), "linux-amd64");
        assert_eq!(machine("linux-arm", Some("aarch64"), Some("arm64")), "linux-arm64");
        // Raspberry Pi OS: only the kernel is 64-bit.
        assert_eq!(machine("linux-arm", Some("aarch64"), Some("arm")), "linux-arm");
        // A container for another architecture, and `setarch i686`.
        assert_eq!(machine("linux-amd64", Some("aarch64"), Some("amd64")), "linux-amd64");
        assert_eq!(machine("linux-amd64", Some("i686"), Some("amd64")), "linux-amd64");
        assert_eq!(machine("linux-arm", Some("armv7l"), Some("arm")), "linux-arm");
    }

    #[test]
    fn a_machine_that_does_not_tell_is_what_the_program_was_built_for() {
        assert_eq!(machine("linux-386", Some("vax"), Some("amd64")), "linux-386");
        let no_shell = MachineFacts { processor: Some("x86_64".to_owned()), userland: Some(Vec::new()) };
        let linux: Platform = "linux-386".parse().unwrap();
        assert_eq!(linux.clone().of_machine(&no_shell), linux);
        assert_eq!(linux.clone().of_machine(&MachineFacts::default()), linux);
    }

    #[test]
    fn a_toolchain_for_another_architecture_is_told_apart() {
        let warning = |machine: &str, arch: &str| {
            let machine: Platform = machine.parse().unwrap();
            machine.warning(Arch::parse(arch).unwrap()).map(|warning| warning.to_string())
        };
        assert_eq!(warning("darwin-arm64", "arm64"), None);
        assert_eq!(warning("darwin-arm64", "amd64").unwrap(), "amd64 on arm64 (emulated)");
        assert_eq!(warning("windows-arm64", "386").unwrap(), "386 on arm64 (emulated)");
        assert_eq!(warning("linux-amd64", "386").unwrap(), "386 on amd64");
        assert_eq!(warning("linux-amd64", "arm64").unwrap(), "arm64 on amd64 (needs an emulator)");
        assert_eq!(warning("linux-arm64", "amd64").unwrap(), "amd64 on arm64 (needs an emulator)");
    }
}
