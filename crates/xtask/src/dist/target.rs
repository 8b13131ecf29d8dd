//! The platforms that gover is released for, in Go's words, and the compilers' names for them.

/// A platform that gover is released for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// As it stands in names of files: `linux-amd64`.
    pub(crate) name: &'static str,
    pub(crate) system: System,
    /// What it can be built as, the best first: the first that this machine can build is used.
    pub(crate) triples: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    Linux,
    Darwin,
    Windows,
}

/// Linux programs are static: musl is the one C library that is made for that, see
/// docs/releasing.md.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "linux-amd64", system: System::Linux, triples: &["x86_64-unknown-linux-musl"] },
    Target { name: "linux-arm64", system: System::Linux, triples: &["aarch64-unknown-linux-musl"] },
    Target {
        name: "windows-amd64",
        system: System::Windows,
        triples: &["x86_64-pc-windows-msvc", "x86_64-pc-windows-gnu"],
    },
    Target { name: "windows-arm64", system: System::Windows, triples: &["aarch64-pc-windows-msvc"] },
    Target { name: "darwin-amd64", system: System::Darwin, triples: &["x86_64-apple-darwin"] },
    Target { name: "darwin-arm64", system: System::Darwin, triples: &["aarch64-apple-darwin"] },
];

impl Target {
    pub(crate) fn named(name: &str) -> Result<&'static Self, String> {
        TARGETS.iter().find(|target| target.name == name).ok_or_else(|| {
            let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            format!("there is no target `{name}`; the targets are {}", names.join(", "))
        })
    }

    /// The platform that xtask itself was built for.
    pub(crate) fn of_this_machine() -> Result<&'static Self, String> {
        let system = match std::env::consts::OS {
            "macos" => "darwin",
            other => other,
        };
        let processor = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        Self::named(&format!("{system}-{processor}"))
    }

    /// The processor in Go's words.
    pub(crate) fn processor(&self) -> &'static str {
        self.name.split_once('-').map_or("", |(_, processor)| processor)
    }

    /// A program of gover with the suffix that the platform asks for.
    pub(crate) fn program(&self, name: &str) -> String {
        if self.system == System::Windows { format!("{name}.exe") } else { name.to_owned() }
    }

    pub(crate) fn install_script(&self) -> &'static str {
        if self.system == System::Windows { "install.ps1" } else { "install.sh" }
    }

    /// The name of an archive without its suffix, which is also the directory in it.
    pub(crate) fn stem(&self, version: &str) -> String {
        format!("gover-{version}-{}", self.name)
    }

    pub(crate) fn archive(&self, version: &str) -> String {
        let suffix = if self.system == System::Windows { "zip" } else { "tar.gz" };
        format!("{}.{suffix}", self.stem(version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_archives_follow_the_platform() {
        let archive = |name: &str| Target::named(name).unwrap().archive("0.1.0");
        assert_eq!(archive("linux-arm64"), "gover-0.1.0-linux-arm64.tar.gz");
        assert_eq!(archive("windows-amd64"), "gover-0.1.0-windows-amd64.zip");
    }

    #[test]
    fn an_unknown_target_is_an_error_that_names_the_others() {
        let error = Target::named("plan9-386").unwrap_err();
        assert!(error.contains("linux-amd64, linux-arm64"), "{error}");
    }
}
