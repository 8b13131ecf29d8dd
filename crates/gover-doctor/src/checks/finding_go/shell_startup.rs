//! Settings in startup files that the shell never reads, and leftovers of other version managers.

use gover_shell::ShellKind;

use super::login_shells;
use super::startup_order::StartupOrder;
use crate::snapshot::startup::{Assignment, StartupFile};
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "shell-startup",
    summary: "settings in startup files that the shell never reads, leftovers of version managers",
    symptom: "`go env GOPRIVATE` is empty although `~/.bash_profile` sets it; `gover: command not found` in \
            another shell; each new shell prints `bash: goenv: command not found` or `.gvm/scripts/gvm: No \
            such file or directory`.",
    cause: "zsh reads none of bash's files, and bash reads `~/.profile` only if `~/.bash_profile` does not \
            exist. A login bash reads these but not `~/.bashrc`; other interactive shells do the opposite. \
            Removing gvm, goenv or gobrew does not remove the lines that load them.",
    repair: "`--fix` comments out lines that load a removed version manager, and old GOROOT lines. For \
            settings it prints the command that adds them to the file that your shell reads.",
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        snapshot.startup.unreadable.iter().map(|path| unreadable(snapshot, path)).collect();
    if let Some(order) = StartupOrder::of(snapshot) {
        findings.extend(gover_unread(snapshot, &order));
        findings.extend(unread_settings(snapshot, &order));
        findings.extend(login_shells::findings(snapshot, &order));
        findings.extend(unread_goroot(snapshot, &order));
    }
    findings.extend(MANAGERS.iter().filter_map(|manager| leftover(snapshot, manager)));
    findings
}

fn unreadable(snapshot: &Snapshot<'_>, path: &MachinePath) -> Finding {
    let what = format!("you may not read {}", snapshot.short(path));
    let why = "the shell skips the file and everything it sets";
    let evidence = Evidence::path(path, "permission denied");
    let finding = Finding::warning(what, why).shown_by([evidence]);
    finding.command(snapshot.readable_again(path))
}

/// gover's lines are only in the startup file of another shell.
fn gover_unread(snapshot: &Snapshot<'_>, order: &StartupOrder<'_>) -> Option<Finding> {
    let is_on_path = snapshot.path().iter().any(|entry| entry == &snapshot.gover.bin);
    let loads = |file: &&StartupFile| file.lines().iter().any(|(_, line)| loads_gover(line));
    if is_on_path || order.read.iter().copied().any(|file| loads(&file)) {
        return None;
    }
    let file = order.never.iter().copied().find(loads)?;
    let (number, text) = file.lines().into_iter().find(|(_, line)| loads_gover(line))?;
    let what =
        format!("gover is loaded in {}, which {} never reads", snapshot.short(&file.path), order.shell);
    let line = Evidence::line(&file.path, number, text);
    let why = "in this shell `go` is not found, or is not gover's";
    let mut finding = Finding::warning(what, why).shown_by([line]);
    if let Some(line) = order.shell.syntax().load_line() {
        let line = line.replacen("gover ", &format!("{}/gover ", snapshot.gover.bin), 1);
        finding = finding.command(append(snapshot, order, &line));
    }
    Some(finding)
}

pub(super) fn loads_gover(line: &str) -> bool {
    let line = line.trim();
    !line.starts_with('#') && line.contains("gover") && line.contains(" init ")
}

