//! fish.

use super::Syntax;
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

    fn prepend_path(&self, directory: &str) -> String {
        format!("set -gx PATH {} $PATH\n", quote::fish(directory))
    }

    fn init_template(&self) -> Option<&'static str> {
        Some(include_str!("scripts/fish.fish"))
    }
}
