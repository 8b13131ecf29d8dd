//! `gover tools`: programs of `go install`, and building them again with another Go.

mod facts;
mod install;
mod kept;
mod list;
mod rebuild;

pub(super) use self::facts::{InstalledTool, Rebuilt, RemovedTools, ToolList};
pub(super) use self::kept::mention;
pub(super) use self::rebuild::{offer, older};
use crate::cli::{ToolsAction, ToolsArgs};
use crate::{Context, Failure};

pub(super) fn run(arguments: &ToolsArgs, context: &Context<'_>) -> Result<(), Failure> {
    let as_json = arguments.json;
    match &arguments.action {
        None => list::run(as_json, context),
        Some(ToolsAction::Rebuild(arguments)) => rebuild::run(arguments, as_json, context),
        Some(ToolsAction::Install(arguments)) => install::install(arguments, as_json, context),
        Some(ToolsAction::Uninstall(arguments)) => install::uninstall(arguments, as_json, context),
    }
}
