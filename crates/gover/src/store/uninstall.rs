//! Removes a toolchain and shows that it takes time.

use gover_core::ToolchainName;
use gover_install::Uninstalled;
use gover_sys::Lock;

use crate::output::Busy;
use crate::{Context, Failure};

/// Deleting ten thousand files can take many seconds, so a terminal says what happens.
pub(crate) fn uninstall(
    name: &ToolchainName,
    lock: &Lock,
    context: &Context<'_>,
) -> Result<Uninstalled, Failure> {
    let busy = Busy::new(context.printer);
    busy.step(format!("removing {name}"));
    Ok(gover_install::uninstall(&context.layout, name, lock)?)
}
