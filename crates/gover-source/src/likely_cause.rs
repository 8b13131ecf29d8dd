//! Guesses from the first bytes of a file why it differs from the released one.

use std::fmt;

use gover_archive::Content;
use gover_net::is_compressed_twice;

use crate::artifact::Format;

/// What probably happened to a file. It only explains an error and decides nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LikelyCause {
    WebPage,
    Unpacked,
    PackedAgain,
}

impl LikelyCause {
    /// Examines the beginning of a file that should have this format. The first kilobyte is enough.
    pub fn of(head: &[u8], format: Format) -> Option<Self> {
        match (Content::of(head), format) {
            (Content::WebPage, _) => Some(Self::WebPage),
            (Content::Archive(".tar"), Format::TarGz) => Some(Self::Unpacked),
            (Content::Archive(".tar.gz"), Format::Zip | Format::ModuleZip) => Some(Self::PackedAgain),
            (Content::Archive(".tar.gz"), Format::TarGz) if is_compressed_twice(head) => {
                Some(Self::PackedAgain)
            }
            _ => None,
        }
    }
}

impl fmt::Display for LikelyCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WebPage => "the file is a web page, such as a sign-in page",
            Self::Unpacked => "a server or proxy decompressed the file",
            Self::PackedAgain => "a server or proxy compressed the file a second time without declaring it",
        })
    }
}

#[cfg(test)]
mod tests {
    use gover_test::gzip;

    use super::*;

    #[test]
    fn a_file_in_another_dress_is_known_by_its_beginning() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        let archive = gzip(&tar);
        assert_eq!(LikelyCause::of(&archive, Format::TarGz), None);
        assert_eq!(LikelyCause::of(&tar, Format::TarGz), Some(LikelyCause::Unpacked));
        assert_eq!(LikelyCause::of(&gzip(&archive), Format::TarGz), Some(LikelyCause::PackedAgain));
        assert_eq!(LikelyCause::of(&gzip(b"PK\x03\x04"), Format::ModuleZip), Some(LikelyCause::PackedAgain));
        assert_eq!(LikelyCause::of(b"PK\x03\x04", Format::Zip), None);
        assert_eq!(LikelyCause::of(b"\r\n<!DOCTYPE html>", Format::Zip), Some(LikelyCause::WebPage));
        assert_eq!(LikelyCause::of(b"", Format::TarGz), None);
    }
}
