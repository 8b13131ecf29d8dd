use std::path::PathBuf;
use std::process::{Command, Stdio};

use gover_core::layout::executable_name;
use gover_core::{Env, Layout, Request};

use crate::report::Failure;

/// Runs the manager to install a missing toolchain. It shows progress, waits for other processes
/// that install the same, and explains errors. Its output goes to stderr, since stdout belongs to
/// the go command.
pub(crate) fn install(layout: &Layout, request: &Request, env: &Env) -> Result<(), Failure> {
    let manager = manager(layout, env);
    let status = Command::new(&manager)
        .args(["install", "--keep-default", "--", request.as_str()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|source| Failure::NoManager { program: manager, source })?;
    if status.success() { Ok(()) } else { Err(Failure::NotInstalled) }
}

/// The manager of this home. If this home is not the one that the shim was installed for, the
/// manager next to the shim.
fn manager(layout: &Layout, env: &Env) -> PathBuf {
    let own = layout.program("gover");
    if own.is_file() {
        return own;
    }
    let beside = env.program().and_then(|shim| shim.parent().map(|bin| bin.join(executable_name("gover"))));
    beside.filter(|program| program.is_file()).unwrap_or(own)
}
