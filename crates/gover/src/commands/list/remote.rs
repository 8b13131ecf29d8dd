//! `gover list --remote`: releases.

use gover_core::date::Date;
use gover_core::inventory::is_installed;
use gover_core::{Platform, Request, ToolchainName};
use gover_source::{Availability, Basis, Release, Releases};

use super::view::{View, stored};
use crate::cli::ListArgs;
use crate::commands::support::{Known, SupportFacts, support};
use crate::output::{Table, facts};
use crate::runtime::block_on;
use crate::store::releases::{basis, not_asked, note_unlisted, with_installed};
use crate::store::{requests, vulnerabilities};
use crate::supply::supply;
use crate::{Context, Failure};

pub(super) fn run(arguments: &ListArgs, context: &Context<'_>) -> Result<(), Failure> {
    let request = arguments.request.as_deref().map(Request::parse_pin).transpose()?;
    let supply = supply(context)?;
    let mut releases = with_installed(block_on(supply.releases())?, context);
    let platform = context.target().platform;
    let undated: Vec<ToolchainName> = shown(arguments, request.as_ref(), &releases, &platform)
        .into_iter()
        .filter(|release| release.date.is_none() && release.name.is_release())
        .map(|release| release.name.clone())
        .take(QUESTIONS)
        .collect();
    block_on(supply.add_dates(&undated, &platform, &mut releases))?;
    let shown = shown(arguments, request.as_ref(), &releases, &platform);
    let counts = vulnerabilities::counts(context)?;
    let known = Known { releases: &releases, counts: &counts };
    if arguments.json {
        context.printer.json(&ReleaseList::of(&shown, known, context))?;
    } else {
        context.printer.table(&table(&shown, known, &View::new(context)?, context))?;
    }
    notes(&shown, &releases, request.as_ref(), context)
}

/// The releases that the arguments mean, newest first.
fn shown<'a>(
    arguments: &ListArgs,
    request: Option<&Request>,
    releases: &'a Releases,
    platform: &Platform,
) -> Vec<&'a Release> {
    let every = arguments.all || request.is_some();
    let found: Vec<&Release> = match request {
        Some(request) => releases.matching(request).collect(),
        None => releases.iter().collect(),
    };
    let found: Vec<&Release> =
        found.into_iter().filter(|release| releases.offered(release, platform) != Availability::No).collect();
    found
        .iter()
        .copied()
        .filter(|release| every || is_newest_patch(release, &found) || is_coming(release, &found))
        .take(if request.is_some_and(Request::means_one) { 1 } else { usize::MAX })
        .collect()
}

fn notes(
    shown: &[&Release],
    releases: &Releases,
    request: Option<&Request>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    for failure in &releases.failures {
        context.printer.note(&not_asked(failure));
    }
    for remedy in gover_source::remedies(&releases.failures) {
        context.printer.hint(&remedy);
    }
    note_unlisted(releases, context);
    context.printer.detail(&format!("source of this list: {}", basis(releases)));
    match request {
        Some(request) if shown.is_empty() => {
            requests::refuse_impossible(request, context)?;
            Err(Failure::new(
                format!("no Go release for {} matches `{request}`", context.target().platform),
                "`gover list --remote --all` shows every release",
            ))
        }
        _ => Ok(()),
    }
}

fn table(shown: &[&Release], known: Known<'_>, view: &View, context: &Context<'_>) -> Table {
    let mut table = Table::default();
    for release in shown {
        let toolchain = stored(&release.name, context);
        let installed = is_installed(&context.layout, &release.name).then_some("installed");
        let default = view.is_default(&toolchain).then_some("default");
        table.row([
            view.marked(&toolchain, release.name.as_str(), context),
            release.date.map(|date| date.to_string()).unwrap_or_default().into(),
            [
                Some(support(&release.name, known.releases, context)),
                known.vulnerabilities(&release.name, context),
            ]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("; ")
            .into(),
            installed.into_iter().chain(default).collect::<Vec<_>>().join(", ").into(),
        ]);
    }
    table
}

/// Whether it is the newest stable patch of its language version. A custom build always counts.
fn is_newest_patch(release: &Release, shown: &[&Release]) -> bool {
    let version = release.name.version();
    let same = |other: &&&Release| {
        other.is_stable() && other.name.is_release() && other.name.version().same_language(version)
    };
    !release.name.is_release() || shown.iter().find(same).is_some_and(|newest| newest.name == release.name)
}

/// Whether it is the newest beta or release candidate of a version that is not out yet.
fn is_coming(release: &Release, shown: &[&Release]) -> bool {
    !release.is_stable() && shown.first().is_some_and(|newest| newest.name == release.name)
}

facts! {
    ReleaseList(shown: &[&Release], known: Known<'_>, context: &Context<'_>) {
        releases: Vec<ReleaseFacts> =
            shown.iter().map(|release| ReleaseFacts::of(release, known, context)).collect()
            => "the releases that exist, or may exist, for this machine or for `GOVER_ARCH`, newest first",
        basis: BasisFacts = BasisFacts::of(known.releases.basis) => "what the list was made from",
    }

    ReleaseFacts(release: &Release, known: Known<'_>, context: &Context<'_>) {
        version: String = release.name.to_string() => "its name",
        date: Option<String> = release.date.map(|date| date.to_string())
            => "the day of its release, if it is known; of a release that is newer than gover, the day on which it \
                was built",
        stable: bool = release.is_stable() => "false for betas and release candidates",
        security: Option<bool> = known.security(release)
            => "whether it fixed a security problem, by the release history or the vulnerability database; null \
                if neither says so",
        installed: bool = is_installed(&context.layout, &release.name) => "whether it is installed",
        support: SupportFacts = SupportFacts::of(&release.name, known.releases) => "how long it is supported",
        vulnerabilities: Option<usize> = known.counts.of(release.name.version())
            => "the number of known vulnerabilities; null if it is newer than the known database",
    }

    BasisFacts(basis: Basis) {
        kind: &'static str = kind(basis)
            => "`index` (downloaded now or by an earlier command), `table` (compiled into gover) or `sources` \
                (every source lists its own files)",
        date: Option<String> = date(basis).map(|date| date.to_string())
            => "when the index was last confirmed, or the date of the newest release in the table; null for \
                `sources`",
    }
}

fn kind(basis: Basis) -> &'static str {
    match basis {
        Basis::Index(_) => "index",
        Basis::Table(_) => "table",
        Basis::Offers => "sources",
    }
}

fn date(basis: Basis) -> Option<Date> {
    match basis {
        Basis::Index(checked) => Some(Date::of(checked)),
        Basis::Table(date) => date,
        Basis::Offers => None,
    }
}

/// For how many releases the proxies are asked for a date.
const QUESTIONS: usize = 16;
