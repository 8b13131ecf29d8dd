use std::path::Path;

use gover_core::text::counted;
use gover_doctor::{Check, CheckResult, Finding, GROUPS, Group, Severity, myths};

use super::examine::{Chosen, Examination};
use crate::commands::help;
use crate::output::{Fact, Row, Style, Table, Verbosity, facts};
use crate::{Context, Failure};

facts! {
    Diagnosis(examination: &Examination, changed: Vec<String>) {
        findings: Vec<Finding> = examination.findings.clone()
            => "the problems, the worst first; with `--fix`, those that are left, with `--baseline`, the new ones",
        checks_run: usize = examination.examined() => "how many checks examined something",
        checks: Vec<ResultFacts> = examination.results.iter().map(ResultFacts::of).collect()
            => "what became of each check",
        changed: Vec<String> = changed => "the files and registry values that `--fix` changed",
    }

    ResultFacts(result: &(&'static Check, CheckResult)) {
        check: &'static str = result.0.name => "the name of the check",
        result: &'static str = result.1.name() => "`ok`, `finding`, `not applicable` or `not run`",
        reason: Option<&'static str> = result.1.reason() => "why it did not examine anything, or null",
    }

    CheckRow(group: &Group, check: &Check) {
        check: &'static str = check.name => "the name of the check",
        group: &'static str = group.title => "what it belongs to",
        summary: &'static str = check.summary => "what it looks for",
    }

    Restored(restored: Vec<String>) {
        restored: Vec<String> = restored => "the files and registry values that are as they were",
    }
}

impl Fact for Finding {
    fn kind() -> String {
        "object".to_owned()
    }

    fn rows(parent: &str) -> Vec<Row> {
        let row = |(key, kind, meaning): &(&str, &str, &str)| Row {
            key: format!("{parent}{key}"),
            kind: (*kind).to_owned(),
            meaning: (*meaning).to_owned(),
        };
        FINDING.iter().map(row).collect()
    }
}

/// The keys of a finding, whose type belongs to gover-doctor.
const FINDING: [(&str, &str, &str); 8] = [
    ("check", "text", "the name of the check ([doctor.md](../doctor.md))"),
    ("severity", "text", "`error`, `warning` or `note`"),
    ("what", "text", "what is wrong"),
    (
        "evidence",
        "list",
        "objects by `kind`: `variable` (`name`, `value`, `set_in` or null), `line` (`file`, `line`, `text`), `path` \
         (`path`, `fact`), `registry` (`key`, `name`, `value`) or `answer` (`of`, `text`)",
    ),
    ("why", "text", "what it breaks"),
    ("fix", "object", "how to fix it"),
    ("fix.automatic", "true or false", "whether `--fix` changes something"),
    ("fix.commands", "list", "commands to paste for the rest"),
];

/// A table of what is wrong, then the evidence and repairs of each check that found something. With
/// `-v`, also the text of the check.
pub(super) fn people(examination: &Examination, context: &Context<'_>) -> Result<(), Failure> {
    let printer = context.printer;
    let findings = &examination.findings;
    printer.table(&table(findings, context))?;
    for group in groups(findings) {
        printer.data("")?;
        show(&group, context)?;
    }
    if !findings.is_empty() {
        printer.note("");
    }
    printer.note(&sum(examination));
    for (check, result) in &examination.results {
        if let Some(reason) = result.reason() {
            printer.detail(&format!("  {}: {}: {reason}", check.name, result.name()));
        }
    }
    if findings.iter().any(|finding| !finding.fix.changes.is_empty()) {
        printer.hint("gover doctor --fix");
    }
    if !findings.is_empty() && printer.verbosity < Verbosity::Verbose {
        printer.hint("`gover doctor -v` explains each problem");
    }
    Ok(())
}

fn table(findings: &[Finding], context: &Context<'_>) -> Table {
    let mut table = Table::default();
    for finding in findings {
        let style = match finding.severity {
            Severity::Error => Style::Error,
            Severity::Warning => Style::Warning,
            Severity::Note => Style::Hint,
        };
        let severity = context.printer.out(style, finding.severity.name());
        table.row([severity.into(), finding.check.into(), finding.what.as_str().into()]);
    }
    table
}

/// The findings of each check, in the order of the worst.
fn groups(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|group| group.iter().any(|one| one.check == finding.check)) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

/// What one check found.
fn show(group: &[&Finding], context: &Context<'_>) -> Result<(), Failure> {
    let printer = context.printer;
    let is_whole = printer.verbosity == Verbosity::Verbose;
    let Some(check) = group.first().map(|finding| finding.check) else { return Ok(()) };
    printer.data(&printer.out(Style::Literal, check))?;
    for finding in group {
        // The table says what is wrong; of several findings, each evidence needs its own.
        let indent = if group.len() > 1 { "    " } else { "  " };
        if group.len() > 1 {
            printer.data(&format!("  {}", finding.what))?;
        }
        evidence(finding, indent, is_whole, context)?;
        printer.data(&format!("{indent}why: {}", finding.why))?;
    }
    fixes(group, context)?;
    let Some(check) = gover_doctor::checks::by_name(check).filter(|_| is_whole) else { return Ok(()) };
    printer.data(&format!("  symptom: {}", check.symptom))?;
    printer.data(&format!("  cause: {}", check.cause))?;
    printer.data(&format!("  repair: {}", check.repair))?;
    myths::about(check.name)
        .try_for_each(|myth| printer.data(&format!("  myth: \"{myth}\" (see {})", myths::PAGE)))
}

fn evidence(finding: &Finding, indent: &str, is_whole: bool, context: &Context<'_>) -> Result<(), Failure> {
    let (most, others) = if is_whole { (MOST_WHOLE, "--json") } else { (MOST_SHOWN, "-v") };
    let (first, left) = finding.evidence.split_at(finding.evidence.len().min(most));
    first.iter().try_for_each(|evidence| context.printer.data(&format!("{indent}{evidence}")))?;
    if left.is_empty() {
        return Ok(());
    }
    context.printer.data(&format!("{indent}and {} more (`gover doctor {others}` shows them)", left.len()))
}

/// How to repair them, each repair once.
fn fixes(group: &[&Finding], context: &Context<'_>) -> Result<(), Failure> {
    let mut places: Vec<String> = Vec::new();
    for change in group.iter().flat_map(|finding| &finding.fix.changes) {
        let place = context.short(change.place().as_ref());
        if !places.contains(&place) {
            context.printer.data(&format!("  fix: `gover doctor --fix` changes {place}"))?;
            places.push(place);
        }
    }
    let mut commands: Vec<&String> = Vec::new();
    for command in group.iter().flat_map(|finding| &finding.fix.commands) {
        if !commands.contains(&command) {
            context.printer.command("  fix:", command)?;
            commands.push(command);
        }
    }
    Ok(())
}

/// Evidence of one finding that is shown at first.
const MOST_SHOWN: usize = 4;

/// Nobody reads more.
const MOST_WHOLE: usize = 20;

/// `1 error, 2 warnings (31 checks, 6 not run)`.
pub(super) fn sum(examination: &Examination) -> String {
    let count = |severity| examination.findings.iter().filter(|one| one.severity == severity).count();
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter(|severity| count(*severity) > 0)
        .map(|severity| counted(count(severity), severity.name()))
        .collect();
    let checks = match (counted(examination.examined(), "check"), examination.not_run()) {
        (examined, 0) => examined,
        (examined, left) => format!("{examined}, {left} not run"),
    };
    if parts.is_empty() {
        format!("no problems found ({checks})")
    } else {
        format!("{} ({checks})", parts.join(", "))
    }
}

/// How many findings are not shown because an earlier run also had them.
pub(super) fn known(count: usize, baseline: Option<&Path>, context: &Context<'_>) -> String {
    let file = baseline.map(|path| context.short(path)).unwrap_or_default();
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb} in {file} and not shown", counted(count, "problem"))
}

/// `gover doctor --list`.
pub(super) fn list(chosen: &Chosen, is_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    let is_wanted = |check: &&Check| chosen.run.iter().any(|one| one.name == check.name);
    let of_group =
        |group: &'static Group| group.checks.iter().filter(is_wanted).map(move |check| (group, check));
    let wanted = GROUPS.iter().flat_map(of_group);
    if is_json {
        let rows: Vec<CheckRow> = wanted.map(|(group, check)| CheckRow::of(group, check)).collect();
        return context.printer.json(&rows);
    }
    if context.printer.verbosity == Verbosity::Verbose {
        let pages: Vec<String> = wanted.map(|(_, check)| help::of_check(check)).collect();
        return context.printer.page(&pages.join("\n"));
    }
    let mut table = Table::default();
    for (_, check) in wanted {
        table.row([check.name.into(), check.summary.into()]);
    }
    context.printer.table(&table)?;
    context.printer.hint("`gover help CHECK` explains one");
    Ok(())
}
