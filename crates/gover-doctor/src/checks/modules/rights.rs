//! The command that gives a directory back to the user.

use gover_shell::ShellKind;

use crate::{MachinePath, Snapshot};

/// For a directory that exists and is not writable.
pub(super) fn take_back(snapshot: &Snapshot<'_>, path: &MachinePath) -> String {
    let path = snapshot.word(path);
    match (snapshot.system.is_windows(), snapshot.shell) {
        (true, Some(ShellKind::Cmd)) => format!("icacls {path} /grant %USERNAME%:(OI)(CI)F /T"),
        (true, _) => format!("icacls {path} /grant \"${{env:USERNAME}}:(OI)(CI)F\" /T"),
        (false, Some(ShellKind::Fish | ShellKind::Elvish | ShellKind::Nu)) => {
            format!("sudo chown -R (id -un) {path}")
        }
        (false, _) => format!("sudo chown -R \"$(id -un)\" {path}"),
    }
}
