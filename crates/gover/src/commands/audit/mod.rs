//! `gover audit`: which known vulnerabilities a Go version has, and which version has none.

mod advice;
mod facts;
mod show;
mod subjects;

use gover_core::ToolchainName;
use gover_source::{Releases, Support};
use gover_vuln::{Database, Vulnerabilities};

pub(super) use self::facts::Audited;
use self::subjects::Subject;
use crate::cli::{AuditArgs, FailOn};
use crate::store::{releases, requests, vulnerabilities};
use crate::{Context, Failure};

pub(super) fn run(arguments: &AuditArgs, context: &Context<'_>) -> Result<(), Failure> {
    let releases = releases::known(context)?;
    let installed = requests::inventory(context)?.toolchains;
    let (subjects, selection) = subjects::wanted(&arguments.requests, &installed, context)?;
    let database = vulnerabilities::newest(context)?;
    let results: Vec<Audit<'_>> =
        subjects.iter().map(|subject| Audit::new(subject, &database, (&releases, &installed))).collect();
    if arguments.json {
        context.printer.json(&Audited::of(&results, &database, &releases))?;
    } else {
        show::people(&results, &releases, context)?;
    }
    show::basis(&results, &database, context);
    let bad: Vec<&Audit<'_>> = results.iter().filter(|one| one.fails(arguments.fail_on)).collect();
    let hints = advice::hints(&results, selection.as_ref(), context);
    show::outcome(&bad, hints, context)
}

/// A version with what is known of it.
struct Audit<'a> {
    subject: &'a Subject,
    found: Vulnerabilities<'a>,
    /// Whether the database knows versions of this kind.
    is_known: bool,
    support: Support,
    /// The nearest release without a known vulnerability, if this one has any.
    nearest: Option<ToolchainName>,
    /// What to use in its place, and whether that is installed.
    advised: Option<(ToolchainName, bool)>,
}

impl<'a> Audit<'a> {
    fn new(
        subject: &'a Subject,
        database: &'a Database,
        (releases, installed): (&Releases, &[ToolchainName]),
    ) -> Self {
        let version = subject.name.version();
        let found = database.of(version);
        let has_any = !found.is_empty();
        let nearest =
            has_any.then(|| vulnerabilities::nearest_without(version, database, releases)).flatten();
        let is_as_good = |nearest: &ToolchainName, name: &ToolchainName| {
            name.is_release()
                && name.version().same_language(nearest.version())
                && name.version() >= nearest.version()
                && database.of(name.version()).is_empty()
        };
        let advised = nearest.as_ref().map(|nearest| {
            let installed = installed.iter().filter(|name| is_as_good(nearest, name)).max();
            let to_install = || vulnerabilities::recommended(nearest, database, releases);
            installed.map_or_else(|| (to_install(), false), |name| (name.clone(), true))
        });
        let is_known = has_any || database.covers(version);
        Self { subject, support: releases.support(&subject.name), found, is_known, nearest, advised }
    }

    fn fails(&self, on: FailOn) -> bool {
        let is_ended = matches!(self.support, Support::EndOfLife(_));
        (on >= FailOn::Vulnerable && !self.found.is_empty()) || (on == FailOn::Eol && is_ended)
    }
}
