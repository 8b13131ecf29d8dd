//! Runs a program below this process, which stays to clean up after it. `gover exec --isolated` uses
//! this.
//!
//! On a terminal, Ctrl-C reaches both processes. This one ignores it, so that the program decides.
//! A signal sent only to this process is forwarded, so ending gover also ends the program.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::ExitStatus;

use super::EnvEdit;

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;

/// How the program ended.
#[derive(Debug)]
pub struct Finished {
    status: ExitStatus,
    is_interrupted: bool,
}

impl Finished {
    pub fn is_success(&self) -> bool {
        self.status.success() && !self.is_interrupted
    }

    /// Whether Ctrl-C, or a signal that asks to terminate, came meanwhile.
    pub fn is_interrupted(&self) -> bool {
        self.is_interrupted
    }

    /// Ends this process as the program ended: with its exit code, or on Unix by the same signal.
    pub fn pass_on(&self) -> ! {
        imp::end_like(self.status)
    }
}

/// Runs `program`, an absolute path, and waits for it. The rest is as for
/// [`replace`](super::replace).
///
/// From then on, Ctrl-C and the signals that ask this process to terminate no longer end it, so call
/// [`Finished::pass_on`] soon.
pub fn supervise(
    program: &Path,
    argv0: &OsStr,
    args: &[OsString],
    edits: &[EnvEdit],
) -> io::Result<Finished> {
    let (status, is_interrupted) = imp::supervise(program, argv0, args, edits)?;
    Ok(Finished { status, is_interrupted })
}
