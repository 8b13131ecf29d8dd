//! Bodies with a content coding that gover did not request.
//!
//! `Content-Encoding: gzip` on a `.tar.gz` means one of two things. A proxy compressed the file a
//! second time, and decompressing the body once gives the file. Or the header describes the file
//! itself, as with `AddEncoding x-gzip .gz` in Apache, and the body is the file. The length
//! distinguishes them if it is known, otherwise the first bytes do.

use std::io::{self, Read as _, Write as _};

use flate2::read::MultiGzDecoder;

use super::HttpError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
}

impl Coding {
    pub(super) fn parse(header: Option<&str>) -> Result<Self, HttpError> {
        match header.map(|text| text.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Ok(Self::Identity),
            Some("gzip" | "x-gzip") => Ok(Self::Gzip),
            Some(other) => Err(HttpError::Coding { coding: other.to_owned() }),
        }
    }
}

/// Whether a body with `Content-Encoding: gzip` is compressed beyond the file itself. If the file
/// is gzip, the decompressed body must be gzip too. `head` is the beginning of the body.
pub(super) fn is_packed_over(head: &[u8], file_is_gzip: bool) -> bool {
    head.starts_with(&GZIP) && (!file_is_gzip || is_compressed_twice(head))
}

/// Whether gzip data that begins with `head` decompresses to gzip data again.
pub fn is_compressed_twice(head: &[u8]) -> bool {
    let mut start = [0; GZIP.len()];
    MultiGzDecoder::new(head).read_exact(&mut start).is_ok() && start == GZIP
}

#[derive(Debug, Default)]
pub(super) struct Unpacker {
    decoder: Option<flate2::write::MultiGzDecoder<Vec<u8>>>,
}

impl Unpacker {
    /// Decompresses at most [`PIECE`] bytes, which limits what a zip bomb can expand to.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<Vec<u8>, HttpError> {
        let decoder =
            self.decoder.get_or_insert_with(|| flate2::write::MultiGzDecoder::new(Vec::with_capacity(PIECE)));
        decoder.write_all(piece).map_err(damaged)?;
        decoder.flush().map_err(damaged)?;
        Ok(std::mem::take(decoder.get_mut()))
    }

    /// Checks that the body was complete, and returns the rest of it.
    pub(super) fn finish(&mut self) -> Result<Vec<u8>, HttpError> {
        self.decoder.take().map_or_else(|| Ok(Vec::new()), |decoder| decoder.finish().map_err(damaged))
    }
}

fn damaged(_: io::Error) -> HttpError {
    HttpError::Broken { reason: "the gzip data from the server is damaged".to_owned() }
}

/// The first bytes of gzip (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How many bytes are decompressed at a time. They expand to at most 1032 times as many.
pub(super) const PIECE: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use gover_test::gzip;

    use super::*;

    #[test]
    fn a_file_that_is_gzip_itself_is_told_from_one_that_was_packed_on_the_way() {
        let file = gzip(b"go/VERSION");
        assert!(!is_packed_over(&file, true));
        assert!(is_packed_over(&gzip(&file), true));
        assert!(is_packed_over(&gzip(&file)[..64.min(gzip(&file).len())], true));
        assert!(is_packed_over(&gzip(b"PK\x03\x04"), false));
        assert!(!is_packed_over(b"PK\x03\x04", false));
        assert!(!is_packed_over(b"", true));
    }

    #[test]
    fn what_is_unpacked_comes_piece_by_piece_and_is_checked() {
        let packed = gzip(&vec![7; 100_000]);
        let mut unpacker = Unpacker::default();
        let mut bytes = Vec::new();
        for piece in packed.chunks(13) {
            bytes.extend(unpacker.push(piece).unwrap());
        }
        bytes.extend(unpacker.finish().unwrap());
        assert_eq!(bytes, vec![7; 100_000]);
        let mut unpacker = Unpacker::default();
        unpacker.push(&packed[..packed.len() - 4]).unwrap();
        assert!(unpacker.finish().is_err(), "a body that ends early is no body");
        assert!(Unpacker::default().push(b"no gzip at all").is_err());
    }

    #[test]
    fn codings_that_are_not_known_are_refused_by_name() {
        assert_eq!(Coding::parse(None).unwrap(), Coding::Identity);
        assert_eq!(Coding::parse(Some("X-GZIP")).unwrap(), Coding::Gzip);
        for coding in ["br", "gzip, gzip", "zstd"] {
            let error = Coding::parse(Some(coding)).unwrap_err().to_string();
            assert!(error.contains(&format!("`{coding}`")), "{error}");
        }
    }
}
