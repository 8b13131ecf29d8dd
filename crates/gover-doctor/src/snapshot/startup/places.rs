//! Where startup files may be, in the order in which a login shell would read them.

use gover_shell::ShellKind;

use super::ReadBy;
use crate::snapshot::disk::Disk;
use crate::snapshot::system::System;
use crate::snapshot::variables::Variables;

/// Where startup files may be.
pub(super) fn places(
    system: &System,
    variables: &Variables,
    home: &str,
    disk: &dyn Disk,
) -> Vec<(String, ShellKind, ReadBy, bool)> {
    if system.is_windows() {
        return windows_places(system, home);
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

fn windows_places(system: &System, home: &str) -> Vec<(String, ShellKind, ReadBy, bool)> {
    let mut places: Vec<_> = ["WindowsPowerShell", "PowerShell"]
        .into_iter()
        .flat_map(|shell| {
            ["profile.ps1", "Microsoft.PowerShell_profile.ps1"]
                .map(|name| format!(r"Documents\{shell}\{name}"))
        })
        .map(|path| (system.join(home, &path), ShellKind::PowerShell, ReadBy::Always, true))
        .collect();
    for (name, read_by) in
        [(".bash_profile", ReadBy::Login), (".profile", ReadBy::Login), (".bashrc", ReadBy::Interactive)]
    {
        places.push((system.join(home, name), ShellKind::Bash, read_by, true));
    }
    places
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
