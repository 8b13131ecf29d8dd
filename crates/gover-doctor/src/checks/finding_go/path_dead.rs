//! Directories on PATH of a toolchain that was removed.

use super::path_lines;
use super::path_missing::new_shell;
use super::registry_path::StoredPath;
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "path-dead",
    summary: text!(
        en "PATH has directories of a toolchain that was removed",
        zh "PATH 里还留着已删除的工具链的目录",
    ),
    symptom: text!(
        en "Nothing at first. Later an unexpected `go`, because something installed a toolchain there \
            again; or, while the old terminal is open, `bash: /usr/local/go/bin/go: No such file or \
            directory`.",
        zh "起初没有任何现象。等到哪天又有程序在那里装了工具链，就会运行意料之外的 `go`；或者旧终端没有关，\
            报错 `bash: /usr/local/go/bin/go: No such file or directory`。",
    ),
    cause: text!(
        en "A toolchain was removed by deleting its directory. The line or the entry that put it on PATH \
            stayed.",
        zh "删除工具链时只删了目录，把它加进 PATH 的那一行或那一项还在。",
    ),
    repair: text!(
        en "`--fix` removes the directory from your startup files and from your Path in the registry. For \
            files and settings of the machine it prints commands.",
        zh "`--fix` 把这个目录从你的启动文件和注册表里你的 Path 中去掉。系统的文件和设置，gover 列出该用的\
            命令。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let stored = StoredPath::both(snapshot);
    let entries = stored.iter().flat_map(|path| &path.entries).map(|entry| entry.directory.clone());
    let mut dead: Vec<MachinePath> = Vec::new();
    for directory in snapshot.path().into_iter().chain(entries) {
        if !dead.contains(&directory) && is_of_go(snapshot, &directory) && !snapshot.exists(&directory) {
            dead.push(directory);
        }
    }
    let what = match dead.as_slice() {
        [] => return Vec::new(),
        [one] => text!(
            en "{directory} is on PATH and does not exist",
            zh "PATH 里的 {directory} 不存在",
            directory = snapshot.short(one),
        ),
        _ => text!(
            en "{count} Go directories on PATH do not exist",
            zh "PATH 里有 {count} 个 Go 目录不存在",
            count = dead.len(),
        ),
    };
    let why = text!(
        en "a program that is put there later runs before those in later directories",
        zh "以后放到那里的程序，会排在后面各目录的程序前面运行",
    );
    let finding = Finding::new(severity(snapshot, &dead), what, why)
        .shown_by(dead.iter().map(|path| Evidence::path(path, "does not exist")));
    let finding = stored
        .iter()
        .fold(finding, |finding, path| path.without(finding, |entry| dead.contains(&entry.directory)));
    let finding = path_lines::taken_out(snapshot, finding, &dead);
    if finding.fix.changes.is_empty() && finding.fix.commands.is_empty() {
        // No known place sets it, so this shell is older than the repair.
        return vec![finding.command(new_shell(snapshot))];
    }
    vec![finding]
}

/// A program in a directory after gover's would never run as `go`.
fn severity(snapshot: &Snapshot<'_>, dead: &[MachinePath]) -> Severity {
    let path = snapshot.path();
    let mut before_own = path.iter().take_while(|entry| **entry != snapshot.gover.bin);
    let is_before = path.contains(&snapshot.gover.bin) && before_own.any(|entry| dead.contains(entry));
    if is_before { Severity::Warning } else { Severity::Note }
}

