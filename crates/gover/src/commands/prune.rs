use std::path::Path;

use gover_core::display::pasted;
use gover_core::text::counted;
use gover_core::{Request, ToolchainName};
use gover_install::prune::{self, Leftover};
use gover_sys::file;

use crate::cli::PruneArgs;
use crate::output::{facts, json_path, mebibytes};
use crate::store::{default, leftovers, lock, releases, requests, sessions, shims, uninstall, uses};
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
    let superseded = superseded_sized(&keep, context)?;
    let leftovers = leftovers::find(context)?;
    if superseded.is_empty() && leftovers.is_empty() {
        if !arguments.dry_run {
            shims::refresh(context)?;
        }
        context.printer.note("nothing to prune");
        return print(arguments, Vec::new(), context);
    }
    let lines: Vec<String> = superseded
        .iter()
        .map(|one| one.line(context))
        .chain(leftovers.iter().map(|leftover| line(leftover, context)))
        .collect();
    let bytes = superseded.iter().map(|one| one.bytes).chain(leftovers.iter().map(|one| one.bytes)).sum();
    if arguments.dry_run {
        if arguments.json {
            let all = superseded.iter().map(|one| PrunedFacts::of_toolchain(one, context));
            print(arguments, all.chain(leftovers.iter().map(PrunedFacts::of_leftover)).collect(), context)?;
        } else {
            lines.iter().try_for_each(|line| context.printer.data(line))?;
        }
        context.printer.note(&format!(
            "gover prune would remove {}, {}",
            counted(lines.len(), "item"),
            mebibytes(bytes)
        ));
        context.printer.hint(&command(arguments));
        return Ok(());
    }
    if !arguments.yes && !is_agreed(&lines, bytes, context)? {
        return print(arguments, Vec::new(), context);
    }
    let removed = remove(&superseded, &leftovers, &keep, context)?;
    print(arguments, removed, context)
}

/// Asks on a terminal. Scripts run this without one and have never been asked.
fn is_agreed(lines: &[String], bytes: u64, context: &Context<'_>) -> Result<bool, Failure> {
    if !context.printer.can_ask() {
        return Ok(true);
    }
    for line in lines {
        context.printer.note(line);
    }
    let question = format!("remove {}, {}?", counted(lines.len(), "item"), mebibytes(bytes));
    let is_agreed = context.printer.confirm(&question, "--yes")?;
    if !is_agreed {
        context.printer.note("nothing was removed");
    }
    Ok(is_agreed)
}

/// Removes superseded toolchains alone; asks on a terminal unless `yes`.
pub(super) fn remove_superseded(
    superseded: &[Superseded],
    yes: bool,
    context: &Context<'_>,
) -> Result<Vec<PrunedFacts>, Failure> {
    let lines: Vec<String> = superseded.iter().map(|one| one.line(context)).collect();
    let bytes = superseded.iter().map(|one| one.bytes).sum();
    if !yes && !is_agreed(&lines, bytes, context)? {
        return Ok(Vec::new());
    }
    remove(superseded, &[], &[], context)
}

/// The command that removes what `--dry-run` shows.
fn command(arguments: &PruneArgs) -> String {
    let keep = arguments.keep.iter().map(|request| format!(" --keep {}", pasted(request)));
    format!("gover prune{}", keep.collect::<String>())
}

fn print(arguments: &PruneArgs, removed: Vec<PrunedFacts>, context: &Context<'_>) -> Result<(), Failure> {
    if !arguments.json {
        return Ok(());
    }
    context.printer.json(&Pruned::of(arguments.dry_run, removed))
}

