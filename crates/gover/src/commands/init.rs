use gover_core::Exit;
use gover_shell::ShellKind;

use crate::cli::InitArgs;
use crate::context::Context;
use crate::failure::Failure;

/// `gover init`
pub(super) fn run(arguments: &InitArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let shell: ShellKind = arguments.shell.parse()?;
    let script = gover_shell::script(shell, context.env, &context.layout)?;
    context.printer.exact(script.trim_end())?;
    Ok(Exit::Success)
}
