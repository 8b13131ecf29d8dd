mod local;
mod remote;
mod view;

pub(super) use local::InstalledList;
pub(super) use remote::ReleaseList;

use crate::cli::ListArgs;
use crate::{Context, Failure};

pub(super) fn run(arguments: &ListArgs, context: &Context<'_>) -> Result<(), Failure> {
    if arguments.remote { remote::run(arguments, context) } else { local::run(arguments, context) }
}
