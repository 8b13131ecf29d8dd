//! A Go directory that the same file, or the registry, puts on PATH twice.

use std::collections::BTreeSet;

use super::path_lines::{self, PathLine};
use super::registry_path::{Entry, StoredPath};
use crate::snapshot::registry::Hive;
use crate::{Check, Finding, MachinePath, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "path-duplicate",
    summary: "a Go directory is on PATH twice",
    symptom: "`echo $PATH` shows `/usr/local/go/bin` several times; a toolchain that was removed from PATH is \
            still there.",
    cause: "Installers and instructions add a line or an entry without checking whether it exists. Nested \
            shells that repeat entries are normal and not reported.",
    repair: "`--fix` keeps the first line in each startup file and the first entry of your Path in the \
            registry.",
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let mut findings = in_startup_files(snapshot);
    findings.extend(in_registry(snapshot));
    findings
}

/// Two files may both be needed, for different kinds of shells. Two lines in one file are one too
/// many.
fn in_startup_files(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let lines = path_lines::path_lines(snapshot);
    let on_path = snapshot.path().into_iter();
    let directories: BTreeSet<MachinePath> =
        on_path.filter(|directory| is_of_go(snapshot, directory)).collect();
    let mut findings = Vec::new();
    for file in snapshot.startup.files.iter().filter(|file| file.is_own) {
        // gover's own lines check whether the directory exists.
        let block = gover_lines(&file.lines());
        let mut again: Vec<&PathLine<'_>> = Vec::new();
        let mut shown: Vec<&PathLine<'_>> = Vec::new();
        let mut repeated: Vec<MachinePath> = Vec::new();
        for directory in &directories {
            let naming: Vec<&PathLine<'_>> = lines
                .iter()
                .filter(|line| line.file.path == file.path && !block.contains(&line.number))
                .filter(|line| line.names(directory))
                .collect();
            if let [_, rest @ ..] = naming.as_slice()
                && !rest.is_empty()
            {
                shown.extend(&naming);
                again.extend(rest);
                repeated.push(directory.clone());
            }
        }
        if repeated.is_empty() {
            continue;
        }
        shown.sort_by_key(|line| line.number);
        shown.dedup_by_key(|line| line.number);
        let changes = path_lines::changes(&again, &repeated);
        let what = format!("{} puts {} on PATH twice", snapshot.short(&file.path), list(snapshot, &repeated));
        findings.push(
            Finding::note(what, WHY).shown_by(shown.iter().map(|line| line.evidence())).fixed_by(changes),
        );
    }
    findings
}

fn in_registry(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let machine = StoredPath::read(snapshot, Hive::Machine);
    let Some(user) = StoredPath::read(snapshot, Hive::User) else { return Vec::new() };
    let mut known: Vec<&Entry> = machine.iter().flat_map(|path| &path.entries).collect();
    let (mut kept, mut again): (Vec<Entry>, Vec<&Entry>) = (Vec::new(), Vec::new());
    for entry in &user.entries {
        let is_known = known.iter().any(|other| other.directory == entry.directory);
        if is_known && is_of_go(snapshot, &entry.directory) {
            again.push(entry);
        } else {
            kept.push(entry.clone());
            known.push(entry);
        }
    }
    if again.is_empty() {
        return Vec::new();
    }
    let directories: Vec<MachinePath> = again.iter().map(|entry| entry.directory.clone()).collect();
    let what = format!("the user's Path in the registry repeats {}", list(snapshot, &directories));
    let finding = Finding::note(what, WHY)
        .shown_by(again.iter().map(|entry| user.evidence(entry)))
        .fixed_by(user.with(&kept, user.value.expands));
    vec![finding]
}

/// gover's own directory, and `go/bin` of any toolchain.
fn is_of_go(snapshot: &Snapshot<'_>, directory: &MachinePath) -> bool {
    let is_bin_of_go = directory.file_name().eq_ignore_ascii_case("bin")
        && directory.parent().is_some_and(|above| above.file_name().to_lowercase().starts_with("go"));
    directory == &snapshot.gover.bin || is_bin_of_go
}

/// The lines of the block that `gover setup` writes.
fn gover_lines(lines: &[(usize, String)]) -> BTreeSet<usize> {
    let mut is_inside = false;
    let mut own = BTreeSet::new();
    for (number, text) in lines {
        is_inside |= text.trim() == "# >>> gover >>>";
        if is_inside {
            own.insert(*number);
        }
        is_inside &= text.trim() != "# <<< gover <<<";
    }
    own
}

fn list(snapshot: &Snapshot<'_>, directories: &[MachinePath]) -> String {
    directories.iter().map(|directory| snapshot.short(directory)).collect::<Vec<_>>().join(" and ")
}

const WHY: &str = "removing or replacing one of them has no effect, because the other remains";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::snapshot::registry::environment;
    use crate::testing::Machine;

    #[test]
    fn the_second_line_of_a_file_is_found_and_commented_out() {
        let line = "export PATH=$PATH:/usr/local/go/bin\n";
        let machine = Machine::linux()
            .toolchain("/usr/local/go", "go1.21.6")
            .file("~/.bashrc", &format!("{line}# more\n{line}"))
            .var("PATH", "/home/ann/.gover/bin:/usr/local/go/bin:/usr/local/go/bin");
        let findings = machine.findings("path-duplicate");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Note);
        assert_eq!(findings[0].what, "~/.bashrc puts /usr/local/go/bin on PATH twice");
        assert_eq!(findings[0].evidence[1].to_string(), format!("/home/ann/.bashrc:3: {}", line.trim_end()));
        let repaired = machine.repaired(&findings);
        assert_eq!(repaired.findings("path-duplicate"), []);
        repaired.snapshot(|snapshot| {
            let text = snapshot.text(&snapshot.system.path("/home/ann/.bashrc")).unwrap();
            assert_eq!(text, format!("{line}# more\n# gover doctor: {line}"));
        });
    }

    #[test]
    fn the_second_entry_of_the_registry_is_found_and_removed() {
        let machine = Machine::windows()
            .registry(
                Hive::User,
                "Environment",
                "Path",
                r"%USERPROFILE%\.gover\bin;C:\x;C:\Users\ann\.gover\bin\;c:\program files\go\bin;C:\x",
            )
            .registry(
                Hive::Machine,
                environment(Hive::Machine),
                "Path",
                r"C:\Windows;C:\Program Files\Go\bin",
            );
        let findings = machine.findings("path-duplicate");
        assert_eq!(findings[0].evidence[0].to_string(), r"HKCU\Environment\Path = C:\Users\ann\.gover\bin\");
        let repaired = machine.repaired(&findings);
        assert_eq!(repaired.findings("path-duplicate"), []);
        repaired.snapshot(|snapshot| {
            let path = snapshot.registry.text(Hive::User, "Environment", "Path").unwrap();
            assert_eq!(path.shown(), r"%USERPROFILE%\.gover\bin;C:\x;C:\x");
        });
    }

    #[test]
    fn a_healthy_machine_and_a_shell_within_a_shell_are_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("path-duplicate"), []);
        }
        let line = "export PATH=$PATH:/usr/local/go/bin\n";
        let nested = Machine::linux()
            .file("~/.profile", line)
            .file("~/.bashrc", line)
            .var("PATH", "/home/ann/.gover/bin:/usr/local/go/bin:/usr/local/go/bin");
        assert_eq!(nested.findings("path-duplicate"), []);
    }
}