/// Go settings that nothing else sets, so the line has no effect at all.
fn unread_settings(snapshot: &Snapshot<'_>, order: &StartupOrder<'_>) -> Vec<Finding> {
    let is_set_by_read =
        |name: &str| order.read.iter().flat_map(|file| &file.assignments).any(|line| line.name == name);
    let mut findings = Vec::new();
    for name in VARIABLES {
        let is_in_effect = snapshot.variables.even_empty(name).is_some()
            || snapshot.go_env.value(name).is_some()
            || is_set_by_read(name);
        if is_in_effect {
            continue;
        }
        let lines: Vec<&Assignment> =
            order.never.iter().flat_map(|file| &file.assignments).filter(|line| line.name == *name).collect();
        let Some(last) = lines.last() else { continue };
        if last.value.is_empty() || is_default(snapshot, name, &last.value) {
            continue;
        }
        let what =
            format!("{name} is set in {}, which {} never reads", snapshot.short(&last.file), order.shell);
        let why = "go does not use it in this shell";
        // Someone who changed from bash to zsh wants the setting there. Other shells may be set up
        // differently on purpose.
        let is_family =
            |shell: ShellKind| matches!(shell, ShellKind::Bash | ShellKind::Zsh | ShellKind::Posix);
        let is_same_family = is_family(order.shell)
            && order.never.iter().any(|file| file.path == last.file && is_family(file.shell));
        let severity = if is_same_family { Severity::Warning } else { Severity::Note };
        let statement = order.shell.syntax().set_env(name, &last.value);
        findings.push(
            Finding::new(severity, what, why)
                .shown_by(lines.iter().map(|line| line.evidence()))
                .command(append(snapshot, order, statement.trim_end())),
        );
    }
    findings
}

/// Whether the value is go's default.
pub(super) fn is_default(snapshot: &Snapshot<'_>, name: &str, value: &str) -> bool {
    let (value, gopath) = (snapshot.system.path(value), snapshot.home.join("go"));
    match name {
        "GOPATH" => value == gopath,
        "GOBIN" => value == gopath.join("bin"),
        _ => false,
    }
}

/// A GOROOT for other shells; `goroot-set` reports one that is in effect.
fn unread_goroot(snapshot: &Snapshot<'_>, order: &StartupOrder<'_>) -> Option<Finding> {
    let lines_of = |file: &StartupFile| -> Vec<usize> {
        file.assignments.iter().filter(|line| line.name == "GOROOT").map(|line| line.line).collect()
    };
    let files: Vec<&StartupFile> =
        order.never.iter().copied().filter(|file| !lines_of(file).is_empty()).collect();
    let first = files.first()?;
    let what = format!("{} still sets GOROOT", snapshot.short(&first.path));
    let why = "shells that read it have a GOROOT that fits at most one toolchain";
    let lines = files.iter().flat_map(|file| &file.assignments).filter(|line| line.name == "GOROOT");
    let finding = Finding::note(what, why).shown_by(lines.map(Assignment::evidence));
    Some(files.iter().fold(finding, |finding, file| snapshot.commented_out(finding, file, &lines_of(file))))
}

/// Lines that load another version manager.
fn leftover(snapshot: &Snapshot<'_>, manager: &Manager) -> Option<Finding> {
    let own = || snapshot.startup.files.iter().filter(|file| file.is_own);
    let loads = |line: &str| {
        let line = line.trim();
        let is_whole = !line.starts_with("if ") || line.ends_with("fi") || line.ends_with("end");
        !line.starts_with('#') && is_whole && manager.lines.iter().any(|part| line.contains(part))
    };
    let lines: Vec<(&StartupFile, usize, String)> = own()
        .flat_map(|file| file.lines().into_iter().map(move |(number, text)| (file, number, text)))
        .filter(|(_, _, text)| loads(text))
        .collect();
    let (first, ..) = lines.first()?;
    let is_there = {
        let directory = snapshot.home.join(manager.directory);
        let named = manager.variable.and_then(|name| snapshot.variable(name));
        let named = named.map(|path| snapshot.system.path(path));
        let programs = snapshot.path().into_iter().map(|entry| entry.join(manager.name));
        [Some(directory), named].into_iter().flatten().any(|path| snapshot.is_directory(&path))
            || programs.into_iter().any(|path| snapshot.is_file(&path))
    };
    let evidence = lines.iter().map(|(file, number, text)| Evidence::line(&file.path, *number, text));
    let shown = snapshot.short(&first.path);
    if is_there {
        let why = "both version managers put their `go` first; the one whose line comes last wins";
        let what = format!("{} is also loaded, in {shown}", manager.name);
        return Some(Finding::note(what, why).shown_by(evidence));
    }
    let what = format!("{shown} loads {}, which is not installed", manager.name);
    let why = "each new shell prints an error, or sets GOROOT and GOPATH for a removed toolchain";
    let mut finding = Finding::warning(what, why).shown_by(evidence);
    for file in own() {
        let numbers: Vec<usize> = lines
            .iter()
            .filter(|(other, ..)| other.path == file.path)
            .map(|(_, number, _)| *number)
            .collect();
        if !numbers.is_empty() {
            finding = snapshot.commented_out(finding, file, &numbers);
        }
    }
    Some(finding)
}

