//! Windows: job objects. The console sends Ctrl-C to each of its processes, so the programs get it too.

use std::io;
use std::os::windows::io::{AsHandle as _, OwnedHandle};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use windows_sys::Win32::Foundation::STATUS_CONTROL_C_EXIT;
use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};
use windows_sys::Win32::System::Threading::{INFINITE, Sleep};
use windows_sys::core::BOOL;

use super::Ending;
use crate::exec::{exit, imp::job};

/// A handler has no argument to find it by.
static CURRENT: Mutex<Option<Arc<Shared>>> = Mutex::new(None);

#[derive(Debug)]
pub(super) struct Children(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    is_interrupted: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    /// Each with the number of its program.
    jobs: Vec<(u32, Arc<OwnedHandle>)>,
    is_stopped: bool,
}

impl Children {
    pub(super) fn new() -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        *locked(&CURRENT) = Some(Arc::clone(&shared));
        // SAFETY: `handler` is valid for the life of the process. A failure (no console) changes nothing.
        unsafe { SetConsoleCtrlHandler(Some(handler), 1) };
        Ok(Self(shared))
    }

    pub(super) fn run(&self, command: &mut Command) -> io::Result<Option<Ending>> {
        let (mut child, job, id) = {
            let mut state = locked(&self.0.state);
            if state.is_stopped {
                return Ok(None);
            }
            let mut child = command.spawn()?;
            let job = match job::with_everything_it_starts(child.as_handle()) {
                Ok(job) => Arc::new(job),
                Err(error) => {
                    // Nothing could end what it starts.
                    child.kill()?;
                    return Err(error);
                }
            };
            let id = child.id();
            state.jobs.push((id, Arc::clone(&job)));
            (child, job, id)
        };
        let status = child.wait();
        let mut state = locked(&self.0.state);
        state.jobs.retain(|(running, _)| *running != id);
        if state.is_stopped {
            job::end(&job);
        } else {
            // `go` leaves programs running on purpose.
            job::release(&job);
        }
        let is_stopped = state.is_stopped;
        drop(state);
        // Windows always has an exit code, and an `i32` can hold its 32 bits.
        let code = status?.code().unwrap_or(1);
        Ok((!is_stopped).then_some(Ending { code, signal: None }))
    }

    pub(super) fn stop(&self) {
        self.0.stop();
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.0.is_interrupted.load(Ordering::SeqCst)
    }

    pub(super) fn pass_on_interruption(&self) {
        if self.is_interrupted() {
            exit(STATUS_CONTROL_C_EXIT);
        }
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        // SAFETY: removes the handler that `new` added.
        unsafe { SetConsoleCtrlHandler(Some(handler), 0) };
        *locked(&CURRENT) = None;
    }
}

impl Shared {
    fn stop(&self) {
        let mut state = locked(&self.state);
        state.is_stopped = true;
        for (_, job) in &state.jobs {
            job::end(job);
        }
    }
}

unsafe extern "system" fn handler(event: u32) -> BOOL {
    let Some(shared) = locked(&CURRENT).clone() else { return 0 };
    let is_second = shared.is_interrupted.swap(true, Ordering::SeqCst);
    let is_asked = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
    if is_second || !is_asked {
        shared.stop();
    } else {
        locked(&shared.state).is_stopped = true;
        thread::spawn(move || {
            thread::sleep(super::PATIENCE);
            shared.stop();
        });
    }
    if !is_asked {
        // The window closes or the user logs off. Windows ends a process whose handler returns.
        // SAFETY: no memory is involved, and Windows made this thread for the handler.
        unsafe { Sleep(INFINITE) };
    }
    1
}

fn locked<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
