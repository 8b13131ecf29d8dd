//! fish.

use super::Syntax;
use crate::entry::PathEntry;
use crate::quote;

pub(super) struct Fish;

impl Syntax for Fish {
    fn quote(&self, text: &str) -> String {
        quote::fish(text)
    }

    fn set_env(&self, name: &str, value: &str) -> String {
        format!("set -gx {name} {}\n", quote::fish(value))
    }

    fn unset_env(&self, name: &str) -> String {
        format!("set -e {name}\n")
    }

    fn unset_by_hand(&self, name: &str) -> String {
        format!("set -e {name}")
    }

    fn prepend_path(&self, directory: &PathEntry) -> String {
        format!("set -gx PATH {} $PATH\n", self.path_entry(directory))
    }

    fn path_entry(&self, entry: &PathEntry) -> String {
        match entry {
            PathEntry::Literal(text) => quote::fish(text),
            PathEntry::Cygpath(path) => format!("(command cygpath -u {})", quote::fish(path)),
        }
    }

    fn load_line(&self) -> Option<&'static str> {
        Some("gover init fish | source")
    }

    fn init_template(&self) -> Option<&'static str> {
        Some(include_str!("scripts/fish.fish"))
    }
}