/// The command that adds a line to the file that the shell reads.
pub(super) fn append(snapshot: &Snapshot<'_>, order: &StartupOrder<'_>, line: &str) -> String {
    let quoted = order.shell.syntax().quote(line);
    match order.shell {
        ShellKind::PowerShell => format!("Add-Content $PROFILE {quoted}"),
        _ => format!("printf '%s\\n' {quoted} >> {}", order.usual_file(snapshot)),
    }
}

struct Manager {
    name: &'static str,
    /// Text that is part of lines that load it.
    lines: &'static [&'static str],
    /// Below the home directory.
    directory: &'static str,
    /// The variable that moves the directory.
    variable: Option<&'static str>,
}

const MANAGERS: &[Manager] = &[
    Manager { name: "gvm", lines: &[".gvm/scripts/gvm"], directory: ".gvm", variable: Some("GVM_ROOT") },
    Manager {
        name: "goenv",
        lines: &["goenv init", "GOENV_ROOT"],
        directory: ".goenv",
        variable: Some("GOENV_ROOT"),
    },
    Manager { name: "gobrew", lines: &[".gobrew/"], directory: ".gobrew", variable: Some("GOBREW_ROOT") },
    Manager {
        name: "asdf",
        lines: &["plugins/golang/set-env"],
        directory: ".asdf/plugins/golang",
        variable: None,
    },
];

