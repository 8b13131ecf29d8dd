//! Unix: the handler writes a byte to a pipe, which a thread reads. A handler may do little else
//! (`signal-safety(7)`).

use std::ffi::{c_int, c_void};
use std::io::{PipeWriter, Read as _, pipe};
use std::os::fd::AsRawFd as _;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread::{self, JoinHandle};

/// The writing end of the pipe. A signal handler has no argument to find it by.
static PIPE: AtomicI32 = AtomicI32::new(NONE);

/// Whether the signal came. Then this process ends.
static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);

#[derive(Debug)]
pub(super) struct Watch {
    thread: Option<JoinHandle<()>>,
    /// Dropped last. The thread ends when it is closed.
    _writer: PipeWriter,
}

impl Watch {
    pub(super) fn new(last: Box<dyn Fn() + Send + Sync>) -> Option<Self> {
        let (mut reader, writer) = pipe().ok()?;
        PIPE.compare_exchange(NONE, writer.as_raw_fd(), Ordering::SeqCst, Ordering::SeqCst).ok()?;
        // SAFETY: `handler` calls only `write`, which is async-signal-safe.
        let before = unsafe { signal(SIGINT, handler as *const () as usize) };
        if before == SIG_IGN || before == SIG_ERR {
            // SAFETY: sets what was set before; this program has no other handler.
            unsafe { signal(SIGINT, if before == SIG_IGN { SIG_IGN } else { SIG_DFL }) };
            PIPE.store(NONE, Ordering::SeqCst);
            return None;
        }
        // Only from here on does a drop set the default action, which would end a background job.
        let mut watch = Self { thread: None, _writer: writer };
        watch.thread = Some(thread::spawn(move || {
            if reader.read_exact(&mut [0]).is_ok() {
                last();
                // SAFETY: the default action ends the process, and no handler runs any more.
                unsafe {
                    signal(SIGINT, SIG_DFL);
                    raise(SIGINT);
                }
            }
        }));
        Some(watch)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // SAFETY: sets the default action. From here on, no handler writes to the pipe.
        unsafe { signal(SIGINT, SIG_DFL) };
        PIPE.store(NONE, Ordering::SeqCst);
        // What the signal ended may look like a failure of the work, which must not end the process first.
        if IS_INTERRUPTED.load(Ordering::SeqCst)
            && let Some(thread) = self.thread.take()
        {
            // If `last` panicked, the process goes on.
            drop(thread.join());
        }
    }
}

extern "C" fn handler(_signal: c_int) {
    let pipe = PIPE.load(Ordering::SeqCst);
    if pipe != NONE {
        IS_INTERRUPTED.store(true, Ordering::SeqCst);
        // SAFETY: one byte of static data. `write` may change errno, but the process ends anyway.
        unsafe { write(pipe, b"!".as_ptr().cast(), 1) };
    }
}

unsafe extern "C" {
    fn signal(number: c_int, handler: usize) -> usize;
    fn raise(number: c_int) -> c_int;
    fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
}

/// The same number on every Unix, like the values below.
const SIGINT: c_int = 2;
const SIG_DFL: usize = 0;
const SIG_IGN: usize = 1;
const SIG_ERR: usize = usize::MAX;
const NONE: i32 = -1;
