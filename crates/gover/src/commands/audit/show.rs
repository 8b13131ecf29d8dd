//! What `gover audit` prints for people.

use gover_core::display::location;
use gover_core::text::{counted, shown};
use gover_core::{Exit, GoVersion, ToolchainName};
use gover_source::{Releases, Support};
use gover_vuln::{Database, Entry, Vulnerabilities};

use super::Audit;
use crate::commands::support::support;
use crate::failure::Report;
use crate::output::{Style, Table};
use crate::store::vulnerabilities;
use crate::{Context, Failure};

/// One line for each version.
pub(super) fn table(results: &[Audit<'_>], releases: &Releases, context: &Context<'_>) -> Table {
    let mut table = Table::default();
    for one in results {
        table.row([one.subject.name.as_str().into(), summary(one, releases, context).into()]);
    }
    table
}

fn summary(one: &Audit<'_>, releases: &Releases, context: &Context<'_>) -> String {
    let name = &one.subject.name;
    let (style, text) = match numbers(&one.found) {
        Some(numbers) => (Style::Error, numbers),
        None if one.is_known => (Style::Version, "no known vulnerability".to_owned()),
        None => (Style::Hint, "newer than this database".to_owned()),
    };
    let nearest = one.nearest.as_ref().map(|nearest| format!("{nearest} has none"));
    let state = state(name, one.support, releases, context);
    joined([Some(context.printer.out(style, &text)), nearest, Some(state), named_by(one, context)])
}

/// `named by ~/shop/go.mod:5 and 2 more`
fn named_by(one: &Audit<'_>, context: &Context<'_>) -> Option<String> {
    let ((path, line), others) = one.subject.places.split_first()?;
    let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
    Some(format!("named by {}{more}", location(path, Some(*line), context.home())))
}

pub(super) fn joined<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// How long a release gets fixes.
pub(super) fn state(
    name: &ToolchainName,
    found: Support,
    releases: &Releases,
    context: &Context<'_>,
) -> String {
    match (found, releases.expected_end(name)) {
        // That a newer patch is out matters less here.
        (Support::Supported, Some(end)) => format!("supported, {end}"),
        _ => support(name, releases, context),
    }
}

/// `14 known vulnerabilities in the standard library, 2 in the go command`
fn numbers(found: &Vulnerabilities<'_>) -> Option<String> {
    match (found.stdlib.len(), found.toolchain.len()) {
        (0, 0) => None,
        (0, toolchain) => Some(format!("{} in the go command", vulnerabilities::counted(toolchain))),
        (stdlib, 0) => Some(in_stdlib(stdlib)),
        (stdlib, toolchain) => Some(format!("{}, {toolchain} in the go command", in_stdlib(stdlib))),
    }
}

pub(super) fn in_stdlib(count: usize) -> String {
    format!("{} in the standard library", vulnerabilities::counted(count))
}

/// Each vulnerability of something that has that version.
pub(super) fn list<'a>(
    what: &str,
    version: &GoVersion,
    found: impl ExactSizeIterator<Item = &'a Entry>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    context.printer.data("")?;
    context.printer.data(&format!("{what}: {}", counted(found.len(), "vulnerability")))?;
    for entry in found {
        let cves = entry.cves().collect::<Vec<_>>().join(" ");
        context.printer.data(&format!("  {}  {cves}  {}", entry.id(), shown(entry.summary())))?;
        context.printer.data(&format!("    {}", place(entry, version)))?;
    }
    Ok(())
}

/// `net/url; fixed in go1.26.9`
fn place(entry: &Entry, version: &GoVersion) -> String {
    let packages = entry.packages().join(", ");
    let fixed = entry.fixed_in(version).map_or("not fixed".to_owned(), |fixed| format!("fixed in {fixed}"));
    if packages.is_empty() { fixed } else { format!("{}; {fixed}", shown(&packages)) }
}

/// Where the answer is from, and what it means, with the command for govulncheck.
pub(super) fn basis(database: &Database, meaning: Option<(&str, &str)>, context: &Context<'_>) {
    context.printer.note(&format!("{} (CC BY 4.0)", database.basis()));
    if let Some((what, command)) = meaning {
        context.printer.note(&format!("{what}; `{command}` shows which ones a program reaches"));
    }
}

/// What makes the command fail.
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) is_vulnerable: bool,
}

/// Fails if there is a fault; `noun` is what was audited.
pub(super) fn outcome(
    faults: &[Fault],
    noun: &str,
    mut hints: Vec<String>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let vulnerable = faults.iter().filter(|fault| fault.is_vulnerable).count();
    let what = match faults {
        [] => {
            for hint in &hints {
                context.printer.hint(hint);
            }
            return Ok(());
        }
        [one] if one.is_vulnerable => format!("{} has known vulnerabilities", one.what),
        [one] => format!("{} has reached end of life", one.what),
        all if vulnerable == 0 => format!("{} have reached end of life", counted(all.len(), noun)),
        all if vulnerable == all.len() => format!("{} have known vulnerabilities", counted(vulnerable, noun)),
        all => {
            format!("{} have known vulnerabilities or have reached end of life", counted(all.len(), noun))
        }
    };
    if hints.is_empty() {
        hints.push("gover install latest".to_owned());
    }
    Err(Report::new(what, hints, Exit::Failure).into())
}
