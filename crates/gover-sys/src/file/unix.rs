//! Unix: permission bits, and the one call that std lacks.

use std::ffi::{CString, c_char, c_int};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

/// No waiting: an open file can be renamed and removed.
pub(super) fn patiently<T>(mut action: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    action()
}

pub(super) fn copy_attributes(from: &Path, to: &File) -> io::Result<()> {
    let metadata = match fs::metadata(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        result => result?,
    };
    let now = to.metadata()?;
    if (now.uid(), now.gid()) != (metadata.uid(), metadata.gid()) {
        // Only root may give files away; for others the file becomes the one who changes it.
        drop(fchown(to, Some(metadata.uid()), Some(metadata.gid())));
    }
    to.set_permissions(metadata.permissions())
}

pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Entries can be removed from a directory only by who may write and search it; Go's module cache is 0555.
pub(super) fn make_removable(path: &Path) {
    let Ok(metadata) = path.symlink_metadata() else { return };
    if !metadata.is_dir() {
        return;
    }
    drop(fs::set_permissions(path, Permissions::from_mode(metadata.mode() | 0o700)));
    let Ok(entries) = fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            make_removable(&entry.path());
        }
    }
}

pub(super) fn make_executable(path: &Path) -> io::Result<()> {
    let mode = fs::metadata(path)?.mode();
    fs::set_permissions(path, Permissions::from_mode(mode | ((mode & 0o444) >> 2)))
}

pub(super) fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o111 != 0)
}

pub(super) fn set_mode(options: &mut OpenOptions, executable: bool) {
    options.mode(if executable { 0o755 } else { 0o644 });
}

pub(super) fn replace_program(temporary: &Path, target: &Path) -> io::Result<()> {
    fs::rename(temporary, target)
}

/// A running program can be renamed over.
pub(super) fn is_in_use(_error: &io::Error) -> bool {
    false
}

pub(super) fn same_file(a: &Path, b: &Path) -> io::Result<bool> {
    let (a, b) = (fs::metadata(a)?, fs::metadata(b)?);
    Ok((a.dev(), a.ino()) == (b.dev(), b.ino()))
}

/// The beginning of `struct statvfs`, the same on 64-bit glibc and musl; the rest is spare.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
#[repr(C)]
struct FileSystem {
    block_size: u64,
    fragment_size: u64,
    blocks: u64,
    free: u64,
    available: u64,
    rest: [u64; 27],
}

/// The beginning of macOS's `struct statvfs`, whose counts have 32 bits.
#[cfg(target_os = "macos")]
#[repr(C)]
struct FileSystem {
    block_size: u64,
    fragment_size: u64,
    blocks: u32,
    free: u32,
    available: u32,
    rest: [u32; 59],
}

#[cfg(any(all(target_os = "linux", target_pointer_width = "64"), target_os = "macos"))]
pub(super) fn available_space(path: &Path) -> Option<u64> {
    unsafe extern "C" {
        fn statvfs(path: *const c_char, buffer: *mut FileSystem) -> c_int;
    }
    let path = CString::new(path.as_os_str().as_bytes()).ok()?;
    let mut buffer = MaybeUninit::<FileSystem>::zeroed();
    // SAFETY: the path is a C string; the buffer is larger than the system's structure and plain data.
    let result = unsafe { statvfs(path.as_ptr(), buffer.as_mut_ptr()) };
    // SAFETY: all zeroes, with which it began, is a valid value of these integers.
    let buffer = unsafe { buffer.assume_init() };
    #[cfg_attr(target_os = "linux", expect(clippy::useless_conversion, reason = "32 bits on macOS"))]
    (result == 0).then(|| u64::from(buffer.available).saturating_mul(buffer.fragment_size))
}

#[cfg(not(any(all(target_os = "linux", target_pointer_width = "64"), target_os = "macos")))]
pub(super) fn available_space(_path: &Path) -> Option<u64> {
    None
}
