//! Removes a toolchain and shows that it takes time.

use gover_core::display::pasted;
use gover_core::platform::IS_WINDOWS;
use gover_core::{Request, ToolchainName};
use gover_install::Uninstalled;
use gover_sys::Lock;

use crate::output::{Busy, mebibytes};
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

/// How much is gone, and how it comes back.
pub(crate) fn restore(gone: &Uninstalled, context: &Context<'_>) -> String {
    let Uninstalled { name, path, target, bytes } = gone;
    let size = mebibytes(*bytes);
    match target {
        Some(target) if !name.is_release() => {
            let words = [name.to_string(), context.short(target)].map(|word| pasted(&word));
            format!("a link; `gover link {}` restores it", words.join(" "))
        }
        Some(target) if IS_WINDOWS => format!("a link to {}, which stays", context.short(target)),
        Some(target) => {
            let [target, path] = [target, path].map(|path| pasted(&context.short(path)));
            format!("a link; `ln -s {target} {path}` restores it")
        }
        None if name.is_release() => {
            let request = Request::exact(name.clone());
            format!("{size}; `gover install {}` restores it", pasted(request.as_str()))
        }
        // No source has a custom build.
        None => format!("{size}; only its archive can restore it"),
    }
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
