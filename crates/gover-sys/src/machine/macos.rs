//! macOS: whether Rosetta translates this process.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::size_of;
use std::ptr::{from_mut, null_mut};

unsafe extern "C" {
    fn sysctlbyname(
        name: *const c_char,
        old: *mut c_void,
        old_length: *mut usize,
        new: *mut c_void,
        new_length: usize,
    ) -> c_int;
}

/// `arm64` for a translated process. An Intel Mac has no such value, and a native process has 0
/// ("About the Rosetta translation environment", Apple Developer Documentation).
pub fn processor() -> Option<String> {
    let mut translated: c_int = 0;
    let mut length = size_of::<c_int>();
    // SAFETY: the name is a C string; pointer and length describe `translated`, and nothing is set.
    let failed = unsafe {
        sysctlbyname(TRANSLATED.as_ptr(), from_mut(&mut translated).cast(), &raw mut length, null_mut(), 0)
    };
    (failed == 0 && translated == 1).then(|| "arm64".to_owned())
}

/// Every Apple-silicon Mac runs programs for arm64.
pub(super) const SAMPLE: Option<&str> = None;

const TRANSLATED: &CStr = c"sysctl.proc_translated";
