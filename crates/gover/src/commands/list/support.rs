//! How long a toolchain is supported.

use gover_core::ToolchainName;
use gover_core::date::Date;
use gover_source::{Releases, Support};

use crate::output::facts;

/// How a toolchain is supported, in words: `1.22.12 is out, 1.22 ended 2025-02-11`.
pub(super) fn support(name: &ToolchainName, releases: &Releases) -> String {
    let newer = newer_patch(name, releases).map(|newest| format!("{} is out", newest.version()));
    let state = match releases.support(name) {
        Support::Supported => "supported",
        Support::Prerelease => "prerelease",
        Support::Custom => "custom build",
        Support::EndOfLife(since) => {
            let since = since.map(|date| format!(" {date}")).unwrap_or_default();
            let language = name.version().language();
            return newer.map_or_else(
                || format!("ended{since}"),
                |newer| format!("{newer}, {language} ended{since}"),
            );
        }
    };
    newer.map_or_else(|| state.to_owned(), |newer| format!("{state}, {newer}"))
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
