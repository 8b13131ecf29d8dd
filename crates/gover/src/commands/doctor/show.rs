use gover_core::text::counted;
use gover_doctor::{Finding, Severity};

use crate::output::{Fact, Row, Style, facts};
use crate::{Context, Failure};

facts! {
    Diagnosis(findings: Vec<Finding>, run: usize) {
        findings: Vec<Finding> = findings => "the problems, the worst first",
        checks_run: usize = run => "how many checks ran",
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

pub(super) fn people(findings: &[Finding], run: usize, context: &Context<'_>) -> Result<(), Failure> {
    for finding in findings {
        lines(finding, context).iter().try_for_each(|line| context.printer.data(line))?;
    }
    context.printer.note(&sum(findings, run));
    if findings.iter().any(|finding| !finding.fix.changes.is_empty()) {
        context.printer.hint("gover doctor --fix");
    }
    Ok(())
}

/// A finding with everything that belongs to it, and an empty line.
fn lines(finding: &Finding, context: &Context<'_>) -> Vec<String> {
    let style = match finding.severity {
        Severity::Error => Style::Error,
        Severity::Warning => Style::Warning,
        Severity::Note => Style::Hint,
    };
    let severity = context.printer.out(style, &format!("{}:", finding.severity.name()));
    let mut lines = vec![format!("{severity} {}  [{}]", finding.what, finding.check)];
    let (first, left) = finding.evidence.split_at(finding.evidence.len().min(MOST_SHOWN));
    lines.extend(first.iter().map(|evidence| format!("  {evidence}")));
    if !left.is_empty() {
        lines.push(format!("  and {} more (`--json` shows all)", left.len()));
    }
    lines.push(format!("  why: {}", finding.why));
    let mut places: Vec<String> =
        finding.fix.changes.iter().map(|change| context.short(change.place().as_ref())).collect();
    places.dedup();
    lines.extend(places.iter().map(|place| format!("  fix: `gover doctor --fix` changes {place}")));
    lines.extend(finding.fix.commands.iter().map(|command| format!("  fix: {command}")));
    lines.push(String::new());
    lines
}

/// Nobody reads more.
const MOST_SHOWN: usize = 20;

/// `1 error, 2 warnings (48 checks)`.
pub(super) fn sum(findings: &[Finding], run: usize) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter(|severity| count(*severity) > 0)
        .map(|severity| counted(count(severity), severity.name()))
        .collect();
    let checks = counted(run, "check");
    if parts.is_empty() {
        format!("no problems found ({checks})")
    } else {
        format!("{} ({checks})", parts.join(", "))
    }
}
