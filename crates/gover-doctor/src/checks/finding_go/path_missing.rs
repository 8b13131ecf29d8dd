//! gover's directory is not on PATH, now or in new shells.

use gover_shell::ShellKind;

use super::startup_order::StartupOrder;
use crate::check::Check;
use crate::finding::{Evidence, Finding, Severity};
use crate::snapshot::Snapshot;
use crate::snapshot::registry::{Hive, USER_ENVIRONMENT};
use crate::snapshot::startup::StartupFile;

pub(super) const CHECK: Check = Check {
    name: "path-missing",
    summary: "gover's directory not on PATH",
    symptom: "`go: command not found`, or on Windows `'go' is not recognized as an internal or external command`, or a Go \
              that gover did not choose.",
    cause: "`gover setup` was never run, its lines were removed, or this shell is older than they are.",
    repair: "`gover setup` puts `~/.gover/bin` first on PATH for new shells; open one.",
    needs_network: false,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let bin = &snapshot.gover.bin;
    let is_now = snapshot.path().iter().any(|entry| snapshot.system.same(entry, bin));
    let is_later = is_in_new_shells(snapshot);
    let shown = snapshot.short(bin);
    let why = "`go` is not found, or is another Go than the one that gover chooses";
    let finding = match (is_now, is_later) {
        (true, true) => return Vec::new(),
        (false, true) => Finding::new(
            CHECK.name,
            Severity::Warning,
            format!("{shown} is not on the PATH of this shell, though new ones get it"),
            why,
        )
        .command(new_shell(snapshot)),
        (true, false) => Finding::new(
            CHECK.name,
            Severity::Warning,
            format!("{shown} is on PATH here, but nothing puts it there for new shells"),
            why,
        )
        .command("gover setup"),
        (false, false) => Finding::new(CHECK.name, Severity::Error, format!("{shown} is not on PATH"), why)
            .command("gover setup"),
    };
    let path = snapshot.variables.even_empty("PATH").unwrap_or_default().to_owned();
    vec![finding.shown_by([Evidence::Variable { name: "PATH".to_owned(), value: path, set_in: None }])]
}

/// Whether a file that shells read, or the registry, has the directory.
fn is_in_new_shells(snapshot: &Snapshot<'_>) -> bool {
    let bin = &snapshot.gover.bin;
    if snapshot.system.is_windows() {
        let stored = snapshot.registry.text(Hive::User, USER_ENVIRONMENT, "Path");
        let entries = stored.map(|value| snapshot.expand(&value.shown())).unwrap_or_default();
        return snapshot.system.split_list(&entries).iter().any(|entry| snapshot.system.same(entry, bin));
    }
    let below_home = snapshot.short(bin).replacen('~', "$HOME", 1);
    // What only another shell reads is of no use to this one.
    let order = StartupOrder::of(snapshot);
    let files: Vec<&StartupFile> =
        order.map_or_else(|| snapshot.startup.files.iter().collect(), |order| order.read);
    files.iter().any(|file| {
        file.lines().iter().any(|(_, line)| {
            let is_meant =
                line.contains(bin.as_str()) || line.contains(&below_home) || line.contains("gover init");
            is_meant && !line.trim_start().starts_with('#')
        })
    })
}

/// How the shell in use reads its startup files again.
pub(super) fn new_shell(snapshot: &Snapshot<'_>) -> &'static str {
    match snapshot.shell {
        Some(ShellKind::Bash) => "exec bash -l",
        Some(ShellKind::Zsh) => "exec zsh -l",
        Some(ShellKind::Fish) => "exec fish -l",
        Some(ShellKind::Posix) => "exec sh -l",
        _ => "open a new window",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn a_directory_that_is_on_no_path_is_an_error_that_setup_repairs() {
        let machine = Machine::linux().file("~/.bashrc", "# empty\n").var("PATH", "/usr/bin:/bin");
        let findings = machine.findings("path-missing");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].evidence[0].to_string(), "PATH=/usr/bin:/bin");
        assert_eq!(findings[0].fix.commands, ["gover setup"]);
    }

    #[test]
    fn a_shell_older_than_setup_is_told_to_start_anew() {
        let findings = Machine::linux().var("PATH", "/usr/bin:/bin").findings("path-missing");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(findings[0].fix.commands, ["exec bash -l"]);
    }

    #[test]
    fn lines_that_this_shell_does_not_read_put_nothing_on_path() {
        let comment = Machine::linux().file("~/.bashrc", "# export PATH=/home/ann/.gover/bin:$PATH\n");
        let mut other = Machine::linux();
        other.shell = Some(ShellKind::Zsh);
        for machine in [comment, other] {
            let findings = machine.var("PATH", "/usr/bin:/bin").findings("path-missing");
            assert_eq!(findings[0].severity, Severity::Error);
            assert_eq!(findings[0].fix.commands, ["gover setup"]);
        }
    }

    #[test]
    fn a_path_that_only_this_shell_has_is_a_warning() {
        let machine = Machine::linux().file("~/.bashrc", "# empty\n");
        let findings = machine.findings("path-missing");
        assert!(findings[0].what.contains("nothing puts it there for new shells"));
        let machine = Machine::windows().registry(Hive::User, "Environment", "Path", r"C:\tools");
        assert_eq!(machine.findings("path-missing")[0].severity, Severity::Warning);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("path-missing"), []);
        }
        let written =
            Machine::windows().registry(Hive::User, "Environment", "Path", r"%USERPROFILE%\.gover\bin\;X");
        assert_eq!(written.findings("path-missing"), []);
    }
}
