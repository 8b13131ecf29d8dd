//! A reader on its own thread, a few chunks ahead of its consumer.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::Scope;

use super::CHUNK;

/// Reads `source` on a thread of `scope`; at most [`DEPTH`] + 2 chunks exist, which are used again.
/// The thread ends with its source, at its first error, or when the result is dropped.
pub(super) fn read_ahead<'scope, R: Read + Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    source: R,
) -> ReadAhead {
    let (full_sender, full) = sync_channel(DEPTH);
    let (empty, empty_receiver) = channel();
    scope.spawn(move || fill(source, &full_sender, &empty_receiver));
    ReadAhead { full, empty, current: Vec::new(), position: 0, ended: false }
}

pub(super) struct ReadAhead {
    full: Receiver<io::Result<Vec<u8>>>,
    empty: Sender<Vec<u8>>,
    current: Vec<u8>,
    position: usize,
    ended: bool,
}

impl BufRead for ReadAhead {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position >= self.current.len() && !self.ended {
            let next =
                self.full.recv().unwrap_or_else(|_| Err(io::Error::other("a reading thread ended early")));
            let used = std::mem::replace(&mut self.current, next.inspect_err(|_| self.ended = true)?);
            self.position = 0;
            self.ended = self.current.is_empty();
            // The thread may have ended, and then the chunk is not needed.
            drop(self.empty.send(used));
        }
        Ok(self.current.get(self.position..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.position = self.position.saturating_add(amount).min(self.current.len());
    }
}

impl Read for ReadAhead {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(to)?;
        self.consume(count);
        Ok(count)
    }
}

/// Sends chunks, an empty one as the end.
fn fill(mut source: impl Read, full: &SyncSender<io::Result<Vec<u8>>>, empty: &Receiver<Vec<u8>>) {
    loop {
        let mut chunk = empty.try_recv().unwrap_or_default();
        chunk.clear();
        chunk.reserve_exact(CHUNK);
        let result = source.by_ref().take(CHUNK as u64).read_to_end(&mut chunk);
        let last = !matches!(result, Ok(count) if count > 0);
        if full.send(result.map(|_| chunk)).is_err() || last {
            return;
        }
    }
}

/// Chunks that wait to be consumed.
const DEPTH: usize = 4;
