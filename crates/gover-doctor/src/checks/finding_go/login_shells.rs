//! Login shells and other interactive shells read different files. A setting in only one of them is
//! missing in the other kind of shell.

use gover_shell::ShellKind;

use super::shell_startup::{VARIABLES, append, is_default, loads_gover};
use super::startup_order::StartupOrder;
use crate::snapshot::startup::StartupFile;
use crate::{Evidence, Finding, Snapshot};

/// Settings, and gover itself, that only the other kind of shell has.
pub(super) fn findings(snapshot: &Snapshot<'_>, order: &StartupOrder<'_>) -> Vec<Finding> {
    let Some((login, interactive)) = order.by_kind(snapshot) else { return Vec::new() };
    let mut findings: Vec<Finding> = gover(snapshot, order, &login, &interactive).into_iter().collect();
    for name in VARIABLES {
        let is_in_effect =
            snapshot.variables.even_empty(name).is_some() || snapshot.go_env.value(name).is_some();
        if is_in_effect {
            continue;
        }
        let sets = |file: &&StartupFile| file.assignments.iter().any(|line| line.name == *name);
        let is_set = |files: &[&StartupFile]| files.iter().copied().any(|file| sets(&file));
        // A file that both kinds read is in neither list; then this shell is older than the line.
        let elsewhere = order.read.iter().copied().filter(sets).count();
        let (files, is_login) = match (is_set(&login), is_set(&interactive)) {
            (true, false) => (&login, true),
            (false, true) => (&interactive, false),
            _ => continue,
        };
        if elsewhere > files.iter().copied().filter(sets).count() {
            continue;
        }
        let lines: Vec<_> =
            files.iter().flat_map(|file| &file.assignments).filter(|line| line.name == *name).collect();
        let Some(last) = lines.last().filter(|line| !line.value.is_empty()) else { continue };
        if is_default(snapshot, name, &last.value) {
            continue;
        }
        let what = format!("{name} is set in {}, {}", snapshot.short(&last.file), reads(order, is_login));
        let why = "go does not use it in this shell";
        let finding = Finding::warning(what, why).shown_by(lines.iter().map(|line| line.evidence()));
        let statement = order.shell.syntax().set_env(name, &last.value);
        findings.push(remedy(snapshot, order, finding, is_login, statement.trim_end()));
    }
    findings
}

/// gover's line is in a file that this kind of shell does not read.
fn gover(
    snapshot: &Snapshot<'_>,
    order: &StartupOrder<'_>,
    login: &[&StartupFile],
    interactive: &[&StartupFile],
) -> Option<Finding> {
    let is_on_path = snapshot.path().iter().any(|entry| entry == &snapshot.gover.bin);
    let line = |file: &&StartupFile| file.lines().into_iter().find(|(_, line)| loads_gover(line));
    let loading: Vec<&StartupFile> = order.read.iter().copied().filter(|file| line(file).is_some()).collect();
    let is_in = |files: &[&StartupFile]| {
        let is_one = |file: &&StartupFile| files.iter().any(|known| known.path == file.path);
        !loading.is_empty() && loading.iter().all(is_one)
    };
    let is_login = is_in(login);
    if is_on_path || !(is_login || is_in(interactive)) {
        return None;
    }
    let file = loading.first()?;
    let (number, text) = line(file)?;
    let what = format!("gover is loaded in {}, {}", snapshot.short(&file.path), reads(order, is_login));
    let evidence = Evidence::line(&file.path, number, text);
    let why = "in this shell `go` is not found, or is not gover's";
    let finding = Finding::warning(what, why).shown_by([evidence]);
    let load =
        order.shell.syntax().load_line()?.replacen("gover ", &format!("{}/gover ", snapshot.gover.bin), 1);
    Some(remedy(snapshot, order, finding, is_login, &load))
}

fn reads(order: &StartupOrder<'_>, is_login: bool) -> String {
    if is_login {
        format!("which {} reads only at login", order.shell)
    } else {
        format!("which {} does not read at login", order.shell)
    }
}

