//! Files that share their content until one of them is changed: `FICLONE` on Linux.

use std::fs::File;

/// Makes the empty file `to` share the disk space of `from`, so that nothing is copied. `false` if
/// the system or the file system cannot do that; `to` is then still empty.
pub fn share_content(from: &File, to: &File) -> bool {
    let is_shared = imp::share_content(from, to);
    if !is_shared {
        // A file system that failed halfway must not leave a part. What is written next shows an error.
        drop(to.set_len(0));
    }
    is_shared
}

#[cfg(target_os = "linux")]
mod imp {
    use std::ffi::{c_int, c_ulong};
    use std::fs::File;
    use std::os::fd::AsRawFd;

    unsafe extern "C" {
        fn ioctl(file: c_int, request: c_ulong, ...) -> c_int;
    }

    pub(super) fn share_content(from: &File, to: &File) -> bool {
        // SAFETY: FICLONE takes a descriptor by value and touches no memory; both files are open.
        unsafe { ioctl(to.as_raw_fd(), FICLONE, from.as_raw_fd()) == 0 }
    }

    /// `_IOW(0x94, 9, int)`; some processors have other bits for the direction.
    const FICLONE: c_ulong = if cfg!(any(
        target_arch = "mips",
        target_arch = "mips64",
        target_arch = "powerpc",
        target_arch = "powerpc64",
        target_arch = "sparc64"
    )) {
        0x8004_9409
    } else {
        0x4004_9409
    };
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::fs::File;

    pub(super) fn share_content(_from: &File, _to: &File) -> bool {
        false
    }
}
