//! A module zip of which only a part is fetched, because an installed toolchain has the other
//! files.
//!
//! The directory of the zip says what each file must be: entries with the size and CRC of a file
//! that is there need not be fetched. This only saves bytes and proves nothing: every byte of the
//! resulting tree is hashed, and the caller compares the tree hash with the checksum database.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use flate2::Crc;
use gover_sys::file::open_regular;

use super::zip_file::{Member, plan, unpack_members};
use super::{ArchiveError, CHUNK, Guard, Progress, Tree, Unpacked, ZipEnd, below};
use crate::copy::Copied;
use crate::digest::FileDigest;
use crate::on_all_cores;
use crate::patch::{Listed, PatchError};

/// What to fetch of a zip, and what to copy from an installed toolchain.
#[derive(Debug)]
pub struct PartialZip {
    base: PathBuf,
    copied: Vec<Copied>,
    fetched: Vec<Member>,
    directories: Vec<String>,
    spans: Vec<Range<u64>>,
    guard: Guard,
}

impl ZipEnd {
    /// Compares the entries that `guard` admits with the files of `base`, on all cores. A file that
    /// cannot be read, or was changed, counts as one that is not there.
    pub fn compare(&self, base: Listed<'_>, mut guard: Guard) -> Result<PartialZip, ArchiveError> {
        let (members, directories) = plan(&mut self.directory(), &mut guard)?;
        let known: HashMap<&str, &FileDigest> =
            base.files.iter().map(|file| (file.path.as_str(), file)).collect();
        let old = |member: &Member| known.get(member.target.as_ref()?.0.as_str()).copied();
        let candidates: Vec<&Member> = members.iter().filter(|member| old(member).is_some()).collect();
        let same = on_all_cores(
            &candidates,
            || Ok::<_, ArchiveError>(vec![0; CHUNK]),
            |buffer, member| Ok(is_same(member, base.root, buffer).then_some(member.listed.offset)),
        );
        let same = same.unwrap_or_else(|| {
            let ended = io::Error::other("a thread that compared files ended early");
            Err(ArchiveError::reading(base.root)(ended))
        })?;
        let same: HashSet<u64> = same.into_iter().flatten().collect();
        let (mut copied, mut fetched) = (Vec::new(), Vec::new());
        for member in members {
            let file = old(&member).filter(|_| same.contains(&member.listed.offset));
            match (file, &member.target) {
                (Some(file), Some((path, meta))) => {
                    let (from, path) = (path.clone(), path.clone());
                    let (digest, size) = (file.digest, member.listed.size);
                    copied.push(Copied { from, path, meta: *meta, digest, size });
                }
                (None, Some(_)) => fetched.push(member),
                (_, None) => {}
            }
        }
        let spans = joined(fetched.iter().map(Member::span).collect());
        Ok(PartialZip { base: base.root.to_owned(), copied, fetched, directories, spans, guard })
    }
}

impl PartialZip {
    /// The parts of the zip to fetch, in their order.
    pub fn spans(&self) -> &[Range<u64>] {
        &self.spans
    }

    /// Writes the files that the base has into the directory `target`, which must exist and be empty.
    pub fn copy(&self, target: &Path, progress: &Progress) -> Result<Vec<FileDigest>, PatchError> {
        let tree = &Tree { root: Some(target), progress };
        tree.create_directories(&self.directories)?;
        tree.take_all(&self.base, &self.copied)
    }

    /// Writes the other files into the same directory after [`copy`](Self::copy), which returned
    /// `copied`. The file `parts` begins with the bytes of all [`spans`](Self::spans), one after the
    /// other.
    pub fn unpack(
        &self,
        parts: &Path,
        mut copied: Vec<FileDigest>,
        target: &Path,
        progress: &Progress,
    ) -> Result<Unpacked, ArchiveError> {
        let tree = &Tree { root: Some(target), progress };
        progress.set_total_files(self.fetched.len());
        let open = || Ok(Parts { file: File::open(parts)?, spans: &self.spans });
        copied.append(&mut unpack_members(&self.fetched, open, (parts, tree))?);
        Unpacked::new(copied, &self.guard)
    }
}

/// Whether the file in the base has the size and the CRC of the entry.
fn is_same(member: &Member, root: &Path, buffer: &mut [u8]) -> bool {
    let Some((path, _)) = &member.target else { return false };
    let path = below(root, path);
    let has_size = |metadata: std::fs::Metadata| metadata.is_file() && metadata.len() == member.listed.size;
    if !path.symlink_metadata().is_ok_and(has_size) {
        return false;
    }
    let crc = open_regular(&path).and_then(|mut file| {
        let mut crc = Crc::new();
        loop {
            let count = file.read(buffer)?;
            if count == 0 {
                return Ok(crc);
            }
            crc.update(buffer.get(..count).unwrap_or_default());
        }
    });
    crc.is_ok_and(|crc: Crc| crc.sum() == member.listed.crc)
}

/// Joins spans with a gap that costs less than a request, and those with the smallest gaps until
/// there are few enough.
fn joined(spans: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let pairs = spans.iter().zip(spans.iter().skip(1));
    let mut gaps: Vec<u64> = pairs.map(|(one, next)| next.start.saturating_sub(one.end)).collect();
    gaps.sort_unstable_by(|a, b| b.cmp(a));
    let widest = gaps.get(MAX_SPANS - 1).copied().unwrap_or_default().max(GAP);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start.saturating_sub(last.end) <= widest => last.end = span.end,
            _ => joined.push(span),
        }
    }
    joined
}

/// The zip as far as it was fetched. Positions are those in the whole zip.
struct Parts<'a> {
    file: File,
    spans: &'a [Range<u64>],
}

impl Read for Parts<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.file.read(to)
    }
}

impl Seek for Parts<'_> {
    /// Only what is in the same span can be read from there.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Start(position) = to else { return Err(io::ErrorKind::Unsupported.into()) };
        let mut before = 0;
        for span in self.spans {
            if span.contains(&position) {
                self.file.seek(SeekFrom::Start(before + position - span.start))?;
                return Ok(position);
            }
            before += span.end - span.start;
        }
        Err(io::ErrorKind::InvalidInput.into())
    }
}

/// A gap of that many bytes costs about as much as one more request.
const GAP: u64 = 64 << 10;
/// The most requests for parts of a zip. A patch release needs about 25.
const MAX_SPANS: usize = 64;

#[cfg(test)]
#[path = "partial_tests.rs"]
mod tests;
