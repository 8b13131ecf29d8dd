//! Whether a toolchain is one that a script expects, and what to do if the selection is another.

use std::path::Path;

use gover_core::display::pasted;
use gover_core::real_path::real_path;
use gover_core::resolve::{OriginKind, Outcome, Resolution};
use gover_core::{Diagnose, Exit, Request, ToolchainName};

use super::requests::{self, Absent, name_of};
use crate::failure::Report;
use crate::{Context, Failure};

/// Whether the toolchain of that name, or in that GOROOT, is what a request means.
///
/// Requests such as `latest` mean one toolchain, so only the newest installed one matches.
pub(crate) fn is_met(
    request: &Request,
    name: Option<&ToolchainName>,
    goroot: Option<&Path>,
    context: &Context<'_>,
) -> Result<bool, Failure> {
    if request.is_by_version() && !request.means_one() {
        return Ok(name.is_some_and(|name| request.matches(name, None)));
    }
    // A path that is not a GOROOT fails an assertion like any other toolchain that is not there.
    let located =
        context.locate(request).map_err(|error| Report::new(error.to_string(), error.hints(), Exit::Failure));
    let Some(meant) = located? else { return Ok(false) };
    Ok(match (request.is_by_version(), &meant.goroot) {
        (false, Some(root)) => goroot.is_some_and(|goroot| is_same(goroot, root)),
        (false, None) => goroot.is_none(),
        (true, _) => name.is_some() && name == meant.name.as_ref(),
    })
}

pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| real_path(path).unwrap_or_else(|_| path.to_owned());
    one == other || real(one) == real(other)
}

/// What is said if the selection is not what a request means. `None` if it is, or if no toolchain is
/// ready, which is an error of its own.
pub(crate) fn unmet(
    request: &Request,
    resolution: &Resolution,
    context: &Context<'_>,
) -> Result<Option<Absent>, Failure> {
    let (name, goroot, shown) = match (&resolution.left_to_go, &resolution.outcome) {
        (Some(left), _) => (ToolchainName::parse(&left.name).ok(), None, left.name.clone()),
        (None, Outcome::Ready(toolchain)) => {
            (toolchain.name.clone(), toolchain.goroot.clone(), name_of(toolchain, context))
        }
        (None, _) => return Ok(None),
    };
    if is_met(request, name.as_ref(), goroot.as_deref(), context)? {
        return Ok(None);
    }
    let what = format!("{shown} is selected here, not {request}: {}", resolution.reason(context.home()));
    Ok(Some(Absent { what, hint: hint(request, resolution, context)? }))
}

/// The command that makes the selection what a request means.
pub(crate) fn hint(
    request: &Request,
    resolution: &Resolution,
    context: &Context<'_>,
) -> Result<String, Failure> {
    if context.locate(request)?.is_none() {
        return Ok(requests::absent(request, None, context).hint);
    }
    if resolution.raised.is_some() || resolution.left_to_go.is_some() {
        // No choice of gover changes what go.mod or GOTOOLCHAIN requires.
        return Ok("gover current -v".to_owned());
    }
    let command = match resolution.origin.as_ref().map(|origin| origin.kind) {
        Some(OriginKind::VersionFile | OriginKind::ToolVersions) if request.is_by_version() => "pin",
        Some(OriginKind::Default | OriginKind::System) | None => "default",
        Some(_) => "use",
    };
    Ok(format!("gover {command} {}", pasted(request.as_str())))
}
