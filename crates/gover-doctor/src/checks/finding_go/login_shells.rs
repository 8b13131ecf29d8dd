//! Login shells and other interactive shells read different files. A setting in only one of them is
//! missing in the other kind of shell.

use gover_shell::ShellKind;

use super::shell_startup::{gover_missing, ineffective, load_line, loading_line, setting_missing};
use super::startup_order::StartupOrder;
use crate::snapshot::startup::StartupFile;
use crate::{Evidence, Finding, Words, text};

const ONLY_AT_LOGIN: Words<&str> = text!(en "reads only at login", zh "只在登录时读取");
const NOT_AT_LOGIN: Words<&str> = text!(en "does not read at login", zh "登录时不读取");

/// Settings, and gover itself, that only the other kind of shell has.
pub(super) fn findings(order: &StartupOrder<'_>) -> Vec<Finding> {
    let Some((login, interactive)) = order.by_kind() else { return Vec::new() };
    let settings = ineffective(order.snapshot).filter_map(|name| {
        let count =
            |files: &[&StartupFile]| files.iter().filter(|file| file.sets(name).next().is_some()).count();
        let (files, reads) = match (count(&login), count(&interactive)) {
            (1.., 0) => (&login, ONLY_AT_LOGIN),
            (0, 1..) => (&interactive, NOT_AT_LOGIN),
            _ => return None,
        };
        // A file that both kinds read is in neither list; then this shell is older than the line.
        if count(&order.read) > count(files) {
            return None;
        }
        let (last, finding) = setting_missing(order, files, name, reads)?;
        let statement = order.shell.syntax().set_env(name, &last.value);
        Some(remedy(order, finding, reads, statement.trim_end()))
    });
    gover(order, &login, &interactive).into_iter().chain(settings).collect()
}

/// gover's line is in a file that this kind of shell does not read.
fn gover(order: &StartupOrder<'_>, login: &[&StartupFile], interactive: &[&StartupFile]) -> Option<Finding> {
    let loading: Vec<_> = order.read.iter().filter(|file| loading_line(file).is_some()).collect();
    let file = loading.first()?;
    let are_in = |files: &[&StartupFile]| loading.iter().all(|file| files.contains(file));
    let reads = match (are_in(login), are_in(interactive)) {
        _ if order.snapshot.path().contains(&order.snapshot.gover.bin) => return None,
        (true, _) => ONLY_AT_LOGIN,
        (false, true) => NOT_AT_LOGIN,
        (false, false) => return None,
    };
    Some(remedy(order, gover_missing(order, file, reads)?, reads, &load_line(order)?))
}

/// Adds the command that repeats the line elsewhere, or that lets a login shell read its file.
fn remedy(order: &StartupOrder<'_>, finding: Finding, reads: Words<&str>, line: &str) -> Finding {
    if reads == ONLY_AT_LOGIN || order.shell == ShellKind::Zsh {
        return finding.command(order.append(line));
    }
    // bash reads only the first of the three that exists (bash(1)).
    let home = &order.snapshot.home;
    let is_read = |name: &&str| order.read.iter().any(|file| file.path == home.join(name));
    let name = [".bash_profile", ".bash_login", ".profile"].into_iter().find(is_read).unwrap_or(".profile");
    finding
        .shown_by([Evidence::path(home.join(name), "does not read ~/.bashrc")])
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
        assert_eq!(
            findings[0].what.en,
            "GOPRIVATE is set in ~/.bash_profile, which bash reads only at login"
        );
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
        assert_eq!(findings[0].what.en, "GOFLAGS is set in ~/.bashrc, which bash does not read at login");
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
        assert_eq!(findings[0].what.en, "gover is loaded in ~/.bashrc, which bash does not read at login");
        let repaired = machine.clone().file("~/.bash_profile", ". ~/.bashrc\n");
        assert_eq!(repaired.findings("shell-startup"), []);
        let mut zsh = Machine::linux()
            .file("~/.bashrc", "")
            .file("~/.zprofile", &Machine::block("zsh"))
            .file("~/.zshrc", "")
            .var("PATH", "/usr/bin:/bin");
        zsh.shell = Some(ShellKind::Zsh);
        let findings = zsh.findings("shell-startup");
        assert_eq!(findings[0].what.en, "gover is loaded in ~/.zprofile, which zsh reads only at login");
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
