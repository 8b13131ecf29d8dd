//! `gover list --remote`: releases.

use gover_core::Request;
use gover_core::inventory::is_installed;
use gover_source::{Availability, Basis, Release, Releases};

use super::support::{SupportFacts, support};
use crate::cli::ListArgs;
use crate::output::{Cell, Style, Table, facts};
use crate::runtime::block_on;
use crate::store::releases::{basis, not_asked, note_unlisted};
use crate::supply::supply;
use crate::{Context, Failure};

pub(super) fn run(arguments: &ListArgs, context: &Context<'_>) -> Result<(), Failure> {
    let request = arguments.request.as_deref().map(Request::parse_pin).transpose()?;
    let supply = supply(context)?;
    let releases = block_on(supply.releases())?;
    let shown: Vec<&Release> = match &request {
        Some(request) => releases.matching(request).collect(),
        None => releases.iter().collect(),
    };
    let platform = context.target().platform;
    let every = arguments.all || request.is_some();
    let shown: Vec<&Release> = shown
        .into_iter()
        .filter(|release| releases.offered(release, &platform) != Availability::No)
        .collect();
    let shown: Vec<&Release> = shown
        .iter()
        .copied()
        .filter(|release| every || is_newest_patch(release, &shown) || is_coming(release, &shown))
        .collect();
    if arguments.json {
        context.printer.json(&facts(&shown, &releases, context))?;
    } else {
        context.printer.table(&table(&shown, &releases, context))?;
    }
    notes(&shown, &releases, request.as_ref(), context)
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
        Some(request) if shown.is_empty() => Err(Failure::new(
            format!("no Go release for {} matches `{request}`", context.target().platform),
            "`gover list --remote --all` shows every release",
        )),
        _ => Ok(()),
    }
}

fn table(shown: &[&Release], releases: &Releases, context: &Context<'_>) -> Table {
    let mut table = Table::default();
    for release in shown {
        let name = release.name.as_str();
        let installed = if is_installed(&context.layout, &release.name) { "installed" } else { "" };
        table.row([
            Cell::shown_as(name, context.printer.out(Style::Version, name)),
            release.date.map(|date| date.to_string()).unwrap_or_default().into(),
            support(&release.name, releases).into(),
            installed.into(),
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
    ReleaseList {
        releases: Vec<ReleaseFacts> =
            "the releases that exist, or may exist, for this machine or for `GOVER_ARCH`, newest first",
        basis: BasisFacts = "what the list was made from",
    }

    ReleaseFacts {
        version: String = "its name",
        date: Option<String> = "the day of its release, if it is known",
        stable: bool = "false for betas and release candidates",
        security: bool = "whether it fixed a security problem, as far as the compiled table knows",
        installed: bool = "whether it is installed",
        support: SupportFacts = "how long it is supported",
    }

    BasisFacts {
        kind: &'static str =
            "`index` (downloaded now or by an earlier command), `table` (compiled into gover) or `sources` \
             (every source lists its own files)",
        date: Option<String> =
            "when the index was last confirmed, or the date of the newest release in the table; null for \
             `sources`",
    }
}

fn facts(shown: &[&Release], releases: &Releases, context: &Context<'_>) -> ReleaseList {
    let (kind, date) = match releases.basis {
        Basis::Index(checked) => ("index", Some(gover_core::date::Date::of(checked))),
        Basis::Table(date) => ("table", date),
        Basis::Offers => ("sources", None),
    };
    let release = |release: &&Release| ReleaseFacts {
        version: release.name.to_string(),
        date: release.date.map(|date| date.to_string()),
        stable: release.is_stable(),
        security: release.security,
        installed: is_installed(&context.layout, &release.name),
        support: SupportFacts::of(&release.name, releases),
    };
    ReleaseList {
        releases: shown.iter().map(release).collect(),
        basis: BasisFacts { kind, date: date.map(|date| date.to_string()) },
    }
}
