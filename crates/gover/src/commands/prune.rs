use gover_core::inventory::Inventory;
use gover_core::resolve::{Outcome, Trace};
use gover_core::{Exit, Request, ToolchainName};
use gover_install::prune::{self, Leftover, LeftoverKind};

use super::{default, provide, r#use};
use crate::cli::PruneArgs;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::mebibytes;
use crate::supply::supply;

/// `gover prune`
///
/// Removes what serves nobody (damage, leftovers) and toolchains that a newer installed patch release supersedes,
/// but never the default, the one used here, or one that `--keep` names.
pub(super) fn run(arguments: &PruneArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let keep = arguments.keep.iter().map(|text| Request::parse_pin(text)).collect::<Result<Vec<_>, _>>()?;
    let superseded = superseded(&keep, context)?;
    let leftovers = prune::find(&context.layout, &r#use::dead(context))?;
    if superseded.is_empty() && leftovers.is_empty() {
        if !arguments.dry_run {
            provide::refresh_shims(context)?;
        }
        context.printer.note("nothing to prune");
        return Ok(Exit::Success);
    }
    if arguments.dry_run {
        for (name, newer) in &superseded {
            context.printer.data(&format!("{name}  superseded by {newer}"))?;
        }
        for leftover in &leftovers {
            context.printer.data(&line(leftover, context))?;
        }
        return Ok(Exit::Success);
    }
    for (name, newer) in &superseded {
        let lock = provide::lock(name.as_str(), context)?;
        let gone = gover_install::uninstall(&context.layout, name, &lock)?;
        context.printer.note(&format!(
            "removed {name}, superseded by {newer} ({}; `gover install {}` brings it back)",
            mebibytes(gone.bytes),
            Request::exact(name.clone())
        ));
    }
    let _sessions = r#use::lock(context)?;
    for leftover in prune::remove(&context.layout, &leftovers)? {
        context.printer.note(&format!("removed {}", line(&leftover, context)));
    }
    provide::refresh_shims(context)?;
    let lock = provide::lock("default", context)?;
    default::refresh_link(context, &lock);
    Ok(Exit::Success)
}

/// Toolchains with a newer installed patch release of the same minor version, each with that one.
fn superseded(
    keep: &[Request],
    context: &Context<'_>,
) -> Result<Vec<(ToolchainName, ToolchainName)>, Failure> {
    let inventory = Inventory::scan(&context.layout).map_err(|source| {
        Failure::io(
            format!("cannot read `{}`", context.layout.versions().display()),
            &source,
            "check who owns GOVER_HOME and whether you may read it",
        )
    })?;
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

/// What `--keep` names. Where the newest stable release is not known, the shim counts `oldstable` from the newest toolchain
/// that is there; what that gives is kept, and also what the releases give that this gover knows.
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
            context.printer.warning(&format!("`--keep {request}` keeps nothing: no installed Go answers it"));
        }
        kept.append(&mut matching);
    }
    Ok(kept)
}

/// What the default and the working directory mean now.
fn used(context: &Context<'_>) -> Vec<ToolchainName> {
    let default = default::read(context).ok().flatten().and_then(|request| context.locate(&request).ok());
    let here = context.selection(&mut Trace::off()).ok().map(|resolution| resolution.outcome);
    [default, here]
        .into_iter()
        .flatten()
        .filter_map(|outcome| match outcome {
            Outcome::Ready(toolchain) => toolchain.name,
            Outcome::Missing(_) | Outcome::Nothing => None,
        })
        .collect()
}

fn line(leftover: &Leftover, context: &Context<'_>) -> String {
    let (path, why) = (context.short(&leftover.path), describe(leftover.kind));
    format!("{path}  {why}, {}", mebibytes(leftover.bytes))
}

/// What a leftover is.
pub(super) fn describe(kind: LeftoverKind) -> &'static str {
    match kind {
        LeftoverKind::Damaged { reason } => reason,
        LeftoverKind::Staging => "an install that did not end",
        LeftoverKind::Download => "a download that did not end",
        LeftoverKind::Receipt => "the receipt of a toolchain that is gone",
        LeftoverKind::Session => "the choice of a shell that ended",
    }
}
