//! Windows: open files and read-only files cannot be replaced or removed at once.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::mem::zeroed;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::ptr::null_mut;
use std::thread::sleep;
use std::time::Duration;

use super::FileSystem;

pub(super) use std::fs::create_dir as create_private_directory;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_DIR_NOT_EMPTY, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION,
    ERROR_USER_MAPPED_FILE,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_ADD_FILE, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT,
    GetDiskFreeSpaceExW, GetDriveTypeW, GetFileInformationByHandle, GetLongPathNameW, GetVolumeInformationW,
    GetVolumePathNameW,
};
use windows_sys::Win32::System::WindowsProgramming::DRIVE_REMOTE;

/// Waits between attempts, in milliseconds; four seconds in total.
const WAITS: [u64; 9] = [5, 10, 25, 50, 100, 250, 500, 1000, 2000];

/// Tries again if a scanner, an indexer or an ending process holds the file.
pub(super) fn patiently<T>(mut action: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for wait in WAITS {
        match action() {
            Err(error) if is_in_use(&error) => sleep(Duration::from_millis(wait)),
            result => return result,
        }
    }
    action()
}

/// A new file gets its access control from the directory, as the old one did.
pub(super) fn copy_attributes(_from: &Path, _to: &File, _is_private: bool) -> io::Result<()> {
    Ok(())
}

pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    make_file_removable(path);
    // A link to a directory is a directory too.
    patiently(|| fs::remove_file(path)).or_else(|error| fs::remove_dir(path).map_err(|_| error))
}

/// A process of its own tries to delete the file each second until it no longer runs. Where a rule of
/// the machine forbids that process, the file stays.
pub(super) fn delete_later(path: &Path) {
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    let mut command = crate::exec::command("cmd.exe");
    command.args(["/d", "/c"]).env("GOVER_REMOVED", path);
    // The path is not part of the command, whose quoting it could end.
    command.raw_arg(
        r#"for /l %i in (1,1,60) do @if exist "%GOVER_REMOVED%" (ping -n 2 127.0.0.1 >nul & del /f /q "%GOVER_REMOVED%")"#,
    );
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    drop(command.creation_flags(CREATE_NO_WINDOW).spawn());
}

pub fn make_executable(path: &Path) -> io::Result<()> {
    fs::metadata(path).map(drop)
}

/// The path with its long names, if it is written with short ones.
pub fn long_path(path: &Path) -> Option<PathBuf> {
    let short: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    let mut long = vec![0; LONGEST_PATH];
    let capacity = u32::try_from(long.len()).unwrap_or_default();
    // SAFETY: the first path ends with a zero, and the length is that of the buffer.
    let length = unsafe { GetLongPathNameW(short.as_ptr(), long.as_mut_ptr(), capacity) };
    let long = long.get(..usize::try_from(length).ok()?).filter(|long| !long.is_empty())?;
    Some(OsString::from_wide(long).into())
}

/// In UTF-16 units.
const LONGEST_PATH: usize = 32_767;

pub fn is_executable(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["exe", "com", "bat", "cmd"].iter().any(|known| extension.eq_ignore_ascii_case(known)) && path.is_file()
}

pub fn may_be_executed(_metadata: &fs::Metadata) -> bool {
    true
}

pub(super) fn set_mode(_options: &mut OpenOptions, _mode: u32) {}

/// Pipes have no names among files.
pub(super) fn set_unwaiting(_options: &mut OpenOptions) {}

/// Does not wait: a running program is held for as long as it runs, and is renamed instead.
pub(super) fn replace_program(temporary: &Path, target: &Path) -> io::Result<()> {
    make_file_removable(target);
    fs::rename(temporary, target)
}

/// Not every file system notes when an entry of a directory changed; FAT does not.
pub fn directory_stamp(_path: &Path) -> Option<String> {
    None
}

pub fn renew_directory_stamp(_path: &Path) -> io::Result<Option<String>> {
    Ok(None)
}

/// Whether an open file has no name any more: newer versions of Windows remove the name at once.
pub(crate) fn is_deleted(file: &File) -> bool {
    information(file).is_ok_and(|information| information.nNumberOfLinks == 0)
}

pub fn same_file(a: &Path, b: &Path) -> io::Result<bool> {
    Ok(identity(a)? == identity(b)?)
}

