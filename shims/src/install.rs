use std::process::{Command, Stdio};

use gover_core::{Layout, Request};

use crate::report::Failure;

/// Has the manager install what is missing; it shows progress, waits for others at the same work, and explains a
/// failure itself. Its output goes to stderr, since stdout belongs to the go command.
pub(crate) fn install(layout: &Layout, request: &Request) -> Result<(), Failure> {
    let manager = layout.program("gover");
    let status = Command::new(&manager)
        .args(["install", "--keep-default", "--", request.as_str()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|source| Failure::NoManager { program: manager, source })?;
    if status.success() { Ok(()) } else { Err(Failure::NotInstalled) }
}
