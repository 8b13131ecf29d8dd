//! The known vulnerabilities of Go versions, and the releases that have none.

use std::path::Path;

use gover_core::env::vars;
use gover_core::{GoVersion, ToolchainName, text};
use gover_source::{Releases, Supply, SupplySettings};
use gover_vuln::{AskError, Copied, CopyResult, Counts, Database, Place, Question};

use crate::output::Busy;
use crate::runtime::block_on;
use crate::supply::{named, note_warnings, supply};
use crate::{Context, Failure};

/// The newest database that is known without asking: of the cache, or compiled into gover.
pub(crate) fn known(context: &Context<'_>) -> Result<Database, Failure> {
    let supply = supply(context)?;
    // An address that is not valid is an error of the commands that ask there.
    let places = places(supply.settings(), context).unwrap_or_default();
    Ok(question(&supply, places, context).known())
}

/// The numbers of the same database.
pub(crate) fn counts(context: &Context<'_>) -> Result<Counts, Failure> {
    let places = places(&named(context)?, context).unwrap_or_default();
    Ok(gover_vuln::known_counts(&places, &context.layout.vulnerability_cache()))
}

/// The newest database that can be had. What could not be asked is noted.
pub(crate) fn newest(context: &Context<'_>) -> Result<Database, Failure> {
    let supply = supply(context)?;
    let question = question(&supply, places(supply.settings(), context)?, context);
    let busy = Busy::new(context.printer, || vec!["interrupted; nothing was changed".to_owned()]);
    busy.step("reading the Go vulnerability database".to_owned());
    let response = block_on(question.ask())?;
    drop(busy);
    for (place, error) in &response.failures {
        context.printer.note(&could_not(place, error));
    }
    note_warnings(&supply, context);
    Ok(response.database)
}

/// Copies the whole database into a directory. What could not be asked is noted.
pub(crate) fn copy(supply: &Supply, directory: &Path, context: &Context<'_>) -> Result<Copied, Failure> {
    let question = question(supply, places(supply.settings(), context)?, context);
    let busy = Busy::new(context.printer, || vec!["interrupted; the next run continues".to_owned()]);
    busy.step("copying the Go vulnerability database".to_owned());
    let CopyResult { copied, failures } = block_on(question.copy_into(directory))?;
    drop(busy);
    for (place, error) in &failures {
        context.printer.note(&could_not(place, error));
    }
    copied.ok_or_else(|| {
        Failure::new(
            "no vulnerability database could be copied",
            "set GOVULNDB to the address of one, or GOPROXY to a module proxy (`gover help sources`)",
        )
    })
}

fn could_not(place: &str, error: &AskError) -> String {
    format!("could not use the vulnerability database of {place}: {error}")
}

fn question<'a>(supply: &'a Supply, places: Vec<Place>, context: &Context<'_>) -> Question<'a> {
    let cache = context.layout.vulnerability_cache();
    Question { supply, places, cache, offline: context.settings.offline.value }
}

fn places(settings: &SupplySettings, context: &Context<'_>) -> Result<Vec<Place>, Failure> {
    // No variable changes what the policy of the machine locks.
    let is_locked = context.settings.policy.locks("sources");
    let govulndb = context.env.text(vars::GOVULNDB).filter(|_| !is_locked);
    gover_vuln::places(govulndb.as_deref(), settings).map_err(|error| {
        Failure::usage(
            format!("GOVULNDB is not the address of a vulnerability database: {error}"),
            "set GOVULNDB to an address such as https://vuln.go.dev or file:///srv/vulndb, or unset it",
        )
    })
}

/// The nearest release without a known vulnerability: `version` itself, a newer patch of the same
/// minor version, or the lowest of a newer one.
pub(crate) fn nearest_without(
    version: &GoVersion,
    database: &Database,
    releases: &Releases,
) -> Option<ToolchainName> {
    database.nearest_without(version, stable(releases))
}

/// What to install in place of a vulnerable version: the newest patch of the minor version of
/// `nearest`, if that has no known vulnerability either.
pub(crate) fn recommended(
    nearest: &ToolchainName,
    database: &Database,
    releases: &Releases,
) -> ToolchainName {
    let newest = releases.newest_patch(nearest.version()).map(|release| &release.name);
    let newest = newest.filter(|newest| newest.version() > nearest.version());
    let safe = newest.filter(|newest| database.of(newest.version()).is_empty());
    safe.unwrap_or(nearest).clone()
}

/// `go1.26.8 has 16 known vulnerabilities`; `None` if it has none, or none are known.
pub(crate) fn remark(name: &ToolchainName, context: &Context<'_>) -> Option<String> {
    let count = counts(context).ok()?.of(name.version()).filter(|count| *count > 0)?;
    Some(format!("{name} has {}", counted(count)))
}

/// `16 known vulnerabilities`
pub(crate) fn counted(count: usize) -> String {
    text::counted(count, "known vulnerability")
}

/// The lowest release of a minor version without a known vulnerability.
pub(crate) fn lowest_without(
    minor: &GoVersion,
    database: &Database,
    releases: &Releases,
) -> Option<ToolchainName> {
    database.lowest_without(minor, stable(releases))
}

fn stable(releases: &Releases) -> impl Iterator<Item = &GoVersion> {
    let stable = releases.iter().filter(|release| release.is_stable() && release.name.is_release());
    stable.map(|release| release.name.version())
}
