//! `gover audit`: which known vulnerabilities a Go version has, and which version has none.

mod advice;
mod facts;
mod programs;
mod show;
mod subjects;

use gover_core::ToolchainName;
use gover_source::{Releases, Support};
use gover_vuln::{Database, Vulnerabilities};

pub(super) use self::facts::Audited;
use self::show::Fault;
use self::subjects::Subject;
use crate::cli::{AuditArgs, FailOn};
use crate::output::Verbosity;
use crate::store::tools::Program;
use crate::store::{releases, requests, vulnerabilities};
use crate::{Context, Failure};

pub(super) fn run(arguments: &AuditArgs, context: &Context<'_>) -> Result<(), Failure> {
    if arguments.tools { of_programs(arguments, context) } else { of_toolchains(arguments, context) }
}

fn of_toolchains(arguments: &AuditArgs, context: &Context<'_>) -> Result<(), Failure> {
    let releases = releases::known(context)?;
    let installed = requests::inventory(context)?.toolchains;
    let (subjects, selection) = if arguments.project {
        subjects::of_project(&installed, context)?
    } else {
        subjects::wanted(&arguments.requests, &installed, context)?
    };
    let database = vulnerabilities::newest(context)?;
    let results: Vec<Audit<'_>> =
        subjects.iter().map(|subject| Audit::new(subject, &database, (&releases, &installed))).collect();
    if arguments.json {
        context.printer.json(&Audited::of((&results, &[]), &database, &releases))?;
    } else {
        context.printer.table(&show::table(&results, &releases, context))?;
        for Audit { subject, found, .. } in results.iter().filter(|one| one.is_listed(context)) {
            show::list(subject.name.as_str(), subject.name.version(), found.all().into_iter(), context)?;
        }
    }
    let is_vulnerable = results.iter().any(|one| !one.found.is_empty());
    show::basis(&database, is_vulnerable.then_some(("this Go contains them", GOVULNCHECK)), context);
    let bad = results.iter().filter(|one| one.fails(arguments.fail_on));
    let faults: Vec<Fault> = bad
        .map(|one| Fault { what: one.subject.name.to_string(), is_vulnerable: !one.found.is_empty() })
        .collect();
    let hints = match arguments.project {
        true if is_vulnerable => vec!["gover bump --security".to_owned()],
        true => Vec::new(),
        false => advice::hints(&results, selection.as_ref(), context),
    };
    show::outcome(&faults, "version", hints, context)
}

fn of_programs(arguments: &AuditArgs, context: &Context<'_>) -> Result<(), Failure> {
    let releases = releases::known(context)?;
    let database = vulnerabilities::newest(context)?;
    let programs = programs::read(&arguments.requests, &database, &releases, context)?;
    if arguments.json {
        context.printer.json(&Audited::of((&[], &programs), &database, &releases))?;
    } else {
        context.printer.table(&programs::table(&programs, &releases, context))?;
        for program in programs.iter().filter(|_| context.printer.verbosity == Verbosity::Verbose) {
            if let Some(release) = program.release.as_ref().filter(|_| program.is_vulnerable()) {
                let found = program.found.stdlib.iter().copied();
                show::list(&context.short(&program.path), release.version(), found, context)?;
            }
        }
    }
    let is_vulnerable = programs.iter().any(Program::is_vulnerable);
    show::basis(
        &database,
        is_vulnerable.then_some(("the Go that built it contains them", GOVULNCHECK_PROGRAM)),
        context,
    );
    let bad = programs.iter().filter(|program| program.fails(arguments.fail_on));
    let faults: Vec<Fault> =
        bad.map(|one| Fault { what: context.short(&one.path), is_vulnerable: one.is_vulnerable() }).collect();
    let platform = context.target().platform;
    let mut hints: Vec<String> = programs.iter().filter_map(|program| program.rebuild(&platform)).collect();
    hints.sort();
    hints.dedup();
    hints.truncate(HINTS);
    // Where nothing says what a program was built from, only its author knows how.
    let newest = programs.iter().filter_map(|program| program.nearest.as_ref()).max();
    if let Some(newest) = newest.filter(|_| hints.is_empty()) {
        hints.push(format!("build it again with `gover exec {} -- go build`", newest.version()));
    }
    show::outcome(&faults, "program", hints, context)
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

    /// Whether its vulnerabilities are listed.
    fn is_listed(&self, context: &Context<'_>) -> bool {
        context.printer.verbosity == Verbosity::Verbose && !self.found.is_empty()
    }

    fn fails(&self, on: FailOn) -> bool {
        let is_ended = matches!(self.support, Support::EndOfLife(_));
        (on >= FailOn::Vulnerable && !self.found.is_empty()) || (on == FailOn::Eol && is_ended)
    }
}

const GOVULNCHECK: &str = "go run golang.org/x/vuln/cmd/govulncheck@latest ./...";
const GOVULNCHECK_PROGRAM: &str = "go run golang.org/x/vuln/cmd/govulncheck@latest -mode=binary PROGRAM";

/// The most programs for which there is a hint.
const HINTS: usize = 3;
