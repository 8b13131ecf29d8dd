use gover_shell::ShellKind;

use crate::cli::CompletionsArgs;
use crate::{Context, Failure};

pub(super) fn run(arguments: &CompletionsArgs, context: &Context<'_>) -> Result<(), Failure> {
    let shell = super::shell(&arguments.shell, context)?;
    let Some(script) = shell.syntax().completions() else {
        return Err(Failure::usage(
            format!("gover has no completions for {shell}"),
            "use bash, zsh, fish, powershell, nu or elvish, as in `gover completions bash`",
        ));
    };
    // The function of `gover init` has the completions of Nushell; without it they need a command.
    let command = if shell == ShellKind::Nu { NU_COMMAND } else { "" };
    context.printer.exact(format!("{script}{command}").trim_end())
}

const NU_COMMAND: &str = "export extern gover [...arguments: string@\"nu-complete gover\"]\n";
