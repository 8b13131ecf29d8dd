//! Reads whole files of a limited size, and nothing but regular files.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

use super::imp;

/// Reads a regular file of at most `limit` bytes, or a link to one.
///
/// Anything else is an error at once: a pipe waits for a writer, a device may have no end, and a
/// file that is far too large is not the expected one. The check is on the opened file, so swapping
/// the file in between changes nothing.
pub fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (mut file, size) = open(path)?;
    let too_large =
        || io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {limit} bytes"));
    if size > limit {
        return Err(too_large());
    }
    let mut bytes = vec![0; usize::try_from(size).unwrap_or_default().saturating_add(1)];
    let count = read_once(&mut file, &mut bytes)?;
    bytes.truncate(count);
    // A file may grow meanwhile, and the kernel's own files have a size of 0. All others are whole now.
    if size == 0 || count as u64 != size {
        file.take((limit + 1).saturating_sub(count as u64)).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}

fn read_once(file: &mut File, bytes: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Like [`read_limited`], for a file that others replace. Windows denies access for a moment while
/// a process renames another file onto it or a virus scanner reads it. A file without read
/// permission takes that time too.
pub fn read_limited_patiently(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    imp::patiently(|| read_limited(path, limit))
}

pub fn read_text_limited(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read_limited(path, limit)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not text"))
}

/// Opens a regular file, or a link to one, for reading. Never waits.
pub fn open_regular(path: &Path) -> io::Result<File> {
    Ok(open(path)?.0)
}

fn open(path: &Path) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.read(true);
    imp::set_unwaiting(&mut options);
    // Windows denies access to a directory instead of naming it as one.
    let is_directory = |error: &io::Error| error.kind() != io::ErrorKind::NotFound && path.is_dir();
    let opened =
        options.open(path).map_err(|error| if is_directory(&error) { is_a_directory() } else { error });
    let file = opened?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(is_a_directory());
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe or a device, not a file"));
    }
    Ok((file, metadata.len()))
}

fn is_a_directory() -> io::Error {
    io::Error::new(io::ErrorKind::IsADirectory, "it is a directory, not a file")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read_limited(&path, 5).unwrap(), b"12345");
        assert_eq!(read_limited_patiently(&path, 5).unwrap(), b"12345");
        assert_eq!(read_text_limited(&path, 9).unwrap(), "12345");
        assert_eq!(read_limited(&path, 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        fs::write(&path, b"\xff").unwrap();
        assert_eq!(read_text_limited(&path, 9).unwrap_err().kind(), io::ErrorKind::InvalidData);
        let missing = read_limited(&root.path().join("none"), 9).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        let missing = read_limited_patiently(&root.path().join("none"), 9).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_directory_is_an_error_on_every_system() {
        let root = tempfile::tempdir().unwrap();
        let error = read_limited(root.path(), 9).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (io::ErrorKind::IsADirectory, "it is a directory, not a file")
        );
    }

    #[cfg(unix)]
    #[test]
    fn pipes_and_devices_are_errors_at_once() {
        use std::os::unix::fs::symlink;

        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let link = root.path().join("link");
        symlink(&pipe, &link).unwrap();
        for path in [pipe.as_path(), link.as_path(), Path::new("/dev/zero"), Path::new("/dev/null")] {
            let error = read_limited(path, 9).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{}", path.display());
            assert_eq!(error.to_string(), "it is a pipe or a device, not a file");
        }
        fs::write(root.path().join("file"), "1").unwrap();
        fs::remove_file(&link).unwrap();
        symlink("file", &link).unwrap();
        assert_eq!(read_limited(&link, 9).unwrap(), b"1");
    }
}
