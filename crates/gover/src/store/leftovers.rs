//! What crashes and ended shells left in gover's home.

use gover_install::prune::{self, Leftover, LeftoverKind};

use super::sessions;
use crate::{Context, Failure};

pub(crate) fn find(context: &Context<'_>) -> Result<Vec<Leftover>, Failure> {
    Ok(prune::find(&context.layout, &sessions::ended(context))?)
}

pub(crate) fn describe(kind: LeftoverKind) -> &'static str {
    match kind {
        LeftoverKind::Damaged { reason } => reason,
        LeftoverKind::Staging => "an unfinished install",
        LeftoverKind::Download => "an unfinished download",
        LeftoverKind::Receipt => "the receipt of a removed toolchain",
        LeftoverKind::Session => "the choice of a closed shell",
    }
}
