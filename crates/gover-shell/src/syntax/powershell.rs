//! `PowerShell`, 5.1 and 7, on all systems.

use super::Syntax;
use crate::quote;

pub(super) struct PowerShell;

impl Syntax for PowerShell {
    fn quote(&self, text: &str) -> String {
        quote::powershell(text)
    }

    fn set_env(&self, name: &str, value: &str) -> String {
        format!("$env:{name} = {}\n", quote::powershell(value))
    }

    fn unset_env(&self, name: &str) -> String {
        format!("$env:{name} = $null\n")
    }

    fn prepend_path(&self, directory: &str) -> String {
        format!("$env:PATH = {} + [IO.Path]::PathSeparator + $env:PATH\n", quote::powershell(directory))
    }

    fn init_template(&self) -> Option<&'static str> {
        Some(include_str!("scripts/powershell.ps1"))
    }
}
