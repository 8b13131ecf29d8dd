//! How long a toolchain is supported.

use gover_core::ToolchainName;
use gover_core::date::Date;
use gover_source::{Releases, Support};

use crate::output::facts;

pub(super) fn support(name: &ToolchainName, releases: &Releases) -> String {
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

facts! {
    SupportFacts(name: &ToolchainName, releases: &Releases) {
        state: &'static str = state(releases.support(name))
            => "`supported`, `end-of-life`, `prerelease` or `custom`",
        since: Option<String> = since(releases.support(name)).map(|date| date.to_string())
            => "the day on which support ended, such as `2025-02-11`",
        newest_patch: Option<String> = newer_patch(name, releases).map(ToString::to_string)
            => "a newer patch release of the same version, if one is known",
    }
}

fn state(support: Support) -> &'static str {
    match support {
        Support::Supported => "supported",
        Support::EndOfLife(_) => "end-of-life",
        Support::Prerelease => "prerelease",
        Support::Custom => "custom",
    }
}

fn since(support: Support) -> Option<Date> {
    if let Support::EndOfLife(since) = support { since } else { None }
}

fn newer_patch<'a>(name: &ToolchainName, releases: &'a Releases) -> Option<&'a ToolchainName> {
    let newest = releases.newest_patch(name.version()).map(|release| &release.name);
    newest.filter(|newest| newest.version() > name.version())
}
