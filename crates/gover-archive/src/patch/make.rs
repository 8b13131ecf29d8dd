//! Makes a bundle from two trees on the disk.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::delta::Step;
use super::head::{Change, ChangeKind, Packed, Span, Transition, first_lines};
use super::{Listed, PatchError};
use crate::ArchiveError;
use crate::below;
use crate::digest::{FileDigest, is_outside_module};

/// Writes the bundle that leads from `base` to `new` into the new file `to`, and returns its
/// length. Each changed file is stored whole or as a delta, whichever is smaller. Works on one file
/// at a time, because a delta takes about seventeen times the size of the old file in memory.
pub fn make(
    transition: &Transition,
    base: Listed<'_>,
    new: Listed<'_>,
    to: &Path,
) -> Result<u64, PatchError> {
    let is_covered = |file: &&FileDigest| !is_outside_module(&file.path);
    let index = |listed: Listed<'_>| -> HashMap<String, FileDigest> {
        listed.files.iter().filter(is_covered).map(|file| (file.path.clone(), file.clone())).collect()
    };
    let (old, covered) = (index(base), index(new));
    let mut paths: Vec<&String> = old.keys().chain(covered.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut bundle = Bundle::default();
    for path in paths {
        let (from, file) = (old.get(path), covered.get(path));
        match (from, file) {
            (Some(from), Some(file)) if from.digest == file.digest => {}
            (_, None) => bundle.changes.push(Change { path: path.clone(), kind: ChangeKind::Removed }),
            (from, Some(file)) => {
                let from = from.map(|_| below(base.root, path));
                bundle.add(file, &below(new.root, path), from.as_deref())?;
            }
        }
    }
    bundle
        .write(transition, to)
        .map_err(|source| ArchiveError::Write { verb: "write", path: to.to_owned(), source }.into())
}

#[derive(Default)]
struct Bundle {
    changes: Vec<Change>,
    contents: Vec<Vec<u8>>,
    length: u64,
}

impl Bundle {
    fn add(&mut self, file: &FileDigest, path: &Path, from: Option<&Path>) -> Result<(), PatchError> {
        let bytes = fs::read(path).map_err(PatchError::reading(path))?;
        let mut best = vec![deflate(&bytes)];
        let old = from.map(|from| fs::read(from).map_err(PatchError::reading(from))).transpose()?;
        let is_small = |old: &Vec<u8>| !old.is_empty() && old.len().max(bytes.len()) <= MAX_DELTA;
        if let Some(old) = old.filter(is_small) {
            let delta = delta(&old, &bytes).map_err(PatchError::reading(path))?;
            if length(&delta) < length(&best) {
                best = delta;
            }
        }
        let mut span = |content: &Vec<u8>| {
            let (offset, length) = (self.length, content.len() as u64);
            self.length += length;
            Span { offset, length }
        };
        let packed = match best.as_slice() {
            [steps, differences, extra] => Packed::Delta([span(steps), span(differences), span(extra)]),
            whole => Packed::Whole(whole.first().map_or(Span { offset: 0, length: 0 }, span)),
        };
        let kind = ChangeKind::Content { size: bytes.len() as u64, digest: file.digest, packed };
        self.changes.push(Change { path: file.path.clone(), kind });
        self.contents.append(&mut best);
        Ok(())
    }

    fn write(&self, transition: &Transition, to: &Path) -> io::Result<u64> {
        let mut head = first_lines(transition);
        head.extend(self.changes.iter().map(Change::line));
        head.push('\n');
        let mut file = File::create_new(to)?;
        file.write_all(head.as_bytes())?;
        self.contents.iter().try_for_each(|content| file.write_all(content))?;
        file.sync_all()?;
        Ok(head.len() as u64 + self.length)
    }
}

/// The three streams of a delta, compressed.
fn delta(old: &[u8], new: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let mut raw = Vec::new();
    bsdiff::diff(old, new, &mut raw)?;
    let (mut steps, mut differences, mut extra) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = raw.as_slice();
    // bsdiff moves after a step, and its steps may be empty; here a move comes first and only steps
    // that give bytes are kept.
    let mut seek = 0;
    while let Some((numbers, after)) = rest.split_at_checked(Step::LENGTH) {
        let (add, copy, after_seek) = numbers_of(numbers);
        let content = after.split_at_checked(usize_of(add)?).and_then(|(added, after)| {
            after.split_at_checked(usize_of(copy).ok()?).map(|(copied, after)| (added, copied, after))
        });
        let (added, copied, after) = content.ok_or(io::ErrorKind::UnexpectedEof)?;
        if add + copy > 0 {
            steps.extend_from_slice(&Step { seek, add, copy }.to_bytes());
            seek = 0;
        }
        differences.extend_from_slice(added);
        extra.extend_from_slice(copied);
        seek += after_seek;
        rest = after;
    }
    Ok([steps, differences, extra].iter().map(|stream| deflate(stream)).collect())
}

/// What the crate writes before each step: two lengths, and a move whose sign is its highest bit.
fn numbers_of(bytes: &[u8]) -> (u64, u64, i64) {
    let mut numbers = bytes.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
    let mut number = || numbers.next().unwrap_or_default();
    let (add, copy, seek) = (number(), number(), number());
    // Without the sign it fits.
    let distance = (seek & !SIGN).cast_signed();
    (add, copy, if seek & SIGN == 0 { distance } else { -distance })
}

fn usize_of(number: u64) -> io::Result<usize> {
    usize::try_from(number).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    // Writing into memory does not fail.
    drop(encoder.write_all(bytes));
    encoder.finish().unwrap_or_default()
}

fn length(streams: &[Vec<u8>]) -> usize {
    streams.iter().map(Vec::len).sum()
}

const SIGN: u64 = 1 << 63;
/// The largest file of which a delta is made: it takes about a gigabyte.
const MAX_DELTA: usize = 64 << 20;
