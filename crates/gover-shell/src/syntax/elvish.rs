//! Elvish.

use super::Syntax;
use crate::entry::PathEntry;
use crate::quote;

pub(super) struct Elvish;

impl Syntax for Elvish {
    fn quote(&self, text: &str) -> String {
        quote::elvish(text)
    }

    fn set_env(&self, name: &str, value: &str) -> String {
        format!("set-env {name} {}\n", quote::elvish(value))
    }

    fn unset_env(&self, name: &str) -> String {
        format!("unset-env {name}\n")
    }

    fn unset_by_hand(&self, name: &str) -> String {
        format!("unset-env {name}")
    }

    fn prepend_path(&self, directory: &PathEntry) -> String {
        format!("set paths = [{} $@paths]\n", self.path_entry(directory))
    }

    fn load_line(&self) -> Option<&'static str> {
        Some("eval (gover init elvish | slurp)")
    }

    fn init_template(&self) -> Option<&'static str> {
        Some(include_str!("scripts/elvish.elv"))
    }
}
