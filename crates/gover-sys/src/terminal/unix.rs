//! Unix: one ioctl.

use std::ffi::{c_int, c_ulong};

use super::Stream;

/// `TIOCGWINSZ`: a fixed number on most Linux architectures; others encode direction and size.
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

/// Whether the code page of the console on Windows is UTF-8.
///
/// `None` without a console, and on Unix, where variables of the locale say so.
pub fn shows_utf8() -> Option<bool> {
    None
}

/// Turns on escape sequences. If the result is `false`, output must have no colour.
///
/// Terminals on Unix always support them, consoles of Windows from Windows 10 on.
pub fn enable_escapes(_stream: Stream) -> bool {
    true
}
