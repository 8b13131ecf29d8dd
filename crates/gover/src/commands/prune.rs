use gover_core::{Request, ToolchainName};
use gover_install::prune::{self, Leftover};
use gover_sys::file;

use crate::cli::PruneArgs;
use crate::output::mebibytes;
use crate::store::{default, leftovers, lock, releases, requests, sessions, shims};
use crate::{Context, Failure};

/// Removes damaged and unfinished toolchains, and those for which a newer patch release is
/// installed, but never the default, the one used here, or those that `--keep` names.
pub(super) fn run(arguments: &PruneArgs, context: &Context<'_>) -> Result<(), Failure> {
    let keep = arguments.keep.iter().map(|text| Request::parse_pin(text)).collect::<Result<Vec<_>, _>>()?;
    for directory in prune::linked_out(&context.layout) {
        context.printer.note(&format!(
            "note: {} is a link that points outside {}; nothing is removed there",
            context.short(&directory),
            context.short(context.layout.home())
        ));
    }
    warn_of_useless(&keep, context)?;
    let superseded = sized(superseded(&keep, context)?, context);
    let leftovers = leftovers::find(context)?;
    if superseded.is_empty() && leftovers.is_empty() {
        if !arguments.dry_run {
            shims::refresh(context)?;
        }
        context.printer.note("nothing to prune");
        return Ok(());
    }
    let lines: Vec<String> = superseded
        .iter()
        .map(|one| format!("{}  superseded by {}, {}", one.name, one.newer, mebibytes(one.bytes)))
        .chain(leftovers.iter().map(|leftover| line(leftover, context)))
        .collect();
    let bytes = superseded.iter().map(|one| one.bytes).chain(leftovers.iter().map(|one| one.bytes)).sum();
    if arguments.dry_run {
        lines.iter().try_for_each(|line| context.printer.data(line))?;
        context.printer.note(&format!(
            "gover prune would remove these {}, {}",
            lines.len(),
            mebibytes(bytes)
        ));
        return Ok(());
    }
    // Scripts run this without a terminal and have never been asked.
    if !arguments.yes && context.printer.can_ask() {
        for line in &lines {
            context.printer.note(line);
        }
        let question = format!("remove these {}, {}?", lines.len(), mebibytes(bytes));
        if !context.printer.confirm(&question, "--yes")? {
            context.printer.note("nothing was removed");
            return Ok(());
        }
    }
    remove(&superseded, &leftovers, &keep, context)
}

/// Removes what is still as it was when the user was asked: another process may have installed,
/// removed or chosen something since.
fn remove(
    superseded_before: &[Superseded],
    leftovers_before: &[Leftover],
    keep: &[Request],
    context: &Context<'_>,
) -> Result<(), Failure> {
    let (mut count, mut bytes) = (0, 0);
    for Superseded { name, newer, .. } in superseded_before {
        let lock = lock::acquire(name.as_str(), context)?;
        if !superseded(keep, context)?.contains(&(name.clone(), newer.clone())) {
            context.printer.note(&format!("{name} was not removed: something changed meanwhile"));
            continue;
        }
        let gone = gover_install::uninstall(&context.layout, name, &lock)?;
        (count, bytes) = (count + 1, bytes + gone.bytes);
        context.printer.note(&format!(
            "removed {name}, superseded by {newer} ({}; `gover install {}` restores it)",
            mebibytes(gone.bytes),
            Request::exact(name.clone())
        ));
    }
    let _sessions = sessions::lock(context)?;
    let still = leftovers::find(context)?;
    let is_still = |one: &&Leftover| still.iter().any(|now| (&now.path, now.kind) == (&one.path, one.kind));
    let leftovers: Vec<Leftover> = leftovers_before.iter().filter(is_still).cloned().collect();
    for leftover in prune::remove(&context.layout, &leftovers)? {
        (count, bytes) = (count + 1, bytes + leftover.bytes);
        context.printer.note(&format!("removed {}", line(&leftover, context)));
    }
    if count > 1 {
        context.printer.note(&format!("removed {count} in all, {}", mebibytes(bytes)));
    }
    shims::refresh(context)?;
    default::refresh_link(context, &default::lock(context)?);
    Ok(())
}

/// A toolchain for which a newer patch release is installed.
struct Superseded {
    name: ToolchainName,
    newer: ToolchainName,
    bytes: u64,
}

fn sized(superseded: Vec<(ToolchainName, ToolchainName)>, context: &Context<'_>) -> Vec<Superseded> {
    let with_size = |(name, newer)| {
        let bytes = file::tree_size(&context.layout.toolchain(&name)).unwrap_or_default();
        Superseded { name, newer, bytes }
    };
    superseded.into_iter().map(with_size).collect()
}

/// Toolchains for which a newer patch release of the same minor version is installed, with that.
fn superseded(
    keep: &[Request],
    context: &Context<'_>,
) -> Result<Vec<(ToolchainName, ToolchainName)>, Failure> {
    let inventory = requests::inventory(context)?;
    let used = used(context);
    let kept = kept(keep, &inventory.toolchains, context)?;
    if prune::linked_out(&context.layout).contains(&context.layout.versions()) {
        return Ok(Vec::new());
    }
    let is_kept = |name: &ToolchainName| used.contains(name) || kept.contains(&name);
    let newest_of = |name: &ToolchainName| {
        let same =
            |other: &&ToolchainName| other.is_release() && other.version().same_language(name.version());
        inventory.toolchains.iter().filter(same).max()
    };
    let of = |name: &ToolchainName| {
        let newer = newest_of(name).filter(|newest| *newest > name)?.clone();
        Some((name.clone(), newer))
    };
    Ok(inventory
        .toolchains
        .iter()
        .filter(|name| name.is_release() && !is_kept(name))
        .filter_map(of)
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
    let releases = releases::known(context)?;
    let known = releases.newest_stable().map(|release| release.name.version().clone());
    let mut kept = Vec::new();
    for request in keep {
        kept.extend(request.all(installed, context.stable().as_ref()));
        kept.extend(request.all(installed, known.as_ref()));
    }
    Ok(kept)
}

fn warn_of_useless(keep: &[Request], context: &Context<'_>) -> Result<(), Failure> {
    let installed = requests::inventory(context)?.toolchains;
    for request in keep {
        if kept(std::slice::from_ref(request), &installed, context)?.is_empty() {
            context.printer.warning(&format!("`--keep {request}` has no effect: no installed Go matches it"));
        }
    }
    Ok(())
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
