//! Unix: the arguments of `main`. The standard library knows them without its own start on some
//! systems only.

use std::ffi::{CStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStringExt;

use super::Arguments;

/// # Safety
///
/// `arguments` is an array of `count` C strings, as the C runtime gives it to `main`.
pub unsafe fn arguments(count: c_int, arguments: *const *const c_char) -> Arguments {
    let count = usize::try_from(count).unwrap_or_default();
    // SAFETY: promised by the caller.
    let texts = (0..count).map(|at| unsafe { CStr::from_ptr(*arguments.add(at)) });
    Some(texts.map(|text| OsString::from_vec(text.to_bytes().to_vec())).collect())
}

/// Opens `/dev/null` for each standard stream that is closed, so that no other file takes its place.
pub fn open_missing_streams() {
    for stream in 0..3 {
        // SAFETY: the first call only looks; the path is a C string. The lowest free number is used,
        // which is this one.
        unsafe {
            if fcntl(stream, F_GETFD) == -1 {
                open(c"/dev/null".as_ptr(), O_RDWR);
            }
        }
    }
}

unsafe extern "C" {
    fn fcntl(descriptor: c_int, command: c_int, ...) -> c_int;
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
}

/// The same numbers on every Unix.
const F_GETFD: c_int = 1;
const O_RDWR: c_int = 2;
