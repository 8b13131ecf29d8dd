//! Toolchains for commands that need one: an installed one, or else one that is installed now, if
//! the settings allow it.

use gover_core::minimum::Allowed;
use gover_core::{Request, ToolchainName};

use super::install::Installation;
use super::{policy, releases, requests, shims};
use crate::{Context, Failure};

/// The toolchain that a request means; installs it if none does and settings allow it.
pub(crate) fn provide(request: &Request, context: &Context<'_>) -> Result<Allowed, Failure> {
    if let Some(toolchain) = context.locate(request)? {
        return policy::allowed(toolchain, context);
    }
    if !context.settings.may_install() {
        return Err(requests::missing(request, context));
    }
    // A crash may have put aside this toolchain; only commands that change something restore it.
    shims::recover(context);
    if let Some(toolchain) = context.locate(request)? {
        return policy::allowed(toolchain, context);
    }
    let target = context.target();
    let installation = Installation::new(&target, false, context);
    installation.install(&installation.release(request)?)?;
    requests::installed(request, context)
}

/// The newest known release that a request means; asks no server.
pub(crate) fn newest_known(request: &Request, context: &Context<'_>) -> Result<ToolchainName, Failure> {
    if let Some(name) = request.as_exact() {
        requests::refuse_impossible(request, context)?;
        return Ok(name.clone());
    }
    let releases = releases::known(context)?;
    match releases.newest(request, &context.target().platform) {
        Some(release) => Ok(release.name.clone()),
        None => Err(Failure::new(
            format!("no Go release matches `{request}`"),
            "`gover list --remote` shows every release",
        )),
    }
}
