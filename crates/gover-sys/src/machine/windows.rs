//! Windows: `IsWow64Process2`, the only function that tells an x64 process on ARM64 the truth.
//! `GetNativeSystemInfo` tells it that the machine is x64.

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt;
use std::path::PathBuf;
use std::ptr::null_mut;
use std::slice::from_raw_parts;

use windows_sys::Win32::System::Com::CoTaskMemFree;
use windows_sys::Win32::System::SystemInformation::{
    IMAGE_FILE_MACHINE, IMAGE_FILE_MACHINE_AMD64, IMAGE_FILE_MACHINE_ARM64, IMAGE_FILE_MACHINE_I386,
    IMAGE_FILE_MACHINE_UNKNOWN,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, IsWow64Process2};
use windows_sys::Win32::UI::Shell::{FOLDERID_ProgramData, SHGetKnownFolderPath};

/// `C:\ProgramData`, as the system knows it.
pub(super) fn settings_directory() -> Option<PathBuf> {
    let mut path = null_mut();
    // SAFETY: the identifier is a constant, no user is named, and `path` lives across the call.
    let result = unsafe { SHGetKnownFolderPath(&FOLDERID_ProgramData, 0, null_mut(), &raw mut path) };
    if path.is_null() {
        return None;
    }
    let mut length = 0;
    // SAFETY: the system ends the text with a zero.
    while unsafe { *path.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: so many units come before the zero.
    let units = unsafe { from_raw_parts(path, length) };
    let directory = PathBuf::from(OsString::from_wide(units));
    // SAFETY: the text came from the call above, and nothing uses it any more.
    unsafe { CoTaskMemFree(path.cast()) };
    (result == 0).then_some(directory)
}

/// The name in the variable `PROCESSOR_ARCHITECTURE` of a native process.
pub fn processor() -> Option<String> {
    let mut process: IMAGE_FILE_MACHINE = IMAGE_FILE_MACHINE_UNKNOWN;
    let mut native: IMAGE_FILE_MACHINE = IMAGE_FILE_MACHINE_UNKNOWN;
    // SAFETY: the handle of the current process is always valid; both values live across the call.
    if unsafe { IsWow64Process2(GetCurrentProcess(), &raw mut process, &raw mut native) } == 0 {
        return None;
    }
    let name = match native {
        IMAGE_FILE_MACHINE_AMD64 => "AMD64",
        IMAGE_FILE_MACHINE_ARM64 => "ARM64",
        IMAGE_FILE_MACHINE_I386 => "x86",
        _ => return None,
    };
    Some(name.to_owned())
}

/// A 64-bit Windows always has the libraries for its processor.
pub(super) const SAMPLE: Option<&str> = None;
