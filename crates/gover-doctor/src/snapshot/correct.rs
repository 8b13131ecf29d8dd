//! How a Go setting gets another value, or is removed, in the place that sets it.

use gover_shell::ShellKind;

use super::Snapshot;
use crate::Finding;

impl Snapshot<'_> {
    /// Adds what gives a Go setting another value, or removes it. Only the user can give a variable
    /// another value; `--fix` removes it like [`unset`](Self::unset).
    #[must_use]
    pub fn corrected(&self, finding: Finding, name: &str, value: Option<&str>) -> Finding {
        let is_variable = self.variable(name).is_some();
        if is_variable && value.is_none() {
            return self.unset(finding, name);
        }
        let change = self.go_env.with(name, value).filter(|_| !is_variable);
        finding.fixed_by(change).commands(self.set_by_hand(name, value))
    }

    /// The command that gives a Go setting another value, or removes it, where it is set.
    pub fn set_by_hand(&self, name: &str, value: Option<&str>) -> Option<String> {
        match value {
            _ if self.variable(name).is_some() => self.in_shell(name, value),
            Some(value) => Some(self.go_env_write(name, value)),
            None => Some(format!("go env -u {name}")),
        }
    }

    /// The command that gives a variable of the shell in use another value, or removes it.
    pub fn in_shell(&self, name: &str, value: Option<&str>) -> Option<String> {
        let syntax = self.shell?.syntax();
        let line = value.map_or_else(|| syntax.unset_by_hand(name), |value| syntax.set_env(name, value));
        Some(line.trim_end().to_owned())
    }

    /// The `go env -w` command for a value, quoted for the shell in use.
    pub fn go_env_write(&self, name: &str, value: &str) -> String {
        format!("go env -w {}", self.word(format!("{name}={value}")))
    }

    /// A text as one word for the shell in use, quoted only if necessary.
    pub fn word(&self, text: impl AsRef<str>) -> String {
        let text = text.as_ref();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:+@".contains(c);
        if !text.is_empty() && text.chars().all(|c| is_plain(c) || (c == '\\' && self.system.is_windows())) {
            return text.to_owned();
        }
        let shell = if self.system.is_windows() { ShellKind::PowerShell } else { ShellKind::Posix };
        self.shell.unwrap_or(shell).syntax().quote(text)
    }
}
