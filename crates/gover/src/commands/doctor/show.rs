use std::path::Path;

use gover_doctor::language::counted;
use gover_doctor::{
    Check, CheckResult, Edit, Finding, GROUPS, Group, Language, Severity, Words, myths, text,
};

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
        result: Words<&'static str> = result.1.name() => "`ok`, `finding`, `not applicable` or `not run`",
        reason: Option<Words<&'static str>> = result.1.reason() => "why it did not examine anything, or null",
    }

    CheckRow(group: &Group, check: &Check) {
        check: &'static str = check.name => "the name of the check",
        group: Words<&'static str> = group.title => "what it belongs to",
        summary: Words<&'static str> = check.summary => "what it looks for",
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
const FINDING: [(&str, &str, &str); 9] = [
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
    (
        "fix.edits",
        "list",
        "objects with the lines to write into a file by hand: `file`, `place` (where in it) and `lines`",
    ),
];

/// A table of what is wrong, then the evidence and repairs of each check that found something. With
/// `-v`, also the text of the check.
pub(super) fn people(examination: &Examination, context: &Context<'_>) -> Result<(), Failure> {
    let printer = context.printer;
    let (findings, language) = (&examination.findings, examination.language);
    printer.table(&table(findings, language, context))?;
    for group in groups(findings) {
        printer.data("")?;
        show(&group, language, context)?;
    }
    if !findings.is_empty() {
        printer.note("");
    }
    printer.note(&sum(examination));
    for (check, result) in &examination.results {
        if let Some(reason) = result.reason() {
            let line = text!(
                en "  {check}: {result}: {reason}",
                zh "  {check}：{result}：{reason}",
                check = check.name, result = result.name(), reason = reason,
            );
            printer.detail(line.of(language));
        }
    }
    if findings.iter().any(|finding| !finding.fix.changes.is_empty()) {
        printer.hint("gover doctor --fix");
    }
    if !findings.is_empty() && printer.verbosity < Verbosity::Verbose {
        let hint = text!(en "`gover doctor -v` explains each problem", zh "`gover doctor -v` 解释每个问题");
        printer.hint(hint.of(language));
    }
    Ok(())
}

fn table(findings: &[Finding], language: Language, context: &Context<'_>) -> Table {
    let mut table = Table::default();
    for finding in findings {
        let style = match finding.severity {
            Severity::Error => Style::Error,
            Severity::Warning => Style::Warning,
            Severity::Note => Style::Hint,
        };
        let severity = context.printer.out(style, finding.severity.words().of(language));
        table.row([severity.into(), finding.check.into(), finding.what.of(language).as_str().into()]);
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
fn show(group: &[&Finding], language: Language, context: &Context<'_>) -> Result<(), Failure> {
    let printer = context.printer;
    let is_whole = printer.verbosity == Verbosity::Verbose;
    let Some(check) = group.first().map(|finding| finding.check) else { return Ok(()) };
    printer.data(&printer.out(Style::Literal, check))?;
    for finding in group {
        // The table says what is wrong; of several findings, each evidence needs its own.
        let indent = if group.len() > 1 { "    " } else { "  " };
        if group.len() > 1 {
            printer.data(&format!("  {}", finding.what.of(language)))?;
        }
        evidence(finding, indent, (is_whole, language), context)?;
        let why = text!(en "why: {why}", zh "后果：{why}", why = finding.why);
        printer.data(&format!("{indent}{}", why.of(language)))?;
    }
    fixes(group, language, context)?;
    let Some(check) = gover_doctor::checks::by_name(check).filter(|_| is_whole) else { return Ok(()) };
    let lines = [
        text!(en "  symptom: {text}", zh "  现象：{text}", text = check.symptom),
        text!(en "  cause: {text}", zh "  原因：{text}", text = check.cause),
        text!(en "  repair: {text}", zh "  修复：{text}", text = check.repair),
    ];
    let myths = myths::about(check.name).map(|myth| {
        text!(
            en "  myth: \"{myth}\" (see {page})",
            zh "  误区：“{myth}”（见 {page}）",
            myth = myth, page = myths::PAGE,
        )
    });
    lines.into_iter().chain(myths).try_for_each(|line| printer.data(line.of(language)))
}

fn evidence(
    finding: &Finding,
    indent: &str,
    (is_whole, language): (bool, Language),
    context: &Context<'_>,
) -> Result<(), Failure> {
    let (most, others) = if is_whole { (MOST_WHOLE, "--json") } else { (MOST_SHOWN, "-v") };
    let (first, left) = finding.evidence.split_at(finding.evidence.len().min(most));
    first.iter().try_for_each(|evidence| context.printer.data(&format!("{indent}{evidence}")))?;
    if left.is_empty() {
        return Ok(());
    }
    let more = text!(
        en "{indent}and {count} more (`gover doctor {option}` shows them)",
        zh "{indent}还有 {count} 条（用 `gover doctor {option}` 查看）",
        indent = indent, count = left.len(), option = others,
    );
    context.printer.data(more.of(language))
}

/// How to repair them, each repair once.
fn fixes(group: &[&Finding], language: Language, context: &Context<'_>) -> Result<(), Failure> {
    let mut places: Vec<String> = Vec::new();
    for change in group.iter().flat_map(|finding| &finding.fix.changes) {
        let place = context.short(change.place().as_ref());
        if !places.contains(&place) {
            let line = text!(
                en "  fix: `gover doctor --fix` changes {place}",
                zh "  修复：`gover doctor --fix` 会修改 {place}",
                place = place,
            );
            context.printer.data(line.of(language))?;
            places.push(place);
        }
    }
    let mut edits: Vec<&Edit> = Vec::new();
    for edit in group.iter().flat_map(|finding| &finding.fix.edits) {
        if !edits.contains(&edit) {
            let head = text!(en "  fix: {head}", zh "  修复：{head}", head = edit.head());
            context.printer.data(head.of(language))?;
            edit.lines.iter().try_for_each(|line| context.printer.command("     ", line))?;
            edits.push(edit);
        }
    }
    let mut commands: Vec<&String> = Vec::new();
    for command in group.iter().flat_map(|finding| &finding.fix.commands) {
        if !commands.contains(&command) {
            let prefix = text!(en "  fix:", zh "  修复：");
            context.printer.command(prefix.of(language), command)?;
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
    let language = examination.language;
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| {
            (severity, examination.findings.iter().filter(|one| one.severity == severity).count())
        })
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| several(severity, count).of(language).clone())
        .collect();
    let examined = counted(examination.examined(), "check");
    let checks = match examination.not_run() {
        0 => text!(en "{checks}", zh "运行了 {checks} 项检查", checks = examined),
        left => text!(
            en "{checks}, {left} not run",
            zh "运行了 {checks} 项检查，{left} 项未运行",
            checks = examined, left = left,
        ),
    };
    let none = text!(en "no problems found", zh "没有发现问题");
    let separator = text!(en ", ", zh "，");
    let found =
        if parts.is_empty() { (*none.of(language)).to_owned() } else { parts.join(separator.of(language)) };
    text!(en "{found} ({checks})", zh "{found}（{checks}）", found = found, checks = checks)
        .of(language)
        .clone()
}

/// `2 warnings`.
pub(super) fn several(severity: Severity, count: usize) -> Words {
    let (counted, severity) = (counted(count, severity.name()), severity.words().zh);
    Words { zh: format!("{} 个{severity}", counted.zh), ..counted }
}

/// How many findings are not shown because an earlier run also had them.
pub(super) fn known(count: usize, baseline: Option<&Path>, context: &Context<'_>) -> Words {
    let file = baseline.map(|path| context.short(path)).unwrap_or_default();
    let verb = if count == 1 { "is" } else { "are" };
    let problems = counted(count, "problem");
    let problems = Words { en: format!("{} {verb}", problems.en), ..problems };
    text!(
        en "{problems} in {file} and not shown",
        zh "{file} 里已有的 {problems} 个问题没有显示",
        problems = problems, file = file,
    )
}

/// `gover doctor --list`.
pub(super) fn list(chosen: &Chosen, is_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    let language = chosen.language;
    let is_wanted = |check: &&Check| chosen.run.iter().any(|one| one.name == check.name);
    let of_group =
        |group: &'static Group| group.checks.iter().filter(is_wanted).map(move |check| (group, check));
    let wanted = GROUPS.iter().flat_map(of_group);
    if is_json {
        let rows: Vec<CheckRow> = wanted.map(|(group, check)| CheckRow::of(group, check)).collect();
        return context.printer.json(&rows);
    }
    if context.printer.verbosity == Verbosity::Verbose {
        let pages: Vec<String> = wanted.map(|(_, check)| help::of_check(check, language)).collect();
        return context.printer.page(&pages.join("\n"));
    }
    let mut table = Table::default();
    for (_, check) in wanted {
        table.row([check.name.into(), (*check.summary.of(language)).into()]);
    }
    context.printer.table(&table)?;
    let hint = text!(en "`gover help CHECK` explains one", zh "`gover help CHECK` 解释其中一项");
    context.printer.hint(hint.of(language));
    Ok(())
}
