//! What to do about toolchains that were not imported.

use gover_core::display::pasted;
use gover_core::inventory::is_installed;
use gover_core::platform::IS_WINDOWS;
use gover_core::{Request, ToolchainName};
use gover_sys::user::{self, Owner};

use super::judge::{Judged, Status};
use crate::Context;
use crate::commands::verify::log::LogResponses;

pub(super) fn print(judged: &[Judged], log: &LogResponses, context: &Context<'_>) {
    let note = |text: &str| context.printer.note(&format!("note: {text}"));
    if judged.iter().filter_map(Judged::importable).any(|equal| equal.has_uncovered) {
        note(
            "api, doc, misc and test are not copied, because no record of the checksum database covers them",
        );
    }
    if let Some(permit) = permit(judged) {
        note(&permit);
    }
    let downloads = downloads(judged, context);
    if !downloads.is_empty() {
        note(&format!("to download what cannot be imported: `gover install {}`", requests(downloads)));
    }
    let damaged = distinct(judged.iter().filter_map(damaged));
    if !damaged.is_empty() {
        note(&format!("to replace what is damaged: `gover install --force {}`", requests(damaged)));
    }
    for one in judged {
        if let Some(command) = link(one) {
            note(&format!("to give the build in {} a name: `{command}`", context.short(&one.goroot)));
        }
    }
    for hint in &log.hints {
        context.printer.hint(hint);
    }
}

/// How to read what cannot be read.
fn permit(judged: &[Judged]) -> Option<String> {
    let unreadable: Vec<&Judged> =
        judged.iter().filter(|one| matches!(one.status, Status::Unreadable { .. })).collect();
    if unreadable.is_empty() {
        return None;
    }
    if IS_WINDOWS {
        return Some("to import what cannot be read, give yourself the right to read it".to_owned());
    }
    let is_own = |one: &&Judged| user::rights(&one.goroot).is_some_and(|rights| rights.owner == Owner::Own);
    let command = if unreadable.iter().all(is_own) { "chmod -R u+rX" } else { "sudo chmod -R a+rX" };
    let paths: Vec<String> = unreadable.iter().map(|one| pasted(&one.goroot.to_string_lossy())).collect();
    let command = format!("{command} {}", paths.join(" "));
    Some(format!("to import what cannot be read, run this first: `{command}`"))
}

/// The releases to download in place of trees that are not their release, unless a good one was found.
fn downloads(judged: &[Judged], context: &Context<'_>) -> Vec<ToolchainName> {
    let is_good = |name: &ToolchainName| {
        judged.iter().filter_map(Judged::equal).any(|equal| equal.wanted.name == *name)
    };
    let mut names = distinct(judged.iter().filter_map(download));
    names.retain(|name| !is_installed(&context.layout, name) && !is_good(name));
    names
}

fn download(one: &Judged) -> Option<ToolchainName> {
    let is_lost =
        matches!(one.status, Status::Different { .. } | Status::Silent { .. } | Status::Unreadable { .. });
    let name = ToolchainName::parse(one.version.as_deref()?).ok()?;
    (is_lost && name.is_release()).then_some(name)
}

fn damaged(one: &Judged) -> Option<ToolchainName> {
    match &one.status {
        Status::Damaged(equal) => Some(equal.wanted.name.clone()),
        _ => None,
    }
}

fn distinct(names: impl Iterator<Item = ToolchainName>) -> Vec<ToolchainName> {
    let mut names: Vec<ToolchainName> = names.collect();
    names.sort();
    names.dedup();
    names
}

fn requests(names: Vec<ToolchainName>) -> String {
    let requests = names.into_iter().map(|name| pasted(Request::exact(name).as_str()));
    requests.collect::<Vec<_>>().join(" ")
}

/// The command that gives a build a name, which its VERSION may have.
fn link(one: &Judged) -> Option<String> {
    let name = match (&one.status, one.version.as_deref().map(ToolchainName::parse)) {
        (Status::Unusable { .. }, None) => "NAME".to_owned(),
        (Status::Unusable { .. }, Some(Ok(name))) if !name.is_release() => pasted(name.as_str()),
        _ => return None,
    };
    Some(format!("gover link {name} {}", pasted(one.goroot.to_str()?)))
}
