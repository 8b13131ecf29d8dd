//! Windows: a Path in the registry that programs cannot read as intended.

use gover_shell::persist::set_machine_path;

use super::registry_path::{Entry, StoredPath, by_administrator};
use crate::snapshot::registry::Hive;
use crate::{Check, Evidence, Finding, Severity, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "path-registry",
    summary: "Windows: Path in the registry is damaged",
    symptom: "`'go' is not recognized as an internal or external command` although the environment variables \
            dialog shows the directory; PATH contains a literal `%USERPROFILE%`; entries at the end are \
            missing.",
    cause: "A program stored Path as plain text (`REG_SZ`), which does not expand `%NAMES%`; `setx` truncated \
            it; or it contains quotation marks or empty entries.",
    repair: "`--fix` stores your own Path with expansion, and without quotation marks and empty entries. For \
            the machine's Path it prints commands. If Path is too long, shorten it yourself.",
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let paths = StoredPath::both(snapshot);
    let mut findings: Vec<Finding> = paths.iter().filter_map(written_wrong).collect();
    findings.extend(paths.iter().filter_map(too_long));
    findings.extend(too_long_together(snapshot, &paths));
    findings
}

fn written_wrong(path: &StoredPath) -> Option<Finding> {
    let mut problems: Vec<(Severity, Evidence)> = Vec::new();
    let mut add = |severity, text: String| problems.push((severity, path.evidence(&text)));
    let names_variable = |entry: &&Entry| !path.value.expands && entry.shown.matches('%').count() >= 2;
    for entry in path.entries.iter().filter(names_variable) {
        add(Severity::Error, format!("{} (REG_SZ: names are not expanded)", entry.shown));
    }
    let marks: usize = path.entries.iter().map(|entry| entry.shown.matches('"').count()).sum();
    let (severity, what) = if marks.is_multiple_of(2) {
        (Severity::Warning, "quotation marks, which many programs do not understand")
    } else {
        (Severity::Error, "unbalanced quotation mark: the following entries become part of this one")
    };
    for entry in path.entries.iter().filter(|entry| entry.shown.contains('"')) {
        add(severity, format!("{} ({what})", entry.shown));
    }
    // Windows itself writes a semicolon at the end.
    let (last, inner) = path.entries.split_last()?;
    let filled = inner.iter().filter(|entry| !entry.shown.trim().is_empty());
    match inner.len() - filled.clone().count() {
        0 => {}
        1 => add(Severity::Note, "an empty entry".to_owned()),
        empty => add(Severity::Note, format!("{empty} empty entries")),
    }
    let severity = problems.iter().map(|(severity, _)| *severity).max()?;
    let expands = path.value.expands || path.entries.iter().any(|entry| names_variable(&entry));
    let what = format!("{} Path in the registry is malformed", whose(path));
    let why = "some or all programs do not find what is in these directories";
    let finding =
        Finding::new(severity, what, why).shown_by(problems.into_iter().map(|(_, evidence)| evidence));
    Some(match path.hive {
        Hive::User => {
            let kept: Vec<Entry> = filled.chain([last]).map(Entry::unquoted).collect();
            finding.fixed_by(path.with(&kept, expands))
        }
        Hive::Machine => {
            let value = r#"($path -replace '"', '' -split ';' -ne '') -join ';'"#;
            finding.commands(by_administrator(set_machine_path(value, expands)))
        }
    })
}

/// The limit of the old environment variables dialog and of programs written for it.
fn too_long(path: &StoredPath) -> Option<Finding> {
    let length = path.value.text.len();
    let what = format!("{} Path in the registry has {length} characters", whose(path));
    let why = "older dialogs and installers truncate it at 2047 when they change it, `setx` at 1024";
    let fact = format!("{length} characters in {} entries", path.entries.len());
    let finding = Finding::note(what, why).shown_by([path.evidence(&fact)]);
    (length > LONGEST_IN_DIALOG).then(|| finding.command(DIALOG))
}

/// The longest line that `cmd.exe` allows.
fn too_long_together(snapshot: &Snapshot<'_>, paths: &[StoredPath]) -> Option<Finding> {
    let length = |path: &StoredPath| snapshot.expand(&path.value.shown()).encode_utf16().count() + 1;
    let whole = paths.iter().map(length).sum::<usize>().saturating_sub(1);
    let what = format!("the machine's and the user's Path together have {whole} characters");
    let why = "cmd.exe allows 8191, so PATH is truncated or empty in batch files";
    let count = |path: &StoredPath| path.evidence(&format!("{} characters", path.value.text.len()));
    let finding = Finding::warning(what, why).shown_by(paths.iter().map(count));
    (whole > LONGEST_LINE).then(|| finding.command(DIALOG))
}

