//! What the policy of the machine forbids.

use gover_core::{Request, ToolchainName};
use gover_source::Location;

use super::install::Want;
use crate::{Context, Failure};

/// Fails for a toolchain that is older than the policy allows. Without a name its version is
/// unknown.
pub(crate) fn check(name: Option<&ToolchainName>, context: &Context<'_>) -> Result<(), Failure> {
    let policy = &context.settings.policy;
    match (name, &policy.minimum_go) {
        (Some(name), Some(minimum)) if name.version() < minimum => Err(Failure::new(
            format!("{name} is older than go{minimum}, the oldest Go that {} allows", policy.place()),
            "gover install latest",
        )),
        _ => Ok(()),
    }
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

/// Fails for a file that is not from a source, if the policy locks what it would get around.
pub(crate) fn check_file(want: &Want, context: &Context<'_>) -> Result<(), Failure> {
    let settings = &context.settings;
    let (what, locks) = match want {
        Want::Release(_) => return Ok(()),
        Want::File { path, typed, .. } => {
            let is_of_source = settings.sources.value.iter().any(|source| path.starts_with(source));
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
