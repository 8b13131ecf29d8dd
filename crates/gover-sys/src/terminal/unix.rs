//! Unix: one ioctl.

use std::ffi::{c_int, c_ulong};

use super::Stream;

/// `TIOCGWINSZ`. Most architectures of Linux have a fixed number; all others encode direction and
/// size.
const WINDOW_SIZE: c_ulong = if cfg!(all(
    any(target_os = "linux", target_os = "android"),
    not(any(
        target_arch = "mips",
        target_arch = "mips64",
        target_arch = "powerpc",
        target_arch = "powerpc64"
    ))
)) {
    0x5413
} else {
    0x4008_7468
};

unsafe extern "C" {
    fn ioctl(descriptor: c_int, request: c_ulong, ...) -> c_int;
}

pub(super) fn width(stream: Stream) -> Option<u16> {
    let descriptor = match stream {
        Stream::Stdout => 1,
        Stream::Stderr => 2,
    };
    // `struct winsize`: rows, columns, and both in pixels.
    let mut size = [0_u16; 4];
    // SAFETY: this request fills the structure, which lives across the call, and fails for other
    // files.
    let result = unsafe { ioctl(descriptor, WINDOW_SIZE, &raw mut size) };
    (result == 0).then_some(size[1])
}

pub(super) fn shows_utf8() -> Option<bool> {
    None
}

pub(super) fn enable_escapes(_stream: Stream) -> bool {
    true
}
