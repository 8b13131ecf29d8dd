//! The `go` programs on PATH, and what is known about a toolchain.

use std::collections::BTreeSet;

use super::installers;
use crate::snapshot::programs::{Patience, Run};
use crate::{Evidence, MachinePath, Snapshot};

pub(crate) struct GoProgram {
    /// The directory as PATH has it.
    pub(crate) directory: MachinePath,
    pub(crate) path: MachinePath,
}

/// Every `go` on PATH in order, each directory once.
pub(crate) fn on_path(snapshot: &Snapshot<'_>) -> Vec<GoProgram> {
    let mut known = BTreeSet::new();
    // Relative entries depend on the working directory, and Go runs no programs from them.
    let is_new = |directory: &MachinePath| directory.is_absolute() && known.insert(directory.clone());
    let directories = snapshot.path().into_iter().filter(is_new);
    let program = |directory| Some(GoProgram { path: program_in(snapshot, &directory)?, directory });
    directories.filter_map(program).collect()
}

pub(crate) fn program_in(snapshot: &Snapshot<'_>, directory: &MachinePath) -> Option<MachinePath> {
    let names: &[&str] = if snapshot.system.is_windows() { &["go.exe", "go.bat", "go.cmd"] } else { &["go"] };
    names.iter().map(|name| directory.join(name)).find(|path| {
        snapshot.is_file(path) && (snapshot.system.is_windows() || snapshot.disk.is_executable(path))
    })
}

/// What `GOROOT/VERSION` says: `go1.22.5`.
pub(crate) fn version_of(snapshot: &Snapshot<'_>, goroot: &MachinePath) -> Option<String> {
    let head = snapshot.disk.head(&goroot.join("VERSION"), 128);
    let text = String::from_utf8_lossy(&head);
    let first = text.lines().next()?.trim();
    first.starts_with("go").then(|| first.to_owned())
}

/// The version of the toolchain whose `bin` contains the program, with links followed.
pub(super) fn version_above(snapshot: &Snapshot<'_>, program: &MachinePath) -> Option<String> {
    version_of(snapshot, &snapshot.disk.real(program)?.parent()?.parent()?)
}

pub(super) fn is_same(snapshot: &Snapshot<'_>, one: &MachinePath, other: &MachinePath) -> bool {
    snapshot.disk.real(one).is_some_and(|real| snapshot.disk.real(other) == Some(real))
}

impl GoProgram {
    /// Whether it is gover's shim, perhaps through a link.
    pub(crate) fn is_shim(&self, snapshot: &Snapshot<'_>) -> bool {
        let bin = &snapshot.gover.bin;
        self.directory == *bin || is_same(snapshot, &self.path, &bin.program("go"))
    }

    pub(crate) fn is_of_gover(&self, snapshot: &Snapshot<'_>) -> bool {
        let versions = snapshot.real(&snapshot.gover.home.join("versions"));
        snapshot.real(&self.path).is_inside(&versions)
    }

    /// As evidence: `go1.21.6, installed by Homebrew`.
    pub(crate) fn evidence(&self, snapshot: &Snapshot<'_>) -> Evidence {
        let fact = match (self.version(snapshot), self.installed_by(snapshot)) {
            (Some(version), Some(by)) => format!("{version}, installed by {by}"),
            (Some(version), None) => version,
            (None, Some(by)) => format!("installed by {by}"),
            (None, None) => "of unknown origin".to_owned(),
        };
        Evidence::path(&self.path, fact)
    }

    /// What put its toolchain there.
    pub(crate) fn installed_by(&self, snapshot: &Snapshot<'_>) -> Option<&'static str> {
        if self.is_of_gover(snapshot) {
            Some("gover")
        } else {
            installers::installed_by(snapshot, &self.path)
        }
    }

    /// Its version, from the file `VERSION` of its toolchain or from its own answer.
    pub(crate) fn version(&self, snapshot: &Snapshot<'_>) -> Option<String> {
        // The command of a snap is a link to snap itself.
        let is_snap = self.path.as_str().starts_with("/snap/");
        let snap = is_snap.then(|| snapshot.system.path("/snap/go/current"));
        version_above(snapshot, &self.path)
            .or_else(|| version_of(snapshot, &snap?))
            .or_else(|| self.said(snapshot))
    }

    /// What `go version` says, without switching. Wrappers of managers are slow and not asked.
    fn said(&self, snapshot: &Snapshot<'_>) -> Option<String> {
        if installers::is_wrapper(snapshot, &self.path) {
            return None;
        }
        let variables = [("GOTOOLCHAIN", Some("local"))];
        let run = Run {
            program: &self.path,
            arguments: &["version"],
            variables: &variables,
            input: "",
            patience: Patience::Short,
        };
        let ran = snapshot.programs.run(&run)?;
        let version = ran.stdout.split_whitespace().nth(2)?;
        version.starts_with("go").then(|| version.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn programs_are_found_in_the_order_of_path_with_version_and_origin() {
        let machine = Machine::linux()
            .toolchain("/usr/local/go", "go1.21.6")
            .program("/usr/bin/go", "gccgo")
            .answers("/usr/bin/go version", 0, "go version go1.18 gccgo (Debian 12.2.0) linux/amd64\n", "")
            .var("PATH", "bin:/usr/local/go/bin:/usr/local/go/bin/:/home/ann/.gover/bin:/usr/bin:/nowhere");
        machine.snapshot(|snapshot| {
            let shown: Vec<String> =
                on_path(snapshot).iter().map(|go| go.evidence(snapshot).to_string()).collect();
            assert_eq!(shown[0], "/usr/local/go/bin/go: go1.21.6, installed by Go's tarball");
            assert_eq!(shown[2], "/usr/bin/go: go1.18, installed by apt");
            assert_eq!(shown.len(), 3);
            assert!(on_path(snapshot)[1].is_shim(snapshot));
        });
    }

    #[test]
    fn a_link_to_the_shim_is_the_shim() {
        let machine = Machine::linux()
            .link("/usr/local/bin/go", "/home/ann/.gover/bin/go")
            .var("PATH", "/usr/local/bin");
        machine.snapshot(|snapshot| assert!(on_path(snapshot)[0].is_shim(snapshot)));
    }
}
