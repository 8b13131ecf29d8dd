//! The real disk. Paths are Unicode here; one that is not cannot be asked about.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use gover_core::real_path::real_path;
use gover_sys::file;

use crate::snapshot::disk::{Disk, FileSystem, Kind};

/// The disk of this machine.
#[derive(Clone, Copy, Debug)]
pub struct RealDisk;

/// Far more than any file of settings has, far less than would be felt.
const MAX_SIZE: u64 = 8 << 20;

impl Disk for RealDisk {
    fn kind(&self, path: &str) -> Option<Kind> {
        let metadata = fs::metadata(path).ok()?;
        Some(if metadata.is_dir() { Kind::Directory } else { Kind::File })
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        // A pipe or a device would block, or never end.
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let mut content = Vec::new();
        File::open(path)?.take(MAX_SIZE + 1).read_to_end(&mut content)?;
        if content.len() as u64 > MAX_SIZE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(content)
    }

    fn head(&self, path: &str, length: usize) -> Vec<u8> {
        let mut content = Vec::new();
        if fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
            && let Ok(file) = File::open(path)
        {
            // What was read before an error is still the head.
            let _ = file.take(length as u64).read_to_end(&mut content);
        }
        content
    }

    fn list(&self, path: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn real(&self, path: &str) -> Option<String> {
        real_path(Path::new(path)).ok()?.into_os_string().into_string().ok()
    }

    fn is_writable(&self, path: &str) -> bool {
        file::is_writable(Path::new(path))
    }

    fn is_executable(&self, path: &str) -> bool {
        file::is_executable(Path::new(path))
    }

    fn file_system(&self, path: &str) -> FileSystem {
        let existing = Path::new(path).ancestors().find(|path| path.exists()).unwrap_or(Path::new(path));
        let facts = file::file_system(existing);
        FileSystem {
            kind: facts.kind,
            forbids_programs: facts.forbids_programs,
            is_remote: facts.is_remote,
            available: file::available_space(existing),
        }
    }
}
