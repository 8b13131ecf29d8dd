use std::fmt;
use std::path::{Path, PathBuf};

use super::{Arch, Platform, architectures_of};
use crate::diagnose::{Diagnose, Exit};
use crate::request::Request;
use crate::version::ToolchainName;

/// A program of a toolchain does not run because it is for another architecture.
///
/// The shim looks for this after the system returned an error for which
/// `gover_sys::exec::is_wrong_format` is true. It cannot know before, since there may be an
/// emulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongArchitecture {
    program: PathBuf,
    found: Vec<Arch>,
    machine: String,
}

impl WrongArchitecture {
    /// `None` if the architecture of the program is not why it did not start.
    pub fn of(program: &Path) -> Option<Self> {
        let machine = Platform::host().arch().to_owned();
        let found = architectures_of(program);
        let strange = !found.is_empty() && found.iter().all(|arch| arch.as_str() != machine);
        strange.then(|| Self { program: program.to_owned(), found, machine })
    }

    /// The toolchain in a store that the program belongs to, by the names of its directories.
    fn toolchain(&self) -> Option<ToolchainName> {
        let goroot = self.program.parent()?.parent()?;
        if goroot.parent()?.file_name()? != "versions" {
            return None;
        }
        ToolchainName::parse(goroot.file_name()?.to_str()?).ok()
    }
}

impl fmt::Display for WrongArchitecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found: Vec<_> = self.found.iter().map(|arch| arch.as_str()).collect();
        let found = found.join(" and ");
        match self.toolchain() {
            Some(name) => write!(f, "{name} is installed for {found}")?,
            None => write!(f, "`{}` is a program for {found}", self.program.display())?,
        }
        write!(f, ", which does not run on this machine ({})", self.machine)
    }
}

impl std::error::Error for WrongArchitecture {}

impl Diagnose for WrongArchitecture {
    fn hints(&self) -> Vec<String> {
        vec![match self.toolchain() {
            // With the architecture: GOVER_ARCH may be why the wrong one was installed.
            Some(name) => format!("gover install -f --arch {} {}", self.machine, Request::exact(name)),
            None => "`gover current` shows which toolchain that is".to_owned(),
        }]
    }

    fn exit(&self) -> Exit {
        Exit::CannotExecute
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first bytes of a program for Linux on s390x. No test runs there.
    const STRANGE: &[u8] = b"\x7fELF\x02\x02\x01\0\0\0\0\0\0\0\0\0\0\x02\0\x16";

    fn program(directory: &str, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let bin = root.path().join(directory).join("bin");
        std::fs::create_dir_all(&bin).unwrap();
        let program = bin.join("go");
        std::fs::write(&program, content).unwrap();
        (root, program)
    }

    #[test]
    fn a_toolchain_of_another_architecture_is_named_with_its_remedy() {
        let (_root, path) = program("versions/go1.22.5", STRANGE);
        let wrong = WrongArchitecture::of(&path).unwrap();
        let machine = Platform::host().arch().to_owned();
        let expected =
            format!("go1.22.5 is installed for s390x, which does not run on this machine ({machine})");
        assert_eq!(wrong.to_string(), expected);
        assert_eq!(wrong.hints(), [format!("gover install -f --arch {machine} 1.22.5")]);
        let (_root, path) = program("custom", STRANGE);
        let wrong = WrongArchitecture::of(&path).unwrap();
        assert!(wrong.to_string().contains("is a program for s390x"), "{wrong}");
    }

    #[test]
    fn a_program_of_this_machine_or_of_none_was_refused_for_another_reason() {
        assert_eq!(WrongArchitecture::of(&std::env::current_exe().unwrap()), None);
        let (_root, path) = program("versions/go1.22.5", b"#!/bin/sh\n");
        assert_eq!(WrongArchitecture::of(&path), None);
    }
}
