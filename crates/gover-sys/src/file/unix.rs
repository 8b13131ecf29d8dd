//! Unix: permission bits, and calls that std lacks.

use std::ffi::{CString, c_char, c_int};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::mem::MaybeUninit;
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use super::FileSystem;

pub(super) use std::fs::{remove_file, rename as replace_program};

/// There is nothing to wait for: an open file can be renamed and removed.
pub(super) fn patiently<T>(mut action: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    action()
}

/// Owner and permissions. A private file does not get the permissions of others, who could open it
/// meanwhile.
pub(super) fn copy_attributes(from: &Path, to: &File, is_private: bool) -> io::Result<()> {
    let metadata = match from.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        result => result?,
    };
    let now = to.metadata()?;
    if (now.uid(), now.gid()) != (metadata.uid(), metadata.gid()) {
        // Only root may change the owner; otherwise the file now belongs to this user.
        drop(fchown(to, Some(metadata.uid()), Some(metadata.gid())));
    }
    to.set_permissions(Permissions::from_mode(metadata.mode() & if is_private { 0o700 } else { 0o7777 }))
}

/// Removing needs write and search permission on the directory; Go's module cache has mode 0555.
pub(super) fn make_directory_removable(path: &Path, metadata: &fs::Metadata) {
    drop(fs::set_permissions(path, Permissions::from_mode(metadata.mode() | 0o700)));
}

/// The directory decides.
pub(super) fn make_file_removable(_path: &Path) {}

/// Whether a group shares the directory on purpose.
fn is_shared(directory: &Path) -> bool {
    fs::metadata(directory).is_ok_and(|metadata| metadata.is_dir() && metadata.mode() & SETGID != 0)
}

pub(super) fn limit_writers(home: &Path) {
    let others = if is_shared(home) { 0o002 } else { 0o022 };
    // SAFETY: the call only changes a number of this process.
    let inherited = unsafe { umask(0o077) };
    let inherited = *INHERITED_UMASK.get_or_init(|| inherited);
    // Without the bits of the owner, gover itself could not read or run what it creates.
    let owner = 0o700;
    // SAFETY: as above.
    unsafe { umask(inherited & !owner | others) };
}

/// Undoes [`limit_writers`] for the program that replaces this process.
pub(crate) fn restore_umask() {
    if let Some(inherited) = INHERITED_UMASK.get() {
        // SAFETY: the call only changes a number of this process.
        unsafe { umask(*inherited) };
    }
}

static INHERITED_UMASK: OnceLock<Mode> = OnceLock::new();
const SETGID: u32 = 0o2000;

/// Everyone who may read the file may execute it. Does nothing on Windows.
pub fn make_executable(path: &Path) -> io::Result<()> {
    let mode = fs::metadata(path)?.mode();
    fs::set_permissions(path, Permissions::from_mode(mode | ((mode & 0o444) >> 2)))
}

/// Only Windows has a second form of paths.
pub fn long_path(_path: &Path) -> Option<PathBuf> {
    None
}

/// By permission on Unix, by extension on Windows.
pub fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o111 != 0)
}

/// Whether the permissions allow execution; always true on Windows.
pub fn may_be_executed(metadata: &fs::Metadata) -> bool {
    metadata.mode() & 0o111 != 0
}

pub(super) fn set_mode(options: &mut OpenOptions, mode: u32) {
    options.mode(mode);
}

/// Otherwise opening a pipe waits for its other end. Makes no difference for a regular file.
pub(super) fn set_unwaiting(options: &mut OpenOptions) {
    options.custom_flags(O_NONBLOCK);
}

#[cfg(all(target_os = "linux", any(target_arch = "mips", target_arch = "mips64")))]
const O_NONBLOCK: i32 = 0x80;
#[cfg(all(target_os = "linux", not(any(target_arch = "mips", target_arch = "mips64"))))]
const O_NONBLOCK: i32 = 0o4000;
/// The same in every BSD and in macOS.
#[cfg(not(target_os = "linux"))]
const O_NONBLOCK: i32 = 0x4;

/// From the headers of Linux, whose architectures differ, and of the BSDs and macOS.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "aarch64", target_arch = "arm", target_arch = "powerpc64")
))]
const O_NOFOLLOW: i32 = 0o100_000;
#[cfg(all(
    target_os = "linux",
    not(any(target_arch = "aarch64", target_arch = "arm", target_arch = "powerpc64"))
))]
const O_NOFOLLOW: i32 = 0o400_000;
#[cfg(not(target_os = "linux"))]
const O_NOFOLLOW: i32 = 0x100;

/// A rename can replace a running program.
pub(super) fn is_in_use(_error: &io::Error) -> bool {
    false
}

/// A text that differs if an entry of the directory was added, removed or renamed since
/// [`renew_directory_stamp`]. `None` if the directory does not exist, and always on Windows, where
/// some file systems do not record such changes.
pub fn directory_stamp(path: &Path) -> Option<String> {
    fs::metadata(path).ok().as_ref().and_then(stamp)
}

