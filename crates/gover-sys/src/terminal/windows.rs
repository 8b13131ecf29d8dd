//! Windows: the console API.

use std::mem::zeroed;
use std::os::windows::io::AsRawHandle;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Globalization::CP_UTF8;
use windows_sys::Win32::System::Console::{
    CONSOLE_SCREEN_BUFFER_INFO, ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode, GetConsoleOutputCP,
    GetConsoleScreenBufferInfo, SetConsoleMode,
};

use super::{Stream, is_terminal};

/// An invalid handle makes the calls below fail.
fn handle(stream: Stream) -> HANDLE {
    match stream {
        Stream::Stdout => std::io::stdout().as_raw_handle(),
        Stream::Stderr => std::io::stderr().as_raw_handle(),
    }
}

pub(super) fn width(stream: Stream) -> Option<u16> {
    // SAFETY: the structure is plain data for which all zeroes is a valid value.
    let mut info: CONSOLE_SCREEN_BUFFER_INFO = unsafe { zeroed() };
    // SAFETY: the structure lives across the call, which fails for a handle that is not a console.
    if unsafe { GetConsoleScreenBufferInfo(handle(stream), &raw mut info) } == 0 {
        return None;
    }
    // The window, not the buffer, which may be wider. Both ends are inclusive.
    u16::try_from(i32::from(info.srWindow.Right) - i32::from(info.srWindow.Left) + 1).ok()
}

pub fn shows_utf8() -> Option<bool> {
    if !is_terminal(Stream::Stdout) && !is_terminal(Stream::Stderr) {
        return None;
    }
    // SAFETY: no arguments; 0 without a console.
    match unsafe { GetConsoleOutputCP() } {
        0 => None,
        page => Some(page == CP_UTF8),
    }
}

pub fn enable_escapes(stream: Stream) -> bool {
    let handle = handle(stream);
    let mut mode = 0;
    // SAFETY: `mode` lives across the call, which fails for a handle that is not a console.
    if unsafe { GetConsoleMode(handle, &raw mut mode) } == 0 {
        // A pipe, or the terminal of a Unix-like system (mintty), which supports them.
        return true;
    }
    if mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING != 0 {
        return true;
    }
    // SAFETY: the handle of the console worked in the last call.
    unsafe { SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0 }
}
