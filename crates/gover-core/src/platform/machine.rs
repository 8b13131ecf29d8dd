//! The machine that runs this program. It may differ from the one the program was built for.

use super::{Arch, Platform};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineFacts {
    /// Its name for the processor: `x86_64`, `aarch64`, `ARM64`.
    pub processor: Option<String>,
    /// What other programs are built for; `None` if the system runs all that the processor can.
    pub userland: Option<Vec<Arch>>,
}

impl Platform {
    /// The platform whose toolchains suit the machine, for a program that was built for `self`.
    ///
    /// - macOS and Windows always run programs for the processor. An x86-64 program that Rosetta or
    ///   Windows on ARM translates, and a 32-bit program on 64-bit Windows, must not install
    ///   toolchains of its own kind: they would be slower, and the go command would build for the
    ///   wrong machine by default.
    /// - On Linux the kernel says little about the programs. Raspberry Pi OS has a 64-bit kernel
    ///   and 32-bit programs: there is no 64-bit libc and no loader for it, and gcc, which cgo
    ///   calls, makes 32-bit code. So the architecture of the processor counts only if other
    ///   programs are built for it too. Otherwise that of this program counts.
    #[must_use]
    pub fn of_machine(self, facts: &MachineFacts) -> Self {
        match facts.processor.as_deref().and_then(Arch::by_any_name) {
            Some(arch) if facts.userland.as_ref().is_none_or(|programs| programs.contains(&arch)) => {
                self.with_arch(arch)
            }
            _ => self,
        }
    }

    /// Other architectures whose programs this machine runs without an emulator, the best first.
    pub fn also_runs(&self) -> &'static [Arch] {
        match (self.os(), self.arch()) {
            ("darwin", "arm64") => &[AMD64],
            ("windows", "arm64") => &[AMD64, I386],
            ("linux" | "windows" | "freebsd", "amd64") => &[I386],
            _ => &[],
        }
    }

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

    /// What is special about a toolchain for `arch` here, such as `amd64 on arm64 (emulated)`;
    /// `None` for the machine's own architecture.
    pub fn warning(&self, arch: Arch) -> Option<String> {
        let note = match self.compatibility(arch) {
            Compatibility::Own => return None,
            Compatibility::Compatible => "",
            Compatibility::Emulated => " (emulated)",
            Compatibility::Foreign => " (needs an emulator)",
        };
        Some(format!("{arch} on {}{note}", self.arch()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compatibility {
    /// The machine is of that architecture.
    Own,
    /// The processor runs them too: 386 on amd64.
    Compatible,
    /// The operating system translates them: amd64 on arm64, by Rosetta or Windows.
    Emulated,
    /// Needs an emulator such as qemu.
    Foreign,
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
        // A 32-bit gover among 64-bit programs.
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
    fn an_unknown_machine_is_what_the_program_was_built_for() {
        assert_eq!(machine("linux-386", Some("vax"), Some("amd64")), "linux-386");
        let no_shell = MachineFacts { processor: Some("x86_64".to_owned()), userland: Some(Vec::new()) };
        let linux: Platform = "linux-386".parse().unwrap();
        assert_eq!(linux.clone().of_machine(&no_shell), linux);
        assert_eq!(linux.clone().of_machine(&MachineFacts::default()), linux);
    }

    #[test]
    fn a_toolchain_for_another_architecture_has_a_warning() {
        let warning = |machine: &str, arch: &str| {
            let machine: Platform = machine.parse().unwrap();
            machine.warning(Arch::parse(arch).unwrap())
        };
        assert_eq!(warning("darwin-arm64", "arm64"), None);
        assert_eq!(warning("darwin-arm64", "amd64").unwrap(), "amd64 on arm64 (emulated)");
        assert_eq!(warning("windows-arm64", "386").unwrap(), "386 on arm64 (emulated)");
        assert_eq!(warning("linux-amd64", "386").unwrap(), "386 on amd64");
        assert_eq!(warning("linux-amd64", "arm64").unwrap(), "arm64 on amd64 (needs an emulator)");
        assert_eq!(warning("linux-arm64", "amd64").unwrap(), "amd64 on arm64 (needs an emulator)");
    }
}
