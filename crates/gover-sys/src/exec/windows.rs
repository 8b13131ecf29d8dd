//! Windows: start, stand aside, wait, pass the exit code on.

use std::ffi::{OsStr, OsString};
use std::io;
use std::mem::{size_of, zeroed};
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::ptr::{from_ref, null};

use windows_sys::Win32::System::Console::SetConsoleCtrlHandler;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectExtendedLimitInformation, SetInformationJobObject,
};
use windows_sys::core::BOOL;

use super::{EnvEdit, exit};
use crate::file;

pub(super) fn replace(program: &Path, _argv0: &OsStr, args: &[OsString], edits: &[EnvEdit]) -> io::Error {
    match run(program, args, edits) {
        Ok(code) => exit(code),
        Err(error) => error,
    }
}

fn run(program: &Path, args: &[OsString], edits: &[EnvEdit]) -> io::Result<i32> {
    let mut command = Command::new(program);
    command.args(args);
    for edit in edits {
        match edit {
            EnvEdit::Set(name, value) => command.env(name, value),
            EnvEdit::Remove(name) => command.env_remove(name),
        };
    }
    leave_console_events_to_the_child();
    let mut child = command.spawn()?;
    // Held until the child has ended: closing it would kill the child.
    let _job = die_with_this_process(&child).ok();
    let status = child.wait()?;
    // Windows always has a code; `i32` carries its 32 bits unchanged.
    Ok(status.code().unwrap_or(1))
}

/// Ctrl-C and Ctrl-Break reach every process of the console; this one ignores them, so that the child decides
/// and its exit code is seen. Unlike the null handler, a handler function is not inherited.
fn leave_console_events_to_the_child() {
    unsafe extern "system" fn handled(_event: u32) -> BOOL {
        1
    }
    // SAFETY: `handled` is a valid handler for the life of the process and touches no data. A failure (no
    // console) changes nothing.
    unsafe { SetConsoleCtrlHandler(Some(handled), 1) };
}

/// Puts the child into a job that is killed when this process ends, however it ends.
///
/// What the child starts stays outside the job, as it would without us: `go` leaves processes behind on
/// purpose (its telemetry upload, a daemon that a test starts).
fn die_with_this_process(child: &Child) -> io::Result<OwnedHandle> {
    // SAFETY: null attributes and a null name ask for an anonymous job with defaults.
    let job = unsafe { CreateJobObjectW(null(), null()) };
    if job.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was just created and nobody else owns it.
    let job = unsafe { OwnedHandle::from_raw_handle(job) };
    // SAFETY: the structure is plain data for which all zeroes is a valid value.
    let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { zeroed() };
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
    let size = u32::try_from(size_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>()).map_err(io::Error::other)?;
    // SAFETY: pointer and size describe `limits`, which lives across the call.
    let set = unsafe {
        SetInformationJobObject(
            job.as_raw_handle(),
            JobObjectExtendedLimitInformation,
            from_ref(&limits).cast(),
            size,
        )
    };
    // SAFETY: both handles are open.
    if set == 0 || unsafe { AssignProcessToJobObject(job.as_raw_handle(), child.as_raw_handle()) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(job)
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
