//! How a variable that hurts is taken away, wherever it is set.

use super::Snapshot;
use super::registry::{Hive, MACHINE_ENVIRONMENT, USER_ENVIRONMENT, UserKey};
use crate::finding::{Change, Finding};

impl Snapshot<'_> {
    /// The finding with what removes a variable: from the user's startup files (as comments) and registry by `--fix`; from
    /// places of the machine and from the shell in use by commands.
    #[must_use]
    pub fn unset(&self, mut finding: Finding, name: &str) -> Finding {
        for file in &self.startup.files {
            let lines: Vec<usize> =
                file.assignments.iter().filter(|line| line.name == name).map(|line| line.line).collect();
            if lines.is_empty() {
                continue;
            }
            match file.commented_out(&lines) {
                Some(change) => finding = finding.fixed_by([change]),
                None => {
                    for line in lines {
                        finding = finding.command(format!("sudo sed -i '{line}s/^/# /' {}", file.path));
                    }
                }
            }
        }
        if let Some(before) = self.registry.text(Hive::User, USER_ENVIRONMENT, name) {
            let key = UserKey { key: USER_ENVIRONMENT.to_owned(), name: name.to_owned() };
            finding = finding.fixed_by([Change::Registry { key, before: Some(before), after: None }]);
        }
        if self.registry.text(Hive::Machine, MACHINE_ENVIRONMENT, name).is_some() {
            // For everybody on this machine, so an administrator's to change.
            finding =
                finding.command(format!("[Environment]::SetEnvironmentVariable('{name}', $null, 'Machine')"));
        }
        if self.variable(name).is_some()
            && let Some(shell) = self.shell
        {
            finding = finding.command(shell.syntax().unset_by_hand(name).trim_end());
        }
        finding
    }
}