/// Whether its name looks like the program directory of a toolchain. The directory of `go install`
/// does not count: it exists as soon as a program is installed.
fn is_of_go(snapshot: &Snapshot<'_>, directory: &MachinePath) -> bool {
    let first = snapshot.gopath().into_iter().next().map(|first| first.join("bin"));
    let filled_later = [snapshot.go_path("GOBIN"), first, Some(snapshot.home.join("go/bin"))];
    if filled_later.iter().flatten().any(|known| known == directory) || !directory.is_absolute() {
        return false;
    }
    if directory.is_inside(&snapshot.gover.home.join("versions")) {
        return true;
    }
    // The user's name says nothing.
    let below = directory.below(&snapshot.home).unwrap_or(directory.as_str());
    let is_go = |part: &str| {
        let numbered = ["go1", "go@1", "go-1"].iter().any(|start| part.starts_with(start));
        numbered || ["go", "golang", "goroot", ".gvm", ".goenv", ".gobrew"].contains(&part)
    };
    matches!(directory.file_name().to_lowercase().as_str(), "bin" | "shims")
        && below.to_lowercase().split(['/', '\\']).any(is_go)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::registry::{Hive, environment};
    use crate::testing::Machine;

    #[test]
    fn a_removed_toolchain_is_found_and_its_line_commented_out() {
        let machine = Machine::linux()
            .file("~/.profile", "export PATH=/usr/local/go/bin:$HOME/bin:$PATH\n")
            .path_first("/usr/local/go/bin");
        let findings = machine.findings("path-dead");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Warning);
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            [
                "/usr/local/go/bin: does not exist",
                "/home/ann/.profile:1: export PATH=/usr/local/go/bin:$HOME/bin:$PATH"
            ]
        );
        let repaired = machine.repaired(&findings);
        repaired.snapshot(|snapshot| {
            assert_eq!(
                snapshot.text(&snapshot.system.path("/home/ann/.profile")).unwrap(),
                "export PATH=$HOME/bin:$PATH\n"
            );
        });
        let new_shell = repaired.var("PATH", "/home/ann/bin:/home/ann/.gover/bin");
        assert_eq!(new_shell.findings("path-dead"), []);
    }

    #[test]
    fn behind_gover_it_is_a_note() {
        let path = "/home/ann/.gover/bin:/usr/bin:/home/ann/.goenv/shims";
        let findings = Machine::linux().var("PATH", path).findings("path-dead");
        assert_eq!(findings[0].severity, Severity::Note);
        assert_eq!(findings[0].fix.commands, ["exec bash -l"]);
        let removed = "/home/ann/.gover/bin:/home/ann/.gover/versions/go1.20.1/bin";
        assert_eq!(Machine::linux().var("PATH", removed).findings("path-dead").len(), 1);
    }

    #[test]
    fn entries_of_the_registry_are_removed_or_given_as_commands() {
        let machine = Machine::windows()
            .path_first(r"C:\Go\bin")
            .registry(Hive::User, "Environment", "Path", r"C:\Go\bin;%USERPROFILE%\.gover\bin")
            .registry(
                Hive::Machine,
                environment(Hive::Machine),
                "Path",
                r"C:\Program Files\Go\bin;C:\Windows",
            );
        let findings = machine.findings("path-dead");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert!(
            findings[0].evidence.iter().any(|one| one.to_string() == r"HKCU\Environment\Path = C:\Go\bin")
        );
        assert!(findings[0].fix.commands.iter().any(|line| line.contains(r"'C:\Program Files\Go\bin'")));
        let repaired = machine.repaired(&findings);
        repaired.snapshot(|snapshot| {
            let path = snapshot.registry.text(Hive::User, "Environment", "Path").unwrap();
            assert_eq!(path.shown(), r"%USERPROFILE%\.gover\bin");
        });
    }

    #[test]
    fn a_user_called_go_is_no_go() {
        let mut machine = Machine::linux().var("PATH", "/home/go/bin:/home/ann/.gover/bin:/usr/bin");
        assert_eq!(machine.findings("path-dead").len(), 1);
        machine.home = machine.system.path("/home/go");
        assert_eq!(machine.findings("path-dead"), []);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("path-dead"), []);
            // `go install` makes it when it is needed; other programs' directories are not Go's
            // business.
            assert_eq!(machine.path_first("~/go/bin").path_first("/opt/none/bin").findings("path-dead"), []);
        }
    }
}
