//! Toolchains for commands that need one: what is there, or an install on the spot where settings allow it.

use gover_core::resolve::{Outcome, Toolchain};
use gover_core::{Request, ToolchainName};
use gover_install::shims;
use gover_sys::Lock;

use super::{install, requests};
use crate::context::Context;
use crate::failure::Failure;

/// The toolchain that answers a request; installs it if nothing does and settings allow it.
pub(super) fn provide(request: &Request, context: &Context<'_>) -> Result<Toolchain, Failure> {
    match context.locate(request)? {
        Outcome::Ready(toolchain) => return Ok(toolchain),
        Outcome::Missing(_) | Outcome::Nothing if !context.settings.may_install() => {
            return Err(requests::missing(request));
        }
        Outcome::Missing(_) | Outcome::Nothing => {}
    }
    // From here on something is changed; what a crash put aside may be the answer.
    super::recover(context);
    if let Outcome::Ready(toolchain) = context.locate(request)? {
        return Ok(toolchain);
    }
    install::install_missing(request, context)?;
    requests::installed(request, context)
}

/// The newest release known that answers a request, without asking the network.
pub(super) fn newest_release(request: &Request, context: &Context<'_>) -> Result<ToolchainName, Failure> {
    if let Some(name) = request.as_exact() {
        return Ok(name.clone());
    }
    let supply = crate::supply::supply(context)?;
    let releases = supply.known_releases();
    match releases.newest(request, &context.target().platform) {
        Some(release) => Ok(release.name.clone()),
        None => Err(Failure::new(
            format!("no Go release matches `{request}`"),
            "`gover list --remote` shows every release",
        )),
    }
}

/// A lock of gover's home by its name; waits, and says so, while another gover holds it.
pub(super) fn lock(name: &str, context: &Context<'_>) -> Result<Lock, Failure> {
    let path = context.layout.lock(name);
    let waiting = || context.printer.note(&format!("waiting for another gover ({})", context.short(&path)));
    Lock::acquire(&path, waiting).map_err(|source| {
        Failure::io(
            format!("cannot lock `{}`", path.display()),
            &source,
            "check who owns GOVER_HOME and whether you may write there",
        )
    })
}

/// Makes the programs in `bin/` match what is installed.
pub(super) fn refresh_shims(context: &Context<'_>) -> Result<(), Failure> {
    let lock = lock(shims::LOCK, context)?;
    shims::refresh(&context.layout, &shim_program(context), &lock)?;
    Ok(())
}

/// The shim that came with this gover: beside its program.
pub(super) fn shim_program(context: &Context<'_>) -> std::path::PathBuf {
    let name = gover_core::layout::executable_name("gover-shim");
    let beside = context.env.program().and_then(|own| own.parent().map(|directory| directory.join(&name)));
    beside.filter(|path| path.is_file()).unwrap_or_else(|| context.layout.bin().join(name))
}
