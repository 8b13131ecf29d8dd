//! `gover import`: takes over toolchains that other programs installed.

mod choices;
mod facts;
pub(super) mod judge;
mod remarks;
pub(super) mod show;
pub(super) mod take_over;

use std::io;

use gover_core::Exit;
use gover_core::resolve::Trace;
use gover_core::text::counted;
use gover_doctor::live::{self, RealDisk, RealPrograms, RealRegistry};
use gover_doctor::{MachinePath, Snapshot, keepers};
use gover_source::Supply;

pub(super) use self::facts::Imported;
use self::judge::{Judged, Status};
use crate::cli::ImportArgs;
use crate::failure::Report;
use crate::output::mebibytes;
use crate::store::{lock, policy};
use crate::supply::{note_warnings, supply};
use crate::{Context, Failure};

pub(super) fn run(arguments: &ImportArgs, context: &Context<'_>) -> Result<(), Failure> {
    with_snapshot(context, |snapshot| import(arguments, snapshot, context))
}

fn import(arguments: &ImportArgs, snapshot: &Snapshot<'_>, context: &Context<'_>) -> Result<(), Failure> {
    let found = find(arguments, snapshot, context)?;
    if found.is_empty() && !arguments.json {
        context.printer.note("no toolchain of another program was found");
        context.printer.hint("`gover import DIR` looks in another directory");
        return Ok(());
    }
    let supply = supply(context)?;
    let (mut judged, log) = judge::all(&found, &supply, context)?;
    if !arguments.json {
        show::table(&judged, context)?;
    }
    remarks::print(&judged, &log, context);
    note_warnings(&supply, context);
    if is_agreed(&judged, arguments, context)? {
        take_over::all(&mut judged, (snapshot, &supply), context)?;
    }
    let chosen = choices::of(&judged, snapshot, context);
    if arguments.json {
        context.printer.json(&Imported::of(&judged, &chosen, arguments.dry_run, context))?;
    }
    if !arguments.dry_run {
        choices::show(&chosen, snapshot, context);
    }
    if log.failures.is_empty() && log.unanswered > 0 {
        let what = counted(log.unanswered, "toolchain");
        let what = format!("could not compare {what} with the checksum database");
        return Err(match log.unwritable.as_ref().and_then(Failure::report) {
            Some(Report { what: cause, causes, hints, .. }) => {
                let causes = [cause].into_iter().chain(causes).cloned().collect();
                Report { causes, ..Report::new(what, hints.clone(), Exit::Failure) }.into()
            }
            None => Failure::new(what, reachable(&supply)),
        });
    }
    end(&judged, log, arguments)
}

/// How to reach the checksum database.
fn reachable(supply: &Supply) -> String {
    let network = &supply.settings().network;
    if network.offline {
        format!("offline mode is on; {}", network.back_online)
    } else {
        "`gover doctor sumdb` shows why; run the command again when it is reachable".to_owned()
    }
}

/// What is in the given directories, or else in all known places.
fn find(
    arguments: &ImportArgs,
    snapshot: &Snapshot<'_>,
    context: &Context<'_>,
) -> Result<Vec<keepers::Kept>, Failure> {
    if arguments.directories.is_empty() {
        return Ok(keepers::kept(snapshot));
    }
    let mut all = Vec::new();
    for directory in &arguments.directories {
        let path = context.absolute(directory);
        let shown = context.short(&path);
        let Some(text) = path.to_str() else {
            let hint = "rename it, or copy it to a path that is valid Unicode";
            return Err(Failure::usage(format!("`{shown}` is not valid Unicode"), hint));
        };
        let what = match path.metadata() {
            Ok(metadata) if metadata.is_dir() => None,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                let hint = "give yourself the right to read it, or run gover as a user who may";
                return Err(Failure::io(format!("cannot read `{shown}`"), &error, hint));
            }
            Err(_) if path.symlink_metadata().is_err() => Some("does not exist"),
            _ => Some("is not a directory"),
        };
        if let Some(what) = what {
            return Err(Failure::usage(
                format!("`{shown}` {what}"),
                "`gover import --dry-run` shows the toolchains in all known places",
            ));
        }
        let found = keepers::kept_in(&snapshot.system.path(text), snapshot);
        if found.is_empty() {
            return Err(Failure::new(
                format!(
                    "`{shown}` has no toolchain: neither it nor a directory in it has VERSION and bin/go"
                ),
                "`gover import --dry-run` shows the toolchains in all known places",
            ));
        }
        all.extend(found);
    }
    Ok(all)
}

/// Whether to go on. Asks, unless nothing can be imported.
fn is_agreed(judged: &[Judged], arguments: &ImportArgs, context: &Context<'_>) -> Result<bool, Failure> {
    let equal: Vec<_> = judged.iter().filter_map(Judged::importable).collect();
    let bytes = equal.iter().map(|equal| equal.bytes).sum();
    let what = format!("{}, {}", counted(equal.len(), "toolchain"), mebibytes(bytes));
    let Some(first) = equal.first() else {
        context.printer.note("there is nothing to import");
        return Ok(false);
    };
    if arguments.dry_run {
        context.printer.note(&format!("gover import would copy {what}"));
        return Ok(false);
    }
    lock::refuse_read_only(first.wanted.name.as_str(), || lock::own_arguments(context), context)?;
    let is_agreed = arguments.yes || context.printer.confirm(&format!("copy {what}?"), "--yes")?;
    if !is_agreed {
        context.printer.note("nothing was imported");
    }
    Ok(is_agreed)
}

/// The exit code. In the known places, a toolchain that cannot be imported is only shown. One in a
/// directory that was given must be installed in the end, so that a script can delete the original.
fn end(
    judged: &[Judged],
    mut log: super::verify::log::LogResponses,
    arguments: &ImportArgs,
) -> Result<(), Failure> {
    if let Some(failure) = log.failures.pop() {
        return Err(failure);
    }
    let is_given = !arguments.directories.is_empty();
    let is_bad = |one: &Judged| match &one.status {
        Status::Failed { .. } => true,
        Status::Equal(_) | Status::Imported(_) | Status::Installed(_) | Status::Same { .. } => false,
        Status::Different { .. }
        | Status::Damaged(_)
        | Status::Silent { .. }
        | Status::Unusable { .. }
        | Status::Unreadable { .. } => is_given,
    };
    if judged.iter().any(is_bad) { Err(Failure::Silent(Exit::Failure)) } else { Ok(()) }
}

/// The machine as the checks of `gover doctor` see it.
pub(super) fn with_snapshot<T>(context: &Context<'_>, work: impl FnOnce(&Snapshot<'_>) -> T) -> T {
    let selection = context.selection(&mut Trace::off());
    let facts = live::facts(context.env, &context.layout, &context.machine, &selection, true);
    let programs = RealPrograms::default();
    work(&Snapshot::gather(facts, &RealDisk, &RealRegistry, &programs))
}

/// A path of this machine.
pub(super) fn path(path: &MachinePath) -> std::path::PathBuf {
    path.as_str().into()
}

/// Why the policy of the machine forbids a version.
fn forbidden(name: &gover_core::ToolchainName, context: &Context<'_>) -> Option<String> {
    let failure = policy::check(Some(name), context).err()?;
    Some(failure.report()?.what.clone())
}
