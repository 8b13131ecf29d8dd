//! bash, zsh and POSIX `sh`, which differ in their `gover init` only.

use super::Syntax;
use crate::quote;

pub(super) struct Posix {
    pub(super) template: &'static str,
}

impl Syntax for Posix {
    fn quote(&self, text: &str) -> String {
        quote::posix(text)
    }

    fn set_env(&self, name: &str, value: &str) -> String {
        format!("export {name}={}\n", quote::posix(value))
    }

    /// With `-v`, since without it a function of that name may be meant.
    fn unset_env(&self, name: &str) -> String {
        format!("unset -v {name}\n")
    }

    /// An empty PATH stays without an empty entry, which would mean the working directory.
    fn prepend_path(&self, directory: &str) -> String {
        format!("export PATH={}\"${{PATH:+:$PATH}}\"\n", quote::posix(directory))
    }

    fn init_template(&self) -> Option<&'static str> {
        Some(self.template)
    }
}
