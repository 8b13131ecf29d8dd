mod local;
mod remote;
mod support;

pub(super) use local::InstalledList;
pub(super) use remote::ReleaseList;

use gover_core::Exit;

use crate::cli::ListArgs;
use crate::context::Context;
use crate::failure::Failure;

/// `gover list`
pub(super) fn run(arguments: &ListArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    if arguments.remote { remote::run(arguments, context) } else { local::run(arguments, context) }
}
