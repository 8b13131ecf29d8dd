//! What a file is, by its first bytes. Networks often refuse a download with a web page.

/// A guess from the first bytes of a file. It only explains an error and decides nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Content {
    #[error("empty")]
    Nothing,
    /// The sign-in page of a network, the error page of a proxy, an error in XML.
    #[error("a web page")]
    WebPage,
    #[error("text")]
    Text,
    #[error("a `{0}` file")]
    Archive(&'static str),
    #[error("something else")]
    Unknown,
}

impl Content {
    /// `head` is the beginning of a file; 512 bytes are enough.
    pub fn of(head: &[u8]) -> Self {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        match MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
            _ if head.is_empty() => Self::Nothing,
            Some((_, suffix)) => Self::Archive(suffix),
            // No archive starts like this.
            None if text.starts_with(b"<") => Self::WebPage,
            None if head.get(257..262) == Some(b"ustar") => Self::Archive(".tar"),
            None if is_text(head) => Self::Text,
            None => Self::Unknown,
        }
    }
}

/// Whether it is UTF-8 without control characters. The last character may be cut off.
fn is_text(bytes: &[u8]) -> bool {
    let blank = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r');
    let printable = bytes.iter().all(|byte| blank(*byte) || !byte.is_ascii_control());
    printable && str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

const MAGIC: [(&[u8], &str); 6] = [
    (b"\x1f\x8b", ".tar.gz"),
    (b"PK\x03\x04", ".zip"),
    (b"\xfd7zXZ\x00", ".tar.xz"),
    (b"BZh", ".tar.bz2"),
    (b"\x28\xb5\x2f\xfd", ".tar.zst"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_first_bytes() {
        let of = |bytes: &[u8]| Content::of(bytes);
        assert_eq!(of(b"\x1f\x8b\x08rest"), Content::Archive(".tar.gz"));
        assert_eq!(of(b""), Content::Nothing);
        assert_eq!(of(b"\r\n <!DOCTYPE HTML>"), Content::WebPage);
        assert_eq!(of(b"\xef\xbb\xbf<html lang=en>"), Content::WebPage);
        assert_eq!(of(b"<?xml version=\"1.0\"?><Error>"), Content::WebPage);
        assert_eq!(of(b"{\"error\": \"no\"}"), Content::Text);
        assert_eq!(of("not fou\u{e4}".as_bytes()), Content::Text);
        assert_eq!(of(&"\u{e4}".as_bytes()[..1]), Content::Text);
        assert_eq!(of(b"PK\x03\x04"), Content::Archive(".zip"));
        assert_eq!(of(b"\x7fELF\x02\x01\x01\x00"), Content::Unknown);
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(of(&tar), Content::Archive(".tar"));
    }
}
