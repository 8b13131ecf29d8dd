use gover_shell::ShellKind;

use crate::cli::InitArgs;
use crate::{Context, Failure};

pub(super) fn run(arguments: &InitArgs, context: &Context<'_>) -> Result<(), Failure> {
    let shell: ShellKind = arguments.shell.parse()?;
    let script = gover_shell::script(shell, context.env, &context.layout)?;
    context.printer.exact(script.trim_end())
}
