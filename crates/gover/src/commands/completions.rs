use clap::CommandFactory;
use clap_complete::Shell;
use gover_shell::ShellKind;

use crate::cli::{Cli, CompletionsArgs};
use crate::{Context, Failure};

pub(super) fn run(arguments: &CompletionsArgs, context: &Context<'_>) -> Result<(), Failure> {
    let shell = match super::shell(&arguments.shell, context)? {
        ShellKind::Bash => Shell::Bash,
        ShellKind::Zsh => Shell::Zsh,
        ShellKind::Fish => Shell::Fish,
        ShellKind::PowerShell => Shell::PowerShell,
        ShellKind::Elvish => Shell::Elvish,
        other @ (ShellKind::Cmd | ShellKind::Nu | ShellKind::Posix) => {
            return Err(Failure::usage(
                format!("gover has no completions for {other}"),
                "use bash, zsh, fish, powershell or elvish, as in `gover completions bash`",
            ));
        }
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "gover", &mut script);
    context.printer.exact(String::from_utf8_lossy(&script).trim_end())
}
