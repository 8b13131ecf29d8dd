mod facts;
pub(super) mod log;
pub(super) mod show;

use std::thread;

use gover_core::{Platform, Request, ToolchainName};
use gover_install::staging;
use gover_install::verify::{Baseline, Case, LogStatus, Tree, Verification, compare};
use gover_source::Supply;
use gover_sys::{Lock, link};

pub(super) use self::facts::Verified;
use self::log::LogResponses;
use crate::cli::VerifyArgs;
use crate::output::ProgressBars;
use crate::store::requests::Absent;
use crate::store::{architecture, lock, requests};
use crate::supply::{note_warnings, supply};
use crate::{Context, Failure};

/// Compares installed toolchains with their receipts and the log, and changes nothing.
pub(super) fn run(arguments: &VerifyArgs, context: &Context<'_>) -> Result<(), Failure> {
    let names = wanted(&arguments.requests, context)?;
    if names.is_empty() && !arguments.json {
        context.printer.note("no toolchain is installed");
        context.printer.hint("gover install latest");
        return Ok(());
    }
    let supply = supply(context)?;
    let (examined, responses) = examine_all(&names, arguments.json, &supply, context)?;
    if arguments.json {
        context.printer.json(&Verified::of(&examined, context))?;
    }
    show::remarks(&examined, context);
    note_warnings(&supply, context);
    show::outcome(&examined, responses, context)
}

/// The same for one toolchain, without output. `None` if it was uninstalled meanwhile. An error if the
/// checksum database cannot be trusted.
pub(super) fn one(
    name: &ToolchainName,
    supply: &Supply,
    context: &Context<'_>,
) -> Result<Option<Verification>, Failure> {
    let (examined, mut responses) = examine_all(std::slice::from_ref(name), true, supply, context)?;
    match responses.failures.pop() {
        Some(failure) => Err(failure),
        None => Ok(examined.into_iter().next().map(|one| one.verification)),
    }
}

struct Examined {
    name: ToolchainName,
    platform: Option<Platform>,
    baseline: Baseline,
    tree: Tree,
    log: LogStatus,
    verification: Verification,
}

/// One toolchain at a time on all cores; prints each result at once unless JSON was asked for.
fn examine_all(
    names: &[ToolchainName],
    as_json: bool,
    supply: &Supply,
    context: &Context<'_>,
) -> Result<(Vec<Examined>, LogResponses), Failure> {
    let platforms: Vec<_> = names.iter().map(|name| platform(name, context)).collect();
    let questions: Vec<_> = names.iter().zip(platforms.iter().map(Option::as_ref)).collect();
    let unchanged = || vec!["interrupted; nothing was changed".to_owned()];
    let progress = ProgressBars::new(context.env, context.printer, unchanged);
    let width = names.iter().map(|name| name.as_str().len()).max().unwrap_or_default();
    thread::scope(|scope| {
        // The log is asked about all toolchains while the first is hashed.
        let mut asking = Some(scope.spawn(|| log::ask(&questions, supply)));
        let mut responses = LogResponses::default();
        let mut answers = Vec::new().into_iter();
        let mut examined = Vec::new();
        for (name, asked) in &questions {
            let read = read(name, &progress, context)?;
            if let Some(asking) = asking.take() {
                let what = "an internal error occurred while gover asked the checksum database";
                let panicked = |_| Failure::new(what, "this is a bug; please report it");
                responses = asking.join().map_err(panicked)??;
                answers = std::mem::take(&mut responses.answers).into_iter();
            }
            let log = answers
                .next()
                .unwrap_or_else(|| LogStatus::Silent("the checksum database was not asked".to_owned()));
            let Some((platform, baseline, tree)) = read else {
                context.printer.note(&format!("{name} was uninstalled meanwhile"));
                continue;
            };
            // It may have been replaced since the log was asked.
            let log = if platform.as_ref() == *asked {
                log
            } else {
                LogStatus::Silent("it was reinstalled meanwhile".to_owned())
            };
            let verification = compare(&Case {
                name,
                platform: platform.as_ref(),
                baseline: &baseline,
                tree: &tree,
                log: &log,
                require_log: context.settings.require_sumdb.value,
            });
            let one = Examined { name: (*name).clone(), platform, baseline, tree, log, verification };
            if !as_json {
                show::people(&one, width, context)?;
            }
            examined.push(one);
        }
        Ok((examined, responses))
    })
}

