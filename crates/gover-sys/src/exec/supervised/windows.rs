//! Windows: the console sends its events to each of its processes.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::ExitStatus;

use super::EnvEdit;
use crate::exec::{exit, imp};

pub(super) fn supervise(
    program: &Path,
    _argv0: &OsStr,
    args: &[OsString],
    edits: &[EnvEdit],
) -> io::Result<(ExitStatus, bool)> {
    let status = imp::run(program, args, edits)?;
    Ok((status, imp::had_console_event()))
}

pub(super) fn end_like(status: ExitStatus) -> ! {
    // Windows always has an exit code, and an `i32` can hold its 32 bits.
    exit(status.code().unwrap_or(1))
}
