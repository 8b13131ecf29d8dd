//! Whether a check has something to examine.

use crate::{Snapshot, Words, text};

/// Whether a check can say anything about a machine. The texts complete "not applicable: …" and "not
/// run: …".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Applies,
    /// What it examines does not exist here.
    Elsewhere(Words<&'static str>),
    /// It needs a server that was not contacted. It may still find faults in files and variables.
    Unasked(Words<&'static str>),
}

impl Scope {
    fn applies_if(applies: bool, otherwise: Words<&'static str>) -> Self {
        if applies { Self::Applies } else { Self::Elsewhere(otherwise) }
    }
}

pub(crate) fn anywhere(_: &Snapshot<'_>) -> Scope {
    Scope::Applies
}

pub(crate) fn windows(snapshot: &Snapshot<'_>) -> Scope {
    Scope::applies_if(snapshot.system.is_windows(), text!(en "only for Windows", zh "仅用于 Windows"))
}

pub(crate) fn wsl(snapshot: &Snapshot<'_>) -> Scope {
    Scope::applies_if(snapshot.system.is_wsl, text!(en "only for WSL", zh "仅用于 WSL"))
}

pub(crate) fn network(snapshot: &Snapshot<'_>) -> Scope {
    match snapshot.network {
        Some(_) => Scope::Applies,
        None => Scope::Unasked(text!(en "no server was contacted", zh "没有连接任何服务器")),
    }
}

pub(crate) fn selected(snapshot: &Snapshot<'_>) -> Scope {
    let otherwise = text!(en "no toolchain is selected", zh "没有选定工具链");
    Scope::applies_if(snapshot.selection.version.is_some(), otherwise)
}

/// A module or a workspace.
pub(crate) fn module(snapshot: &Snapshot<'_>) -> Scope {
    let is_inside = snapshot.nearest("go.mod").is_some() || snapshot.go_work().is_some();
    Scope::applies_if(is_inside, text!(en "no go.mod or go.work here", zh "这里没有 go.mod 或 go.work"))
}

/// A condition of one check, with its own reason.
pub(crate) fn given(exists: bool, otherwise: Words<&'static str>) -> Scope {
    Scope::applies_if(exists, otherwise)
}
