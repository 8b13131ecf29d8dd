//! Windows: parents and names from a snapshot of all processes, the start from each process.

use std::collections::HashMap;
use std::mem::{size_of, zeroed};
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{FILETIME, INVALID_HANDLE_VALUE, STILL_ACTIVE};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};
use windows_sys::Win32::System::Threading::{
    GetExitCodeProcess, GetProcessTimes, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION,
};

use super::{Facts, Running};

pub(super) fn running_below(_directory: &std::path::Path) -> Vec<(u32, String)> {
    Vec::new()
}

pub(super) fn with_path() -> Vec<Running> {
    Vec::new()
}

pub(super) fn looker() -> impl Fn(u32) -> Option<Facts> {
    let processes = snapshot().unwrap_or_default();
    move |id| {
        let (parent, name) = processes.get(&id)?;
        Some(Facts { start: start(id)?, parent: *parent, name: name.clone() })
    }
}

/// Parent and program of each process at one moment.
fn snapshot() -> Option<HashMap<u32, (u32, String)>> {
    // SAFETY: creates a handle; the second argument is not used with this flag.
    let handle = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    if handle == INVALID_HANDLE_VALUE {
        return None;
    }
    // SAFETY: the handle was just created and has no other owner.
    let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
    // SAFETY: the structure is plain data for which all zeroes is a valid value.
    let mut entry: PROCESSENTRY32W = unsafe { zeroed() };
    entry.dwSize = u32::try_from(size_of::<PROCESSENTRY32W>()).ok()?;
    let mut processes = HashMap::new();
    // SAFETY: the handle is a snapshot, the entry knows its size and lives across the call.
    let mut more = unsafe { Process32FirstW(handle.as_raw_handle(), &raw mut entry) };
    while more != 0 {
        let name = entry.szExeFile.split(|&unit| unit == 0).next().unwrap_or_default();
        processes.insert(entry.th32ProcessID, (entry.th32ParentProcessID, String::from_utf16_lossy(name)));
        // SAFETY: as above.
        more = unsafe { Process32NextW(handle.as_raw_handle(), &raw mut entry) };
    }
    Some(processes)
}

/// `None` if the process has ended or belongs to another user.
fn start(id: u32) -> Option<u64> {
    // SAFETY: creates a handle that children do not inherit.
    let handle = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, id) };
    if handle.is_null() {
        return None;
    }
    // SAFETY: the handle was just created and has no other owner.
    let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
    let mut code = 0;
    // SAFETY: the handle is open, `code` lives across the call.
    let known = unsafe { GetExitCodeProcess(handle.as_raw_handle(), &raw mut code) };
    if known == 0 || code != STILL_ACTIVE.cast_unsigned() {
        return None;
    }
    let mut times = [FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 }; 4];
    let [created, exited, kernel, user] = &mut times;
    // SAFETY: the handle is open, the four times live across the call.
    if unsafe { GetProcessTimes(handle.as_raw_handle(), created, exited, kernel, user) } == 0 {
        return None;
    }
    Some(u64::from(created.dwHighDateTime) << 32 | u64::from(created.dwLowDateTime))
}
