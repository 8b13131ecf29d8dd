//! Whether a check has something to examine.

use crate::Snapshot;

/// Whether a check can say anything about a machine. The texts complete "not applicable: …" and "not
/// run: …".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Applies,
    /// What it examines does not exist here.
    Elsewhere(&'static str),
    /// It needs a server that was not contacted. It may still find faults in files and variables.
    Unasked(&'static str),
}

impl Scope {
    fn applies_if(applies: bool, otherwise: &'static str) -> Self {
        if applies { Self::Applies } else { Self::Elsewhere(otherwise) }
    }
}

pub(crate) fn anywhere(_: &Snapshot<'_>) -> Scope {
    Scope::Applies
}

pub(crate) fn windows(snapshot: &Snapshot<'_>) -> Scope {
    Scope::applies_if(snapshot.system.is_windows(), "only for Windows")
}

pub(crate) fn wsl(snapshot: &Snapshot<'_>) -> Scope {
    Scope::applies_if(snapshot.system.is_wsl, "only for WSL")
}

pub(crate) fn network(snapshot: &Snapshot<'_>) -> Scope {
    if snapshot.network.is_some() { Scope::Applies } else { Scope::Unasked("no server was contacted") }
}

pub(crate) fn selected(snapshot: &Snapshot<'_>) -> Scope {
    Scope::applies_if(snapshot.selection.version.is_some(), "no toolchain is selected")
}

/// A module or a workspace.
pub(crate) fn module(snapshot: &Snapshot<'_>) -> Scope {
    let is_inside = snapshot.nearest("go.mod").is_some() || snapshot.go_work().is_some();
    Scope::applies_if(is_inside, "no go.mod or go.work here")
}

/// A condition of one check, with its own reason.
pub(crate) fn given(exists: bool, otherwise: &'static str) -> Scope {
    Scope::applies_if(exists, otherwise)
}
