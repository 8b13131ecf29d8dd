//! The programs in `bin/`, and the repair of what a crash left unfinished.

use std::path::PathBuf;

use gover_core::layout::executable_name;
use gover_install::{shims, staging};

use super::lock;
use crate::failure::with_cause;
use crate::{Context, Failure};

/// Makes the programs in `bin/` match what is installed.
pub(crate) fn refresh(context: &Context<'_>) -> Result<(), Failure> {
    let lock = lock::acquire(shims::LOCK, context)?;
    shims::refresh(&context.layout, &program(context), &lock)?;
    Ok(())
}

/// The shim that came with this gover: in the same directory as its program.
pub(crate) fn program(context: &Context<'_>) -> PathBuf {
    let name = executable_name("gover-shim");
    let sibling = context.env.program().and_then(|own| own.parent().map(|directory| directory.join(&name)));
    sibling.filter(|path| path.is_file()).unwrap_or_else(|| context.layout.bin().join(name))
}

/// Finishes or undoes what a crash interrupted; a failure for one toolchain is only a warning.
pub(crate) fn recover(context: &Context<'_>) {
    if let Err(error) = staging::recover_all(&context.layout) {
        context.printer.warning(&with_cause(&error));
    }
    if !shims::names_are_right(&context.layout) {
        // A command that depends on the names reports what prevents this.
        drop(refresh(context));
    }
}