/// Adds the command that repeats the line where other interactive shells read it, or that lets a
/// login shell read their file.
fn remedy(
    snapshot: &Snapshot<'_>,
    order: &StartupOrder<'_>,
    finding: Finding,
    is_login: bool,
    line: &str,
) -> Finding {
    if is_login || order.shell == ShellKind::Zsh {
        return finding.command(append(snapshot, order, line));
    }
    // bash reads only the first of the three that exists (bash(1)).
    let names = [".bash_profile", ".bash_login", ".profile"];
    let is_there = |name: &&&str| {
        let path = snapshot.home.join(name);
        order.read.iter().any(|file| file.path == path)
    };
    let name = names.iter().find(is_there).unwrap_or(&".profile");
    let path = snapshot.home.join(name);
    finding
        .shown_by([Evidence::path(path, "does not read ~/.bashrc")])
        .command(format!("printf '%s\\n' '[ -r ~/.bashrc ] && . ~/.bashrc' >> ~/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity;
    use crate::testing::Machine;

    #[test]
    fn a_setting_that_only_a_login_reads_is_found() {
        let machine = Machine::linux()
            .file("~/.bash_profile", "export GOPRIVATE=corp.example\n[ -r ~/.bashrc ] && . ~/.bashrc\n");
        let findings = machine.findings("shell-startup");
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(findings[0].what, "GOPRIVATE is set in ~/.bash_profile, which bash reads only at login");
        assert_eq!(
            findings[0].evidence[0].to_string(),
            "/home/ann/.bash_profile:1: export GOPRIVATE=corp.example"
        );
        assert_eq!(
            findings[0].fix.commands,
            [r"printf '%s\n' 'export GOPRIVATE='\''corp.example'\''' >> ~/.bashrc"]
        );
        let repaired = machine.clone().file("~/.bashrc", "export GOPRIVATE=corp.example\n");
        assert_eq!(repaired.findings("shell-startup"), []);
        // A session that was begun by a login hands it on.
        assert_eq!(machine.var("GOPRIVATE", "corp.example").findings("shell-startup"), []);
    }

    #[test]
    fn a_setting_that_a_login_does_not_read_is_found() {
        let machine = Machine::linux()
            .file("~/.bashrc", &format!("export GOFLAGS=-mod=mod\n{}", Machine::block("bash")))
            .file("~/.bash_profile", "umask 022\n")
            .file("~/.profile", "umask 022\n");
        let findings = machine.findings("shell-startup");
        assert_eq!(findings[0].what, "GOFLAGS is set in ~/.bashrc, which bash does not read at login");
        assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/.bash_profile: does not read ~/.bashrc");
        assert_eq!(
            findings[0].fix.commands,
            [r"printf '%s\n' '[ -r ~/.bashrc ] && . ~/.bashrc' >> ~/.bash_profile"]
        );
        let repaired = machine.file("~/.bash_profile", "umask 022\n[ -r ~/.bashrc ] && . ~/.bashrc\n");
        assert_eq!(repaired.findings("shell-startup"), []);
    }

    #[test]
    fn gover_missing_in_login_shells_is_found() {
        let machine = Machine::linux().file("~/.bash_profile", "umask 022\n").var("PATH", "/usr/bin:/bin");
        let findings = machine.findings("shell-startup");
        assert_eq!(findings[0].what, "gover is loaded in ~/.bashrc, which bash does not read at login");
        let repaired = machine.clone().file("~/.bash_profile", ". ~/.bashrc\n");
        assert_eq!(repaired.findings("shell-startup"), []);
        let mut zsh = Machine::linux()
            .file("~/.bashrc", "")
            .file("~/.zprofile", &Machine::block("zsh"))
            .file("~/.zshrc", "")
            .var("PATH", "/usr/bin:/bin");
        zsh.shell = Some(ShellKind::Zsh);
        let findings = zsh.findings("shell-startup");
        assert_eq!(findings[0].what, "gover is loaded in ~/.zprofile, which zsh reads only at login");
        assert!(findings[0].fix.commands[0].ends_with(">> ~/.zshrc"), "{findings:?}");
    }

    #[test]
    fn default_shells_are_silent() {
        // As Debian lays them out, with gover set up; and where every window is a login.
        let debian = Machine::linux()
            .file("~/.profile", "if [ -f \"$HOME/.bashrc\" ]; then\n. \"$HOME/.bashrc\"\nfi\n");
        let mac = Machine::macos().file("~/.zprofile", "export GOPRIVATE=x\n").var("GOPRIVATE", "x");
        for machine in [debian, mac, Machine::windows(), Machine::alpine(), Machine::with_mise()] {
            assert_eq!(machine.findings("shell-startup"), []);
        }
    }
}
