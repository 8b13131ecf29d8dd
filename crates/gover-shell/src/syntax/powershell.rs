//! `PowerShell`, 5.1 and 7, on all systems.

use super::Syntax;
use crate::entry::PathEntry;
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

    fn unset_by_hand(&self, name: &str) -> String {
        format!("Remove-Item Env:{name}")
    }

    fn prepend_path(&self, directory: &PathEntry) -> String {
        let entry = self.path_entry(directory);
        format!("$env:PATH = {entry} + [IO.Path]::PathSeparator + $env:PATH\n")
    }

    fn load_line(&self) -> Option<&'static str> {
        Some("gover init powershell | Out-String | Invoke-Expression")
    }

    fn init_template(&self) -> Option<&'static str> {
        Some(include_str!("scripts/powershell.ps1"))
    }
}
