use std::rc::Rc;

use gover_core::date::Date;
use gover_core::display::pasted;
use gover_core::inventory::Inventory;
use gover_core::{Arch, Exit, Request, ToolchainName};
use gover_source::{Availability, Basis, Release, Releases, SourceFailure, Supply};

use super::requests;
use crate::failure::Report;
use crate::runtime::block_on;
use crate::settings;
use crate::supply::supply;
use crate::{Context, Failure, Target};

/// The releases that are known without asking a server: of the compiled table, of cached lists, and
/// installed ones. Whatever names a newest release takes it from here.
///
/// A command builds them once, and again after it has installed or learned something.
pub(crate) fn known(context: &Context<'_>) -> Result<Rc<Releases>, Failure> {
    if let Some(known) = &*context.known_releases.borrow() {
        return Ok(Rc::clone(known));
    }
    let known = Rc::new(with_installed(supply(context)?.known_releases(), context));
    context.known_releases.replace(Some(Rc::clone(&known)));
    Ok(known)
}

/// The same for a command that has looked at the store.
pub(crate) fn known_with(inventory: &Inventory, context: &Context<'_>) -> Result<Rc<Releases>, Failure> {
    if context.known_releases.borrow().is_none() {
        let mut releases = supply(context)?.known_releases();
        releases.add_installed(&inventory.toolchains);
        context.known_releases.replace(Some(Rc::new(releases)));
    }
    known(context)
}

/// Adds the installed toolchains, so that nothing older than one of them is called the newest.
pub(crate) fn with_installed(mut releases: Releases, context: &Context<'_>) -> Releases {
    if let Ok(inventory) = requests::inventory(context) {
        releases.add_installed(&inventory.toolchains);
    }
    releases
}

/// The newest release that matches a request: an installed one, if the sources have no newer one.
pub(crate) fn newest(
    request: &Request,
    supply: &Supply,
    target: &Target,
    context: &Context<'_>,
) -> Result<ToolchainName, Failure> {
    let (releases, found) = newest_of_each(std::slice::from_ref(request), supply, target, context)?;
    found.into_iter().next().flatten().ok_or_else(|| no_release(request, &releases, target))
}

/// The same for several requests, for which the sources are asked once; `None` where nothing matches.
pub(crate) fn newest_of_each(
    requests: &[Request],
    supply: &Supply,
    target: &Target,
    context: &Context<'_>,
) -> Result<(Releases, Vec<Option<ToolchainName>>), Failure> {
    let (releases, mut found) = block_on(async {
        let releases = with_installed(supply.releases().await, context);
        let mut found = Vec::new();
        for request in requests {
            let release = supply.newest(&releases, request, &target.platform).await;
            found.push(release.map(|release| release.name.clone()));
        }
        (releases, found)
    })?;
    remember(&releases, context);
    let stable = releases.newest_stable().map(|release| release.name.version());
    let inventory = requests::inventory(context)?.toolchains;
    for (request, found) in requests.iter().zip(&mut found) {
        let installed = request.newest(&inventory, stable).filter(|name| name.is_release());
        *found = found.take().max(installed.cloned());
    }
    if found.iter().any(Option::is_some) {
        note_stale(&releases, context);
    }
    Ok((releases, found))
}

/// What the sources list now, with the installed toolchains.
pub(crate) fn asked(supply: &Supply, context: &Context<'_>) -> Result<Releases, Failure> {
    let releases = with_installed(block_on(supply.releases())?, context);
    remember(&releases, context);
    note_stale(&releases, context);
    Ok(releases)
}

fn remember(releases: &Releases, context: &Context<'_>) {
    context.known_releases.take();
    remember_stable(releases, context);
}

/// What is newest may have changed since.
fn note_stale(releases: &Releases, context: &Context<'_>) {
    for failure in releases.stale() {
        context.printer.note(&not_asked(failure));
    }
    note_unlisted(releases, context);
}

/// Keeps the newest stable release for the shim, which counts `oldstable` from it. Only a
/// convenience: an error in the settings is reported by the commands that need them.
fn remember_stable(releases: &Releases, context: &Context<'_>) {
    let stable = releases.newest_stable().map(|release| release.name.version().clone());
    settings::keep_mirrored(&context.layout, context.env, stable);
}

/// Names the mirrors that do not list their files; released versions stand in for such a list.
pub(crate) fn note_unlisted(releases: &Releases, context: &Context<'_>) {
    for mirror in &releases.unlisted {
        context.printer.note(&format!("{mirror} does not list its files; using the {}", basis(releases)));
    }
}

pub(crate) fn not_asked(failure: &SourceFailure) -> String {
    format!("could not ask {}: {failure}", failure.source)
}

/// What the releases are known from, in words.
pub(crate) fn basis(releases: &Releases) -> String {
    match releases.basis {
        Basis::Index(checked) => format!("index of {}", Date::of(checked)),
        Basis::Table(Some(date)) => format!("table compiled into gover, of {date}"),
        Basis::Table(None) => "table compiled into gover".to_owned(),
        Basis::Offers => "lists of the sources".to_owned(),
    }
}

/// The command that installs for an architecture other than the machine's.
pub(crate) fn install_for(arch: Arch, request: &str) -> String {
    format!("gover install --arch {arch} {}", pasted(request))
}

fn no_release(request: &Request, releases: &Releases, target: &Target) -> Failure {
    let is_offered = |release: &&Release| releases.offered(release, &target.platform) != Availability::No;
    let mut stable = releases.iter().filter(|release| release.is_stable() && release.name.is_release());
    let newest = stable.find(is_offered).map(|release| {
        let basis = match releases.basis {
            Basis::Index(_) => basis(releases),
            Basis::Table(_) | Basis::Offers => format!("from the {}", basis(releases)),
        };
        format!("newest known: {} ({basis})", release.name)
    });
    let platform = target.asked_by.map(|_| format!(" for {}", target.platform)).unwrap_or_default();
    let what = format!("no Go release{platform} matches `{request}`");
    let alternative = target.alternative(request, releases).map(|arch| install_for(arch, request.as_str()));
    let remedies = gover_source::remedies(&releases.failures).into_iter().chain(alternative);
    let hints = remedies.chain(["`gover list --remote` shows every release".to_owned()]).collect();
    let details = newest.into_iter().chain(releases.failures.iter().map(not_asked)).collect();
    Report { details, ..Report::new(what, hints, Exit::Failure) }.into()
}
