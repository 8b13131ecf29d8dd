//! The disk space that the files of an archive need.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::Container;
use super::zip_directory::Directory;

/// The approximate space that the unpacked archive needs. The archive itself says so, so it is for
/// messages only. `None` if it cannot be read.
pub fn unpacked_size(source: &Path, container: Container) -> Option<u64> {
    let file = File::open(source).ok()?;
    match container {
        Container::TarGz => size_of_tar(file),
        Container::Zip => size_of_zip(file),
    }
}

/// The last four bytes of gzip are the size of its content (RFC 1952, section 2.3.1): here a tar
/// file, which pads files to 512 bytes, while disks do to 4096. For a Go toolchain that is an
/// eighth more.
fn size_of_tar(mut file: File) -> Option<u64> {
    let mut size = [0; 4];
    file.seek(SeekFrom::End(-4)).ok()?;
    file.read_exact(&mut size).ok()?;
    let size = u64::from(u32::from_le_bytes(size));
    Some(size + size / 8)
}

/// Every file takes whole blocks of 4 KiB, as on usual file systems.
fn size_of_zip(file: File) -> Option<u64> {
    let mut directory = Directory::open(file).ok()?;
    let mut total: u64 = 0;
    while let Some(entry) = directory.next().ok()? {
        total = total.saturating_add(entry.size.checked_next_multiple_of(4096)?);
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use gover_test::{Entry, pack_tar_gz, pack_zip};

    use super::*;

    #[test]
    fn an_archive_says_about_what_it_takes() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("archive");
        let files = [Entry::file("go/a", vec![1; 100_000]), Entry::file("go/b", vec![2; 1])];
        std::fs::write(&path, pack_zip(&files)).unwrap();
        assert_eq!(unpacked_size(&path, Container::Zip), Some(102_400 + 4096));
        std::fs::write(&path, pack_tar_gz(&files)).unwrap();
        let size = unpacked_size(&path, Container::TarGz).unwrap();
        assert!((100_000..130_000).contains(&size), "{size}");
        std::fs::write(&path, "no").unwrap();
        assert_eq!(unpacked_size(&path, Container::TarGz), None);
        assert_eq!(unpacked_size(&path, Container::Zip), None);
    }
}