fn stamp(metadata: &fs::Metadata) -> Option<String> {
    if !metadata.is_dir() {
        return None;
    }
    let (number, (modified, changed)) = (metadata.ino(), (metadata.mtime(), metadata.ctime()));
    // The second time cannot be set, so a copy or a restored directory has another one.
    Some(format!("{number} {modified}.{} {changed}.{}", metadata.mtime_nsec(), metadata.ctime_nsec()))
}

/// Gives the directory, which this user must own, a new stamp; `None` if it changed meanwhile.
///
/// Its time of modification becomes one that is long gone. A later change sets it to the present, so
/// it is noticed even if it comes within the same tick of the clock.
pub fn renew_directory_stamp(path: &Path) -> io::Result<Option<String>> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    // Every file system can keep an even second, so any other time afterwards means a change.
    let seconds = now.as_secs().saturating_sub(24 * 60 * 60) & !1;
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    File::open(path)?.set_modified(past)?;
    Ok(stamp_since(path, past))
}

/// The stamp, if the directory has not changed since `modified` became its time of modification. A
/// stamp with a present time could stay the same after the next change.
fn stamp_since(path: &Path, modified: SystemTime) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    metadata.modified().is_ok_and(|time| time == modified).then(|| stamp(&metadata))?
}

/// A running program can be removed, so there is never anything to delete later.
pub(super) fn delete_later(_path: &Path) {}

/// Whether an open file has no name any more.
pub(crate) fn is_deleted(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.nlink() == 0)
}

/// Whether both paths lead to the same file or directory. A missing one is an error.
pub fn same_file(a: &Path, b: &Path) -> io::Result<bool> {
    let (a, b) = (fs::metadata(a)?, fs::metadata(b)?);
    Ok((a.dev(), a.ino()) == (b.dev(), b.ino()))
}

/// Bytes this user may still write to the file system of the directory `path`; `None` if unknown.
#[cfg(any(all(target_os = "linux", target_pointer_width = "64"), target_os = "macos"))]
pub fn available_space(path: &Path) -> Option<u64> {
    /// 64-bit glibc and musl count blocks in 64 bits.
    #[cfg(target_os = "linux")]
    type Count = u64;
    #[cfg(target_os = "macos")]
    type Count = u32;

    /// The beginning of `struct statvfs`. The rest is not used.
    #[repr(C)]
    struct Statvfs {
        block_size: u64,
        fragment_size: u64,
        blocks: Count,
        free: Count,
        available: Count,
        rest: [Count; 59],
    }

    unsafe extern "C" {
        fn statvfs(path: *const c_char, buffer: *mut Statvfs) -> c_int;
    }
    let path = CString::new(path.as_os_str().as_bytes()).ok()?;
    let mut buffer = MaybeUninit::<Statvfs>::zeroed();
    // SAFETY: the path is a C string; the buffer is plain data, larger than the system's structure.
    let result = unsafe { statvfs(path.as_ptr(), buffer.as_mut_ptr()) };
    // SAFETY: all zeroes, the initial value, is valid for these integers.
    let buffer = unsafe { buffer.assume_init() };
    #[cfg_attr(target_os = "linux", expect(clippy::useless_conversion, reason = "32 bits on macOS"))]
    (result == 0).then(|| u64::from(buffer.available).saturating_mul(buffer.fragment_size))
}

#[cfg(not(any(all(target_os = "linux", target_pointer_width = "64"), target_os = "macos")))]
pub fn available_space(_path: &Path) -> Option<u64> {
    None
}

/// Syncs everything written so far to the disk of the file system of the directory `path`. Returns
/// `false` if the system can only sync single files.
///
/// One call for all files of a tree. An `fsync` for each would take longer than the download.
#[cfg(target_os = "linux")]
pub fn sync_file_system(path: &Path) -> io::Result<bool> {
    unsafe extern "C" {
        fn syncfs(descriptor: c_int) -> c_int;
    }
    let directory = File::open(path)?;
    // SAFETY: the descriptor is open across the call, which takes no pointers.
    if unsafe { syncfs(directory.as_raw_fd()) } == 0 {
        return Ok(true);
    }
    match io::Error::last_os_error() {
        // The filter of a container or a modified kernel does not know the call.
        error if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) => {
            Ok(false)
        }
        error => Err(error),
    }
}

/// `sync` gives everything to the disks; syncing one file then empties their caches (std uses
/// `F_FULLFSYNC` if available).
#[cfg(not(target_os = "linux"))]
pub fn sync_file_system(path: &Path) -> io::Result<bool> {
    unsafe extern "C" {
        fn sync();
    }
    // SAFETY: no arguments, no result, no errors.
    unsafe { sync() };
    File::open(path)?.sync_all()?;
    Ok(true)
}

