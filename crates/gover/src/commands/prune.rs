use gover_core::{Request, ToolchainName};
use gover_install::prune::{self, Leftover};

use crate::cli::PruneArgs;
use crate::output::mebibytes;
use crate::store::{default, leftovers, lock, requests, sessions, shims};
use crate::supply::supply;
use crate::{Context, Failure};

/// Removes damaged and unfinished toolchains, and those for which a newer patch release is
/// installed, but never the default, the one used here, or those that `--keep` names.
pub(super) fn run(arguments: &PruneArgs, context: &Context<'_>) -> Result<(), Failure> {
    let keep = arguments.keep.iter().map(|text| Request::parse_pin(text)).collect::<Result<Vec<_>, _>>()?;
    let superseded = superseded(&keep, context)?;
    let leftovers = leftovers::find(context)?;
    if superseded.is_empty() && leftovers.is_empty() {
        if !arguments.dry_run {
            shims::refresh(context)?;
        }
        context.printer.note("nothing to prune");
        return Ok(());
    }
    if arguments.dry_run {
        for (name, newer) in &superseded {
            context.printer.data(&format!("{name}  superseded by {newer}"))?;
        }
        for leftover in &leftovers {
            context.printer.data(&line(leftover, context))?;
        }
        return Ok(());
    }
    for (name, newer) in &superseded {
        let lock = lock::acquire(name.as_str(), context)?;
        let gone = gover_install::uninstall(&context.layout, name, &lock)?;
        context.printer.note(&format!(
            "removed {name}, superseded by {newer} ({}; `gover install {}` restores it)",
            mebibytes(gone.bytes),
            Request::exact(name.clone())
        ));
    }
    let _sessions = sessions::lock(context)?;
    for leftover in prune::remove(&context.layout, &leftovers)? {
        context.printer.note(&format!("removed {}", line(&leftover, context)));
    }
    shims::refresh(context)?;
    default::refresh_link(context, &default::lock(context)?);
    Ok(())
}

/// Toolchains with an installed newer patch release of the same minor version, and that release.
fn superseded(
    keep: &[Request],
    context: &Context<'_>,
) -> Result<Vec<(ToolchainName, ToolchainName)>, Failure> {
    let inventory = requests::inventory(context)?;
    let used = used(context);
    let kept = kept(keep, &inventory.toolchains, context)?;
    let is_kept = |name: &ToolchainName| used.contains(name) || kept.contains(&name);
    let newest_of = |name: &ToolchainName| {
        let same =
            |other: &&ToolchainName| other.is_release() && other.version().same_language(name.version());
        inventory.toolchains.iter().filter(same).max()
    };
    Ok(inventory
        .toolchains
        .iter()
        .filter(|name| name.is_release() && !is_kept(name))
        .filter_map(|name| {
            newest_of(name).filter(|newest| *newest > name).map(|newest| (name.clone(), newest.clone()))
        })
        .collect())
}

/// The toolchains that `--keep` names. If the newest stable release is not known, the shim counts
/// `oldstable` from the newest installed toolchain. The result is kept, and so is the one counted
/// from the releases that this gover knows.
fn kept<'a>(
    keep: &[Request],
    installed: &'a [ToolchainName],
    context: &Context<'_>,
) -> Result<Vec<&'a ToolchainName>, Failure> {
    if keep.is_empty() {
        return Ok(Vec::new());
    }
    let releases = supply(context)?.known_releases();
    let known = releases.newest_stable().map(|release| release.name.version().clone());
    let mut kept = Vec::new();
    for request in keep {
        let mut matching = request.all(installed, context.stable().as_ref());
        matching.extend(request.all(installed, known.as_ref()));
        if matching.is_empty() {
            context.printer.warning(&format!("`--keep {request}` has no effect: no installed Go matches it"));
        }
        kept.append(&mut matching);
    }
    Ok(kept)
}

/// The toolchains of the default and of the working directory.
fn used(context: &Context<'_>) -> Vec<ToolchainName> {
    let here = context.selected();
    [default::toolchain(context).ok().flatten(), here]
        .into_iter()
        .flatten()
        .filter_map(|toolchain| toolchain.name)
        .collect()
}

fn line(leftover: &Leftover, context: &Context<'_>) -> String {
    let (path, why) = (context.short(&leftover.path), leftovers::describe(leftover.kind));
    format!("{path}  {why}, {}", mebibytes(leftover.bytes))
}