fn whose(path: &StoredPath) -> &'static str {
    match path.hive {
        Hive::User => "the user's",
        Hive::Machine => "the machine's",
    }
}

const LONGEST_IN_DIALOG: usize = 2047;
const LONGEST_LINE: usize = 8191;
const DIALOG: &str = "rundll32.exe sysdm.cpl,EditEnvironmentVariables";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::registry::{Text, environment};
    use crate::testing::Machine;

    fn plain(path: &str) -> Machine {
        let mut machine = Machine::windows();
        machine.registry.put(Hive::User, "Environment", "Path", Text::new(path, false));
        machine
    }

    #[test]
    fn names_in_plain_text_are_found_and_made_to_expand() {
        let machine = plain(r"%USERPROFILE%\.gover\bin;C:\x");
        let findings = machine.findings("path-registry");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(
            findings[0].evidence[0].to_string(),
            r"HKCU\Environment\Path = %USERPROFILE%\.gover\bin (REG_SZ: names are not expanded)"
        );
        let repaired = machine.repaired(&findings);
        assert_eq!(repaired.findings("path-registry"), []);
        repaired.snapshot(|snapshot| {
            let path = snapshot.registry.text(Hive::User, "Environment", "Path").unwrap();
            assert_eq!(path, Text::new(r"%USERPROFILE%\.gover\bin;C:\x", true));
        });
    }

    #[test]
    fn quotation_marks_and_empty_entries_are_found_and_removed() {
        let machine = Machine::windows().registry(
            Hive::User,
            "Environment",
            "Path",
            r#"C:\Users\ann\.gover\bin;;"C:\a b\bin";C:\x;"#,
        );
        let findings = machine.findings("path-registry");
        assert_eq!(findings[0].severity, Severity::Warning);
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert!(evidence[0].starts_with(r#"HKCU\Environment\Path = "C:\a b\bin" (quotation marks"#));
        assert_eq!(evidence[1], r"HKCU\Environment\Path = an empty entry");
        let repaired = machine.repaired(&findings);
        assert_eq!(repaired.findings("path-registry"), []);
        repaired.snapshot(|snapshot| {
            let path = snapshot.registry.text(Hive::User, "Environment", "Path").unwrap();
            assert_eq!(path.shown(), r"C:\Users\ann\.gover\bin;C:\a b\bin;C:\x;");
        });
        let odd = Machine::windows().registry(Hive::User, "Environment", "Path", r#""C:\a;C:\b"#);
        assert_eq!(odd.findings("path-registry")[0].severity, Severity::Error);
    }

    #[test]
    fn only_an_administrator_changes_the_machine_value() {
        let machine = Machine::windows().registry(
            Hive::Machine,
            environment(Hive::Machine),
            "Path",
            r#"C:\Windows;"C:\a""#,
        );
        let findings = machine.findings("path-registry");
        assert!(findings[0].fix.changes.is_empty());
        assert_eq!(
            findings[0].fix.commands.last().unwrap(),
            r#"Set-ItemProperty $key Path (($path -replace '"', '' -split ';' -ne '') -join ';') -Type ExpandString"#
        );
    }

    #[test]
    fn too_long_values_are_told() {
        let long = |length: usize| "C:\\a;".repeat(length / 5 + 1);
        let user = Machine::windows().registry(Hive::User, "Environment", "Path", &long(2050));
        let findings = user.findings("path-registry");
        assert_eq!((findings.len(), findings[0].severity), (1, Severity::Note));
        assert!(findings[0].evidence[0].to_string().contains("2055 characters in 412 entries"));
        let both = user.registry(Hive::Machine, environment(Hive::Machine), "Path", &long(6500));
        let findings = both.findings("path-registry");
        assert_eq!(findings.last().unwrap().severity, Severity::Warning);
        assert_eq!(
            findings.last().unwrap().fix.commands,
            ["rundll32.exe sysdm.cpl,EditEnvironmentVariables"]
        );
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("path-registry"), []);
        }
        assert_eq!(plain(r"C:\Users\ann\.gover\bin;").findings("path-registry"), []);
    }
}
