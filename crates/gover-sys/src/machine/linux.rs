//! Linux: `uname`, and `/bin/sh` as the sample program.

use std::ffi::{CStr, c_int};

/// `struct utsname` of <sys/utsname.h>: system, node, release, version, machine, domain. The fields
/// have this length on every architecture, in glibc and musl. Whether a C `char` is signed does not
/// matter for a name.
type Names = [[u8; 65]; 6];

unsafe extern "C" {
    fn uname(names: *mut Names) -> c_int;
}

/// The name that the system has for its processor: `x86_64`, `aarch64`, `ARM64`. `None` if it does
/// not say. On Linux it is what `uname -m` prints.
pub fn processor() -> Option<String> {
    let mut names: Names = [[0; 65]; 6];
    // SAFETY: the call fills the structure, which lives across it.
    if unsafe { uname(&raw mut names) } != 0 {
        return None;
    }
    let machine = CStr::from_bytes_until_nul(&names[4]).ok()?;
    machine.to_str().ok().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// POSIX requires it, and even distributions that lack most standard paths have it.
pub(super) const SAMPLE: Option<&str> = Some("/bin/sh");
