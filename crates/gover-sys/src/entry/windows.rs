//! Windows: the standard library reads the command line itself.

use std::ffi::{c_char, c_int};

use super::Arguments;

/// # Safety
///
/// None is needed here.
pub unsafe fn arguments(_count: c_int, _arguments: *const *const c_char) -> Arguments {
    None
}

/// On Windows, a child process starts without standard streams if its parent has none.
pub fn open_missing_streams() {}
