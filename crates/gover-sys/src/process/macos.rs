//! macOS: `proc_pidinfo`, which works for processes of this user only.

use std::ffi::{c_int, c_void};
use std::mem::{MaybeUninit, size_of, size_of_val};

use super::{Facts, Running};

/// `PROC_PIDTBSDINFO` of <sys/proc_info.h>.
const BSD_INFO: c_int = 3;

/// `SZOMB` of <sys/proc.h>.
const ZOMBIE: u32 = 5;

/// `struct proc_bsdinfo` of <sys/proc_info.h>.
#[repr(C)]
#[derive(Clone, Copy)]
struct BsdInfo {
    flags: u32,
    status: u32,
    exit_status: u32,
    id: u32,
    parent: u32,
    users_and_groups: [u32; 6],
    reserved: u32,
    command: [u8; 16],
    name: [u8; 32],
    files: u32,
    group: u32,
    jobs: u32,
    terminal: u32,
    terminal_group: u32,
    nice: i32,
    start_seconds: u64,
    start_microseconds: u64,
}

unsafe extern "C" {
    fn proc_pidinfo(id: c_int, flavor: c_int, argument: u64, buffer: *mut c_void, size: c_int) -> c_int;
    fn proc_listallpids(buffer: *mut c_void, size: c_int) -> c_int;
}

pub(super) fn all() -> Vec<u32> {
    // Far more than macOS allows.
    let mut ids = vec![0_u32; 1 << 17];
    let Ok(size) = c_int::try_from(size_of_val(ids.as_slice())) else { return Vec::new() };
    // SAFETY: buffer and size describe the vector, which lives across the call.
    let count = unsafe { proc_listallpids(ids.as_mut_ptr().cast(), size) };
    ids.truncate(usize::try_from(count).unwrap_or_default());
    ids
}

pub(super) fn running_below(_directory: &std::path::Path) -> Vec<(u32, String)> {
    Vec::new()
}

pub(super) fn with_path() -> Vec<Running> {
    Vec::new()
}

pub(super) fn looker() -> impl Fn(u32) -> Option<Facts> {
    look
}

fn look(id: u32) -> Option<Facts> {
    let size = c_int::try_from(size_of::<BsdInfo>()).ok()?;
    let mut info = MaybeUninit::<BsdInfo>::zeroed();
    let id = c_int::try_from(id).ok()?;
    // SAFETY: buffer and size describe `info`, which is plain data and lives across the call.
    let filled = unsafe { proc_pidinfo(id, BSD_INFO, 0, info.as_mut_ptr().cast(), size) };
    if filled != size {
        return None;
    }
    // SAFETY: all zeroes is a valid value, and the system has filled the whole structure.
    let info = unsafe { info.assume_init() };
    if info.status == ZOMBIE {
        return None;
    }
    let name = if info.name[0] == 0 { &info.command[..] } else { &info.name[..] };
    let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
    Some(Facts {
        start: info.start_seconds.wrapping_mul(1_000_000).wrapping_add(info.start_microseconds),
        parent: info.parent,
        name: String::from_utf8_lossy(name).into_owned(),
    })
}
