//! What only the manager knows: the releases, and the content of its store.

use gover_core::ToolchainName;
use gover_doctor::snapshot::manager::{Leftover, Release, Store, Vulnerable};
use gover_doctor::snapshot::system::System;
use gover_install::LeftoverKind;
use gover_source::Availability;
use gover_sys::file;

use crate::context::Context;
use crate::store::{leftovers, releases, vulnerabilities};

/// The releases that are known without asking a server, newest first. Empty if the settings name no
/// usable source, which every other command reports.
pub(super) fn releases(context: &Context<'_>) -> Vec<Release> {
    let Ok(releases) = releases::known(context) else { return Vec::new() };
    let platform = context.target().platform;
    let known = releases.iter().filter(|release| release.name.is_release()).map(|release| Release {
        name: release.name.clone(),
        date: release.date,
        is_available: match release.availability(&platform) {
            Availability::Yes => Some(true),
            Availability::No => Some(false),
            Availability::Unknown => None,
        },
    });
    known.collect()
}

/// The known vulnerabilities of a version, if it has any.
pub(super) fn vulnerable(version: Option<&ToolchainName>, context: &Context<'_>) -> Option<Vulnerable> {
    let version = version?.version();
    let count = vulnerabilities::counts(context).ok()?.of(version).filter(|count| *count > 0)?;
    let database = vulnerabilities::known(context).ok()?;
    let releases = releases::known(context).ok()?;
    let nearest = vulnerabilities::nearest_without(version, &database, &releases);
    let better = nearest.map(|nearest| vulnerabilities::recommended(&nearest, &database, &releases));
    Some(Vulnerable { count, better, date: database.basis().modified })
}

/// What the store holds besides toolchains; `None` if it cannot be read.
pub(super) fn store(context: &Context<'_>, system: &System) -> Option<Store> {
    let leftovers = leftovers::find(context).ok()?;
    let leftovers = leftovers.into_iter().map(|leftover| Leftover {
        path: system.path(leftover.path.to_string_lossy()),
        what: leftovers::describe(leftover.kind).to_owned(),
        is_damage: matches!(leftover.kind, LeftoverKind::Damaged { .. }),
        bytes: leftover.bytes,
    });
    let cache = file::tree_size(&context.layout.cache()).unwrap_or_default();
    Some(Store { leftovers: leftovers.collect(), cache })
}
