//! The releases between the two ends.

use gover_core::display::pasted;
use gover_core::inventory::is_installed;
use gover_core::{Request, RequestKind, ToolchainName};
use gover_source::Availability;

use crate::cli::BisectArgs;
use crate::store::install::Installation;
use crate::store::{legs, releases, requests};
use crate::{Context, Failure};

/// From the good end to the bad one, both included.
pub(super) fn between(arguments: &BisectArgs, context: &Context<'_>) -> Result<Vec<ToolchainName>, Failure> {
    let target = context.target();
    let installation = Installation::new(&target, false, context);
    let [good, bad] = [&arguments.good, &arguments.bad].map(|text| end(text, &installation, context));
    let (good, bad) = (good?, bad?);
    if good == bad {
        let what = format!("GOOD and BAD are both {good}");
        return Err(Failure::usage(what, "name two releases"));
    }
    let releases = releases::asked(installation.supply()?, context)?;
    let (oldest, newest) = if good < bad { (&good, &bad) } else { (&bad, &good) };
    let is_meant = |name: &ToolchainName| name > oldest && name < newest && name.is_release();
    let mut names: Vec<ToolchainName> = releases
        .iter()
        .filter(|release| is_meant(&release.name) && release.is_stable())
        .filter(|release| {
            is_installed(&context.layout, &release.name)
                || releases.offered(release, &target.platform) != Availability::No
        })
        .map(|release| release.name.clone())
        .chain([good.clone(), bad.clone()])
        .collect();
    names.sort();
    if names.first() != Some(&good) {
        names.reverse();
    }
    Ok(names)
}

fn end(text: &str, installation: &Installation<'_>, context: &Context<'_>) -> Result<ToolchainName, Failure> {
    let request = Request::parse(text)?;
    let name = match request.kind() {
        RequestKind::System | RequestKind::Path(_) => None,
        RequestKind::Exact(name) => {
            if !installation.keeps(name) {
                requests::refuse_impossible(&request, context)?;
            }
            Some(name.clone())
        }
        _ => Some(legs::newest(&request, installation, context)?),
    };
    let not_a_release = || {
        let what = format!("`{request}` is not a release, so no release is between it and another one");
        Failure::usage(what, "name a release, such as 1.25.0")
    };
    name.filter(ToolchainName::is_release).ok_or_else(not_a_release)
}

/// The command line with the ends exchanged.
pub(super) fn swapped(good: &ToolchainName, bad: &ToolchainName, line: &str) -> String {
    let [good, bad] = [good, bad].map(|name| pasted(&Request::typed(name.as_str())));
    format!("gover bisect {bad} {good} -- {line}")
}
