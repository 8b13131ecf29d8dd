//! Files that are read whole, and never anything else: what stands in their place may have no end, or keep its reader waiting.
//!
//! `gover_sys::file` has the same for what the manager reads; this crate knows nothing of that one, and the shim reads with
//! this one before every call of go. So it makes no more system calls than [`std::fs::read`]: the size that one asks for tells
//! the type, too.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

/// Far more than any `go.mod` or `go.work` has, for which Go knows no limit.
pub(crate) const MODULE_FILE: u64 = 16 << 20;

/// For files of a few lines.
pub(crate) const SMALL_FILE: u64 = 1 << 20;

/// Reads a regular file of at most `limit` bytes; a link to one is as good. Everything else is an error at once.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (mut file, size) = open_sized(path)?;
    let too_large =
        || io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {limit} bytes"));
    if size > limit {
        return Err(too_large());
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    // The byte more tells the end from a file that grew, or that has no size, as those that the kernel makes up.
    let mut bytes = vec![0; usize::try_from(size).unwrap_or(most).saturating_add(1)];
    let mut length = 0;
    loop {
        match file.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if length == most {
            return Err(too_large());
        }
        if length == bytes.len() {
            bytes.resize(length.saturating_mul(2).max(STEP).min(most), 0);
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// The same as [`read`], as text.
pub(crate) fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read(path, limit)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not text"))
}

/// Opens a regular file, or a link to one, for reading; never waits, and never for anything else.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    Ok(open_sized(path)?.0)
}

/// Whether the error means that something else than a file is there, or one that is not what it should be.
pub(crate) fn is_misplaced(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory | io::ErrorKind::FileTooLarge
    )
}

/// The file and its size; the type is that of what was opened, not of what was there before.
fn open_sized(path: &Path) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, O_NONBLOCK);
    let file = options.open(path).map_err(|error| {
        // Windows does not open directories, and says that they may not be.
        let is_directory = error.kind() == io::ErrorKind::PermissionDenied && path.is_dir();
        if is_directory { a_directory() } else { error }
    })?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(a_directory());
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe or a device, not a file"));
    }
    Ok((file, metadata.len()))
}

fn a_directory() -> io::Error {
    io::Error::new(io::ErrorKind::IsADirectory, "it is a directory, not a file")
}

/// What is read at least of a file that has more than it said.
const STEP: usize = 8 * 1024;

// Opening a pipe waits for its other end otherwise; pipes of Windows have no names among the files. To a regular file it
// makes no difference.
#[cfg(all(target_os = "linux", any(target_arch = "mips", target_arch = "mips64")))]
const O_NONBLOCK: i32 = 0x80;
#[cfg(all(target_os = "linux", not(any(target_arch = "mips", target_arch = "mips64"))))]
const O_NONBLOCK: i32 = 0o4000;
/// As in every BSD, macOS among them.
#[cfg(all(unix, not(target_os = "linux")))]
const O_NONBLOCK: i32 = 0x4;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        for text in ["", "12345"] {
            fs::write(&path, text).unwrap();
            assert_eq!(read(&path, 5).unwrap(), text.as_bytes());
        }
        assert_eq!(read_text(&path, 9).unwrap(), "12345");
        let error = read(&path, 4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(is_misplaced(&error));
        fs::write(&path, b"\xff").unwrap();
        assert_eq!(read_text(&path, 9).unwrap_err().kind(), io::ErrorKind::InvalidData);
        let missing = read(&root.path().join("none"), 9).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        assert!(!is_misplaced(&missing));
    }

    #[test]
    fn a_directory_is_told_on_every_system() {
        let root = tempfile::tempdir().unwrap();
        let error = read(root.path(), 9).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (io::ErrorKind::IsADirectory, "it is a directory, not a file")
        );
        assert!(is_misplaced(&error));
    }

    /// The kernel's own files say that they are empty.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_has_more_than_it_says_is_read_up_to_the_limit_too() {
        let path = Path::new("/proc/self/maps");
        assert_eq!(fs::metadata(path).unwrap().len(), 0);
        assert!(read_text(path, SMALL_FILE).unwrap().contains("[stack]"));
        assert_eq!(read(path, 99).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[cfg(unix)]
    #[test]
    fn pipes_and_devices_are_refused_and_keep_nobody_waiting() {
        use std::os::unix::fs::symlink;

        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let link = root.path().join("link");
        symlink("/dev/zero", &link).unwrap();
        for path in [&pipe, &link] {
            let error = read(path, 9).unwrap_err();
            assert_eq!(error.to_string(), "it is a pipe or a device, not a file");
            assert!(is_misplaced(&error) && open(path).is_err());
        }
        fs::write(root.path().join("file"), "1").unwrap();
        fs::remove_file(&link).unwrap();
        symlink("file", &link).unwrap();
        assert_eq!(read(&link, 9).unwrap(), b"1");
    }
}
