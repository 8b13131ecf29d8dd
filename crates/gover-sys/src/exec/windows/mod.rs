//! Windows: start a child, wait, and end with its exit code.

pub(super) mod job;
mod start;

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::windows::io::{AsHandle, OwnedHandle};
use std::os::windows::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use windows_sys::Win32::Foundation::{ERROR_BAD_EXE_FORMAT, ERROR_EXE_MACHINE_TYPE_MISMATCH};
use windows_sys::Win32::System::Console::{
    CTRL_BREAK_EVENT, CTRL_C_EVENT, GetConsoleCP, SetConsoleCtrlHandler,
};
use windows_sys::Win32::System::Threading::{DETACHED_PROCESS, INFINITE, PROCESS_CREATION_FLAGS, Sleep};
use windows_sys::core::BOOL;

use super::{EnvEdit, exit};
use crate::file;

pub(super) fn replace(program: &Path, _argv0: &OsStr, args: &[OsString], edits: &[EnvEdit]) -> io::Error {
    // Windows always has an exit code, and an `i32` can hold its 32 bits.
    end(run(program, args, edits).map(|status| status.code().unwrap_or(1)))
}

pub(super) fn pass_on(program: &Path, _own: &[OsString], dropped: usize, edits: &[EnvEdit]) -> io::Error {
    leave_console_events_to_the_child();
    end(start::with_own_command_line(program, dropped, edits).and_then(start::Started::wait))
}

pub(super) fn share_console(command: &mut Command) {
    command.creation_flags(console_flags());
}

pub(super) fn stderr_for_child() -> io::Result<Stdio> {
    io::stderr().as_handle().try_clone_to_owned().map(Stdio::from)
}

/// The flags with which a child shares the console of this process, or has none either.
fn console_flags() -> PROCESS_CREATION_FLAGS {
    // SAFETY: no arguments; 0 without a console.
    if unsafe { GetConsoleCP() } == 0 { DETACHED_PROCESS } else { 0 }
}

fn end(result: io::Result<i32>) -> io::Error {
    match result {
        Ok(code) => exit(code),
        Err(error) => error,
    }
}

/// Starts any program or script with a list of arguments, which std quotes for it.
pub(super) fn run(program: &Path, args: &[OsString], edits: &[EnvEdit]) -> io::Result<ExitStatus> {
    let mut command = super::command(program);
    command.args(args);
    super::edit(&mut command, edits);
    leave_console_events_to_the_child();
    let mut child = command.spawn()?;
    // Must live until the child has ended: closing it would kill the child.
    let _job: Option<OwnedHandle> = job::die_with_this_process(child.as_handle()).ok();
    child.wait()
}

/// Whether an event of the console asked this process to end while it ran a program.
pub(super) fn had_console_event() -> bool {
    HAD_EVENT.load(Ordering::SeqCst)
}

static HAD_EVENT: AtomicBool = AtomicBool::new(false);

/// Ctrl-C and Ctrl-Break reach every process of the console. This one ignores them, so that the
/// child decides and its exit code counts. A child does not inherit a handler function, unlike the
/// null handler.
fn leave_console_events_to_the_child() {
    unsafe extern "system" fn handled(event: u32) -> BOOL {
        HAD_EVENT.store(true, Ordering::SeqCst);
        if event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT {
            // The window closes or the user logs off. Windows ends a process whose handler returns,
            // and the job ends the child. Waiting leaves the child the seconds that Windows allows;
            // this process ends after it.
            // SAFETY: no memory is involved, and Windows made this thread for the handler.
            unsafe { Sleep(INFINITE) };
        }
        1
    }
    // SAFETY: `handled` is a valid handler for the life of the process and touches only an atomic. A
    // failure (no console) changes nothing.
    unsafe { SetConsoleCtrlHandler(Some(handled), 1) };
}

pub(super) fn executable(path: &Path, extensions: Option<&OsStr>) -> Option<PathBuf> {
    if path.extension().is_some() && file::is_executable(path) {
        return Some(path.to_owned());
    }
    let extensions = extensions.and_then(OsStr::to_str).unwrap_or(".COM;.EXE;.BAT;.CMD");
    extensions.split(';').filter(|extension| !extension.is_empty()).find_map(|extension| {
        let mut candidate = path.as_os_str().to_owned();
        candidate.push(extension);
        let candidate = PathBuf::from(candidate);
        candidate.is_file().then_some(candidate)
    })
}

/// Which of them means another processor depends on the version of Windows.
pub(super) const WRONG_FORMAT: [i32; 2] =
    [ERROR_BAD_EXE_FORMAT.cast_signed(), ERROR_EXE_MACHINE_TYPE_MISMATCH.cast_signed()];
