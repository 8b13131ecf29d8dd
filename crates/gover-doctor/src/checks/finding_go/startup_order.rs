//! Which startup files the shell in use reads.

use std::collections::BTreeSet;

use gover_shell::ShellKind;

use crate::snapshot::startup::{ReadBy, StartupFile};
use crate::{Os, Snapshot};

/// Startup files, divided by whether the shell in use ever reads them.
#[derive(Debug)]
pub(crate) struct StartupOrder<'s> {
    pub(crate) shell: ShellKind,
    /// Files that it reads, directly or because another file names them.
    pub(crate) read: Vec<&'s StartupFile>,
    /// Files of the user that it never reads.
    pub(crate) never: Vec<&'s StartupFile>,
}

impl<'s> StartupOrder<'s> {
    /// `None` if the shell is not known or is not the user's login shell, which then sets the
    /// environment.
    pub(crate) fn of(snapshot: &'s Snapshot<'_>) -> Option<Self> {
        let shell = snapshot.shell?;
        let login = snapshot.variable("SHELL").and_then(ShellKind::parse);
        if login.is_some_and(|login| login != shell) {
            return None;
        }
        let files = &snapshot.startup.files;
        let read: BTreeSet<usize> =
            (0..files.len()).filter(|index| is_read(snapshot, shell, *index)).collect();
        let read = with_named(snapshot, read);
        let (read, never): (Vec<_>, Vec<_>) =
            files.iter().enumerate().partition(|(index, _)| read.contains(index));
        let only_files = |pairs: Vec<(usize, &'s StartupFile)>| pairs.into_iter().map(|(_, file)| file);
        Some(Self {
            shell,
            read: only_files(read).collect(),
            never: only_files(never).filter(|file| file.is_own).collect(),
        })
    }

    /// The user's own files that only a login shell reads, and those that only other interactive
    /// shells read; `None` if terminals always start the same kind of shell.
    pub(crate) fn by_kind(
        &self,
        snapshot: &'s Snapshot<'_>,
    ) -> Option<(Vec<&'s StartupFile>, Vec<&'s StartupFile>)> {
        if !matches!(self.shell, ShellKind::Bash | ShellKind::Zsh)
            || !matches!(snapshot.system.os, Os::Linux | Os::Other)
        {
            return None;
        }
        let files = &snapshot.startup.files;
        let roots = |other: ReadBy| {
            let own = (0..files.len()).filter(|index| is_read(snapshot, self.shell, *index));
            own.filter(|index| files.get(*index).is_some_and(|file| file.read_by != other)).collect()
        };
        // An interactive zsh reads .zshrc whether it is a login shell or not.
        let login = match self.shell {
            ShellKind::Zsh => with_named(
                snapshot,
                (0..files.len()).filter(|index| is_read(snapshot, self.shell, *index)).collect(),
            ),
            _ => with_named(snapshot, roots(ReadBy::Interactive)),
        };
        let interactive = with_named(snapshot, roots(ReadBy::Login));
        let only = |these: &BTreeSet<usize>, others: &BTreeSet<usize>| {
            let only = these.difference(others).filter_map(|index| files.get(*index));
            only.filter(|file| file.is_own).collect()
        };
        Some((only(&login, &interactive), only(&interactive, &login)))
    }

    /// The file that every interactive shell of this kind reads, as people write it.
    pub(crate) fn usual_file(&self, snapshot: &Snapshot<'_>) -> &'static str {
        match self.shell {
            ShellKind::Bash if snapshot.system.os == Os::MacOs => "~/.bash_profile",
            ShellKind::Bash => "~/.bashrc",
            ShellKind::Zsh => "~/.zshrc",
            ShellKind::Fish => "~/.config/fish/config.fish",
            ShellKind::Elvish => "~/.config/elvish/rc.elv",
            ShellKind::Nu => "~/.config/nushell/config.nu",
            ShellKind::PowerShell => "$PROFILE",
            ShellKind::Posix | ShellKind::Cmd => "~/.profile",
        }
    }
}

/// Adds the files that these files name: `.profile` reads `.bashrc`, `.zshrc` may read `.profile`.
/// Any mention counts, to avoid false alarms.
fn with_named(snapshot: &Snapshot<'_>, mut read: BTreeSet<usize>) -> BTreeSet<usize> {
    let files = &snapshot.startup.files;
    loop {
        let named: Vec<usize> = (0..files.len())
            .filter(|index| !read.contains(index))
            .filter(|index| {
                let name = files.get(*index).map(|file| file.path.file_name());
                let names = |file: &StartupFile| {
                    file.lines().iter().any(|(_, line)| {
                        !line.trim_start().starts_with('#') && name.is_some_and(|name| line.contains(name))
                    })
                };
                read.iter().filter_map(|index| files.get(*index)).any(names)
            })
            .collect();
        if named.is_empty() {
            return read;
        }
        read.extend(named);
    }
}

/// Whether the shell reads the file directly, as login shell or interactively.
fn is_read(snapshot: &Snapshot<'_>, shell: ShellKind, index: usize) -> bool {
    let Some(file) = snapshot.startup.files.get(index) else { return false };
    if file.read_by == ReadBy::Session || !file.is_own {
        return true;
    }
    let name = file.path.file_name();
    let has = |other: &str| {
        let files = snapshot.startup.files.iter();
        files.filter(|file| file.is_own).any(|file| file.path.file_name() == other)
    };
    match (shell, name) {
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
