//! Windows: the standard library reads the command line itself.

use std::ffi::{c_char, c_int};

use super::Arguments;

/// # Safety
///
/// None is needed here.
pub unsafe fn arguments(_count: c_int, _arguments: *const *const c_char) -> Arguments {
    None
}

/// A process without a console has no streams, which is no problem for what it starts.
pub fn open_missing_streams() {}
