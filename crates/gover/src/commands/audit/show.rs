//! What `gover audit` prints for people.

use gover_core::text::{counted, shown};
use gover_core::{Exit, GoVersion};
use gover_source::{Releases, Support};
use gover_vuln::{Database, Entry, Vulnerabilities};

use super::Audit;
use crate::commands::support::support;
use crate::failure::Report;
use crate::output::{Style, Table, Verbosity};
use crate::{Context, Failure};

/// One line for each version; with `-v`, its vulnerabilities below it.
pub(super) fn people(
    results: &[Audit<'_>],
    releases: &Releases,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let mut table = Table::default();
    for one in results {
        table.row([one.subject.name.as_str().into(), summary(one, releases, context).into()]);
    }
    context.printer.table(&table)?;
    if context.printer.verbosity == Verbosity::Verbose {
        for one in results.iter().filter(|one| !one.found.is_empty()) {
            list(one, context)?;
        }
    }
    Ok(())
}

fn summary(one: &Audit<'_>, releases: &Releases, context: &Context<'_>) -> String {
    let name = &one.subject.name;
    let (style, text) = match numbers(&one.found) {
        Some(numbers) => (Style::Error, numbers),
        None if one.is_known => (Style::Version, "no known vulnerability".to_owned()),
        None => (Style::Hint, "newer than this database".to_owned()),
    };
    let nearest = one.nearest.as_ref().map(|nearest| format!("{nearest} has none"));
    let end = releases.expected_end(name).map(|end| end.to_string());
    let state = match one.support {
        // That it is a custom build, or what is newer, matters less here.
        Support::Supported => end.map(|end| format!("supported, {end}")),
        _ => Some(support(name, releases, context)),
    };
    [Some(context.printer.out(style, &text)), nearest, state]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("; ")
}

/// `14 known vulnerabilities in the standard library, 2 in the go command`
fn numbers(found: &Vulnerabilities<'_>) -> Option<String> {
    let known =
        |count| format!("{count} known {}", if count == 1 { "vulnerability" } else { "vulnerabilities" });
    match (found.stdlib.len(), found.toolchain.len()) {
        (0, 0) => None,
        (0, toolchain) => Some(format!("{} in the go command", known(toolchain))),
        (stdlib, 0) => Some(format!("{} in the standard library", known(stdlib))),
        (stdlib, toolchain) => {
            Some(format!("{} in the standard library, {toolchain} in the go command", known(stdlib)))
        }
    }
}

fn list(one: &Audit<'_>, context: &Context<'_>) -> Result<(), Failure> {
    let name = &one.subject.name;
    context.printer.data("")?;
    context.printer.data(&format!("{name}: {}", counted(one.found.count(), "vulnerability")))?;
    for entry in one.found.iter() {
        let cves = entry.cves().collect::<Vec<_>>().join(" ");
        context.printer.data(&format!("  {}  {cves}  {}", entry.id(), shown(entry.summary())))?;
        context.printer.data(&format!("    {}", place(entry, name.version())))?;
    }
    Ok(())
}

/// `net/url; fixed in go1.26.9`
fn place(entry: &Entry, version: &GoVersion) -> String {
    let packages = entry.packages().join(", ");
    let fixed = entry.fixed_in(version).map_or("not fixed".to_owned(), |fixed| format!("fixed in {fixed}"));
    if packages.is_empty() { fixed } else { format!("{}; {fixed}", shown(&packages)) }
}

/// Where the answer is from, and what it means.
pub(super) fn basis(results: &[Audit<'_>], database: &Database, context: &Context<'_>) {
    context.printer.note(&format!("{} (CC BY 4.0)", database.basis()));
    if results.iter().any(|one| !one.found.is_empty()) {
        context
            .printer
            .note(&format!("this Go contains them; `{GOVULNCHECK}` shows which ones a program reaches"));
    }
}

/// Fails if any result does.
pub(super) fn outcome(
    bad: &[&Audit<'_>],
    mut hints: Vec<String>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let vulnerable = bad.iter().filter(|one| !one.found.is_empty()).count();
    let what = match bad {
        [] => {
            for hint in &hints {
                context.printer.hint(hint);
            }
            return Ok(());
        }
        [one] if vulnerable == 1 => format!("{} has known vulnerabilities", one.subject.name),
        [one] => format!("{} has reached end of life", one.subject.name),
        bad if vulnerable == 0 => format!("{} versions have reached end of life", bad.len()),
        bad if vulnerable == bad.len() => format!("{vulnerable} versions have known vulnerabilities"),
        bad => format!("{} versions have known vulnerabilities or have reached end of life", bad.len()),
    };
    if hints.is_empty() {
        hints.push("gover install latest".to_owned());
    }
    Err(Report::new(what, hints, Exit::Failure).into())
}

const GOVULNCHECK: &str = "go run golang.org/x/vuln/cmd/govulncheck@latest ./...";
