//! Unix: the signals that ask this process to end, and those that it sends. A handler writes the number
//! of a signal to a pipe, and a thread reads it there.

use std::ffi::{c_int, c_uint, c_void};
use std::io::{self, PipeReader, PipeWriter, Read as _, pipe};
use std::os::fd::AsRawFd as _;
use std::sync::atomic::{AtomicI32, Ordering};

use super::exit;

/// The writing end of the pipe. A signal handler has no argument to find it by.
static PIPE: AtomicI32 = AtomicI32::new(NONE);
static LAST: AtomicI32 = AtomicI32::new(NONE);

/// While it lives, the signals do not end this process.
#[derive(Debug)]
pub(super) struct Watch {
    before: [usize; SIGNALS.len()],
    /// Dropped last. The reader sees the end of the pipe then.
    _writer: PipeWriter,
}

/// The numbers of the signals that come, until the watch ends.
pub(super) struct Numbers(PipeReader);

/// Installs the handlers, except for signals that were ignored, as SIGINT is for a background job
/// and SIGHUP under `nohup`.
pub(super) fn watch() -> io::Result<(Watch, Numbers)> {
    let (reader, writer) = pipe()?;
    LAST.store(NONE, Ordering::SeqCst);
    PIPE.store(writer.as_raw_fd(), Ordering::SeqCst);
    let before = SIGNALS.map(|number| {
        // SAFETY: `handler` calls only `write` and stores to atomics, which is async-signal-safe.
        // The second call sets what was set before.
        unsafe {
            let before = signal(number, handler as *const () as usize);
            if before == SIG_IGN {
                signal(number, SIG_IGN);
            }
            before
        }
    });
    Ok((Watch { before, _writer: writer }, Numbers(reader)))
}

impl Drop for Watch {
    fn drop(&mut self) {
        for (number, before) in SIGNALS.into_iter().zip(self.before) {
            if before != SIG_ERR {
                // SAFETY: sets what was set before. From here on, no handler writes to the pipe.
                unsafe { signal(number, before) };
            }
        }
        PIPE.store(NONE, Ordering::SeqCst);
    }
}

impl Iterator for Numbers {
    type Item = c_int;

    fn next(&mut self) -> Option<c_int> {
        let mut number = [0];
        self.0.read_exact(&mut number).ok()?;
        let [byte] = number;
        Some(c_int::from(byte))
    }
}

/// The last signal since the watch began.
pub(super) fn last() -> Option<c_int> {
    Some(LAST.load(Ordering::SeqCst)).filter(|number| *number != NONE)
}

pub(super) fn asks_to_end(number: c_int) -> bool {
    SIGNALS.contains(&number)
}

/// Sends a signal to a process, or with a negative number to a process group. The caller knows that
/// the number has not passed to another one.
pub(super) fn send(target: c_int, number: c_int) {
    // SAFETY: numbers only.
    unsafe { kill(target, number) };
}

/// Returns when the child has ended, without taking its number away.
pub(super) fn wait_until_ended(child: u32) {
    // Larger than `siginfo_t` on every system.
    let mut information = [0_u64; 32];
    loop {
        // SAFETY: the buffer is large and aligned enough, and nothing reads it.
        let result = unsafe { waitid(P_PID, child, information.as_mut_ptr().cast(), WEXITED | WNOWAIT) };
        let is_again = result != 0 && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted;
        if !is_again {
            return;
        }
    }
}

/// Ends this process as a program that this signal ended.
pub(super) fn end_by(number: c_int) -> ! {
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
    LAST.store(number, Ordering::SeqCst);
    let pipe = PIPE.load(Ordering::SeqCst);
    let byte = number.to_le_bytes();
    if pipe != NONE {
        // SAFETY: writes one byte of a local array to a pipe that stays open. The pipe has room for
        // far more signals than come.
        unsafe { write(pipe, byte.as_ptr().cast(), 1) };
    }
}

unsafe extern "C" {
    fn signal(number: c_int, handler: usize) -> usize;
    fn raise(number: c_int) -> c_int;
    fn kill(process: c_int, number: c_int) -> c_int;
    fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
    fn waitid(kind: c_int, id: c_uint, information: *mut c_void, options: c_int) -> c_int;
}

const SIGNALS: [c_int; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// The same numbers on every Unix, like the values below.
const SIGHUP: c_int = 1;
pub(super) const SIGINT: c_int = 2;
pub(super) const SIGQUIT: c_int = 3;
pub(super) const SIGKILL: c_int = 9;
pub(super) const SIGTERM: c_int = 15;
const SIG_DFL: usize = 0;
const SIG_IGN: usize = 1;
const SIG_ERR: usize = usize::MAX;
const P_PID: c_int = 1;
const WEXITED: c_int = 4;
const WNOWAIT: c_int = if cfg!(target_os = "linux") { 0x0100_0000 } else { 0x20 };
const NONE: i32 = -1;
