//! A reader on its own thread, a few chunks ahead of its consumer.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, Scope};

use super::CHUNK;

/// Reads `source` on a thread of `scope`; at most [`DEPTH`] + 2 chunks exist, which are used again.
/// The thread ends with its source, at its first error, or when the result is dropped. Where no
/// thread can be started, the consumer reads.
pub(super) fn read_ahead<'scope, R: Read + Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    source: R,
) -> ReadAhead<R> {
    let (full_sender, full) = sync_channel(DEPTH);
    let (empty, empty_receiver) = channel();
    // A thread that does not start would take the source with it.
    let (hand_over, source_receiver) = channel();
    let work = move || {
        if let Ok(source) = source_receiver.recv() {
            fill(source, &full_sender, &empty_receiver);
        }
    };
    let started = thread::Builder::new().spawn_scoped(scope, work).is_ok();
    let unsent = if started { hand_over.send(source).err().map(|error| error.0) } else { Some(source) };
    let chunks = unsent.map_or(Chunks::Ahead { full, empty }, Chunks::Here);
    ReadAhead::new(chunks)
}

pub(super) struct ReadAhead<R> {
    chunks: Chunks<R>,
    current: Vec<u8>,
    position: usize,
    ended: bool,
}

/// Where chunks come from, the last of which is empty.
enum Chunks<R> {
    Ahead { full: Receiver<io::Result<Vec<u8>>>, empty: Sender<Vec<u8>> },
    Here(R),
}

impl<R> ReadAhead<R> {
    fn new(chunks: Chunks<R>) -> Self {
        Self { chunks, current: Vec::new(), position: 0, ended: false }
    }
}

impl<R: Read> BufRead for ReadAhead<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position >= self.current.len() && !self.ended {
            let used = std::mem::take(&mut self.current);
            let next = match &mut self.chunks {
                Chunks::Ahead { full, empty } => {
                    // The thread may have ended, and then the chunk is not needed.
                    drop(empty.send(used));
                    full.recv().unwrap_or_else(|_| Err(io::Error::other("a reading thread ended early")))
                }
                Chunks::Here(source) => read_chunk(source, used),
            };
            self.position = 0;
            self.current = next.inspect_err(|_| self.ended = true)?;
            self.ended = self.current.is_empty();
        }
        Ok(self.current.get(self.position..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.position = self.position.saturating_add(amount).min(self.current.len());
    }
}

impl<R: Read> Read for ReadAhead<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(to)?;
        self.consume(count);
        Ok(count)
    }
}

/// Sends chunks, an empty one as the end.
fn fill(mut source: impl Read, full: &SyncSender<io::Result<Vec<u8>>>, empty: &Receiver<Vec<u8>>) {
    loop {
        let result = read_chunk(&mut source, empty.try_recv().unwrap_or_default());
        let last = !matches!(&result, Ok(chunk) if !chunk.is_empty());
        if full.send(result).is_err() || last {
            return;
        }
    }
}

/// Reads the next chunk into the memory of a used one.
fn read_chunk(source: &mut impl Read, mut chunk: Vec<u8>) -> io::Result<Vec<u8>> {
    chunk.clear();
    chunk.reserve_exact(CHUNK);
    source.take(CHUNK as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}

/// Chunks that wait to be consumed.
const DEPTH: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_come_with_a_thread_and_without_one() {
        let bytes: Vec<u8> = (0..=250).cycle().take(3 * CHUNK + 5).collect();
        let mut here = Vec::new();
        ReadAhead::new(Chunks::Here(&bytes[..])).read_to_end(&mut here).unwrap();
        assert!(here == bytes);
        let mut ahead = Vec::new();
        thread::scope(|scope| read_ahead(scope, &bytes[..]).read_to_end(&mut ahead)).unwrap();
        assert!(ahead == bytes);
    }
}
