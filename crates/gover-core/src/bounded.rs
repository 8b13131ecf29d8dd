//! Reads whole files of a limited size, and nothing but regular files: a device in place of a file
//! may have no end, and a pipe may keep its reader waiting.
//!
//! `gover_sys::file` does the same for what the manager reads, but opens a file first and then
//! looks at it. This crate cannot open a pipe without waiting, so it looks first. The files that a
//! selection depends on belong to the user, who gains nothing by swapping one in between. The shim
//! reads them before every go command, so each file is looked at once and read with one call.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::platform::IS_WINDOWS;

/// The limit of files that Go reads itself: go.mod, go.work and go/env. Go sets none, but a sparse
/// file must not use up the memory.
pub(crate) const GO_FILE: u64 = 256 << 20;

pub(crate) const SMALL_FILE: u64 = 1 << 20;

/// What has a name, after one look at it.
#[derive(Debug)]
pub(crate) struct Found {
    path: PathBuf,
    metadata: Metadata,
    file: Option<File>,
}

impl Found {
    /// Looks without waiting, whatever is there. Links are followed.
    pub(crate) fn at(path: PathBuf) -> io::Result<Self> {
        if IS_WINDOWS { Self::by_opening(path) } else { Self::by_name(path) }
    }

    fn by_name(path: PathBuf) -> io::Result<Self> {
        Ok(Self { metadata: fs::metadata(&path)?, file: None, path })
    }

    /// Where no file name leads to a pipe, one step for both: Windows opens a file to look at it, too.
    fn by_opening(path: PathBuf) -> io::Result<Self> {
        match File::open(&path) {
            Ok(file) => Ok(Self { metadata: file.metadata()?, file: Some(file), path }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
            // A directory, or a file that may be seen but not read.
            Err(_) => Self::by_name(path),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn is_file(&self) -> bool {
        self.metadata.is_file()
    }

    pub(crate) fn is_directory(&self) -> bool {
        self.metadata.is_dir()
    }

    pub(crate) fn size(&self) -> u64 {
        self.metadata.len()
    }

    /// Reads a regular file of at most `limit` bytes; all else is an error at once.
    pub(crate) fn read(mut self, limit: u64) -> io::Result<Vec<u8>> {
        check(&self.metadata)?;
        let size = self.size();
        let too_large =
            || io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {limit} bytes"));
        if size > limit {
            return Err(too_large());
        }
        let mut file = self.file.take().map_or_else(|| File::open(&self.path), Ok)?;
        let mut bytes = vec![0; usize::try_from(size).unwrap_or_default().saturating_add(1)];
        let count = read_once(&mut file, &mut bytes)?;
        bytes.truncate(count);
        // A file may grow meanwhile, and the kernel's own files have a size of 0. All others are whole now.
        if size == 0 || count as u64 != size {
            file.take(limit.saturating_add(1).saturating_sub(count as u64)).read_to_end(&mut bytes)?;
        }
        if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
    }

    /// Reads a go.mod or go.work. `/dev/null`, which Go takes for an empty one, is empty here too.
    pub(crate) fn read_module_file(self) -> io::Result<Vec<u8>> {
        let path = self.path.clone();
        self.read(GO_FILE).or_else(|error| match path.canonicalize() {
            Ok(real) if real == Path::new("/dev/null") => Ok(Vec::new()),
            _ => Err(error),
        })
    }
}

fn read_once(file: &mut File, bytes: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Reads a regular file of at most `limit` bytes, or a link to one; all else is an error at once.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    Found::at(path.to_owned())?.read(limit)
}

pub(crate) fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read(path, limit)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not text"))
}

/// Opens a regular file, or a link to one, for reading. Never waits.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let found = Found::at(path.to_owned())?;
    check(&found.metadata)?;
    found.file.map_or_else(|| File::open(path), Ok)
}

/// Whether something other than a file of a reasonable size has that name.
pub(crate) fn is_misplaced(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory | io::ErrorKind::FileTooLarge
    )
}

fn check(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory, not a file"));
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe or a device, not a file"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

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
    fn both_ways_of_looking_see_the_same() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        assert_eq!(Found::by_opening(path.clone()).unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::write(&path, "12345").unwrap();
        for found in [Found::by_name(path.clone()), Found::by_opening(path.clone())] {
            let found = found.unwrap();
            assert!(found.is_file() && !found.is_directory() && found.size() == 5);
            assert_eq!(found.read(5).unwrap(), b"12345");
        }
        let directory = root.path().to_owned();
        for found in [Found::by_name(directory.clone()), Found::by_opening(directory)] {
            let found = found.unwrap();
            assert!(found.is_directory());
            assert_eq!(found.read(5).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        }
    }

    #[test]
    fn a_file_that_changed_after_the_look_is_read_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        for (before, after) in [("123", "1234567"), ("123", "1"), ("", "1"), ("123", "")] {
            fs::write(&path, before).unwrap();
            let found = Found::at(path.clone()).unwrap();
            fs::write(&path, after).unwrap();
            assert_eq!(found.read(7).unwrap(), after.as_bytes());
        }
        fs::write(&path, "").unwrap();
        let found = Found::at(path.clone()).unwrap();
        fs::write(&path, "12345678").unwrap();
        assert_eq!(found.read(7).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_directory_is_an_error_on_every_system() {
        let root = tempfile::tempdir().unwrap();
        let error = read(root.path(), 9).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (io::ErrorKind::IsADirectory, "it is a directory, not a file")
        );
        assert!(is_misplaced(&error));
    }

    /// The size of the kernel's own files is 0.
    #[test]
    fn a_file_that_is_longer_than_its_size_is_read_up_to_the_limit() {
        if !cfg!(target_os = "linux") {
            return;
        }
        let path = Path::new("/proc/self/maps");
        assert_eq!(fs::metadata(path).unwrap().len(), 0);
        assert!(read_text(path, SMALL_FILE).unwrap().contains("[stack]"));
        assert_eq!(read(path, 99).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn pipes_and_devices_are_errors_at_once() {
        // On Windows they have no names among the files.
        if !cfg!(unix) {
            return;
        }
        let root = tempfile::tempdir().unwrap();
        let made = |program: &str, arguments: &[&str]| {
            Command::new(program).args(arguments).current_dir(root.path()).status().unwrap().success()
        };
        assert!(made("mkfifo", &["pipe"]) && made("ln", &["-s", "/dev/zero", "device"]));
        for name in ["pipe", "device"] {
            let path = root.path().join(name);
            let error = read(&path, 9).unwrap_err();
            assert_eq!(error.to_string(), "it is a pipe or a device, not a file");
            assert!(is_misplaced(&error) && open(&path).is_err());
        }
        fs::write(root.path().join("file"), "1").unwrap();
        assert!(made("ln", &["-s", "file", "link"]));
        assert_eq!(read(&root.path().join("link"), 9).unwrap(), b"1");
    }
}
