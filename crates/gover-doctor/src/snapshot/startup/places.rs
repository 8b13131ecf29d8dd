//! Where startup files may be, in the order in which a login shell would read them.

use gover_shell::ShellKind;

use super::ReadBy;
use crate::snapshot::disk::Disk;
use crate::snapshot::registry::{Hive, Registry};
use crate::snapshot::system::System;
use crate::snapshot::variables::Variables;

/// Where startup files may be.
pub(super) fn places(
    system: &System,
    variables: &Variables,
    home: &str,
    disk: &dyn Disk,
    registry: &dyn Registry,
) -> Vec<(String, ShellKind, ReadBy, bool)> {
    if system.is_windows() {
        return windows_places(system, variables, home, registry);
    }
    let mut places = Vec::new();
    for (path, shell, read_by) in OF_THE_MACHINE {
        places.push(((*path).to_owned(), *shell, *read_by, false));
    }
    if home.is_empty() {
        return places;
    }
    let configuration =
        variables.value("XDG_CONFIG_HOME").map_or_else(|| system.join(home, ".config"), str::to_owned);
    let zsh = variables.value("ZDOTDIR").unwrap_or(home).to_owned();
    for (name, shell, read_by) in OF_THE_USER {
        let base = if *shell == ShellKind::Zsh { &zsh } else { home };
        places.push((system.join(base, name), *shell, *read_by, true));
    }
    let fish = system.join(&configuration, "fish");
    let parts = system.join(&fish, "conf.d");
    for name in disk.list(&parts).into_iter().filter(|name| name.strip_suffix(".fish").is_some()) {
        places.push((system.join(&parts, &name), ShellKind::Fish, ReadBy::Always, true));
    }
    places.push((system.join(&fish, "config.fish"), ShellKind::Fish, ReadBy::Always, true));
    places.push((system.join(&configuration, "nushell/env.nu"), ShellKind::Nu, ReadBy::Always, true));
    places.push((system.join(&configuration, "nushell/config.nu"), ShellKind::Nu, ReadBy::Always, true));
    places.push((system.join(&configuration, "elvish/rc.elv"), ShellKind::Elvish, ReadBy::Always, true));
    places.push((
        system.join(&configuration, "powershell/profile.ps1"),
        ShellKind::PowerShell,
        ReadBy::Always,
        true,
    ));
    places
}

fn windows_places(
    system: &System,
    variables: &Variables,
    home: &str,
    registry: &dyn Registry,
) -> Vec<(String, ShellKind, ReadBy, bool)> {
    let documents = documents(system, variables, home, registry);
    let mut places: Vec<_> = ["WindowsPowerShell", "PowerShell"]
        .into_iter()
        .flat_map(|shell| {
            ["profile.ps1", "Microsoft.PowerShell_profile.ps1"].map(|name| format!(r"{shell}\{name}"))
        })
        .map(|path| (system.join(&documents, &path), ShellKind::PowerShell, ReadBy::Always, true))
        .collect();
    for (name, read_by) in
        [(".bash_profile", ReadBy::Login), (".profile", ReadBy::Login), (".bashrc", ReadBy::Interactive)]
    {
        places.push((system.join(home, name), ShellKind::Bash, read_by, true));
    }
    places
}

/// Where the user's documents are. `OneDrive` and administrators move them, and PowerShell asks for them as the shell of
/// Windows does (`FOLDERID_Documents`).
fn documents(system: &System, variables: &Variables, home: &str, registry: &dyn Registry) -> String {
    const KEY: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders";
    let moved = registry.text(Hive::User, KEY, "Personal").map(|value| variables.expand(&value.shown()));
    moved.filter(|path| system.is_absolute(path)).unwrap_or_else(|| system.join(home, "Documents"))
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

#[cfg(test)]
mod tests {
    use crate::snapshot::registry::{Hive, RegistryValue};
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
        machine.registry.put(Hive::User, KEY, "Personal", RegistryValue::new(r"%OneDrive%\Documents", true));
        assert_eq!(read(&machine), [moved]);
        // What leads nowhere is as good as nothing.
        machine.registry.put(Hive::User, KEY, "Personal", RegistryValue::new(r"%NOBODY%\Documents", true));
        assert_eq!(read(&machine), [usual]);
    }
}
