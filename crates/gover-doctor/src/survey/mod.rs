//! What a machine has, for a report that is handed on: facts, whether or not something is wrong with
//! them.

mod machine;
mod settings;

pub use machine::{container, libc};
pub use settings::{Origin, Setting, settings};

use gover_shell::ShellKind;

use crate::checks::finding_go::go_programs::{GoProgram, on_path};
use crate::keepers::{Kept, kept};
use crate::redaction::Identity;
use crate::snapshot::Selection;
use crate::snapshot::system::System;
use crate::{MachinePath, Snapshot};

/// Everything that the report needs of a snapshot.
#[derive(Debug)]
pub struct Survey {
    pub system: System,
    pub shell: Option<ShellKind>,
    pub container: Option<String>,
    pub libc: Option<&'static str>,
    pub directory: MachinePath,
    pub selection: Selection,
    pub programs: Vec<GoOnPath>,
    pub settings: Vec<Setting>,
    /// The toolchains of other programs.
    pub kept: Vec<Kept>,
    pub identity: Identity,
}

/// A `go` on PATH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoOnPath {
    pub program: MachinePath,
    /// Where it leads, if it is a link.
    pub target: Option<MachinePath>,
    pub is_shim: bool,
    /// `None` for gover's shim, and if it does not say so.
    pub version: Option<String>,
    /// What put it there, if it is known.
    pub by: Option<&'static str>,
}

impl Survey {
    pub fn of(snapshot: &Snapshot<'_>) -> Self {
        let kept = kept(snapshot);
        Self {
            system: snapshot.system.clone(),
            shell: snapshot.shell,
            container: container(snapshot),
            libc: libc(snapshot),
            directory: snapshot.directory.clone(),
            selection: snapshot.selection.clone(),
            programs: on_path(snapshot).iter().map(|go| GoOnPath::of(go, &kept, snapshot)).collect(),
            settings: settings(snapshot),
            kept,
            identity: Identity::of(snapshot),
        }
    }
}

impl GoOnPath {
    fn of(go: &GoProgram, kept: &[Kept], snapshot: &Snapshot<'_>) -> Self {
        let real = snapshot.real(&go.path);
        let is_shim = go.is_shim(snapshot);
        let keeper = || {
            let kept = kept.iter().find(|kept| real.is_inside(&snapshot.real(&kept.goroot)))?;
            Some(kept.keeper?.name)
        };
        Self {
            program: go.path.clone(),
            is_shim,
            version: if is_shim { None } else { go.version(snapshot) },
            by: if is_shim { Some("gover") } else { go.installed_by(snapshot).or_else(keeper) },
            target: (real != go.path).then_some(real),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn every_go_on_path_is_listed_in_order_with_what_put_it_there() {
        let machine = Machine::linux()
            .toolchain("/usr/local/go", "go1.21.6")
            .link("/usr/local/bin/go", "/usr/local/go/bin/go")
            .toolchain("~/.goup/go1.20.1", "go1.20.1")
            .path_first("/usr/local/bin")
            .path_first("~/.goup/go1.20.1/bin");
        let programs = machine.snapshot(|snapshot| Survey::of(snapshot).programs);
        let shown: Vec<(&str, Option<&str>, Option<&str>)> =
            programs.iter().map(|go| (go.program.as_str(), go.version.as_deref(), go.by)).collect();
        assert_eq!(
            shown,
            [
                ("/home/ann/.goup/go1.20.1/bin/go", Some("go1.20.1"), Some("goup")),
                ("/usr/local/bin/go", Some("go1.21.6"), Some("Go's tarball")),
                ("/home/ann/.gover/bin/go", None, Some("gover")),
            ]
        );
        assert_eq!(programs[1].target.clone().unwrap(), "/usr/local/go/bin/go");
    }
}
