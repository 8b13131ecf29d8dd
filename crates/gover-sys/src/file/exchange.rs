//! Exchanges two names at once: `renameat2(2)` on Linux, `renamex_np(2)` on macOS.

use std::io;
use std::path::Path;

/// Exchanges two names on one file system, so that both exist at every moment. Returns `false`,
/// with nothing changed, if the system or the file system does not support that.
pub fn exchange(a: &Path, b: &Path) -> io::Result<bool> {
    imp::exchange(a, b)
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
mod imp {
    use std::ffi::{CString, c_char};
    use std::io;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    /// By number, since older C libraries have no function for it.
    #[cfg(target_os = "linux")]
    fn call(a: *const c_char, b: *const c_char) -> bool {
        use std::ffi::{c_int, c_long, c_uint};

        unsafe extern "C" {
            fn syscall(number: c_long, ...) -> c_long;
        }
        const HERE: c_int = -100; // AT_FDCWD
        const EXCHANGE: c_uint = 2; // RENAME_EXCHANGE
        // SAFETY: the arguments are those of renameat2(2), and the callers' pointers are C strings.
        unsafe { syscall(RENAMEAT2, HERE, a, HERE, b, EXCHANGE) == 0 }
    }

    #[cfg(target_os = "macos")]
    fn call(a: *const c_char, b: *const c_char) -> bool {
        use std::ffi::{c_int, c_uint};

        unsafe extern "C" {
            fn renamex_np(from: *const c_char, to: *const c_char, flags: c_uint) -> c_int;
        }
        const SWAP: c_uint = 2; // RENAME_SWAP
        // SAFETY: the callers' pointers are C strings.
        unsafe { renamex_np(a, b, SWAP) == 0 }
    }

    /// The number of `renameat2`. On other processors, a number that the kernel does not know.
    #[cfg(target_os = "linux")]
    const RENAMEAT2: std::ffi::c_long = match std::env::consts::ARCH.as_bytes() {
        b"x86_64" => 316,
        b"x86" => 353,
        b"arm" => 382,
        b"aarch64" | b"riscv64" | b"loongarch64" => 276,
        b"powerpc64" | b"powerpc" => 357,
        b"s390x" => 347,
        _ => -1,
    };

    pub(super) fn exchange(a: &Path, b: &Path) -> io::Result<bool> {
        let (a, b) = (CString::new(a.as_os_str().as_bytes())?, CString::new(b.as_os_str().as_bytes())?);
        if call(a.as_ptr(), b.as_ptr()) {
            return Ok(true);
        }
        let error = io::Error::last_os_error();
        // An old kernel, a file system without it (EINVAL on Linux), or a filter of a container.
        let kinds =
            [io::ErrorKind::Unsupported, io::ErrorKind::InvalidInput, io::ErrorKind::PermissionDenied];
        // ENOTSUP, whose number differs there.
        let is_apples = cfg!(target_os = "macos") && error.raw_os_error() == Some(45);
        if kinds.contains(&error.kind()) || is_apples { Ok(false) } else { Err(error) }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod imp {
    use std::io;
    use std::path::Path;

    #[expect(clippy::unnecessary_wraps, reason = "the same signature on every system")]
    pub(super) fn exchange(_a: &Path, _b: &Path) -> io::Result<bool> {
        Ok(false)
    }
}
