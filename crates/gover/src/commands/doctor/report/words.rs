//! Sentences of a report, and the texts in them that are code.

use gover_core::text::counted;
use gover_doctor::{Finding, Severity};

use super::{Report, Summary};

/// A part of a sentence.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Words(&'a str),
    Code(&'a str),
}

/// Code is between backticks. A single one is a character like others.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('`')
        && let Some((code, after)) = behind.split_once('`')
    {
        if !before.is_empty() {
            parts.push(Part::Words(before));
        }
        if code.is_empty() {
            parts.push(Part::Words("``"));
        } else {
            parts.push(Part::Code(code));
        }
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Words(rest));
    }
    parts
}

/// `2 errors and 1 note`, or that there are none.
pub(super) fn verdict(summary: &Summary) -> String {
    let counts = [(summary.errors, "error"), (summary.warnings, "warning"), (summary.notes, "note")];
    let found: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(*count, noun)).collect();
    match found.as_slice() {
        [] => "No problems found".to_owned(),
        [only] => only.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// The severity of the worst finding.
pub(super) fn worst(report: &Report) -> Option<Severity> {
    report.findings.iter().map(|finding| finding.severity).max()
}

/// What became of the checks, in a sentence.
pub(super) fn checks(summary: &Summary) -> String {
    let examined = format!(
        "{} examined this machine: {} found nothing, {} found something.",
        counted(summary.ok + summary.finding, "check"),
        summary.ok,
        summary.finding
    );
    let rest = [(summary.not_applicable, "did not apply here"), (summary.not_run, "could not be run")];
    let rest = rest.into_iter().filter(|(count, _)| *count > 0);
    let rest = rest.map(|(count, what)| format!("{} {what}.", counted(count, "check")));
    [examined].into_iter().chain(rest).collect::<Vec<_>>().join(" ")
}

/// How to repair findings, each repair once: what `--fix` changes, and commands to paste.
pub(super) fn repairs<'a>(findings: &[&'a Finding]) -> (Vec<String>, Vec<&'a str>) {
    let mut automatic: Vec<String> = Vec::new();
    let mut commands: Vec<&str> = Vec::new();
    for finding in findings {
        let command = format!("gover doctor --fix {}", finding.check);
        if !finding.fix.changes.is_empty() && !automatic.contains(&command) {
            automatic.push(command);
        }
        for command in finding.fix.commands.iter().map(String::as_str) {
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
    }
    (automatic, commands)
}

/// Whom the report may be given to.
pub(super) fn caution(report: &Report) -> &'static str {
    if report.anonymous {
        "Names of users, machines, private servers and the project were replaced. Read it before you hand it on: names \
         of other directories and files are as they are."
    } else {
        "Passwords and tokens were replaced by `***`. Names of users, servers and directories were not: \
         `--anonymous` leaves them out."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_between_two_backticks() {
        use Part::{Code, Words};
        assert_eq!(parts("run `go env` here"), [Words("run "), Code("go env"), Words(" here")]);
        assert_eq!(parts("a ` b"), [Words("a ` b")]);
        assert_eq!(parts("``x"), [Words("``"), Words("x")]);
        assert_eq!(parts(""), []);
    }
}
