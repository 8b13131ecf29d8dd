//! Linux: `uname`, and `/bin/sh` as the sample program.

use std::ffi::{CStr, c_int};
use std::mem::MaybeUninit;

/// `struct utsname` of <sys/utsname.h>. The fields have this length on every architecture, in glibc
/// and musl. Whether a C `char` is signed does not matter for a name.
#[repr(C)]
struct Names {
    system: [u8; LENGTH],
    node: [u8; LENGTH],
    release: [u8; LENGTH],
    version: [u8; LENGTH],
    machine: [u8; LENGTH],
    domain: [u8; LENGTH],
}

unsafe extern "C" {
    fn uname(names: *mut Names) -> c_int;
}

/// What `uname -m` prints.
pub(super) fn processor() -> Option<String> {
    let mut names = MaybeUninit::<Names>::zeroed();
    // SAFETY: the call fills the structure, which lives across it.
    if unsafe { uname(names.as_mut_ptr()) } != 0 {
        return None;
    }
    // SAFETY: all zeroes is a valid value, and the system has filled it.
    let names = unsafe { names.assume_init() };
    let machine = CStr::from_bytes_until_nul(&names.machine).ok()?;
    machine.to_str().ok().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// POSIX requires it, and even distributions that lack most standard paths have it.
pub(super) const SAMPLE: Option<&str> = Some("/bin/sh");

const LENGTH: usize = 65;