pub(super) fn create_private_directory(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

pub(super) fn create_own_directory(path: &Path, home: &Path) -> io::Result<()> {
    let mode = if is_shared(home) { 0o770 | SETGID } else { 0o700 };
    match create_private_directory(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let metadata = path.symlink_metadata()?;
            if metadata.is_dir() && metadata.mode() & 0o077 & !mode != 0 {
                // Another user's directory stays as that user made it.
                drop(fs::set_permissions(path, Permissions::from_mode(mode)));
            }
            Ok(())
        }
        created => created.and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode))),
    }
}

/// Whether this user or root made the link, so that it may be followed for a write.
pub(super) fn is_trusted(link: &fs::Metadata) -> bool {
    link.uid() == 0 || link.uid() == crate::user::imp::effective()
}

pub(super) fn set_unfollowing(options: &mut OpenOptions) {
    options.custom_flags(O_NOFOLLOW);
}

/// Whether this user may write the file, or create files in the directory; false if missing.
pub fn is_writable(path: &Path) -> bool {
    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else { return false };
    // SAFETY: the path is a C string.
    unsafe { access(path.as_ptr(), W_OK) == 0 }
}

/// From the list of mounts of the Linux kernel. Other systems have no such file.
pub(super) fn file_system(path: &Path) -> FileSystem {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    of_mount(&mounts, &path)
}

/// The mount that contains a path, from `/proc/self/mountinfo` (`proc_pid_mountinfo(5)`).
fn of_mount(mounts: &str, path: &Path) -> FileSystem {
    let parsed = mounts.lines().filter_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        let mut fields = mount.split(' ').skip(4);
        // Spaces and backslashes in a name are octal numbers.
        let point = fields.next()?.replace("\\040", " ").replace("\\134", "\\");
        let options = fields.next()?;
        path.starts_with(&point).then_some((point.len(), options, system.split(' ').next()?))
    });
    // The last mount at one path hides the others.
    let Some((_, options, kind)) = parsed.max_by_key(|(length, ..)| *length) else {
        return FileSystem::default();
    };
    FileSystem {
        kind: kind.to_owned(),
        forbids_programs: options.split(',').any(|option| option == "noexec"),
        is_remote: REMOTE.contains(&kind),
        ..FileSystem::default()
    }
}

unsafe extern "C" {
    fn access(path: *const c_char, mode: c_int) -> c_int;
    fn umask(mask: Mode) -> Mode;
}

#[cfg(target_os = "macos")]
type Mode = u16;
#[cfg(not(target_os = "macos"))]
type Mode = u32;

/// The same number on every Unix.
const W_OK: c_int = 2;

/// File systems that are reached over a network. `9p` and `drvfs` are the drives of Windows in WSL.
const REMOTE: &[&str] = &["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "drvfs", "fuse.sshfs", "afs", "ceph"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_is_the_file_system_of_a_path() {
        let mounts = "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n\
                      30 22 0:25 / /tmp rw,nosuid,noexec - tmpfs tmpfs rw\n\
                      31 22 0:26 / /mnt/my\\040share rw - nfs4 server:/x rw\n";
        let of = |path: &str| of_mount(mounts, Path::new(path));
        assert_eq!(of("/home/ann").kind, "ext4");
        assert!(of("/tmp/x").forbids_programs && !of("/tmpx").forbids_programs);
        assert!(of("/mnt/my share/go").is_remote);
        assert_eq!(of_mount("", Path::new("/")), FileSystem::default());
    }

    #[test]
    fn a_directory_that_changes_while_it_gets_a_stamp_has_none() {
        let directory = tempfile::tempdir().unwrap();
        let stamp = renew_directory_stamp(directory.path()).unwrap();
        assert!(stamp.is_some() && stamp == directory_stamp(directory.path()));
        let past = fs::metadata(directory.path()).unwrap().modified().unwrap();
        assert_eq!(stamp_since(directory.path(), past), stamp);
        fs::create_dir(directory.path().join("go1.91.2")).unwrap();
        assert_eq!(stamp_since(directory.path(), past), None);
    }

    #[test]
    fn an_own_directory_is_writable_and_a_missing_one_is_not() {
        let directory = tempfile::tempdir().unwrap();
        assert!(is_writable(directory.path()));
        assert!(!is_writable(&directory.path().join("missing")));
    }

    #[test]
    fn a_private_file_is_closed_to_others() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config");
        let mode = || fs::metadata(&path).unwrap().mode() & 0o777;
        super::super::write_privately(&path, b"new").unwrap();
        assert_eq!(mode(), 0o600);
        for (before, after) in [(0o644, 0o600), (0o400, 0o400), (0o755, 0o700)] {
            fs::set_permissions(&path, Permissions::from_mode(before)).unwrap();
            super::super::write_privately(&path, b"again").unwrap();
            assert_eq!(mode(), after);
        }
        super::super::write_atomically(&path, b"usual").unwrap();
        assert_eq!(mode(), 0o700);
    }

    #[test]
    fn a_private_directory_is_closed_to_others() {
        let directory = tempfile::tempdir().unwrap();
        let private = directory.path().join("a/b");
        super::super::create_private_directory(&private).unwrap();
        assert_eq!(fs::metadata(&private).unwrap().mode() & 0o777, 0o700);
    }
}
