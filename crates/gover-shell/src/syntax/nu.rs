//! Nushell cannot evaluate text, so its function reads the changes as JSON.

use super::{Change, Syntax};
use crate::entry::PathEntry;
use crate::quote;

pub(super) struct Nu;

impl Syntax for Nu {
    fn quote(&self, text: &str) -> String {
        quote::nu(text)
    }

    fn set_env(&self, name: &str, value: &str) -> String {
        format!("$env.{name} = {}\n", quote::nu(value))
    }

    fn unset_env(&self, name: &str) -> String {
        format!("hide-env --ignore-errors {name}\n")
    }

    fn unset_by_hand(&self, name: &str) -> String {
        format!("hide-env {name}")
    }

    fn prepend_path(&self, directory: &PathEntry) -> String {
        let entry = self.path_entry(directory);
        format!("$env.PATH = ($env.PATH | split row (char esep) | prepend {entry})\n")
    }

    fn load_line(&self) -> Option<&'static str> {
        Some("gover init nu | save --force ($nu.default-config-dir | path join autoload gover.nu)")
    }

    /// One object: a text sets a variable, `null` removes it.
    fn evaluated(&self, changes: &[Change<'_>]) -> String {
        let members: Vec<_> = changes
            .iter()
            .map(|change| match change {
                Change::Set(name, value) => format!("{}:{}", quote::json(name), quote::json(value)),
                Change::Unset(name) => format!("{}:null", quote::json(name)),
            })
            .collect();
        format!("{{{}}}\n", members.join(","))
    }

    fn init_template(&self) -> Option<&'static str> {
        Some(include_str!("scripts/nu.nu"))
    }
}
