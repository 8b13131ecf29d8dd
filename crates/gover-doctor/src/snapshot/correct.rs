//! How a setting gets another value, or is removed, wherever it is set.

use gover_shell::ShellKind;

use super::Snapshot;
use super::path::MachinePath;
use super::registry::{Hive, UserKey, environment};
use super::startup::StartupFile;
use super::system::Os;
use crate::{Change, Finding};

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

    /// The command that gives a Go setting another value, or removes it, in the place that sets it:
    /// while a variable is set, `go env -w` has no effect. `None` if gover does not know the shell,
    /// or if go does not start with the present value.
    pub fn set_by_hand(&self, name: &str, value: Option<&str>) -> Option<String> {
        match value {
            _ if self.variable(name).is_some() => self.in_shell(name, value),
            Some(value) => Some(self.go_env_write(name, value)),
            // Go before 1.21 does not know the name, and with an invalid value go stops. This
            // command alone is never given to another toolchain (`cmd/go/internal/toolchain.Select`).
            None if name == "GOTOOLCHAIN" => Some(self.go_env_write(name, "auto")),
            // With such a GOPATH, even `go env` stops.
            None if name == "GOPATH" && self.gopath().iter().any(|entry| !entry.is_absolute()) => None,
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
    fn go_env_write(&self, name: &str, value: &str) -> String {
        format!("go env -w {}", self.word(format!("{name}={value}")))
    }

    /// A text as one word for the shell in use, quoted only if necessary.
    pub fn word(&self, text: impl AsRef<str>) -> String {
        let text = text.as_ref();
        if self.is_plain(text) {
            return text.to_owned();
        }
        let shell = if self.system.is_windows() { ShellKind::PowerShell } else { ShellKind::Posix };
        self.shell.unwrap_or(shell).syntax().quote(text)
    }

    /// The same for a command that [`in_powershell`](Self::in_powershell) gets, with letters of all
    /// languages as they are.
    pub fn powershell_word(&self, text: impl AsRef<str>) -> String {
        let text = text.as_ref();
        if self.is_plain(text) {
            return text.to_owned();
        }
        // PowerShell takes typographic quotation marks for its own.
        if text.chars().all(|c| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric()) {
            return format!("'{}'", text.replace('\'', "''"));
        }
        ShellKind::PowerShell.syntax().quote(text)
    }

    fn is_plain(&self, text: &str) -> bool {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:+@".contains(c);
        !text.is_empty() && text.chars().all(|c| is_plain(c) || (c == '\\' && self.system.is_windows()))
    }

    /// A command of PowerShell as the shell in use runs it on Windows.
    pub fn in_powershell(&self, command: String) -> String {
        match self.shell.filter(|_| self.system.is_windows()) {
            None | Some(ShellKind::PowerShell) => command,
            Some(ShellKind::Cmd) => format!("powershell -Command \"{}\"", command.replace('"', "\\\"")),
            // Between these marks, they all mean something in shells of Unix.
            Some(_) if !command.contains(['$', '`', '"', '!', '\n']) && !command.contains(r"\\") => {
                format!("powershell -Command \"{command}\"")
            }
            Some(shell) => format!("powershell -Command {}", shell.syntax().quote(&command)),
        }
    }

    /// The command that moves gover with all its toolchains.
    pub fn move_store(&self, to: &MachinePath) -> String {
        let from = &self.gover.home;
        // gover finds its home by its own location.
        if self.system.is_windows() {
            let program = self.powershell_word(to.join("bin/gover.exe"));
            let (from, to) = (self.powershell_word(from), self.powershell_word(to));
            return self.in_powershell(format!("Move-Item {from} {to}; if ($?) {{ & {program} setup }}"));
        }
        let program = self.word(to.join("bin/gover"));
        format!("mv {} {} && {program} setup", self.word(from), self.word(to))
    }

    /// Adds what removes a variable: changes to the user's startup files and registry, and commands
    /// for the machine's settings and the shell in use.
    #[must_use]
    pub fn unset(&self, mut finding: Finding, name: &str) -> Finding {
        for file in &self.startup.files {
            let lines: Vec<usize> = file.sets(name).map(|line| line.line).collect();
            finding = self.commented_out(finding, file, &lines);
        }
        let stored = |hive| self.registry.text(hive, environment(hive), name);
        if let Some(before) = stored(Hive::User) {
            let key = UserKey::of_variable(name);
            finding = finding.fixed_by([Change::Registry { key, before: Some(before), after: None }]);
        }
        if stored(Hive::Machine).is_some() {
            // It affects all users, so an administrator has to change it.
            let removal = format!("[Environment]::SetEnvironmentVariable('{name}', $null, 'Machine')");
            finding = finding.commands(by_administrator([removal]));
        }
        let is_set = self.variable(name).is_some();
        finding.commands(self.in_shell(name, None).filter(|_| is_set))
    }

    /// Adds what comments lines out: a change, or commands if `--fix` may not change the file.
    #[must_use]
    pub fn commented_out(&self, finding: Finding, file: &StartupFile, lines: &[usize]) -> Finding {
        match file.rewritten(&lines.iter().map(|line| (*line, None)).collect()) {
            Some(change) => finding.fixed_by([change]),
            None => finding.commands(lines.iter().map(|line| self.by_hand(file, *line))),
        }
    }

    /// The command that comments out a line in a file of the machine. For a line that does more
    /// than one thing, and in the user's own files, it opens an editor.
    fn by_hand(&self, file: &StartupFile, line: usize) -> String {
        if file.is_own || self.system.is_windows() || !file.is_whole(line) {
            return self.edit(file, line);
        }
        self.sed(file, &format!("{line}s/^/# /"))
    }

    pub fn edit(&self, file: &StartupFile, line: usize) -> String {
        let sudo = if file.is_own || self.system.is_windows() { "" } else { "sudo " };
        format!("{sudo}{}", self.edit_own(&file.path, line))
    }

    /// The command that opens the user's editor at a line.
    pub fn edit_own(&self, path: &MachinePath, line: usize) -> String {
        let path = self.word(path);
        if self.system.is_windows() {
            // cmd.exe would pass a comment on to the program.
            let comment = if self.shell == Some(ShellKind::Cmd) { "& rem" } else { " #" };
            return format!("notepad {path} {comment} line {line}");
        }
        format!("${{EDITOR:-vi}} +{line} {path}")
    }

    /// Why a file cannot be changed, and the command after which it can. Only the owner of a file and root
    /// can change its permissions.
    pub fn unlocked(&self, path: &MachinePath) -> (String, String) {
        let word = self.word(path);
        if self.system.is_windows() {
            return ("is read-only".to_owned(), format!("attrib -R {word}"));
        }
        let chmod = format!("chmod u+w {word}");
        match self.other_owner(path) {
            Some(owner) => {
                (format!("belongs to {owner}"), format!("sudo chown {} {word} && {chmod}", self.own_name()))
            }
            None => ("is read-only".to_owned(), chmod),
        }
    }

    pub fn readable_again(&self, path: &MachinePath) -> String {
        let path = self.word(path);
        if self.system.is_windows() {
            return format!("icacls {path} /reset");
        }
        format!("sudo chown {} {path} && chmod u+r {path}", self.own_name())
    }

    /// The command that makes a directory the user's own again.
    pub fn take_back(&self, path: &MachinePath) -> String {
        let path = self.word(path);
        match (self.system.is_windows(), self.shell) {
            (true, Some(ShellKind::Cmd)) => format!("icacls {path} /grant %USERNAME%:(OI)(CI)F /T"),
            (true, _) => format!("icacls {path} /grant \"${{env:USERNAME}}:(OI)(CI)F\" /T"),
            (false, _) => format!("sudo chown -R {} {path}", self.own_name()),
        }
    }

    fn own_name(&self) -> &'static str {
        match self.shell {
            Some(ShellKind::Fish | ShellKind::Elvish | ShellKind::Nu) => "(id -un)",
            _ => "\"$(id -un)\"",
        }
    }

    pub fn sed(&self, file: &StartupFile, script: &str) -> String {
        // sed on macOS needs an explicit empty suffix to keep no copy.
        let in_place = if self.system.os == Os::MacOs { "-i ''" } else { "-i" };
        format!("sudo sed {in_place} '{script}' {}", self.word(&file.path))
    }
}

