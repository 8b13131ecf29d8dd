//! Another `go` comes before gover's on PATH.

use gover_shell::ShellKind;

use super::go_programs::{self, GoProgram};
use super::path_lines;
use super::path_missing::new_shell;
use super::registry_path::StoredPath;
use crate::snapshot::registry::Hive;
use crate::snapshot::startup::StartupFile;
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "path-shadowed",
    summary: "another `go` comes before gover's on PATH",
    symptom: "`go version` and `gover current` print different versions; a pin has no effect; `go: go.mod \
            requires go >= 1.23 (running go 1.19.8; GOTOOLCHAIN=local)` although that toolchain is \
            installed.",
    cause: "A line after gover's in a startup file puts another `go` first: from `/usr/local/go`, a package \
            manager or another version manager. On Windows the machine's Path comes before the user's.",
    repair: "`--fix` moves gover's lines to the end of your startup files, and gover's entry to the front of \
            your Path in the registry. For the machine's Path it prints commands. The other toolchain stays \
            installed.",
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let gos = go_programs::on_path(snapshot);
    let at = |directory: &MachinePath| {
        snapshot.path().iter().position(|entry| entry == directory).unwrap_or(usize::MAX)
    };
    let own = gos.iter().filter(|go| go.is_shim(snapshot)).map(|go| at(&go.directory)).min();
    let own = own.unwrap_or(usize::MAX).min(at(&snapshot.gover.bin));
    let before: Vec<&GoProgram> = gos.iter().filter(|go| at(&go.directory) < own).collect();
    let Some(first) = before.first() else { return Vec::new() };
    let shown = snapshot.short(&first.path);
    let evidence: Vec<Evidence> = before.iter().map(|go| go.evidence(snapshot)).collect();
    let why = "pins, `gover use` and the default have no effect on `go`";
    if own == usize::MAX {
        // `path-missing` reports that gover is not on PATH at all.
        let what = format!("`go` is {shown}, not gover's");
        return vec![Finding::note(what, why).shown_by(evidence)];
    }
    if before.iter().all(|go| go.is_of_gover(snapshot)) {
        return vec![fixed_toolchain(snapshot, &before).shown_by(evidence)];
    }
    let what = format!("{shown} comes before gover's `go` on PATH");
    let finding = Finding::error(what, why).shown_by(evidence);
    vec![if snapshot.system.is_windows() {
        on_windows(snapshot, finding, &before)
    } else {
        on_unix(snapshot, finding, &before)
    }]
}

/// gover's own toolchains are on PATH after `gover env`, and in programs that `go generate` starts.
fn fixed_toolchain(snapshot: &Snapshot<'_>, before: &[&GoProgram]) -> Finding {
    let directories: Vec<MachinePath> = before.iter().map(|go| go.directory.clone()).collect();
    let lines = path_lines::path_lines(snapshot);
    let is_persisted = lines.iter().any(|line| directories.iter().any(|directory| line.names(directory)));
    let severity = if is_persisted { Severity::Warning } else { Severity::Note };
    let finding = Finding::new(
        severity,
        "a toolchain that gover installed comes before gover's `go` on PATH",
        "this shell uses the same version in every project, whatever is pinned there",
    );
    if is_persisted {
        return path_lines::taken_out(snapshot, finding, &directories).command(new_shell(snapshot));
    }
    finding
}

fn on_unix(snapshot: &Snapshot<'_>, mut finding: Finding, before: &[&GoProgram]) -> Finding {
    let lines = path_lines::path_lines(snapshot);
    let culprits: Vec<Evidence> = lines
        .iter()
        .filter(|line| before.iter().any(|go| line.names(&go.directory)))
        .map(path_lines::PathLine::evidence)
        .collect();
    let is_set_up = snapshot
        .startup
        .files
        .iter()
        .any(|file| file.is_own && file.lines().iter().any(|(_, line)| line.trim() == "# >>> gover >>>"));
    let is_explained = !culprits.is_empty();
    finding = finding.shown_by(culprits);
    let own = snapshot.startup.files.iter().filter(|file| file.is_own);
    finding = finding.fixed_by(own.filter_map(StartupFile::with_block_at_end));
    if finding.fix.changes.is_empty() {
        if snapshot.shell == Some(ShellKind::Fish) && is_explained {
            // fish reads config.fish after conf.d, which contains gover's file.
            let bin = &snapshot.gover.bin;
            let file = "~/.config/fish/config.fish";
            finding = finding.command(format!("echo '{bin}/gover init fish | source' >> {file}"));
        } else if !is_set_up {
            finding = finding.command("gover setup");
        }
    }
    finding.command(new_shell(snapshot))
}

