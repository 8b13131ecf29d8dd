//! How the shim starts: at the `main` of C, without what the standard library does before a Rust
//! `main`.
//!
//! That set-up takes longer than the selection. It reads the map of the process's memory to find the
//! end of the stack, installs handlers that explain a stack overflow, opens `/dev/null` for closed
//! standard streams and ignores SIGPIPE. The shim needs none of it, except streams before it starts
//! the manager ([`open_missing_streams`]), and SIGPIPE stays as the caller of the shim left it.

use std::ffi::OsString;

mod arena;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;

pub use arena::Arena;
pub use imp::{arguments, open_missing_streams};

/// Arguments of this process, with the program's name; `None` if the standard library has them too.
pub type Arguments = Option<Vec<OsString>>;

/// Makes `$run`, a `fn(Arguments) -> i32`, what the program starts with. The crate is `no_main`.
#[macro_export]
macro_rules! start_with {
    ($run:path) => {
        // SAFETY: no other function of the program has this name, and this is what the C runtime calls.
        #[unsafe(no_mangle)]
        extern "C" fn main(
            count: ::std::ffi::c_int,
            arguments: *const *const ::std::ffi::c_char,
        ) -> ::std::ffi::c_int {
            // SAFETY: they are what the C runtime gave.
            $run(unsafe { $crate::entry::arguments(count, arguments) })
        }
    };
}