/// Commands that only an administrator can run, below a line that says so.
pub(crate) fn by_administrator<const N: usize>(lines: [String; N]) -> impl Iterator<Item = String> {
    ["# in PowerShell as administrator:".to_owned()].into_iter().chain(lines)
}

#[cfg(test)]
mod tests {
    use crate::snapshot::registry::{Hive, environment};
    use crate::testing::Machine;

    #[test]
    fn settings_of_the_machine_are_reported_and_never_changed() {
        for (machine, command) in [
            (Machine::linux(), "sudo sed -i '2s/^/# /' /etc/profile"),
            (Machine::macos(), "sudo sed -i '' '2s/^/# /' /etc/profile"),
        ] {
            let machine = machine.file("/etc/profile", "umask 022\nexport GOROOT=/opt/go\n");
            let finding = machine.findings("goroot-set").remove(0);
            assert_eq!((finding.fix.changes.len(), finding.fix.commands[0].as_str()), (0, command));
        }
        let machine =
            Machine::linux().file("/etc/profile", "export GOROOT=/opt/go; export PATH=$PATH:/opt/go/bin\n");
        assert_eq!(machine.findings("goroot-set")[0].fix.commands, ["sudo ${EDITOR:-vi} +1 /etc/profile"]);
        let machine =
            Machine::windows().registry(Hive::Machine, environment(Hive::Machine), "GOROOT", r"C:\Go");
        assert_eq!(
            machine.findings("goroot-set")[0].fix.commands,
            [
                "# in PowerShell as administrator:",
                "[Environment]::SetEnvironmentVariable('GOROOT', $null, 'Machine')"
            ]
        );
    }
}
