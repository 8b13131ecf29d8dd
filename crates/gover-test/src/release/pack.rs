//! Archives from entries, including those that no honest archive has.

use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;

use crate::forge::{TarEntry, tar_gz};

#[derive(Clone, Debug)]
pub struct Entry {
    /// The full name in the archive, taken as it is: `../x` and `/etc/x` too.
    pub name: String,
    /// The content; empty for a directory.
    pub bytes: Vec<u8>,
    /// Mode 0755 instead of 0644.
    pub executable: bool,
    /// A directory; archives for Windows and modules hold none.
    pub directory: bool,
}

impl Entry {
    pub fn file(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        Self { name: name.to_owned(), bytes: bytes.as_ref().to_vec(), executable: false, directory: false }
    }

    /// A directory; `name` ends in `/`.
    pub fn directory(name: &str) -> Self {
        Self { name: name.to_owned(), bytes: Vec::new(), executable: true, directory: true }
    }

    fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }
}

/// A `.tar.gz` as Go's cmd/distpack makes it: USTAR, one time for all, no owner.
pub fn pack_tar_gz(entries: &[Entry]) -> Vec<u8> {
    let entry = |entry: &Entry| {
        let kind = if entry.directory { b'5' } else { b'0' };
        TarEntry { mode: entry.mode(), ..TarEntry::new(&entry.name, kind, &entry.bytes) }
    };
    tar_gz(&entries.iter().map(entry).collect::<Vec<_>>())
}

/// A zip as Go's cmd/distpack makes it: deflate, Unix modes, no directories.
pub fn pack_zip(entries: &[Entry]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries.iter().filter(|entry| !entry.directory) {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(1))
            .unix_permissions(entry.mode());
        writer.start_file(entry.name.as_str(), options).expect("an entry starts");
        writer.write_all(&entry.bytes).expect("memory takes an entry");
    }
    writer.finish().expect("memory takes the end of an archive").into_inner()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing into memory");
    encoder.finish().expect("writing into memory")
}
