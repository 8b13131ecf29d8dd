//! Deltas: a file as steps over an older one, as bsdiff finds them.
//!
//! Each step is 24 bytes, three little-endian numbers: how far to move in the old file first
//! (signed), how many bytes to take from there, each increased by the next byte of the differences,
//! and how many to take from the extra bytes after that. Steps, differences and extra bytes are
//! three streams, because they compress better apart. The old file is read in windows, so memory
//! does not depend on its size.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Why a delta was not applied.
pub(super) enum DeltaError<E> {
    Damaged(&'static str),
    Old(io::Error),
    Output(E),
}

/// The three streams, inflated.
pub(super) struct Delta<R> {
    pub(super) steps: R,
    pub(super) differences: R,
    pub(super) extra: R,
}

pub(super) struct Step {
    pub(super) seek: i64,
    pub(super) add: u64,
    pub(super) copy: u64,
}

impl Step {
    pub(super) const LENGTH: usize = 24;

    pub(super) fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let numbers = [self.seek.to_le_bytes(), self.add.to_le_bytes(), self.copy.to_le_bytes()];
        bytes.copy_from_slice(numbers.as_flattened());
        bytes
    }

    pub(super) fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        let mut numbers = bytes.as_chunks::<8>().0.iter().copied();
        let mut number = || numbers.next().unwrap_or_default();
        let (seek, add, copy) = (number(), number(), number());
        Self { seek: i64::from_le_bytes(seek), add: u64::from_le_bytes(add), copy: u64::from_le_bytes(copy) }
    }
}

impl<R: Read> Delta<R> {
    /// Gives `output` the new file of `size` bytes, and never more.
    pub(super) fn apply<E>(
        &mut self,
        old: impl Read + Seek,
        size: u64,
        buffer: &mut [u8],
        mut output: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), DeltaError<E>> {
        let mut old = BufReader::with_capacity(WINDOW, old);
        let end = old.seek(SeekFrom::End(0)).and_then(|end| old.rewind().map(|()| end));
        let end = end.map_err(DeltaError::Old)?;
        let (mut position, mut left) = (0_u64, size);
        let (window, differences) = buffer.split_at_mut(buffer.len() / 2);
        while left > 0 {
            let step = self.step()?;
            // Each step makes progress, so a hostile bundle cannot keep this busy for long.
            let length = step.add.checked_add(step.copy).filter(|length| (1..=left).contains(length));
            left -= length.ok_or(DeltaError::Damaged("a step is empty or too long"))?;
            let moved = position.checked_add_signed(step.seek).filter(|moved| *moved <= end);
            let after = moved.and_then(|moved| moved.checked_add(step.add)).filter(|after| *after <= end);
            position = after.ok_or(DeltaError::Damaged("a step leads outside the old file"))?;
            old.seek_relative(step.seek).map_err(DeltaError::Old)?;
            let mut add = step.add;
            while add > 0 {
                let (window, differences) = (take(window, add), take(differences, add));
                old.read_exact(window).map_err(DeltaError::Old)?;
                self.differences.read_exact(differences).map_err(|error| ends_early(&error))?;
                window.iter_mut().zip(&*differences).for_each(|(byte, by)| *byte = byte.wrapping_add(*by));
                output(window).map_err(DeltaError::Output)?;
                add -= window.len() as u64;
            }
            let mut copy = step.copy;
            while copy > 0 {
                let extra = take(window, copy);
                self.extra.read_exact(extra).map_err(|error| ends_early(&error))?;
                output(extra).map_err(DeltaError::Output)?;
                copy -= extra.len() as u64;
            }
        }
        Ok(())
    }

    fn step<E>(&mut self) -> Result<Step, DeltaError<E>> {
        let mut bytes = [0; Step::LENGTH];
        self.steps.read_exact(&mut bytes).map_err(|error| ends_early(&error))?;
        Ok(Step::from_bytes(bytes))
    }
}

/// The beginning of the buffer, of at most `left` bytes.
fn take(buffer: &mut [u8], left: u64) -> &mut [u8] {
    let length = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
    buffer.split_at_mut(length).0
}

fn ends_early<E>(error: &io::Error) -> DeltaError<E> {
    DeltaError::Damaged(match error.kind() {
        io::ErrorKind::UnexpectedEof => "a stream ends early",
        _ => "a stream cannot be inflated",
    })
}

const WINDOW: usize = 64 * 1024;
