//! How long a toolchain is supported.

use gover_core::ToolchainName;
use gover_core::date::Date;
use gover_source::{Release, Releases, Support};
use gover_vuln::Counts;

use crate::Context;
use crate::output::{Style, facts};
use crate::store::vulnerabilities;

/// What versions are judged by.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) releases: &'a Releases,
    pub(super) counts: &'a Counts,
}

impl Known<'_> {
    /// The vulnerabilities of a toolchain, in words; `None` if nothing is known of its version.
    pub(super) fn vulnerabilities(self, name: &ToolchainName, context: &Context<'_>) -> Option<String> {
        let (style, text) = match self.counts.of(name.version())? {
            0 => (Style::Version, "no known vulnerability".to_owned()),
            count => (Style::Error, vulnerabilities::counted(count)),
        };
        Some(context.printer.out(style, &text))
    }

    /// Whether a release fixed a security problem.
    pub(super) fn security(self, release: &Release) -> Option<bool> {
        let fixes = || self.counts.is_security_release(release.name.version()).then_some(true);
        release.security.filter(|security| *security).or_else(fixes).or(release.security)
    }
}

/// How a toolchain is supported, in words: `1.22.12 is out, 1.22 ended 2025-02`.
pub(super) fn support(name: &ToolchainName, releases: &Releases, context: &Context<'_>) -> String {
    let newer =
        newer_patch(name, releases).map(|newest| (Style::Warning, format!("{} is out", newest.version())));
    let language = if newer.is_some() { format!("{} ", name.version().language()) } else { String::new() };
    let (state, newer_first) = match releases.support(name) {
        Support::Supported => ((Style::Version, "supported".to_owned()), false),
        Support::Prerelease => ((Style::Hint, "prerelease".to_owned()), false),
        Support::Custom => ((Style::Hint, "custom build".to_owned()), false),
        Support::EndOfLife(since) => ((Style::Ended, format!("{language}ended{}", month(since))), true),
    };
    let mut parts: Vec<(Style, String)> = [state].into_iter().chain(newer).collect();
    if newer_first {
        parts.reverse();
    }
    let parts: Vec<String> = parts.iter().map(|(style, text)| context.printer.out(*style, text)).collect();
    parts.join(", ")
}

/// ` 2025-02`. `--json` has the day.
fn month(since: Option<Date>) -> String {
    let since = since.map(|date| date.to_string()).unwrap_or_default();
    since.get(..7).map(|month| format!(" {month}")).unwrap_or_default()
}

facts! {
    SupportFacts(name: &ToolchainName, releases: &Releases) {
        state: &'static str = state(releases.support(name))
            => "`supported`, `end-of-life`, `prerelease` or `custom`",
        since: Option<String> = since(releases.support(name)).map(|date| date.to_string())
            => "the day on which support ended, such as `2025-02-11`",
        newest_patch: Option<String> = newer_patch(name, releases).map(ToString::to_string)
            => "a newer patch release of the same version, if one is known",
        ends_with: Option<String> = releases.expected_end(name).map(|end| format!("go{}", end.version))
            => "the release that will end the support of a supported version",
        expected: Option<String> = releases.expected_end(name).map(|end| end.month())
            => "the month in which that release is expected, such as `2027-02`",
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
