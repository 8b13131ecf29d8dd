//! Unix: sessions and signals.

use std::ffi::c_int;
use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::Ending;
use crate::exec::signals::{self, SIGKILL, SIGTERM};
use crate::file;

#[derive(Debug)]
pub(super) struct Children {
    state: Arc<Mutex<State>>,
    _watch: signals::Watch,
}

#[derive(Debug, Default)]
struct State {
    /// The programs that have not been waited for, so these numbers are still theirs. Each is also the
    /// number of a process group.
    running: Vec<c_int>,
    is_stopped: bool,
}

impl Children {
    pub(super) fn new() -> io::Result<Self> {
        let (watch, numbers) = signals::watch()?;
        let state = Arc::<Mutex<State>>::default();
        let target = Arc::clone(&state);
        thread::spawn(move || {
            for number in numbers {
                end(&target, number);
            }
        });
        Ok(Self { state, _watch: watch })
    }

    pub(super) fn run(&self, command: &mut Command) -> io::Result<Option<Ending>> {
        file::restore_umask();
        // SAFETY: `setsid` is async-signal-safe, and the closure touches no memory.
        unsafe {
            command.pre_exec(|| if setsid() < 0 { Err(io::Error::last_os_error()) } else { Ok(()) });
        }
        let (mut child, id) = {
            let mut state = locked(&self.state);
            if state.is_stopped {
                return Ok(None);
            }
            let child = command.spawn()?;
            let id = c_int::try_from(child.id()).map_err(io::Error::other)?;
            state.running.push(id);
            (child, id)
        };
        signals::wait_until_ended(child.id());
        let mut state = locked(&self.state);
        state.running.retain(|running| *running != id);
        if state.is_stopped {
            // What it started may still run.
            signals::send(-id, SIGKILL);
        }
        let is_stopped = state.is_stopped;
        drop(state);
        let status = child.wait()?;
        Ok((!is_stopped).then(|| ending(status)))
    }

    pub(super) fn stop(&self) {
        end(&self.state, SIGTERM);
    }

    #[expect(clippy::unused_self, reason = "signals are counted only while it lives")]
    pub(super) fn is_interrupted(&self) -> bool {
        signals::last().is_some()
    }

    #[expect(clippy::unused_self, reason = "as above")]
    pub(super) fn pass_on_interruption(&self) {
        if let Some(number) = signals::last() {
            signals::end_by(number);
        }
    }
}

/// Ends all programs: at first with this signal, and after a while, or the second time, at once.
fn end(state: &Arc<Mutex<State>>, number: c_int) {
    let is_second = {
        let mut state = locked(state);
        std::mem::replace(&mut state.is_stopped, true)
    };
    if is_second {
        return send_to_all(state, SIGKILL);
    }
    send_to_all(state, number);
    let later = Arc::clone(state);
    thread::spawn(move || {
        thread::sleep(super::PATIENCE);
        send_to_all(&later, SIGKILL);
    });
}

fn send_to_all(state: &Mutex<State>, number: c_int) {
    let state = locked(state);
    for id in &state.running {
        signals::send(-id, number);
    }
}

fn ending(status: ExitStatus) -> Ending {
    let signal = status.signal();
    let code = signal.map_or_else(|| status.code().unwrap_or(1), |number| 128 + number);
    Ending { code, signal }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

unsafe extern "C" {
    fn setsid() -> c_int;
}
