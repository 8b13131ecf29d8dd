//! `gover tools`: programs of `go install`, and building them again with another Go.

mod facts;
mod list;
mod rebuild;

pub(super) use self::facts::{Rebuilt, ToolList};
use crate::cli::{ToolsAction, ToolsArgs};
use crate::{Context, Failure};

pub(super) fn run(arguments: &ToolsArgs, context: &Context<'_>) -> Result<(), Failure> {
    let as_json = arguments.json;
    match &arguments.action {
        None => list::run(as_json, context),
        Some(ToolsAction::Rebuild(arguments)) => rebuild::run(arguments, as_json, context),
    }
}
