//! The end of a zip whose other bytes are somewhere else: its directory and the records after it.
//!
//! A server that grants ranges sends it before the rest, so that entries can be unpacked while they
//! arrive, or fetched one by one. Nothing proves it, so its callers verify what they unpack.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::zip_directory::{Directory, End, TAIL};
use super::{ArchiveError, broken};

/// The last bytes of a zip, from its directory on.
#[derive(Clone)]
pub struct ZipEnd {
    end: End,
    bytes: Vec<u8>,
}

impl ZipEnd {
    /// How many bytes of the end are worth requesting first: for a toolchain they usually hold the
    /// whole directory.
    pub fn guess(total: u64) -> u64 {
        (TAIL + total / 40).min(total).min(MOST)
    }

    /// Where the directory begins in a file of `total` bytes that ends with `tail`: at least
    /// [`guess`](Self::guess) bytes. Fails for a directory that is larger than that of any toolchain.
    pub fn start(tail: &[u8], total: u64) -> Result<u64, ArchiveError> {
        let at = total.checked_sub(tail.len() as u64).ok_or(broken(LONGER))?;
        let start = End::in_tail(tail, at)?.offset;
        if total.saturating_sub(start) > MOST { Err(broken("its directory is too large")) } else { Ok(start) }
    }

    /// `tail` is the end of a file of `total` bytes, with all of the directory.
    pub fn new(mut tail: Vec<u8>, total: u64) -> Result<Self, ArchiveError> {
        let at = total.checked_sub(tail.len() as u64).ok_or(broken(LONGER))?;
        let end = End::in_tail(&tail, at)?;
        let before = end.offset.checked_sub(at).and_then(|before| usize::try_from(before).ok());
        let before = before.filter(|before| *before <= tail.len());
        tail.drain(..before.ok_or(broken("its directory is cut off"))?);
        tail.shrink_to_fit();
        Ok(Self { end, bytes: tail })
    }

    /// The length of the whole zip.
    pub fn total(&self) -> u64 {
        self.end.offset + self.bytes.len() as u64
    }

    /// The directory and the records after it, which are the last bytes of the zip.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn directory(&self) -> Directory<&[u8]> {
        Directory::new(&self.bytes, self.end)
    }

    /// Whether a file of `length` bytes ends with exactly these.
    pub(super) fn is_end_of(&self, mut file: File, length: u64) -> std::io::Result<bool> {
        if length != self.total() {
            return Ok(false);
        }
        file.seek(SeekFrom::Start(self.end.offset))?;
        let (mut buffer, mut rest) = (vec![0; super::CHUNK], self.bytes.as_slice());
        loop {
            let count = file.read(&mut buffer)?;
            match rest.split_at_checked(count) {
                Some((same, after)) if buffer.get(..count) == Some(same) => rest = after,
                _ => return Ok(false),
            }
            if count == 0 {
                return Ok(rest.is_empty());
            }
        }
    }
}

impl fmt::Debug for ZipEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ZipEnd").field(&self.end).finish()
    }
}

/// The directory of a zip with as many entries and names as the guard admits, in the longest module
/// path. The directory of a toolchain has less than 2 MiB.
const MOST: u64 = 16 << 20;
const LONGER: &str = "its end is longer than the file";
