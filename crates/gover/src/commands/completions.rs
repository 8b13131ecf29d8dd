use gover_shell::ShellKind;

use crate::cli::CompletionsArgs;
use crate::{Context, Failure};

pub(super) fn run(arguments: &CompletionsArgs, context: &Context<'_>) -> Result<(), Failure> {
    let shell = super::shell(&arguments.shell, context)?;
    let Some(script) = script(shell) else {
        return Err(Failure::usage(
            format!("gover has no completions for {shell}"),
            "use bash, zsh, fish, powershell, nu or elvish, as in `gover completions bash`",
        ));
    };
    context.printer.exact(script.trim_end())
}

/// What defines the completions of gover in a shell, for those shells that have completions.
pub fn script(shell: ShellKind) -> Option<String> {
    // The function of `gover init` has the completions of Nushell; without it they need a command.
    let command = if shell == ShellKind::Nu { NU_COMMAND } else { "" };
    shell.syntax().completions().map(|script| format!("{script}{command}"))
}

const NU_COMMAND: &str = "export extern gover [...arguments: string@\"nu-complete gover\"]\n";
