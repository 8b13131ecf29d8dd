//! Windows: the system calls a handler on a thread that it makes for that.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};
use windows_sys::core::BOOL;

/// A handler has no argument to find it by.
static LAST: Mutex<Option<Box<dyn Fn() + Send + Sync>>> = Mutex::new(None);

/// Whether the event came. Then the system ends this process.
static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);

pub(super) struct Watch;

impl Watch {
    pub(super) fn new(last: Box<dyn Fn() + Send + Sync>) -> Option<Self> {
        let mut place = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if place.is_some() {
            return None;
        }
        // SAFETY: `handler` is valid for the life of the process.
        if unsafe { SetConsoleCtrlHandler(Some(handler), 1) } == 0 {
            return None;
        }
        *place = Some(last);
        Some(Self)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // SAFETY: removes the handler that `new` added.
        unsafe { SetConsoleCtrlHandler(Some(handler), 0) };
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // What the event ended may look like a failure of the work, which must not end the process first.
        while IS_INTERRUPTED.load(Ordering::SeqCst) {
            thread::park();
        }
    }
}

/// 0 passes the event on to the system's handler, which ends the process.
unsafe extern "system" fn handler(event: u32) -> BOOL {
    if (event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT)
        && let Some(last) = &*LAST.lock().unwrap_or_else(PoisonError::into_inner)
    {
        IS_INTERRUPTED.store(true, Ordering::SeqCst);
        last();
    }
    0
}
