//! The shells that gover knows, by name.

use std::str::FromStr;

use gover_core::env::vars;
use gover_core::text::shown;
use gover_core::{Diagnose, Env, Exit};

use crate::syntax::{self, Syntax};

/// A family of shells with one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShellKind {
    Bash,
    Zsh,
    Fish,
    /// Windows `PowerShell` 5.1 and `PowerShell` 7.
    PowerShell,
    Cmd,
    Nu,
    Elvish,
    /// Any other shell that understands POSIX `sh`: dash, ash, ksh, mksh.
    Posix,
}

impl ShellKind {
    /// In the order in which messages list them.
    pub const ALL: [Self; 8] =
        [Self::Bash, Self::Zsh, Self::Fish, Self::PowerShell, Self::Cmd, Self::Nu, Self::Elvish, Self::Posix];

    /// The name on the command line and in `GOVER_SHELL`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::PowerShell => "powershell",
            Self::Cmd => "cmd",
            Self::Nu => "nu",
            Self::Elvish => "elvish",
            Self::Posix => "sh",
        }
    }

    /// Reads a name, the path of a shell, or the name of its process: `zsh`, `-bash`, `/bin/dash`,
    /// `C:\Windows\System32\cmd.exe`. Accepts the separators of all systems.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim().rsplit(['/', '\\']).next().unwrap_or_default();
        // The name of a login shell begins with a dash.
        let name = name.strip_prefix('-').unwrap_or(name).to_ascii_lowercase();
        match name.strip_suffix(".exe").unwrap_or(&name) {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            "powershell" | "powershell_ise" | "pwsh" | "pwsh-preview" => Some(Self::PowerShell),
            "cmd" => Some(Self::Cmd),
            "nu" | "nushell" => Some(Self::Nu),
            "elvish" => Some(Self::Elvish),
            "sh" | "dash" | "ash" | "ksh" | "ksh93" | "mksh" | "posix" => Some(Self::Posix),
            _ => None,
        }
    }

    /// The shell that started gover: the one whose function did (`GOVER_SHELL`), else the nearest
    /// of `ancestors` (names of processes, nearest first), else the login shell.
    pub fn detect(env: &Env, ancestors: impl IntoIterator<Item = String>) -> Option<Self> {
        env.text(vars::GOVER_SHELL)
            .and_then(|name| Self::parse(&name))
            .or_else(|| ancestors.into_iter().find_map(|name| Self::parse(&name)))
            .or_else(|| Self::login(env))
    }

    /// The user's login shell, from `SHELL`.
    pub fn login(env: &Env) -> Option<Self> {
        Self::parse(&env.text(vars::SHELL)?)
    }

    /// On Windows these shells have their own form of directories, and `:` in PATH.
    pub fn is_unix_like(self) -> bool {
        matches!(self, Self::Bash | Self::Zsh | Self::Fish | Self::Posix)
    }

    pub fn syntax(self) -> &'static Syntax {
        syntax::of(self)
    }
}

impl std::fmt::Display for ShellKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for ShellKind {
    type Err = UnknownShell;

    fn from_str(text: &str) -> Result<Self, UnknownShell> {
        Self::parse(text).ok_or_else(|| UnknownShell { name: text.to_owned() })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a shell that gover knows", shown(name))]
pub struct UnknownShell {
    pub name: String,
}

impl UnknownShell {
    /// The name that was probably meant. csh and tcsh are not typos of zsh.
    pub fn meant(&self) -> Option<&'static str> {
        let is_other = self.name.ends_with("csh");
        gover_core::nearest(&self.name, ShellKind::ALL.iter().map(|kind| kind.name())).filter(|_| !is_other)
    }
}

impl Diagnose for UnknownShell {
    fn hints(&self) -> Vec<String> {
        let names: Vec<_> = ShellKind::ALL.iter().map(|kind| kind.name()).collect();
        vec![format!("use one of {}", names.join(", "))]
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn env(variables: &[(&str, &str)]) -> Env {
        Env::from_map(variables.iter().copied(), PathBuf::from("/"))
    }

    #[test]
    fn names_and_paths_of_all_systems_are_read() {
        for (text, kind) in [
            ("bash", ShellKind::Bash),
            ("-zsh", ShellKind::Zsh),
            ("/usr/local/bin/fish", ShellKind::Fish),
            (r"C:\Program Files\PowerShell\7\pwsh.exe", ShellKind::PowerShell),
            (r"C:\WINDOWS\system32\CMD.EXE", ShellKind::Cmd),
            (r"C:/Git/usr/bin\bash.exe", ShellKind::Bash),
            ("Nu", ShellKind::Nu),
            ("/bin/dash", ShellKind::Posix),
        ] {
            assert_eq!(ShellKind::parse(text), Some(kind), "{text}");
        }
        for text in ["", "-", "/bin/", "bashful", "go", "bash/"] {
            assert_eq!(ShellKind::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_name_can_be_parsed() {
        for kind in ShellKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
    }

    #[test]
    fn the_function_precedes_processes_and_they_precede_the_login_shell() {
        let ancestors = || ["make".to_owned(), "-fish".to_owned(), "bash".to_owned()];
        let full = env(&[("GOVER_SHELL", "zsh"), ("SHELL", "/bin/bash")]);
        assert_eq!(ShellKind::detect(&full, ancestors()), Some(ShellKind::Zsh));
        let login = env(&[("SHELL", "/bin/bash")]);
        assert_eq!(ShellKind::detect(&login, ancestors()), Some(ShellKind::Fish));
        assert_eq!(ShellKind::detect(&login, []), Some(ShellKind::Bash));
        assert_eq!(ShellKind::detect(&env(&[]), []), None);
    }

    #[test]
    fn the_error_for_an_unknown_shell_lists_the_known_ones() {
        let error = "csh".parse::<ShellKind>().unwrap_err();
        assert_eq!(error.to_string(), "`csh` is not a shell that gover knows");
        assert_eq!(error.hints(), ["use one of bash, zsh, fish, powershell, cmd, nu, elvish, sh"]);
        assert_eq!(error.exit(), Exit::Usage);
        assert_eq!(error.meant(), None);
        let typo = "bahs".parse::<ShellKind>().unwrap_err();
        assert_eq!(typo.meant(), Some("bash"));
    }
}
