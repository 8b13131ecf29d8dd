//! The few statements gover needs, in every shell's language. One file per language.

mod cmd;
mod elvish;
mod fish;
mod nu;
mod posix;
mod powershell;

#[cfg(test)]
mod tests;

use crate::entry::PathEntry;
use crate::kind::ShellKind;

/// A change to one environment variable of a shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    Set(&'a str, &'a str),
    /// Removes a variable; one that is not there is fine.
    Unset(&'a str),
}

/// How a shell writes what gover asks of it. Names are plain identifiers, values are anything without zero
/// characters; each statement is returned with its line end.
pub trait Syntax: Sync {
    /// The text as one literal word.
    fn quote(&self, text: &str) -> String;

    /// Gives the exported variable `name` a value.
    fn set_env(&self, name: &str, value: &str) -> String;

    /// Removes the variable `name`; quietly, if there is none.
    fn unset_env(&self, name: &str) -> String;

    /// How a person removes the variable `name`, for hints.
    fn unset_by_hand(&self, name: &str) -> String;

    /// Puts a directory before all others of PATH.
    fn prepend_path(&self, directory: &PathEntry) -> String;

    /// An entry of PATH as one word.
    fn path_entry(&self, entry: &PathEntry) -> String {
        // No `cygpath` serves the shells that do not overwrite this.
        let (PathEntry::Named(text) | PathEntry::Asked(text)) = entry;
        self.quote(text)
    }

    /// What a whole file of this code needs around it.
    fn file(&self, code: String) -> String {
        code
    }

    /// The line by which a person loads the function of `gover init`; `None` if there is no function.
    fn load_line(&self) -> Option<&'static str>;

    /// What `gover use` prints for the function that `gover init` defined, which evaluates it if the exit code
    /// is 0.
    fn evaluated(&self, changes: &[Change<'_>]) -> String {
        changes
            .iter()
            .map(|change| match change {
                Change::Set(name, value) => self.set_env(name, value),
                Change::Unset(name) => self.unset_env(name),
            })
            .collect()
    }

    /// The script of `gover init`; `'@GOVER@'` stands for the program, `'@BIN@'` for its directory, both with
    /// their quotation marks. `None` for a shell that cannot evaluate what a program prints.
    fn init_template(&self) -> Option<&'static str>;
}

pub(crate) fn of(kind: ShellKind) -> &'static dyn Syntax {
    match kind {
        ShellKind::Bash => &posix::BASH,
        ShellKind::Zsh => &posix::ZSH,
        ShellKind::Posix => &posix::SH,
        ShellKind::Fish => &fish::Fish,
        ShellKind::PowerShell => &powershell::PowerShell,
        ShellKind::Cmd => &cmd::Cmd,
        ShellKind::Nu => &nu::Nu,
        ShellKind::Elvish => &elvish::Elvish,
    }
}
