//! Windows: `IsWow64Process2`, the only function that tells an x64 process on ARM64 the truth.
//! `GetNativeSystemInfo` tells it that the machine is x64.

use windows_sys::Win32::System::SystemInformation::{
    IMAGE_FILE_MACHINE, IMAGE_FILE_MACHINE_AMD64, IMAGE_FILE_MACHINE_ARM64, IMAGE_FILE_MACHINE_I386,
    IMAGE_FILE_MACHINE_UNKNOWN,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, IsWow64Process2};

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