/// Settings that should apply in every shell. GOOS, GOARCH and the like are often meant for one
/// shell only.
pub(super) const VARIABLES: &[&str] = &[
    "GOPATH",
    "GOBIN",
    "GOPROXY",
    "GOPRIVATE",
    "GONOPROXY",
    "GONOSUMDB",
    "GOSUMDB",
    "GOFLAGS",
    "GOTOOLCHAIN",
    "GOVER_HOME",
    "GOVER_SOURCES",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    #[test]
    fn a_setting_in_a_file_of_another_shell_is_found() {
        let machine = Machine::macos().file("~/.bash_profile", "# mine\nexport GOPRIVATE=corp.example/*\n");
        let findings = machine.findings("shell-startup");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(findings[0].what, "GOPRIVATE is set in ~/.bash_profile, which zsh never reads");
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "/Users/ann/.bash_profile:2: export GOPRIVATE=corp.example/*"
        );
        assert_eq!(
            findings[0].fix.commands,
            [r"printf '%s\n' 'export GOPRIVATE='\''corp.example/*'\''' >> ~/.zshrc"]
        );
        assert_eq!(machine.clone().var("GOPRIVATE", "x").findings("shell-startup"), []);
        let mut fish = machine.clone().file("~/.config/fish/config.fish", "");
        fish.shell = Some(ShellKind::Fish);
        let finding = &fish.findings("shell-startup")[0];
        assert_eq!(finding.severity, Severity::Note);
        assert!(finding.fix.commands[0].contains("set -gx GOPRIVATE"), "{:?}", finding.fix.commands);
        let repeated = machine.file("~/.zprofile", "export GOPRIVATE='corp.example/*'\n");
        assert_eq!(repeated.findings("shell-startup"), []);
    }

    #[test]
    fn a_profile_that_bash_ignores_is_found() {
        let machine = Machine::linux()
            .file("~/.bash_profile", "[ -r ~/.bashrc ] && . ~/.bashrc\n")
            .file("~/.profile", "export GOFLAGS=-mod=mod\nexport GOPATH=$HOME/go\n");
        let findings = machine.findings("shell-startup");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].what, "GOFLAGS is set in ~/.profile, which bash never reads");
    }

    #[test]
    fn gover_that_only_another_shell_loads_is_found() {
        let mut machine = Machine::linux().var("PATH", "/usr/bin:/bin");
        machine.shell = Some(ShellKind::Zsh);
        let findings = machine.findings("shell-startup");
        assert_eq!(findings[0].what, "gover is loaded in ~/.bashrc, which zsh never reads");
        assert_eq!(
            findings[0].fix.commands,
            [r#"printf '%s\n' 'eval "$(/home/ann/.gover/bin/gover init zsh)"' >> ~/.zshrc"#]
        );
    }

    #[test]
    fn lines_of_a_removed_manager_are_found_and_commented_out() {
        let gvm = "[[ -s \"$HOME/.gvm/scripts/gvm\" ]] && source \"$HOME/.gvm/scripts/gvm\"";
        let goenv = "if command -v goenv; then\n  eval \"$(goenv init -)\"\nfi";
        let machine = Machine::linux().file("~/.bashrc", &format!("{gvm}\n{goenv}\n"));
        let findings = machine.findings("shell-startup");
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().all(|finding| finding.severity == Severity::Warning));
        assert_eq!(findings[0].what, "~/.bashrc loads gvm, which is not installed");
        assert_eq!(findings[0].evidence[0].to_string(), format!("/home/ann/.bashrc:1: {gvm}"));
        assert_eq!(findings[1].evidence[0].to_string(), "/home/ann/.bashrc:3: eval \"$(goenv init -)\"");
        let once = machine.repaired(&findings[..1]);
        let twice = once.repaired(&once.findings("shell-startup"));
        assert_eq!(twice.findings("shell-startup"), []);
        twice.snapshot(|snapshot| {
            let text = snapshot.text(&snapshot.system.path("/home/ann/.bashrc")).unwrap();
            assert!(text.contains("\n: # gover doctor:   eval"), "{text}");
        });
        let there = machine.directory("~/.gvm").directory("~/.goenv").findings("shell-startup");
        assert!(there.iter().all(|finding| finding.severity == Severity::Note), "{there:?}");
    }

    #[test]
    fn an_old_goroot_of_another_shell_is_found_and_commented_out() {
        let machine = Machine::linux().file("~/.zshrc", "export GOROOT=/usr/local/go\n");
        let findings = machine.findings("shell-startup");
        assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.zshrc:1: export GOROOT=/usr/local/go");
        assert_eq!(machine.repaired(&findings).findings("shell-startup"), []);
    }

    #[test]
    fn an_unreadable_file_is_reported() {
        let mut machine = Machine::linux().file("~/.profile", "umask 022\n");
        machine.disk.forbid_reading("/home/ann/.profile");
        let findings = machine.findings("shell-startup");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].what, "you may not read ~/.profile");
        assert_eq!(findings[0].evidence[0].to_string(), "/home/ann/.profile: permission denied");
        assert_eq!(
            findings[0].fix.commands,
            ["sudo chown \"$(id -un)\" /home/ann/.profile && chmod u+r /home/ann/.profile"]
        );
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("shell-startup"), []);
            let usual = machine.file("~/.bash_profile", "export GOPATH=$HOME/go\nexport EDITOR=vi\n");
            assert_eq!(usual.findings("shell-startup"), []);
        }
        let mise = Machine::linux()
            .file("~/.zshrc", "eval \"$(mise activate zsh)\"\n")
            .file("~/.profile", "export PATH=$PATH:~/.local/share/mise/shims\n");
        assert_eq!(mise.findings("shell-startup"), []);
    }
}
