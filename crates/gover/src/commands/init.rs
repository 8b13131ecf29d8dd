use crate::cli::InitArgs;
use crate::{Context, Failure};

pub(super) fn run(arguments: &InitArgs, context: &Context<'_>) -> Result<(), Failure> {
    let shell = super::shell(&arguments.shell, context)?;
    let script = gover_shell::script(shell, context.env, &context.layout)?;
    context.printer.exact(script.trim_end())
}
