//! What the policy of the machine forbids.

use std::path::Path;

use gover_core::minimum::{Allowed, BelowMinimum};
use gover_core::real_path::real_path;
use gover_core::resolve::{Resolution, Toolchain};
use gover_core::{Request, ToolchainName};
use gover_source::{Location, SourceSpec};

use super::install::Want;
use crate::{Context, Failure};

/// Fails for a toolchain that is older than the policy allows. Without a name its version is
/// unknown.
pub(crate) fn check(name: Option<&ToolchainName>, context: &Context<'_>) -> Result<(), Failure> {
    match (name, &context.settings.policy.minimum_go) {
        (Some(name), Some(minimum)) => Ok(minimum.check(name)?),
        _ => Ok(()),
    }
}

/// The toolchain that a person asked for, if the policy allows it.
pub(crate) fn allowed(toolchain: Toolchain, context: &Context<'_>) -> Result<Allowed, Failure> {
    Ok(Allowed::check(toolchain, context.settings.policy.minimum_go.as_ref())?)
}

/// The toolchain that is selected here, if the policy allows it.
pub(crate) fn allowed_here(
    toolchain: &Toolchain,
    resolution: &Resolution,
    context: &Context<'_>,
) -> Result<Allowed, BelowMinimum> {
    Allowed::check(toolchain.clone(), context.settings.policy.minimum_go.as_ref())
        .map_err(|error| error.selected(resolution))
}

/// The same for a request, by the newest toolchain that it can mean.
pub(crate) fn check_request(request: &Request, context: &Context<'_>) -> Result<(), Failure> {
    if context.settings.policy.minimum_go.is_none() {
        return Ok(());
    }
    let newest = match context.locate(request)? {
        Some(toolchain) => toolchain.name,
        None => super::provide::newest_known(request, context).ok(),
    };
    check(newest.as_ref(), context)
}

/// Whether a source is a directory that really holds the file, whatever `..` and links say.
fn holds(source: &str, path: &Path) -> bool {
    let Ok(SourceSpec::Directory(directory)) = source.parse() else { return false };
    match (real_path(path), real_path(&directory)) {
        (Ok(path), Ok(directory)) => path.starts_with(directory),
        _ => false,
    }
}

/// Fails for a file that is not from a source, if the policy locks what it would get around.
pub(crate) fn check_file(want: &Want, context: &Context<'_>) -> Result<(), Failure> {
    let settings = &context.settings;
    let (what, locks) = match want {
        Want::Release(_) => return Ok(()),
        Want::File { path, typed, .. } => {
            let is_of_source = settings.sources.value.iter().any(|source| holds(source, path));
            let locks: &[_] = if is_of_source { &[] } else { &["sources"] };
            (typed.clone(), locks)
        }
        Want::Custom { location, .. } => {
            let what = match location {
                Location::File(path) => path.display().to_string(),
                Location::Url(address) => address.to_string(),
            };
            (what, ["sources", "require_sumdb"].as_slice())
        }
    };
    match locks.iter().find(|setting| settings.policy.locks(setting)) {
        None => Ok(()),
        Some(setting) => Err(Failure::new(
            format!("`{what}` cannot be installed, because {} locks `{setting}`", settings.policy.place()),
            "`gover list --remote` shows what can be installed",
        )),
    }
}
