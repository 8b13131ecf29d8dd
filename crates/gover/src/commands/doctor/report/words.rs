//! Sentences of a report, and the texts in them that are code.

use gover_doctor::language::counted;
use gover_doctor::{Finding, Language, Severity, Words, text};

use super::super::show::several;
use super::{Report, Summary};

pub(super) const TITLE: Words<&str> = text!(en "gover doctor report", zh "gover doctor 报告");
pub(super) const SUMMARY: Words<&str> = text!(en "Summary", zh "概要");
pub(super) const PROBLEMS: Words<&str> = text!(en "Problems", zh "问题");
pub(super) const PROBLEM: Words<&str> = text!(en "Problem", zh "问题");
pub(super) const SEVERITY: Words<&str> = text!(en "Severity", zh "严重程度");
pub(super) const IN_OWN_FILES: Words<&str> = text!(en "Repair in your own files", zh "修改你自己的文件");
pub(super) const BY_HAND: Words<&str> = text!(en "Repair by hand", zh "手工修复");
pub(super) const EMPTY: Words<&str> = text!(en "(empty)", zh "（空）");

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
pub(super) fn verdict(summary: &Summary) -> Words {
    let counts = [
        (Severity::Error, summary.errors),
        (Severity::Warning, summary.warnings),
        (Severity::Note, summary.notes),
    ];
    let mut found =
        counts.into_iter().filter(|(_, count)| *count > 0).map(|(severity, count)| several(severity, count));
    match (found.next(), found.next(), found.next()) {
        (None, ..) => text!(en "No problems found", zh "没有发现问题").into(),
        (Some(only), None, _) => only,
        (Some(one), Some(other), None) => {
            text!(en "{one} and {other}", zh "{one}，{other}", one = one, other = other)
        }
        (Some(one), Some(other), Some(last)) => text!(
            en "{one}, {other} and {last}",
            zh "{one}，{other}，{last}",
            one = one, other = other, last = last,
        ),
    }
}

/// The severity of the worst finding.
pub(super) fn worst(report: &Report) -> Option<Severity> {
    report.findings.iter().map(|finding| finding.severity).max()
}

/// What became of the checks, in a sentence.
pub(super) fn checks(summary: &Summary) -> Words {
    let mut words = text!(
        en "{checks} examined this machine: {ok} found nothing, {finding} found something.",
        zh "检查了 {checks} 项：{ok} 项正常，{finding} 项有问题。",
        checks = counted(summary.ok + summary.finding, "check"), ok = summary.ok, finding = summary.finding,
    );
    if summary.not_applicable > 0 {
        let count = counted(summary.not_applicable, "check");
        words = text!(
            en "{words} {count} did not apply here.",
            zh "{words}另有 {count} 项不适用于本机。",
            words = words, count = count,
        );
    }
    if summary.not_run > 0 {
        let count = counted(summary.not_run, "check");
        words = text!(
            en "{words} {count} could not be run.",
            zh "{words}还有 {count} 项没能运行。",
            words = words, count = count,
        );
    }
    words
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

/// The lines to write into files, each with what to do with them.
pub(super) fn edits(findings: &[&Finding], language: Language) -> Vec<(String, Vec<String>)> {
    let mut edits: Vec<(String, Vec<String>)> = Vec::new();
    for edit in findings.iter().flat_map(|finding| &finding.fix.edits) {
        let known = (edit.head().of(language).clone(), edit.lines.clone());
        if !edits.contains(&known) {
            edits.push(known);
        }
    }
    edits
}

/// Whom the report may be given to.
pub(super) fn caution(report: &Report) -> Words<&'static str> {
    if report.anonymous {
        text!(
            en "Names of users, machines, private servers and the project were replaced. Read it before you hand it \
                on: names of other directories and files are as they are.",
            zh "用户、机器、私有服务器和项目的名字都已替换。其他目录和文件的名字保持原样，交给别人之前请先看一遍。",
        )
    } else {
        text!(
            en "Passwords and tokens were replaced by `***`. Names of users, servers and directories were not: \
                `--anonymous` leaves them out.",
            zh "密码和令牌已换成 `***`。用户、服务器和目录的名字没有替换，加上 `--anonymous` 才会去掉。",
        )
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
