//! Unix: a thread passes signals on to the program.

use std::ffi::{OsStr, OsString, c_int};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::EnvEdit;
use crate::exec::signals::{self, Numbers, SIGINT, SIGQUIT};
use crate::exec::{command, edit, exit};
use crate::file;

pub(super) fn supervise(
    program: &Path,
    argv0: &OsStr,
    args: &[OsString],
    edits: &[EnvEdit],
) -> io::Result<(ExitStatus, bool)> {
    file::restore_umask();
    let mut command = command(program);
    command.arg0(argv0).args(args);
    edit(&mut command, edits);
    // Before the start: a signal must never find this process without a handler, and the program
    // with nobody to clean up after it.
    let (watch, numbers) = signals::watch()?;
    // A child does not inherit handlers, only that a signal is ignored.
    let mut child = command.spawn()?;
    let running = Arc::new(Mutex::new(i32::try_from(child.id()).ok()));
    let target = Arc::clone(&running);
    thread::spawn(move || pass_on_signals(numbers, &target));
    signals::wait_until_ended(child.id());
    // Nobody may send a signal to this number after the next line: it can belong to another process.
    *running.lock().unwrap_or_else(PoisonError::into_inner) = None;
    let status = child.wait()?;
    // The caller still cleans up.
    std::mem::forget(watch);
    let is_interrupted = signals::last().is_some() || status.signal().is_some_and(signals::asks_to_end);
    Ok((status, is_interrupted))
}

fn pass_on_signals(numbers: Numbers, running: &Mutex<Option<c_int>>) {
    for signal in numbers {
        let is_from_terminal = [SIGINT, SIGQUIT].contains(&signal) && is_in_foreground();
        let running = running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = *running
            && !is_from_terminal
        {
            // The process has not been waited for, so the number is still its.
            signals::send(id, signal);
        }
    }
}

/// Whether the terminal sends what is typed to the process group of this process, and so to the
/// program too.
fn is_in_foreground() -> bool {
    let Ok(terminal) = File::open("/dev/tty") else { return false };
    // SAFETY: numbers only; the descriptor is open.
    unsafe { tcgetpgrp(terminal.as_raw_fd()) == getpgrp() }
}

pub(super) fn end_like(status: ExitStatus) -> ! {
    match status.signal() {
        Some(number) => signals::end_by(number),
        None => exit(status.code().unwrap_or(1)),
    }
}

unsafe extern "C" {
    fn tcgetpgrp(file: c_int) -> c_int;
    fn getpgrp() -> c_int;
}
