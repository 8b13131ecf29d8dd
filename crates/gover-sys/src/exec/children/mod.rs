//! Runs programs below this process, also several at once, and ends them together: on Ctrl-C or a
//! signal that asks this process to end, with everything that they started. `gover matrix` and
//! `gover bisect` use this.
//!
//! On Unix each program leads a session. So all that it starts gets a signal together, and nothing
//! waits for an answer from a terminal. On Windows each program has a job object.

use std::io;
use std::process::Command;

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;

/// While it lives, Ctrl-C and signals that ask this process to end are for the programs.
///
/// They get a few seconds. A second Ctrl-C ends them at once.
#[derive(Debug)]
pub struct Children {
    imp: imp::Children,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// As a shell reports it: 128 and its number for a signal.
    pub code: i32,
    /// The signal that ended it. Windows has none.
    pub signal: Option<i32>,
}

impl Children {
    pub fn new() -> io::Result<Self> {
        imp::Children::new().map(|imp| Self { imp })
    }

    /// Runs a program and waits for it, from any thread. `None` if the programs were ended before it
    /// started or while it ran.
    pub fn run(&self, command: &mut Command) -> io::Result<Option<Ending>> {
        self.imp.run(command)
    }

    /// Ends all programs, and starts no other.
    pub fn stop(&self) {
        self.imp.stop();
    }

    pub fn is_interrupted(&self) -> bool {
        self.imp.is_interrupted()
    }

    /// Ends this process as the interruption would have ended it. Returns if there was none.
    pub fn pass_on_interruption(&self) {
        self.imp.pass_on_interruption();
    }
}

/// How long programs may take to end by themselves.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
