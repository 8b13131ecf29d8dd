//! Entries of PATH that mean the working directory, or nothing.

use crate::snapshot::startup::Assignment;
use crate::{Evidence, Finding, Severity, Snapshot, Words, text};

pub(super) fn findings(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let path = snapshot.variable("PATH").unwrap_or_default();
    let separator = if snapshot.system.is_windows() { ';' } else { ':' };
    let entries: Vec<&str> = path.split(separator).collect();
    let gover = entries
        .iter()
        .position(|entry| snapshot.system.path(*entry) == snapshot.gover.bin)
        .unwrap_or(usize::MAX);
    let working: Vec<usize> = places(&entries, |entry| is_working_directory(snapshot, entry));
    let literal: Vec<usize> = places(&entries, is_tilde);
    let working = (!working.is_empty()).then(|| {
        let is_first = working.iter().any(|at| *at < gover);
        let severity = if is_first { Severity::Warning } else { Severity::Note };
        let why = if is_first {
            text!(
                en "a program named `go` in the directory that you are in runs instead of gover's",
                zh "如果你所在的目录里有名为 `go` 的程序，就会代替 gover 的运行",
            )
        } else {
            text!(
                en "a program of the directory that you are in runs if no other has the name that you type",
                zh "你输入的名字如果别处没有，就会运行你所在目录里的程序",
            )
        };
        let what = text!(
            en "PATH has an entry that means the directory that you are in",
            zh "PATH 里有一项表示你当前所在的目录",
        );
        finding(snapshot, (severity, what, why), &entries, &working)
    });
    let literal = (!literal.is_empty()).then(|| {
        let what = text!(
            en "PATH has an entry that begins with `~`, which only a shell replaces",
            zh "PATH 里有一项以 `~` 开头，只有 shell 会替换它",
        );
        let why = text!(
            en "bash looks there, and go, editors and other shells do not",
            zh "bash 会去那里找，go、编辑器和别的 shell 不会",
        );
        finding(snapshot, (Severity::Warning, what, why), &entries, &literal)
    });
    working.into_iter().chain(literal).collect()
}

fn places(entries: &[&str], is_bad: impl Fn(&str) -> bool) -> Vec<usize> {
    let found = entries.iter().enumerate().filter(|(_, entry)| is_bad(entry));
    found.map(|(at, _)| at).collect()
}

/// Windows ignores empty entries, which `path-registry` reports.
fn is_working_directory(snapshot: &Snapshot<'_>, entry: &str) -> bool {
    matches!(entry, "." | "./" | ".\\") || (entry.is_empty() && !snapshot.system.is_windows())
}

fn is_tilde(entry: &str) -> bool {
    entry.strip_prefix('~').is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
}

fn finding(
    snapshot: &Snapshot<'_>,
    (severity, what, why): (Severity, Words<&str>, Words<&str>),
    entries: &[&str],
    bad: &[usize],
) -> Finding {
    let shown = bad.iter().map(|at| {
        let entry = entries.get(*at).copied().unwrap_or_default();
        let text = if entry.is_empty() { "is empty".to_owned() } else { format!("is `{entry}`") };
        Evidence::answer(format!("PATH, entry {} of {}", at + 1, entries.len()), text)
    });
    let names: Vec<&str> = bad.iter().filter_map(|at| entries.get(*at).copied()).collect();
    let lines: Vec<&Assignment> = snapshot
        .startup
        .assignments("PATH")
        .filter(|line| names.iter().any(|name| sets(line, name)))
        .collect();
    let edits = lines.iter().filter_map(|line| {
        let file = snapshot.startup.files.iter().find(|file| file.path == line.file)?;
        Some(snapshot.edit(file, line.line))
    });
    Finding::new(severity, what, why)
        .shown_by(shown)
        .shown_by(lines.iter().map(|line| line.evidence()))
        .commands(edits.collect::<Vec<_>>())
}

/// Whether a line has the entry as written: at an end of the value or between others.
fn sets(line: &Assignment, entry: &str) -> bool {
    let written = line.text.split_once('=').map_or("", |(_, value)| value);
    let written = written.split([' ', ';']).next().unwrap_or_default();
    written.trim_matches(['"', '\'']).split(':').any(|part| part == entry)
}