/// Removes what is still as it was when the user was asked: another process may have installed,
/// removed or chosen something since.
fn remove(
    superseded_before: &[Superseded],
    leftovers_before: &[Leftover],
    keep: &[Request],
    context: &Context<'_>,
) -> Result<Vec<PrunedFacts>, Failure> {
    let mut removed = Vec::new();
    for one in superseded_before {
        let Superseded { name, newer, .. } = one;
        let lock = lock::acquire(name.as_str(), context)?;
        if !superseded(keep, context)?.contains(&(name.clone(), newer.clone())) {
            context.printer.note(&format!("{name} was not removed: something changed meanwhile"));
            continue;
        }
        let gone = uninstall::uninstall(name, &lock, context)?;
        removed.push(PrunedFacts::of_toolchain(one, context));
        context
            .printer
            .note(&format!("removed {name}, superseded by {newer} ({})", uninstall::restore(&gone, context)));
    }
    let sessions = sessions::lock(context)?;
    let still = leftovers::find(context)?;
    let is_still = |one: &&Leftover| still.iter().any(|now| (&now.path, now.kind) == (&one.path, one.kind));
    let leftovers: Vec<Leftover> = leftovers_before.iter().filter(is_still).cloned().collect();
    for leftover in prune::remove(&context.layout, &leftovers)? {
        removed.push(PrunedFacts::of_leftover(&leftover));
        context.printer.note(&format!("removed {}", line(&leftover, context)));
    }
    // Below this, other locks are waited for.
    drop(sessions);
    if removed.len() > 1 {
        let bytes = removed.iter().map(|one| one.bytes).sum();
        context.printer.note(&format!(
            "removed {} in all, {}",
            counted(removed.len(), "item"),
            mebibytes(bytes)
        ));
    }
    shims::refresh(context)?;
    default::refresh_link(context, &default::lock(context)?);
    Ok(removed)
}

/// A toolchain for which a newer patch release is installed.
pub(super) struct Superseded {
    pub(super) name: ToolchainName,
    newer: ToolchainName,
    pub(super) bytes: u64,
}

impl Superseded {
    /// Other shells and processes may use it, unlike the default and the selection here.
    fn line(&self, context: &Context<'_>) -> String {
        let Self { name, newer, bytes } = self;
        let uses = uses::of(name, context);
        let addition = if uses.is_empty() { String::new() } else { format!("; {}", uses::in_words(&uses)) };
        format!("{name}  superseded by {newer}, {}{addition}", mebibytes(*bytes))
    }
}

/// Toolchains for which a newer patch release is installed, with their sizes.
pub(super) fn superseded_sized(keep: &[Request], context: &Context<'_>) -> Result<Vec<Superseded>, Failure> {
    let with_size = |(name, newer)| {
        let bytes = file::tree_size(&context.layout.toolchain(&name)).unwrap_or_default();
        Superseded { name, newer, bytes }
    };
    Ok(superseded(keep, context)?.into_iter().map(with_size).collect())
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

facts! {
    Pruned(dry_run: bool, removed: Vec<PrunedFacts>) {
        dry_run: bool = dry_run => "whether nothing was removed because of `--dry-run`",
        bytes: u64 = removed.iter().map(|one| one.bytes).sum() => "the size of all of them",
        removed: Vec<PrunedFacts> = removed => "what was removed, or would be",
    }

    PrunedFacts(path: &Path, version: Option<String>, reason: String, bytes: u64) {
        path: String = json_path(path) => "the file or directory",
        version: Option<String> = version => "the name of a superseded toolchain; null for anything else",
        reason: String = reason => "why it can go: `superseded by go1.22.5`, or what is wrong with it",
        bytes: u64 = bytes => "its size",
    }
}

impl PrunedFacts {
    fn of_toolchain(Superseded { name, newer, bytes }: &Superseded, context: &Context<'_>) -> Self {
        let reason = format!("superseded by {newer}");
        Self::of(&context.layout.toolchain(name), Some(name.to_string()), reason, *bytes)
    }

    fn of_leftover(Leftover { path, kind, bytes }: &Leftover) -> Self {
        Self::of(path, None, leftovers::describe(*kind).to_owned(), *bytes)
    }
}
