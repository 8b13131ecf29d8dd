//! bash, zsh and POSIX `sh`, which differ in the output of `gover init` only.

use super::Syntax;
use crate::entry::PathEntry;
use crate::quote;

pub(super) struct Posix {
    template: &'static str,
    load_line: &'static str,
}

pub(super) const BASH: Posix =
    Posix { template: include_str!("scripts/bash.sh"), load_line: "eval \"$(gover init bash)\"" };

pub(super) const ZSH: Posix =
    Posix { template: include_str!("scripts/zsh.zsh"), load_line: "eval \"$(gover init zsh)\"" };

pub(super) const SH: Posix =
    Posix { template: include_str!("scripts/posix.sh"), load_line: "eval \"$(gover init sh)\"" };

impl Syntax for Posix {
    fn quote(&self, text: &str) -> String {
        quote::posix(text)
    }

    fn set_env(&self, name: &str, value: &str) -> String {
        format!("export {name}={}\n", quote::posix(value))
    }

    /// Without `-v` this may remove a function of that name.
    fn unset_env(&self, name: &str) -> String {
        format!("unset -v {name}\n")
    }

    fn unset_by_hand(&self, name: &str) -> String {
        format!("unset {name}")
    }

    /// Does not add an empty entry to an empty PATH: it would mean the working directory.
    fn prepend_path(&self, directory: &PathEntry) -> String {
        format!("export PATH={}\"${{PATH:+:$PATH}}\"\n", self.path_entry(directory))
    }

    fn path_entry(&self, entry: &PathEntry) -> String {
        match entry {
            PathEntry::Literal(text) => quote::posix(text),
            // The backslash prevents aliases.
            PathEntry::Cygpath(path) => format!("\"$(\\command cygpath -u {})\"", quote::posix(path)),
        }
    }

    fn load_line(&self) -> Option<&'static str> {
        Some(self.load_line)
    }

    fn init_template(&self) -> Option<&'static str> {
        Some(self.template)
    }
}
