//! `gover self`: what it does to its own programs.

mod uninstall;
mod update;

pub(super) use uninstall::SelfUninstallFacts;
pub(super) use update::UpdateFacts;

use crate::cli::{SelfAction, SelfArgs};
use crate::{Context, Failure};

pub(super) fn run(arguments: &SelfArgs, context: &Context<'_>) -> Result<(), Failure> {
    match &arguments.action {
        SelfAction::Update(arguments) => update::run(arguments, context),
        SelfAction::Uninstall(arguments) => uninstall::run(arguments, context),
    }
}
