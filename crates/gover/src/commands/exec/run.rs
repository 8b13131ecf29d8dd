//! Runs an isolated command, and keeps or removes its directory.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use gover_sys::exec::{self, EnvEdit};

use super::area::Area;
use super::keep::Kept;
use crate::{Context, Failure};

pub(super) struct Command<'a> {
    pub(super) program: &'a Path,
    /// As it was typed.
    pub(super) name: &'a OsStr,
    pub(super) rest: &'a [OsString],
    pub(super) edits: &'a [EnvEdit],
}

/// Ends this process as the command ends.
pub(super) fn isolated(
    command: &Command<'_>,
    mut area: Area,
    (bin, kept): (&Path, Option<Kept>),
    context: &Context<'_>,
) -> Result<(), Failure> {
    area.prepare()?;
    let finished = exec::supervise(command.program, command.name, command.rest, command.edits)
        .map_err(|error| Failure::cannot_execute(command.program, &error))?;
    area.has_run();
    if finished.is_interrupted() {
        area.remove(context);
    } else if !finished.is_success() {
        area.keep("the command failed", context);
    } else if let Some(Err(failure)) = kept.map(|kept| kept.publish(bin, context)) {
        area.keep("its programs could not be moved", context);
        return Err(failure);
    } else {
        area.remove(context);
    }
    finished.pass_on()
}
