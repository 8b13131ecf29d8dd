//! Refuses a file that does not start like an archive, and says what it is instead.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{ArchiveError, Container};
use crate::content::Content;

/// Refuses a file that does not start like an archive. If it cannot be read, unpacking it returns
/// the error.
pub(super) fn expect(path: &Path, wanted: Container) -> Result<(), ArchiveError> {
    let mut head = Vec::new();
    match File::open(path).and_then(|file| file.take(SAMPLE).read_to_end(&mut head)) {
        Ok(_) if !head.starts_with(magic(wanted)) => {
            Err(ArchiveError::NotAnArchive { content: Content::of(&head), wanted: suffix(wanted) })
        }
        _ => Ok(()),
    }
}

fn magic(container: Container) -> &'static [u8] {
    match container {
        Container::TarGz => b"\x1f\x8b",
        // An empty zip starts with its end record.
        Container::Zip => b"PK",
    }
}

fn suffix(container: Container) -> &'static str {
    match container {
        Container::TarGz => ".tar.gz",
        Container::Zip => ".zip",
    }
}

/// Enough for the mark of a tar, which stands in its first block.
const SAMPLE: u64 = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_another_file_is_refused_with_what_it_is() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        let expect = |bytes: &[u8], wanted| {
            std::fs::write(&path, bytes).unwrap();
            match expect(&path, wanted) {
                Ok(()) => None,
                Err(ArchiveError::NotAnArchive { content, .. }) => Some(content),
                Err(error) => panic!("{error}"),
            }
        };
        assert_eq!(expect(b"\x1f\x8b\x08", Container::TarGz), None);
        assert_eq!(expect(b"\x1f\x8b\x08", Container::Zip), Some(Content::Archive(".tar.gz")));
        assert_eq!(expect(b"PK\x05\x06", Container::Zip), None);
        assert_eq!(expect(b" <html>", Container::Zip), Some(Content::WebPage));
    }
}
