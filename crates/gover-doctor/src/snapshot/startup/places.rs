//! Where startup files may be, in the order in which a login shell would read them.

use gover_shell::ShellKind;

use super::ReadBy;
use crate::MachinePath;
use crate::snapshot::Facts;
use crate::snapshot::disk::Disk;
use crate::snapshot::registry::{Hive, Registry};

/// A place, the language of the file, when it is read, and whether it is the user's own.
type Place = (MachinePath, ShellKind, ReadBy, bool);

pub(super) fn places(facts: &Facts, disk: &dyn Disk, registry: &dyn Registry) -> Vec<Place> {
    let (system, home) = (&facts.system, &facts.home);
    if system.is_windows() {
        return windows_places(facts, registry);
    }
    let mut places: Vec<Place> = OF_THE_MACHINE
        .iter()
        .map(|(path, shell, read_by)| (system.path(*path), *shell, *read_by, false))
        .collect();
    places.extend(of_session(disk, &system.path("/etc"), false));
    if home.is_empty() {
        return places;
    }
    let zsh = facts.variable("ZDOTDIR").map_or_else(|| home.clone(), |path| system.path(path));
    places.extend(OF_THE_USER.iter().map(|(name, shell, read_by)| {
        let base = if *shell == ShellKind::Zsh { &zsh } else { home };
        (base.join(name), *shell, *read_by, true)
    }));
    if let Some(configuration) = facts.xdg_configuration() {
        places.extend(of_session(disk, &configuration, true));
        let parts = configuration.join("fish/conf.d");
        let names = disk.list(&parts).into_iter().filter(|name| name.strip_suffix(".fish").is_some());
        let parts = names.map(|name| (parts.join(name), ShellKind::Fish));
        let others = CONFIGURATION.iter().map(|(path, shell)| (configuration.join(path), *shell));
        places.extend(parts.chain(others).map(|(path, shell)| (path, shell, ReadBy::Always, true)));
    }
    places
}

/// Files that systemd reads when a user logs in (environment.d(5)).
fn of_session(disk: &dyn Disk, base: &MachinePath, is_own: bool) -> impl Iterator<Item = Place> {
    let directory = base.join("environment.d");
    let names = disk.list(&directory).into_iter().filter(|name| name.strip_suffix(".conf").is_some());
    names.map(move |name| (directory.join(name), ShellKind::Posix, ReadBy::Session, is_own))
}

fn windows_places(facts: &Facts, registry: &dyn Registry) -> Vec<Place> {
    let documents = documents(facts, registry);
    let profiles = ["WindowsPowerShell", "PowerShell"].into_iter().flat_map(|directory| {
        ["profile.ps1", "Microsoft.PowerShell_profile.ps1"].map(|name| documents.join(directory).join(name))
    });
    let bash =
        [(".bash_profile", ReadBy::Login), (".profile", ReadBy::Login), (".bashrc", ReadBy::Interactive)];
    profiles
        .map(|path| (path, ShellKind::PowerShell, ReadBy::Always, true))
        .chain(bash.map(|(name, read_by)| (facts.home.join(name), ShellKind::Bash, read_by, true)))
        .collect()
}

/// The user's documents (`FOLDERID_Documents`), which `OneDrive` and administrators may move.
fn documents(facts: &Facts, registry: &dyn Registry) -> MachinePath {
    const KEY: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders";
    let moved = registry.shown(Hive::User, KEY, "Personal");
    moved
        .map(|value| facts.system.path(facts.variables.expand(&value)))
        .filter(MachinePath::is_absolute)
        .unwrap_or_else(|| facts.home.join("Documents"))
}

const OF_THE_MACHINE: &[(&str, ShellKind, ReadBy)] = &[
    ("/etc/environment", ShellKind::Posix, ReadBy::Session),
    ("/etc/profile", ShellKind::Posix, ReadBy::Login),
    ("/etc/bash.bashrc", ShellKind::Bash, ReadBy::Interactive),
    ("/etc/zsh/zshenv", ShellKind::Zsh, ReadBy::Always),
    ("/etc/zshenv", ShellKind::Zsh, ReadBy::Always),
    ("/etc/zprofile", ShellKind::Zsh, ReadBy::Login),
    ("/etc/zsh/zprofile", ShellKind::Zsh, ReadBy::Login),
    ("/etc/zshrc", ShellKind::Zsh, ReadBy::Interactive),
    ("/etc/zsh/zshrc", ShellKind::Zsh, ReadBy::Interactive),
];

const OF_THE_USER: &[(&str, ShellKind, ReadBy)] = &[
    (".pam_environment", ShellKind::Posix, ReadBy::Session),
    (".bash_profile", ShellKind::Bash, ReadBy::Login),
    (".bash_login", ShellKind::Bash, ReadBy::Login),
    (".profile", ShellKind::Posix, ReadBy::Login),
    (".bashrc", ShellKind::Bash, ReadBy::Interactive),
    (".zshenv", ShellKind::Zsh, ReadBy::Always),
    (".zprofile", ShellKind::Zsh, ReadBy::Login),
    (".zshrc", ShellKind::Zsh, ReadBy::Interactive),
    (".zlogin", ShellKind::Zsh, ReadBy::Login),
    (".kshrc", ShellKind::Posix, ReadBy::Interactive),
];

/// Below the directory of settings; fish reads `config.fish` after `conf.d`.
const CONFIGURATION: &[(&str, ShellKind)] = &[
    ("fish/config.fish", ShellKind::Fish),
    ("nushell/env.nu", ShellKind::Nu),
    ("nushell/config.nu", ShellKind::Nu),
    ("elvish/rc.elv", ShellKind::Elvish),
    ("powershell/profile.ps1", ShellKind::PowerShell),
];

#[cfg(test)]
mod tests {
    use crate::snapshot::registry::{Hive, Text};
    use crate::testing::Machine;

    const KEY: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders";

    #[test]
    fn profiles_of_powershell_are_read_where_the_documents_are() {
        let moved = r"C:\Users\ann\OneDrive\Documents\PowerShell\profile.ps1";
        let usual = r"C:\Users\ann\Documents\PowerShell\profile.ps1";
        let mut machine = Machine::windows()
            .var("OneDrive", r"C:\Users\ann\OneDrive")
            .file(moved, "$env:GOROOT = 'C:\\Go'\n")
            .file(usual, "$env:GOROOT = 'C:\\old'\n");
        let read = |machine: &Machine| {
            machine.snapshot(|snapshot| {
                snapshot.startup.assignments("GOROOT").map(|line| line.file.clone()).collect::<Vec<_>>()
            })
        };
        assert_eq!(read(&machine), [usual]);
        machine.registry.put(Hive::User, KEY, "Personal", Text::new(r"%OneDrive%\Documents", true));
        assert_eq!(read(&machine), [moved]);
        // What leads nowhere is as good as nothing.
        machine.registry.put(Hive::User, KEY, "Personal", Text::new(r"%NOBODY%\Documents", true));
        assert_eq!(read(&machine), [usual]);
    }
}
