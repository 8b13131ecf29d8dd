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
    let busy = Busy::new(context.printer, kept(name, context));
    busy.step(format!("removing {name}"));
    Ok(gover_install::uninstall(&context.layout, name, lock)?)
}

/// What to say if Ctrl-C ends it. The tree disappears by a rename, and its files are deleted after.
fn kept(name: &ToolchainName, context: &Context<'_>) -> impl Fn() -> Vec<String> + Send + Sync + use<> {
    let (path, name) = (context.layout.toolchain(name), name.clone());
    move || {
        if path.symlink_metadata().is_ok() {
            return vec![format!("interrupted; {name} is still installed")];
        }
        let end = "`gover prune` deletes the rest of its files";
        vec![format!("interrupted; {name} is no longer installed, and {end}")]
    }
}