/// Volume and index of a file or directory while it is open.
fn identity(path: &Path) -> io::Result<(u32, u32, u32)> {
    let file = OpenOptions::new().access_mode(0).custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(path)?;
    let information = information(&file)?;
    Ok((information.dwVolumeSerialNumber, information.nFileIndexHigh, information.nFileIndexLow))
}

fn information(file: &File) -> io::Result<BY_HANDLE_FILE_INFORMATION> {
    // SAFETY: the structure is plain data for which all zeroes is a valid value.
    let mut information: BY_HANDLE_FILE_INFORMATION = unsafe { zeroed() };
    // SAFETY: the handle is open and the structure lives across the call.
    if unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut information) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(information)
}

pub fn available_space(path: &Path) -> Option<u64> {
    let path: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    let mut available = 0;
    // SAFETY: the path ends with a zero, `available` lives across the call, and null pointers mean
    // no other result.
    let done = unsafe { GetDiskFreeSpaceExW(path.as_ptr(), &raw mut available, null_mut(), null_mut()) };
    (done != 0).then_some(available)
}

/// Only an administrator can flush a volume.
pub fn sync_file_system(_path: &Path) -> io::Result<bool> {
    Ok(false)
}

pub(super) fn limit_writers(_home: &Path) {}

/// The access list of the home applies.
pub(super) fn create_own_directory(path: &Path, _home: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Creating a link needs a privilege that ordinary users do not have.
pub(super) fn is_trusted(_link: &fs::Metadata) -> bool {
    true
}

/// Opens a link itself, which the caller then refuses.
pub(super) fn set_unfollowing(options: &mut OpenOptions) {
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
}

pub fn is_writable(path: &Path) -> bool {
    let Ok(metadata) = path.metadata() else { return false };
    if metadata.is_dir() {
        // Opening it changes nothing; it only needs the right to add files.
        let mut options = OpenOptions::new();
        return options
            .access_mode(FILE_ADD_FILE)
            .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
            .open(path)
            .is_ok();
    }
    !metadata.permissions().readonly() && OpenOptions::new().append(true).open(path).is_ok()
}

pub(super) fn file_system(path: &Path) -> FileSystem {
    let path: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    let mut root = [0_u16; 261];
    // SAFETY: the path ends with a zero, and the buffer has the given length.
    if unsafe { GetVolumePathNameW(path.as_ptr(), root.as_mut_ptr(), 261) } == 0 {
        return FileSystem::default();
    }
    let mut kind = [0_u16; 64];
    // SAFETY: the root ends with a zero, the buffer has the given length, and null pointers mean no
    // other result.
    let named = unsafe {
        let (name, number) = (null_mut(), null_mut());
        GetVolumeInformationW(root.as_ptr(), name, 0, number, number, number, kind.as_mut_ptr(), 64)
    };
    let length = kind.iter().position(|&unit| unit == 0).unwrap_or(0);
    let kind = if named == 0 { String::new() } else { String::from_utf16_lossy(&kind[..length]) };
    // SAFETY: the root ends with a zero.
    let is_remote = unsafe { GetDriveTypeW(root.as_ptr()) } == DRIVE_REMOTE;
    FileSystem { kind, is_remote, ..FileSystem::default() }
}

#[expect(clippy::permissions_set_readonly_false, reason = "Windows has one read-only bit and no others")]
pub(super) fn make_file_removable(path: &Path) {
    if let Ok(metadata) = path.symlink_metadata() {
        make_directory_removable(path, &metadata);
    }
}

pub(super) fn make_directory_removable(path: &Path, metadata: &fs::Metadata) {
    let mut permissions = metadata.permissions();
    if permissions.readonly() {
        permissions.set_readonly(false);
        // The removal that follows reports the error.
        drop(fs::set_permissions(path, permissions));
    }
}

pub(super) fn is_in_use(error: &io::Error) -> bool {
    let held = [
        ERROR_ACCESS_DENIED,
        ERROR_SHARING_VIOLATION,
        ERROR_LOCK_VIOLATION,
        ERROR_USER_MAPPED_FILE,
        // A deleted file in the directory is still open.
        ERROR_DIR_NOT_EMPTY,
    ];
    error.raw_os_error().is_some_and(|code| held.contains(&code.cast_unsigned()))
}
