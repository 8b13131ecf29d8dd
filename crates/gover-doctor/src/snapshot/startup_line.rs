//! The command that adds a line to the file that a shell reads when it starts.

use gover_shell::ShellKind;

use super::Snapshot;
use super::path::MachinePath;
use super::system::Os;

impl Snapshot<'_> {
    /// The command, in the language of the shell. It makes the directory of the file first if that
    /// may be missing.
    pub fn added_line(&self, shell: ShellKind, line: &str) -> String {
        let quoted = shell.syntax().quote(line);
        match shell {
            ShellKind::PowerShell => format!(
                "New-Item (Split-Path $PROFILE) -ItemType Directory -Force | Out-Null; Add-Content $PROFILE {quoted}"
            ),
            ShellKind::Nu => format!(
                "mkdir ($nu.config-path | path dirname); {quoted} + (char newline) | save --append $nu.config-path"
            ),
            ShellKind::Elvish if self.system.is_windows() => {
                format!("use runtime; echo {quoted} >> $runtime:rc-path")
            }
            ShellKind::Elvish => self.in_file(shell, &format!("echo {quoted}")),
            _ => self.in_file(shell, &format!("printf '%s\\n' {quoted}")),
        }
    }

    fn in_file(&self, shell: ShellKind, print: &str) -> String {
        let (base, shown) = self.startup_directory(shell);
        let (directory, name) = self.usual_file(shell);
        let shown = if directory.is_empty() { shown } else { format!("{shown}/{directory}") };
        let is_missing = !directory.is_empty() && !self.is_directory(&base.join(directory));
        let first = if is_missing { format!("mkdir -p {shown}; ") } else { String::new() };
        format!("{first}{print} >> {shown}/{name}")
    }

    /// The directory below which the shell looks for its files, and that directory as people write
    /// it in a command.
    fn startup_directory(&self, shell: ShellKind) -> (MachinePath, String) {
        let (variable, usual) = match shell {
            ShellKind::Zsh => ("ZDOTDIR", ""),
            ShellKind::Fish | ShellKind::Elvish => ("XDG_CONFIG_HOME", ".config"),
            _ => return (self.home.clone(), "~".to_owned()),
        };
        let named = self.variable(variable).map(|path| self.system.path(path));
        match named.filter(|path| path.is_absolute() && *path != self.home.join(usual)) {
            Some(path) => {
                let word = self.word(path.as_str());
                (path, word)
            }
            None if usual.is_empty() => (self.home.clone(), "~".to_owned()),
            None => (self.home.join(usual), format!("~/{usual}")),
        }
    }

    /// The file that every interactive shell of this kind reads, in its directory.
    fn usual_file(&self, shell: ShellKind) -> (&'static str, &'static str) {
        match shell {
            ShellKind::Bash if self.system.os == Os::MacOs => ("", ".bash_profile"),
            ShellKind::Bash => ("", ".bashrc"),
            ShellKind::Zsh => ("", ".zshrc"),
            ShellKind::Fish => ("fish", "config.fish"),
            ShellKind::Elvish => ("elvish", "rc.elv"),
            ShellKind::Nu | ShellKind::PowerShell | ShellKind::Posix | ShellKind::Cmd => ("", ".profile"),
        }
    }
}

#[cfg(test)]
mod tests {
    use gover_shell::ShellKind;

    use crate::testing::Machine;

    fn added(machine: &Machine, shell: ShellKind) -> String {
        machine.snapshot(|snapshot| snapshot.added_line(shell, "a 'b'"))
    }

    #[test]
    fn the_directory_of_the_file_is_made_if_it_is_missing() {
        let machine = Machine::linux();
        assert_eq!(added(&machine, ShellKind::Bash), r"printf '%s\n' 'a '\''b'\''' >> ~/.bashrc");
        assert_eq!(
            added(&machine, ShellKind::Elvish),
            "mkdir -p ~/.config/elvish; echo 'a ''b''' >> ~/.config/elvish/rc.elv"
        );
        let there = machine.directory("~/.config/elvish");
        assert_eq!(added(&there, ShellKind::Elvish), "echo 'a ''b''' >> ~/.config/elvish/rc.elv");
        let moved = there.var("XDG_CONFIG_HOME", "/srv/my conf").var("ZDOTDIR", "/home/ann/.zsh");
        assert!(added(&moved, ShellKind::Fish).starts_with("mkdir -p '/srv/my conf'/fish; printf "));
        assert!(added(&moved, ShellKind::Zsh).ends_with(" >> /home/ann/.zsh/.zshrc"));
        let windows = Machine::windows();
        assert_eq!(
            added(&windows, ShellKind::PowerShell),
            "New-Item (Split-Path $PROFILE) -ItemType Directory -Force | Out-Null; Add-Content $PROFILE 'a ''b'''"
        );
        assert_eq!(added(&windows, ShellKind::Elvish), "use runtime; echo 'a ''b''' >> $runtime:rc-path");
    }
}
