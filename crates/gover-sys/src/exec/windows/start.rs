//! A child with the command line, standard handles and everything else of this process.

use std::ffi::OsStr;
use std::io;
use std::mem::{size_of, zeroed};
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{AsHandle, AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::{Component, Path, Prefix};
use std::ptr::null;

use windows_sys::Win32::Foundation::{
    HANDLE, HANDLE_FLAG_INHERIT, INVALID_HANDLE_VALUE, SetHandleInformation, WAIT_OBJECT_0,
};
use windows_sys::Win32::System::Console::{
    GetStdHandle, STD_ERROR_HANDLE, STD_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
};
use windows_sys::Win32::System::Environment::{GetCommandLineW, SetEnvironmentVariableW};
use windows_sys::Win32::System::Threading::{
    CREATE_SUSPENDED, CreateProcessW, GetExitCodeProcess, GetStartupInfoW, INFINITE, PROCESS_INFORMATION,
    ResumeThread, STARTF_USESHOWWINDOW, STARTF_USESTDHANDLES, STARTUPINFOW, TerminateProcess,
    WaitForSingleObject,
};

use super::super::EnvEdit;
use super::super::command_line;
use super::job;

/// A running child, and the job that ends it with this process if the system allows one.
pub(super) struct Started {
    process: OwnedHandle,
    _job: Option<OwnedHandle>,
}

/// Starts `program` with the command line of this process, without the first `dropped` arguments.
///
/// The text stays the same, so it does not grow and no argument is quoted again.
pub(super) fn with_own_command_line(
    program: &Path,
    dropped: usize,
    edits: &[EnvEdit],
) -> io::Result<Started> {
    let file = application_name(program)?;
    let mut line = command_line::without(&own_command_line(), dropped);
    line.push(0);
    // No other code of this process reads its environment any more. The child inherits it as
    // Windows keeps it, whatever the case of a name, and with the hidden entries for the directory
    // of each drive.
    for (name, value) in edits {
        change_own_environment(name, value.as_deref())?;
    }
    let startup = startup();
    // SAFETY: the structure is plain data for which all zeroes is a valid value.
    let mut information: PROCESS_INFORMATION = unsafe { zeroed() };
    // SAFETY: both texts end with a zero and the command line may be changed; the structures live
    // across the call; null pointers mean default security, the environment and the directory of
    // this process.
    let created = unsafe {
        CreateProcessW(
            file.as_ptr(),
            line.as_mut_ptr(),
            null(),
            null(),
            1,
            CREATE_SUSPENDED | super::console_flags(),
            null(),
            null(),
            &raw const startup,
            &raw mut information,
        )
    };
    if created == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both handles were just created and have no other owner.
    let (process, thread) = unsafe {
        (
            OwnedHandle::from_raw_handle(information.hProcess),
            OwnedHandle::from_raw_handle(information.hThread),
        )
    };
    // The child has not run yet, so it cannot have started anything outside the job.
    let job = job::die_with_this_process(process.as_handle()).ok();
    // SAFETY: the handle is open.
    if unsafe { ResumeThread(thread.as_raw_handle()) } == u32::MAX {
        let error = io::Error::last_os_error();
        // SAFETY: the handle is open; the process has not run yet.
        unsafe { TerminateProcess(process.as_raw_handle(), 1) };
        return Err(error);
    }
    Ok(Started { process, _job: job })
}

impl Started {
    /// Waits for the child to end. The exit code keeps all 32 bits.
    pub(super) fn wait(self) -> io::Result<i32> {
        let mut code = 0;
        // SAFETY: the handle is open, `code` lives across the call.
        let done = unsafe {
            WaitForSingleObject(self.process.as_raw_handle(), INFINITE) == WAIT_OBJECT_0
                && GetExitCodeProcess(self.process.as_raw_handle(), &raw mut code) != 0
        };
        if done { Ok(code.cast_signed()) } else { Err(io::Error::last_os_error()) }
    }
}

/// The standard handles of this process, and the data that the C runtime passes on with them:
/// Unix-like shells give further descriptors to their children there.
fn startup() -> STARTUPINFOW {
    // SAFETY: the structure is plain data for which all zeroes is a valid value, and it lives
    // across the call.
    let own = unsafe {
        let mut own: STARTUPINFOW = zeroed();
        GetStartupInfoW(&raw mut own);
        own
    };
    // SAFETY: as above.
    let mut startup: STARTUPINFOW = unsafe { zeroed() };
    startup.cb = u32::try_from(size_of::<STARTUPINFOW>()).unwrap_or_default();
    startup.dwFlags = STARTF_USESTDHANDLES | (own.dwFlags & STARTF_USESHOWWINDOW);
    startup.wShowWindow = own.wShowWindow;
    startup.cbReserved2 = own.cbReserved2;
    startup.lpReserved2 = own.lpReserved2;
    startup.hStdInput = inheritable(STD_INPUT_HANDLE);
    startup.hStdOutput = inheritable(STD_OUTPUT_HANDLE);
    startup.hStdError = inheritable(STD_ERROR_HANDLE);
    startup
}

fn inheritable(stream: STD_HANDLE) -> HANDLE {
    // SAFETY: reads a handle of this process and marks it, which fails for an invalid one.
    unsafe {
        let handle = GetStdHandle(stream);
        if !handle.is_null() && handle != INVALID_HANDLE_VALUE {
            SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
        }
        handle
    }
}

fn own_command_line() -> Vec<u16> {
    // SAFETY: Windows keeps this text, which ends with a zero, for the life of the process.
    unsafe {
        let start = GetCommandLineW();
        let length = (0..).take_while(|&at| *start.add(at) != 0).count();
        std::slice::from_raw_parts(start, length).to_vec()
    }
}

fn change_own_environment(name: &str, value: Option<&OsStr>) -> io::Result<()> {
    let (name, value) = (terminated(OsStr::new(name))?, value.map(terminated).transpose()?);
    let value = value.as_ref().map_or(null(), |value| value.as_ptr());
    // SAFETY: both texts end with a zero; a null value removes the variable.
    if unsafe { SetEnvironmentVariableW(name.as_ptr(), value) } == 0 && !value.is_null() {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// The program as `CreateProcessW` needs it: paths of 260 units or more only work in verbatim form.
fn application_name(program: &Path) -> io::Result<Vec<u16>> {
    let plain = terminated(program.as_os_str())?;
    let Some(Component::Prefix(prefix)) = program.components().next() else { return Ok(plain) };
    let (start, skipped) = match prefix.kind() {
        _ if plain.len() <= MAX_PATH => return Ok(plain),
        Prefix::Disk(_) => (r"\\?\", 0),
        // `\\server\share` is `\\?\UNC\server\share`.
        Prefix::UNC(..) => (r"\\?\UNC\", 2),
        _ => return Ok(plain),
    };
    let backslashes = plain.iter().map(|&unit| if unit == u16::from(b'/') { u16::from(b'\\') } else { unit });
    Ok(start.encode_utf16().chain(backslashes.skip(skipped)).collect())
}

fn terminated(text: &OsStr) -> io::Result<Vec<u16>> {
    let mut text: Vec<u16> = text.encode_wide().collect();
    if text.contains(&0) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a zero character in a path or variable"));
    }
    text.push(0);
    Ok(text)
}

/// In units, including the final zero.
const MAX_PATH: usize = 260;
