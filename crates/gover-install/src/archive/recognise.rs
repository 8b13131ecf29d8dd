//! What a file is that is no archive, by its first bytes. Networks answer with web pages when they mean no.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{ArchiveError, Container};

/// Something that comes in place of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing at all.
    Nothing,
    /// HTML: the sign-in page of a network, a proxy's refusal.
    WebPage,
    /// Another text: an error message, JSON.
    Text,
    /// An archive in another format, by its usual suffix.
    Other(&'static str),
    /// Bytes that tell nothing.
    Unknown,
}

impl std::fmt::Display for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("empty"),
            Self::WebPage => f.write_str("a web page"),
            Self::Text => f.write_str("text"),
            Self::Other(suffix) => write!(f, "a `{suffix}` file"),
            Self::Unknown => f.write_str("something else"),
        }
    }
}

impl Content {
    /// What the file at `path` begins like, if it is not the archive it should be; `None` if it cannot be read.
    fn of(path: &Path, wanted: Container) -> Option<Self> {
        let mut bytes = Vec::new();
        File::open(path).and_then(|file| file.take(SAMPLE).read_to_end(&mut bytes)).ok()?;
        Self::of_bytes(&bytes, wanted)
    }

    fn of_bytes(bytes: &[u8], wanted: Container) -> Option<Self> {
        if bytes.starts_with(magic(wanted)) {
            return None;
        }
        let known = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic));
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        let begins =
            |tag: &str| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()));
        Some(match known {
            _ if bytes.is_empty() => Self::Nothing,
            Some((_, suffix)) => Self::Other(suffix),
            None if PAGE.iter().any(|tag| begins(tag)) => Self::WebPage,
            None if bytes.get(257..262) == Some(b"ustar") => Self::Other(".tar"),
            None if is_text(bytes) => Self::Text,
            None => Self::Unknown,
        })
    }
}

/// Refuses what does not even begin like an archive.
pub(super) fn expect(path: &Path, wanted: Container) -> Result<(), ArchiveError> {
    match Content::of(path, wanted) {
        Some(content) => Err(ArchiveError::NotAnArchive { content, wanted: suffix(wanted) }),
        None => Ok(()),
    }
}

/// Whether no byte is a control character, but for a character that the sample cuts in two.
fn is_text(bytes: &[u8]) -> bool {
    let blank = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r');
    let printable = bytes.iter().all(|byte| blank(*byte) || !byte.is_ascii_control());
    printable && str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

fn magic(container: Container) -> &'static [u8] {
    match container {
        Container::TarGz => b"\x1f\x8b",
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
const MAGIC: [(&[u8], &str); 6] = [
    (b"\x1f\x8b", ".tar.gz"),
    (b"PK\x03\x04", ".zip"),
    (b"\xfd7zXZ\x00", ".tar.xz"),
    (b"BZh", ".tar.bz2"),
    (b"\x28\xb5\x2f\xfd", ".tar.zst"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
];
const PAGE: [&str; 6] = ["<!doctype html", "<html", "<head", "<body", "<script", "<!--"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_first_bytes() {
        let of = |bytes: &[u8]| Content::of_bytes(bytes, Container::TarGz);
        assert_eq!(of(b"\x1f\x8b\x08rest"), None);
        assert_eq!(of(b""), Some(Content::Nothing));
        assert_eq!(of(b"\r\n <!DOCTYPE HTML>"), Some(Content::WebPage));
        assert_eq!(of(b"\xef\xbb\xbf<html lang=en>"), Some(Content::WebPage));
        assert_eq!(of(b"{\"error\": \"no\"}"), Some(Content::Text));
        assert_eq!(of("not fou\u{e4}".as_bytes()), Some(Content::Text));
        assert_eq!(of(&"\u{e4}".as_bytes()[..1]), Some(Content::Text));
        assert_eq!(of(b"PK\x03\x04"), Some(Content::Other(".zip")));
        assert_eq!(of(b"\x7fELF\x02\x01\x01\x00"), Some(Content::Unknown));
        assert_eq!(Content::of_bytes(b"\x1f\x8b\x08", Container::Zip), Some(Content::Other(".tar.gz")));
        assert_eq!(Content::of_bytes(b"PK\x05\x06", Container::Zip), None);
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(of(&tar), Some(Content::Other(".tar")));
    }
}
