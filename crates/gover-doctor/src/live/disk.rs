//! The real disk. Paths that are not Unicode cannot be examined.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use gover_core::real_path::real_path;
use gover_sys::file::{self, open_regular, read_limited};
use gover_sys::user;

use crate::MachinePath;
use crate::snapshot::disk::{BuildInfo, Disk, FileSystem, Kind, Rights};

#[derive(Clone, Copy, Debug)]
pub struct RealDisk;

/// Much larger than any settings file, and still fast to read.
const MAX_SIZE: u64 = 8 << 20;

impl Disk for RealDisk {
    fn kind(&self, path: &MachinePath) -> Option<Kind> {
        let metadata = fs::metadata(path.as_str()).ok()?;
        Some(if metadata.is_dir() { Kind::Directory } else { Kind::File })
    }

    fn read(&self, path: &MachinePath) -> io::Result<Vec<u8>> {
        read_limited(Path::new(path.as_str()), MAX_SIZE)
    }

    fn head(&self, path: &MachinePath, length: usize) -> Vec<u8> {
        let mut content = Vec::new();
        if let Ok(file) = open_regular(Path::new(path.as_str())) {
            // What was read before an error is enough.
            let _ = file.take(length as u64).read_to_end(&mut content);
        }
        content
    }

    fn list(&self, path: &MachinePath) -> Vec<String> {
        let Ok(entries) = fs::read_dir(path.as_str()) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn is_closed(&self, path: &MachinePath) -> bool {
        let path = Path::new(path.as_str());
        let looked = fs::read_dir(path).and_then(|_| fs::metadata(path.join(".")));
        path.is_dir() && looked.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
    }

    fn real(&self, path: &MachinePath) -> Option<MachinePath> {
        let real = real_path(Path::new(path.as_str())).ok()?.into_os_string().into_string().ok()?;
        Some(path.join(real))
    }

    fn is_writable(&self, path: &MachinePath) -> bool {
        file::is_writable(Path::new(path.as_str()))
    }

    fn rights(&self, path: &MachinePath) -> Option<Rights> {
        user::rights(Path::new(path.as_str()))
    }

    fn is_executable(&self, path: &MachinePath) -> bool {
        file::is_executable(Path::new(path.as_str()))
    }

    fn build_info(&self, path: &MachinePath) -> Option<BuildInfo> {
        BuildInfo::read(Path::new(path.as_str())).ok()?
    }

    fn file_system(&self, path: &MachinePath) -> FileSystem {
        let path = Path::new(path.as_str());
        file::file_system(path.ancestors().find(|path| path.exists()).unwrap_or(path))
    }
}
