//! Services that read stdout: Azure Pipelines its own lines, the others code for their shell.

use std::path::PathBuf;

use gover_core::platform::IS_WINDOWS;
use gover_shell::{PathEntry, ShellKind};

use super::github::{DOTENV, one_line};
use super::later::Later;
use crate::store::effect;
use crate::{Context, Failure};

/// Logging commands of Azure Pipelines. A directory goes before those above it.
pub(super) fn azure(later: &Later) -> String {
    let path =
        later.path.iter().rev().map(|directory| {
            format!("##vso[task.prependpath]{}\n", azure_value(&directory.to_string_lossy()))
        });
    let variables = later
        .all_variables()
        .into_iter()
        .map(|(name, value)| format!("##vso[task.setvariable variable={name}]{}\n", azure_value(&value)));
    path.chain(variables).collect()
}

/// What the agent turns back into the value.
fn azure_value(value: &str) -> String {
    value.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The shell that evaluates the output: the given one, or the one that started gover. Services start
/// scripts with shells that gover knows.
pub(super) fn shell(given: Option<&str>, context: &Context<'_>) -> Result<ShellKind, Failure> {
    match given.filter(|name| !name.is_empty()) {
        Some(name) => crate::commands::shell(name, context),
        None => Ok(effect::calling_shell(context).unwrap_or(if IS_WINDOWS {
            ShellKind::PowerShell
        } else {
            ShellKind::Posix
        })),
    }
}

/// Code that changes the shell which evaluates it. A second run in the same shell changes nothing.
pub(super) fn code(later: &Later, shell: ShellKind, context: &Context<'_>) -> Result<String, Failure> {
    let syntax = shell.syntax();
    let mut code = String::new();
    for (name, value) in later.all_variables() {
        code.push_str(&syntax.set_env(name, &value));
    }
    let first: Vec<PathBuf> = context.env.path().into_iter().take(later.path.len()).collect();
    if first != later.path {
        for directory in later.path.iter().rev() {
            code.push_str(&syntax.prepend_path(&PathEntry::new(shell, directory, context.env)?));
        }
    }
    Ok(syntax.file(code))
}

/// Code that fails. `eval "$(gover ci)"` does not see the exit code of gover.
pub(super) fn failing(shell: ShellKind) -> &'static str {
    match shell {
        ShellKind::PowerShell => "throw 'gover ci failed'",
        ShellKind::Cmd => "@exit /b 1",
        ShellKind::Nu => "error make {msg: 'gover ci failed'}",
        ShellKind::Elvish => "fail 'gover ci failed'",
        ShellKind::Bash | ShellKind::Zsh | ShellKind::Fish | ShellKind::Posix => "false",
    }
}

/// Lines of a dotenv report of GitLab, which knows no quotes.
pub(super) fn dotenv(later: &Later) -> Result<String, Failure> {
    let line = |(name, value): (&str, String)| Ok(format!("{name}={}\n", one_line(&value, DOTENV)?));
    later.all_variables().into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_one_value_for_the_agent() {
        assert_eq!(azure_value("a%0A\nb"), "a%AZP250A%0Ab");
    }
}
