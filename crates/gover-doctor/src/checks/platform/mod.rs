//! The machine, the operating system and the toolchain.

mod antivirus;
mod architecture;
mod execution_policy;
mod libc;
mod long_paths;
mod wsl;

use gover_shell::ShellKind;

use crate::{Check, Snapshot};

pub(crate) const CHECKS: &[Check] = &[
    architecture::CHECK,
    wsl::CHECK,
    execution_policy::CHECK,
    long_paths::CHECK,
    antivirus::CHECK,
    libc::CHECK,
];

/// The command as the shell in use runs it.
fn in_powershell(snapshot: &Snapshot<'_>, command: String) -> String {
    match snapshot.shell {
        Some(ShellKind::Cmd | ShellKind::Bash) => format!("powershell -Command \"{command}\""),
        _ => command,
    }
}
