//! The files of a release, and the archives that hold them: the same files give the same bytes.

use std::io::{Cursor, Read, Write as _};

use flate2::{Compression, GzBuilder};
use zip::write::SimpleFileOptions;

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Below the directory of the release, with `/` on every system.
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_program: bool,
}

impl Entry {
    pub(crate) fn text(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: bytes.into(), is_program: false }
    }

    pub(crate) fn program(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), bytes, is_program: true }
    }

    pub(crate) fn mode(&self) -> u32 {
        if self.is_program { 0o755 } else { 0o644 }
    }
}

/// A gzipped tar of files, all of them with one time and one owner. `prefix` stands before each path.
pub(crate) fn tar_gz(prefix: &str, entries: &[Entry], time: u64) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("cannot write an archive: {error}");
    // No name and no time in the header of gzip.
    let gzip = GzBuilder::new().write(Vec::new(), Compression::best());
    let mut archive = tar::Builder::new(gzip);
    for entry in sorted(entries) {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(entry.bytes.len() as u64);
        header.set_mode(entry.mode());
        header.set_mtime(time);
        header.set_uid(0);
        header.set_gid(0);
        let path = format!("{prefix}{}", entry.path);
        archive.append_data(&mut header, path, entry.bytes.as_slice()).map_err(failed)?;
    }
    archive.into_inner().and_then(flate2::write::GzEncoder::finish).map_err(failed)
}

/// A zip of files. Their time is the first that a zip can name, as in Go's module zips: the format
/// knows no time zone. They are marked as made on Unix, wherever this runs, so that the bytes are the
/// same and the modes are kept.
pub(crate) fn zip(prefix: &str, entries: &[Entry]) -> Result<Vec<u8>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("cannot write an archive: {error}");
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for entry in sorted(entries) {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(zip::DateTime::default())
            .system(zip::System::Unix)
            .unix_permissions(entry.mode());
        archive.start_file(format!("{prefix}{}", entry.path), options).map_err(|error| failed(&error))?;
        archive.write_all(&entry.bytes).map_err(|error| failed(&error))?;
    }
    Ok(archive.finish().map_err(|error| failed(&error))?.into_inner())
}

/// The files of an archive of gover, without the directory that they are in there.
pub(crate) fn unpack(name: &str, bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("cannot read {name}: {error}");
    let mut entries = Vec::new();
    let mut push = |path: &str, mode: u32, reader: &mut dyn Read| -> std::io::Result<()> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        let path = path.split_once('/').map_or(path, |(_, below)| below).to_owned();
        entries.push(Entry { path, bytes, is_program: mode & 0o100 != 0 });
        Ok(())
    };
    if bytes.starts_with(b"PK") {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| failed(&error))?;
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).map_err(|error| failed(&error))?;
            let path = file.name().map_err(|error| failed(&error))?.into_owned();
            let mode = file.unix_mode().unwrap_or_default();
            push(&path, mode, &mut file).map_err(|error| failed(&error))?;
        }
    } else {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
        for file in archive.entries().map_err(|error| failed(&error))? {
            let mut file = file.map_err(|error| failed(&error))?;
            let path = file.path().map_err(|error| failed(&error))?.display().to_string();
            let mode = file.header().mode().map_err(|error| failed(&error))?;
            push(&path, mode, &mut file).map_err(|error| failed(&error))?;
        }
    }
    Ok(entries)
}

fn sorted(entries: &[Entry]) -> Vec<&Entry> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|one, other| one.path.cmp(&other.path));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        vec![Entry::text("man/gover.1", "page"), Entry::program("gover", b"program".to_vec())]
    }

    #[test]
    fn the_order_of_the_files_does_not_change_an_archive() {
        let mut turned = entries();
        turned.reverse();
        assert_eq!(tar_gz("top/", &entries(), 7).unwrap(), tar_gz("top/", &turned, 7).unwrap());
        assert_eq!(zip("top/", &entries()).unwrap(), zip("top/", &turned).unwrap());
    }

    #[test]
    fn an_archive_is_read_as_it_was_written() {
        let mut expected = entries();
        expected.sort_by(|one, other| one.path.cmp(&other.path));
        let tar = tar_gz("top/", &entries(), 7).unwrap();
        assert_eq!(unpack("a.tar.gz", &tar).unwrap(), expected);
        assert_eq!(unpack("a.zip", &zip("top/", &entries()).unwrap()).unwrap(), expected);
    }

    #[test]
    fn programs_can_be_executed_after_unpacking() {
        let bytes = tar_gz("top/", &entries(), 7).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let found: Vec<(String, u32, u64)> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                let path = entry.path().unwrap().display().to_string();
                (path, header.mode().unwrap(), header.mtime().unwrap())
            })
            .collect();
        assert_eq!(found, [("top/gover".to_owned(), 0o755, 7), ("top/man/gover.1".to_owned(), 0o644, 7)]);
    }
}
