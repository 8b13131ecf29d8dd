mod local;
mod remote;

use gover_core::{Exit, ToolchainName};
use gover_source::{Basis, Releases, Support};
use serde_json::{Value, json};

use crate::cli::ListArgs;
use crate::context::Context;
use crate::failure::Failure;

/// `gover list`
pub(super) fn run(arguments: &ListArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    if arguments.remote { remote::run(arguments, context) } else { local::run(arguments, context) }
}

/// Says of whom it is not known what they have, so that what is released stands in for it.
pub(super) fn tell_unlisted(releases: &Releases, context: &Context<'_>) {
    for mirror in &releases.unlisted {
        context
            .printer
            .note(&format!("{mirror} does not list what it has; going by the {}", basis(releases)));
    }
}

/// By what releases are known, in words.
fn basis(releases: &Releases) -> String {
    match releases.basis {
        Basis::Index(checked) => format!("index of {}", gover_core::date::Date::of(checked)),
        Basis::Table(Some(date)) => format!("table compiled into gover, of {date}"),
        Basis::Table(None) => "table compiled into gover".to_owned(),
        Basis::Offers => "lists of the sources".to_owned(),
    }
}

/// How a toolchain is supported, in words.
fn support(name: &ToolchainName, releases: &Releases) -> String {
    let state = match releases.support(name) {
        Support::Supported => "supported".to_owned(),
        Support::EndOfLife(Some(since)) => format!("end of life since {since}"),
        Support::EndOfLife(None) => "end of life".to_owned(),
        Support::Prerelease => "prerelease".to_owned(),
        Support::Custom => "custom build".to_owned(),
    };
    match newer_patch(name, releases) {
        Some(newest) => format!("{state}, newest patch is {}", newest.version()),
        None => state,
    }
}

/// The same as data.
fn support_facts(name: &ToolchainName, releases: &Releases) -> Value {
    let (state, since) = match releases.support(name) {
        Support::Supported => ("supported", None),
        Support::EndOfLife(since) => ("end-of-life", since),
        Support::Prerelease => ("prerelease", None),
        Support::Custom => ("custom", None),
    };
    json!({
        "state": state,
        "since": since.map(|date| date.to_string()),
        "newest_patch": newer_patch(name, releases).map(ToString::to_string),
    })
}

fn newer_patch<'a>(name: &ToolchainName, releases: &'a Releases) -> Option<&'a ToolchainName> {
    let newest = releases.newest_patch(name.version()).map(|release| &release.name);
    newest.filter(|newest| newest.version() > name.version())
}