fn on_windows(snapshot: &Snapshot<'_>, mut finding: Finding, before: &[&GoProgram]) -> Finding {
    let is_before = |directory: &MachinePath| before.iter().any(|go| &go.directory == directory);
    if let Some(machine) = StoredPath::read(snapshot, Hive::Machine) {
        for entry in machine.entries.iter().filter(|entry| is_before(&entry.directory)) {
            finding = finding.shown_by([machine.evidence(entry)]);
            for line in machine.removal(entry) {
                finding = finding.command(line);
            }
        }
    }
    if let Some(user) = StoredPath::read(snapshot, Hive::User) {
        let is_own = |directory: &MachinePath| directory == &snapshot.gover.bin;
        let (own, others): (Vec<_>, Vec<_>) =
            user.entries.iter().cloned().partition(|entry| is_own(&entry.directory));
        let shown: Vec<Evidence> = others
            .iter()
            .filter(|entry| is_before(&entry.directory))
            .map(|entry| user.evidence(entry))
            .collect();
        if !shown.is_empty() && !own.is_empty() {
            finding =
                finding.shown_by(shown).fixed_by(user.with(&[own, others].concat(), user.value.expands));
        }
    }
    if finding.fix.changes.is_empty() && finding.fix.commands.is_empty() {
        finding = finding.command("gover setup").command(new_shell(snapshot));
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::registry::environment;
    use crate::testing::Machine;

    fn linux() -> Machine {
        Machine::linux().toolchain("/usr/local/go", "go1.21.6").path_first("/usr/local/go/bin")
    }

    #[test]
    fn a_line_after_govers_is_found_and_govers_lines_are_moved_after_it() {
        let machine = linux()
            .file("~/.bashrc", &format!("{}export PATH=/usr/local/go/bin:$PATH\n", Machine::block("bash")));
        let findings = machine.findings("path-shadowed");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Error);
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            evidence,
            [
                "/usr/local/go/bin/go: go1.21.6, installed by Go's tarball",
                "/home/ann/.bashrc:7: export PATH=/usr/local/go/bin:$PATH"
            ]
        );
        assert_eq!(findings[0].fix.commands, ["exec bash -l"]);
        let repaired = machine.repaired(&findings);
        repaired.snapshot(|snapshot| {
            let text = snapshot.text(&snapshot.system.path("/home/ann/.bashrc")).unwrap();
            assert!(text.starts_with("export PATH=/usr/local/go/bin:$PATH\n# >>> gover >>>\n"), "{text}");
        });
        let new_shell = repaired.var("PATH", "/home/ann/.gover/bin:/usr/local/go/bin:/usr/bin");
        assert_eq!(new_shell.findings("path-shadowed"), []);
    }

    #[test]
    fn every_go_before_govers_is_reported_in_order() {
        let machine = linux().program("/home/ann/.asdf/shims/go", "asdf").path_first("~/.asdf/shims");
        let findings = machine.findings("path-shadowed");
        assert_eq!(findings[0].what, "~/.asdf/shims/go comes before gover's `go` on PATH");
        let evidence: Vec<_> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(evidence[0], "/home/ann/.asdf/shims/go: installed by asdf");
        assert!(evidence[1].starts_with("/usr/local/go/bin/go: go1.21.6"));
        // New shells have gover first already.
        assert_eq!(findings[0].fix.commands, ["exec bash -l"]);
        let without = machine.file("~/.bashrc", "");
        assert_eq!(without.findings("path-shadowed")[0].fix.commands, ["gover setup", "exec bash -l"]);
    }

    #[test]
    fn fish_reads_govers_lines_before_the_users() {
        let mut machine = linux()
            .file("~/.config/fish/conf.d/gover.fish", &Machine::block("fish"))
            .file("~/.config/fish/config.fish", "fish_add_path /usr/local/go/bin\n");
        machine.shell = Some(ShellKind::Fish);
        assert_eq!(
            machine.findings("path-shadowed")[0].fix.commands,
            [
                "echo '/home/ann/.gover/bin/gover init fish | source' >> ~/.config/fish/config.fish",
                "exec fish -l"
            ]
        );
    }

    #[test]
    fn a_toolchain_of_gover_s_is_a_note_unless_it_is_there_to_stay() {
        let current = Machine::linux()
            .link("/home/ann/.gover/current", "/home/ann/.gover/versions/go1.22.5")
            .path_first("~/.gover/current/bin");
        assert_eq!(current.findings("path-shadowed")[0].severity, Severity::Note);
        let line = "export PATH=~/.gover/current/bin:$PATH\n";
        let persisted = current.file("~/.profile", line);
        let findings = persisted.findings("path-shadowed");
        assert_eq!(findings[0].severity, Severity::Warning);
        let repaired = persisted.repaired(&findings);
        repaired.snapshot(|snapshot| {
            let text = snapshot.text(&snapshot.system.path("/home/ann/.profile")).unwrap();
            assert_eq!(text, format!("# gover doctor: {line}"));
        });
    }

    #[test]
    fn the_user_s_path_of_windows_is_put_in_order() {
        let machine = Machine::windows()
            .program(r"C:\Users\ann\scoop\shims\go.exe", "scoop")
            .path_first(r"C:\Users\ann\scoop\shims")
            .registry(
                Hive::User,
                "Environment",
                "Path",
                r"%USERPROFILE%\scoop\shims;%USERPROFILE%\.gover\bin;C:\x",
            );
        let findings = machine.findings("path-shadowed");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(
            findings[0].evidence[0].to_string(),
            r"C:\Users\ann\scoop\shims\go.exe: installed by Scoop"
        );
        let repaired = machine.repaired(&findings);
        repaired.snapshot(|snapshot| {
            let path = snapshot.registry.text(Hive::User, "Environment", "Path").unwrap();
            assert_eq!(path.shown(), r"%USERPROFILE%\.gover\bin;%USERPROFILE%\scoop\shims;C:\x");
        });
    }

    #[test]
    fn only_an_administrator_changes_the_machine_path_of_windows() {
        let machine = Machine::windows()
            .toolchain(r"C:\Program Files\Go", "go1.21.6")
            .path_first(r"C:\Program Files\Go\bin")
            .registry(
                Hive::Machine,
                environment(Hive::Machine),
                "Path",
                r"%SystemRoot%\system32;C:\Program Files\Go\bin",
            );
        let findings = machine.findings("path-shadowed");
        assert!(findings[0].fix.changes.is_empty());
        assert_eq!(
            findings[0].fix.commands.last().unwrap(),
            r"Set-ItemProperty $key Path ($path -split ';' -ne 'C:\Program Files\Go\bin' -join ';') -Type ExpandString"
        );
    }

    #[test]
    fn a_go_behind_gover_s_and_a_healthy_machine_are_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("path-shadowed"), []);
        }
        let behind = Machine::linux().program("/usr/bin/go", "apt");
        assert_eq!(behind.findings("path-shadowed"), []);
        // A version manager that has no Go.
        let mise =
            Machine::linux().directory("~/.local/share/mise/shims").path_first("~/.local/share/mise/shims");
        assert_eq!(mise.findings("path-shadowed"), []);
        let link = Machine::linux()
            .link("/usr/local/bin/go", "/home/ann/.gover/bin/go")
            .path_first("/usr/local/bin");
        assert_eq!(link.findings("path-shadowed"), []);
    }

    #[test]
    fn without_gover_on_path_it_is_worth_a_note() {
        let machine = linux().var("PATH", "/usr/local/go/bin:/usr/bin");
        let findings = machine.findings("path-shadowed");
        assert_eq!(findings[0].severity, Severity::Note);
        assert_eq!(findings[0].what, "`go` is /usr/local/go/bin/go, not gover's");
    }
}
