//! Elvish.

use super::Syntax;
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

    fn prepend_path(&self, directory: &str) -> String {
        format!("set paths = [{} $@paths]\n", quote::elvish(directory))
    }

    fn init_template(&self) -> Option<&'static str> {
        Some(include_str!("scripts/elvish.elv"))
    }
}
