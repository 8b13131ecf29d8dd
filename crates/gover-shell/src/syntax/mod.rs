//! The statements that gover needs, in the language of each shell. One file for each language.

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
    /// A missing variable is not an error.
    Unset(&'a str),
}

/// The statements of one shell. Names are plain identifiers, values any text without zero
/// characters. Each statement ends with its line end.
pub trait Syntax: Sync {
    fn quote(&self, text: &str) -> String;

    fn set_env(&self, name: &str, value: &str) -> String;

    /// A missing variable is not an error.
    fn unset_env(&self, name: &str) -> String;

    /// What a person types to remove the variable, for hints.
    fn unset_by_hand(&self, name: &str) -> String;

    fn prepend_path(&self, directory: &PathEntry) -> String;

    fn path_entry(&self, entry: &PathEntry) -> String {
        // Shells that do not override this have no `cygpath`.
        let (PathEntry::Literal(text) | PathEntry::Cygpath(text)) = entry;
        self.quote(text)
    }

    /// A whole file with this code.
    fn file(&self, code: String) -> String {
        code
    }

    /// The line with which a person loads the function of `gover init`; `None` if there is no
    /// function.
    fn load_line(&self) -> Option<&'static str>;

    /// What `gover use` prints for the function of `gover init`, which evaluates it if the exit
    /// code is 0.
    fn evaluated(&self, changes: &[Change<'_>]) -> String {
        changes
            .iter()
            .map(|change| match change {
                Change::Set(name, value) => self.set_env(name, value),
                Change::Unset(name) => self.unset_env(name),
            })
            .collect()
    }

    /// The script of `gover init`, with `'@GOVER@'` for the program and `'@BIN@'` for its
    /// directory, including the quotation marks. `None` for a shell that cannot evaluate the output
    /// of a program.
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
