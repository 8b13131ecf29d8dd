//! Unix: a handler writes the number of the signal to a pipe, and a thread passes it on.

use std::ffi::{OsStr, OsString, c_int, c_uint, c_void};
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read as _, pipe};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::EnvEdit;
use crate::exec::{command, exit};
use crate::file;

/// The writing end of the pipe. A signal handler has no argument to find it by.
static PIPE: AtomicI32 = AtomicI32::new(NONE);
static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);

pub(super) fn supervise(
    program: &Path,
    argv0: &OsStr,
    args: &[OsString],
    edits: &[EnvEdit],
) -> io::Result<(ExitStatus, bool)> {
    file::restore_umask();
    let mut command = command(program);
    command.arg0(argv0).args(args);
    for (name, value) in edits {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    // Before the start: a signal must never find this process without a handler, and the program
    // with nobody to clean up after it.
    let signals = watch()?;
    // A child does not inherit handlers, only that a signal is ignored.
    let mut child = command.spawn()?;
    let running = Arc::new(Mutex::new(i32::try_from(child.id()).ok()));
    let target = Arc::clone(&running);
    thread::spawn(move || pass_on_signals(signals, &target));
    wait_until_ended(&child);
    // Nobody may send a signal to this number after the next line: it can belong to another process.
    *running.lock().unwrap_or_else(PoisonError::into_inner) = None;
    let status = child.wait()?;
    let is_interrupted = IS_INTERRUPTED.load(Ordering::SeqCst)
        || status.signal().is_some_and(|number| SIGNALS.contains(&number));
    Ok((status, is_interrupted))
}

/// Installs the handlers, except for signals that were ignored, as SIGINT is for a background job
/// and SIGHUP under `nohup`.
fn watch() -> io::Result<PipeReader> {
    let (reader, writer) = pipe()?;
    PIPE.store(writer.as_raw_fd(), Ordering::SeqCst);
    keep_open(writer);
    for number in SIGNALS {
        // SAFETY: `handler` calls only `write` and stores to atomics, which is async-signal-safe.
        // The second call sets what was set before.
        unsafe {
            if signal(number, handler as *const () as usize) == SIG_IGN {
                signal(number, SIG_IGN);
            }
        }
    }
    Ok(reader)
}

/// Handlers use it until this process ends.
fn keep_open(writer: PipeWriter) {
    std::mem::forget(writer);
}

fn pass_on_signals(mut signals: PipeReader, running: &Mutex<Option<c_int>>) {
    let mut number = [0];
    while signals.read_exact(&mut number).is_ok() {
        let [byte] = number;
        let signal = c_int::from(byte);
        let is_from_terminal = [SIGINT, SIGQUIT].contains(&signal) && is_in_foreground();
        let running = running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = *running
            && !is_from_terminal
        {
            // SAFETY: numbers only. The process has not been waited for, so the number is still its.
            unsafe { kill(id, signal) };
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

/// Returns when the process has ended, without taking its number away.
fn wait_until_ended(child: &Child) {
    // Larger than `siginfo_t` on every system.
    let mut information = [0_u64; 32];
    loop {
        // SAFETY: the buffer is large and aligned enough, and nothing reads it.
        let result = unsafe { waitid(P_PID, child.id(), information.as_mut_ptr().cast(), WEXITED | WNOWAIT) };
        let is_again = result != 0 && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted;
        if !is_again {
            return;
        }
    }
}

pub(super) fn end_like(status: ExitStatus) -> ! {
    let Some(number) = status.signal() else { exit(status.code().unwrap_or(1)) };
    // A shell must see an interrupted program. Other signals would write a core dump of gover.
    if [SIGHUP, SIGINT, SIGTERM].contains(&number) {
        // SAFETY: the default action ends this process.
        unsafe {
            signal(number, SIG_DFL);
            raise(number);
        }
    }
    exit(128 + number)
}

extern "C" fn handler(number: c_int) {
    IS_INTERRUPTED.store(true, Ordering::SeqCst);
    let byte = number.to_le_bytes();
    // SAFETY: writes one byte of a local array to a pipe that stays open. The pipe has room for far
    // more signals than come.
    unsafe { write(PIPE.load(Ordering::SeqCst), byte.as_ptr().cast(), 1) };
}

unsafe extern "C" {
    fn signal(number: c_int, handler: usize) -> usize;
    fn raise(number: c_int) -> c_int;
    fn kill(process: c_int, number: c_int) -> c_int;
    fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
    fn waitid(kind: c_int, id: c_uint, information: *mut c_void, options: c_int) -> c_int;
    fn tcgetpgrp(file: c_int) -> c_int;
    fn getpgrp() -> c_int;
}

const SIGNALS: [c_int; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// The same numbers on every Unix, like the values below.
const SIGHUP: c_int = 1;
const SIGINT: c_int = 2;
const SIGQUIT: c_int = 3;
const SIGTERM: c_int = 15;
const SIG_DFL: usize = 0;
const SIG_IGN: usize = 1;
const P_PID: c_int = 1;
const WEXITED: c_int = 4;
const WNOWAIT: c_int = if cfg!(target_os = "linux") { 0x0100_0000 } else { 0x20 };
const NONE: i32 = -1;
