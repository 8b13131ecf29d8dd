//! Which startup files the shell in use reads.

use gover_shell::ShellKind;

use crate::snapshot::startup::{ReadBy, StartupFile};
use crate::{Os, Snapshot};

/// Startup files, divided by whether the shell in use ever reads them.
pub(crate) struct StartupOrder<'s> {
    pub(super) snapshot: &'s Snapshot<'s>,
    pub(crate) shell: ShellKind,
    /// Files that it reads, directly or because another file names them.
    pub(crate) read: Files<'s>,
    /// Files of the user that it never reads.
    pub(crate) never: Files<'s>,
}

type Files<'s> = Vec<&'s StartupFile>;

impl<'s> StartupOrder<'s> {
    /// `None` if the shell is unknown or not the login shell, which then sets the environment.
    pub(crate) fn of(snapshot: &'s Snapshot<'_>) -> Option<Self> {
        let shell = snapshot.shell?;
        let login = snapshot.variable("SHELL").and_then(ShellKind::parse);
        if login.is_some_and(|login| login != shell) {
            return None;
        }
        let read = with_named(snapshot, |file| is_read(snapshot, shell, file));
        let never = snapshot.startup.own().filter(|file| !read.contains(file)).collect();
        Some(Self { snapshot, shell, read, never })
    }

    /// The command that adds a line to the file that the shell reads.
    pub(super) fn append(&self, line: &str) -> String {
        self.snapshot.added_line(self.shell, line)
    }

    /// The user's own files that only a login shell reads, and those that only other interactive
    /// shells read; `None` if terminals always start the same kind of shell.
    pub(super) fn by_kind(&self) -> Option<(Files<'s>, Files<'s>)> {
        let snapshot = self.snapshot;
        if !matches!(self.shell, ShellKind::Bash | ShellKind::Zsh)
            || !matches!(snapshot.system.os, Os::Linux | Os::Other)
        {
            return None;
        }
        let except = |other: ReadBy| {
            with_named(snapshot, |file| file.read_by != other && is_read(snapshot, self.shell, file))
        };
        // An interactive zsh reads .zshrc whether it is a login shell or not.
        let is_zsh = self.shell == ShellKind::Zsh;
        let login = if is_zsh { self.read.clone() } else { except(ReadBy::Interactive) };
        let interactive = except(ReadBy::Login);
        let only = |these: &Files<'s>, others: &Files<'s>| {
            these.iter().copied().filter(|file| file.is_own && !others.contains(file)).collect()
        };
        Some((only(&login, &interactive), only(&interactive, &login)))
    }
}

/// The files that are read directly and those that they name: `.profile` reads `.bashrc`, `.zshrc`
/// may read `.profile`. Any mention counts, to avoid false alarms.
fn with_named<'s>(snapshot: &'s Snapshot<'_>, is_root: impl Fn(&StartupFile) -> bool) -> Files<'s> {
    let files = &snapshot.startup.files;
    let (mut read, mut rest): (Files<'s>, Files<'s>) = files.iter().partition(|file| is_root(file));
    loop {
        let is_named = |file: &&StartupFile| {
            let name = file.path.file_name();
            read.iter().any(|other| other.statements().any(|(_, line)| line.contains(name)))
        };
        let (named, others): (Files<'s>, Files<'s>) = rest.into_iter().partition(is_named);
        if named.is_empty() {
            return files.iter().filter(|file| !others.contains(file)).collect();
        }
        read.extend(named);
        rest = others;
    }
}

/// Whether the shell reads the file directly, as login shell or interactively.
fn is_read(snapshot: &Snapshot<'_>, shell: ShellKind, file: &StartupFile) -> bool {
    if file.read_by == ReadBy::Session || !file.is_own {
        return true;
    }
    let has = |name: &str| snapshot.startup.own().any(|other| other.path.file_name() == name);
    match (shell, file.path.file_name()) {
        // A login shell reads only the first of the three that exists (bash(1)).
        (ShellKind::Bash, ".bash_login") => !has(".bash_profile"),
        (ShellKind::Bash, ".profile") => !has(".bash_profile") && !has(".bash_login"),
        // Terminals on macOS start login shells, which do not read it.
        (ShellKind::Bash, ".bashrc") => snapshot.system.os != Os::MacOs,
        _ => file.shell == shell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Machine;

    fn never(machine: &Machine) -> Vec<String> {
        machine.snapshot(|snapshot| {
            let order = StartupOrder::of(snapshot).unwrap();
            order.never.iter().map(|file| snapshot.short(&file.path)).collect()
        })
    }

    #[test]
    fn files_of_other_shells_and_those_that_come_too_late_are_never_read() {
        let machine =
            Machine::linux().file("~/.zshrc", "").file("~/.bash_profile", "").file("~/.profile", "");
        assert_eq!(never(&machine), ["~/.profile", "~/.zshrc"]);
        let sourced = machine.file("~/.bash_profile", ". ~/.profile\n").file("~/.profile", "# ~/.zshrc\n");
        assert_eq!(never(&sourced), ["~/.zshrc"]);
        assert_eq!(never(&Machine::macos().file("~/.bashrc", "").file("~/.zprofile", "")), ["~/.bashrc"]);
    }

    #[test]
    fn a_shell_that_is_not_the_login_shell_has_no_findings() {
        Machine::linux()
            .var("SHELL", "/bin/zsh")
            .snapshot(|snapshot| assert!(StartupOrder::of(snapshot).is_none()));
    }
}