/// Reads a toolchain under its lock; `None` if it is gone.
fn read(
    name: &ToolchainName,
    progress: &ProgressBars<'_>,
    context: &Context<'_>,
) -> Result<Option<(Option<Platform>, Baseline, Tree)>, Failure> {
    let path = context.layout.lock(name.as_str());
    // A read-only home needs no lock, since nothing can change there.
    let lock = Lock::acquire(&path, || lock::announce_wait(name.as_str(), context)).ok();
    if let Some(lock) = &lock {
        // A crash may have left the receipt of this tree in staging.
        staging::recover(&context.layout, name.as_str(), lock)?;
    }
    let goroot = context.layout.toolchain(name);
    if goroot.symlink_metadata().is_err() {
        return Ok(None);
    }
    let tree = Tree::read(&goroot, name.as_str(), progress);
    Ok(Some((platform(name, context), Baseline::read(&context.layout, name), tree)))
}

/// The installed toolchains, damaged ones too, that the requests match; without requests, all.
fn wanted(texts: &[String], context: &Context<'_>) -> Result<Vec<ToolchainName>, Failure> {
    let installed = requests::names(context)?;
    if texts.is_empty() {
        let (linked, own): (Vec<_>, Vec<_>) = installed.into_iter().partition(|name| is_link(name, context));
        for name in &linked {
            skip_link(name, context);
        }
        return Ok(own);
    }
    let mut names = Vec::new();
    for text in texts {
        let request = Request::parse_pin(text)?;
        if !request.is_by_version() {
            return Err(Failure::usage(
                format!("`{request}` is not managed by gover, so it cannot be verified"),
                "`gover list` shows what can be verified",
            ));
        }
        let matching = request.listed(&installed, context.stable().as_ref());
        if matching.is_empty() {
            return Err(requests::missing(&request, context));
        }
        for name in matching {
            if !is_link(name, context) {
                names.push(name.clone());
            } else if request.as_exact() == Some(name) {
                return Err(not_verifiable(name, context));
            } else {
                skip_link(name, context);
            }
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

fn is_link(name: &ToolchainName, context: &Context<'_>) -> bool {
    !name.is_release() && matches!(link::read(&context.layout.toolchain(name)), Ok(Some(_)))
}

fn skip_link(name: &ToolchainName, context: &Context<'_>) {
    if let Some(Absent { what, hint }) = requests::unlinked(&Request::exact(name.clone()), context) {
        context.printer.note(&what);
        context.printer.hint(&hint);
    } else {
        let what = format!("{name} is a link to a build that nothing proves, so it is skipped");
        context.printer.note(&what);
    }
}

fn not_verifiable(name: &ToolchainName, context: &Context<'_>) -> Failure {
    match requests::unlinked(&Request::exact(name.clone()), context) {
        Some(Absent { what, hint }) => Failure::new(what, hint),
        None => Failure::usage(
            format!("{name} is a link to a build that nothing proves, so it cannot be verified"),
            "`gover list` shows what can be verified",
        ),
    }
}

/// The platform of a toolchain, from its receipt or else from its programs.
pub(super) fn platform(name: &ToolchainName, context: &Context<'_>) -> Option<Platform> {
    let receipt = Baseline::read(&context.layout, name).receipt;
    let written = receipt.and_then(|receipt| receipt.platform.parse().ok());
    written.or_else(|| Some(context.machine.with_arch(architecture::of_toolchain(name, context)?)))
}
