//! Receives a file over one connection, or over several if that is faster.
//!
//! The open stream continues while segments ahead of it are fetched over other connections. It ends
//! when it reaches a segment that has begun to arrive. If a server refuses more connections, or
//! they are not faster, the download continues over one.

use std::cell::Cell;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, OptionFuture};
use tokio::time::{Instant, sleep_until};

use gover_archive::ZipEnd;
use gover_net::{Address, Chunk, HttpError, RangeResponse, Stream};

use super::ahead::Ahead;
use super::pace::Pace;
use super::ranged::zip_end;
use super::{Ended, Transfer, TransferError};
use crate::artifact::Format;

impl Transfer<'_> {
    /// Receives the missing part of a file of `total` bytes, starting with an open stream.
    pub(super) async fn receive_split(
        &mut self,
        url: &Address,
        stream: Box<Stream>,
        total: u64,
    ) -> Result<Ended, TransferError> {
        let (http, settings) = (self.http, self.http.settings());
        let splittable = stream.ranges && self.split_failures < SPLITS && !self.sink.in_one_piece();
        let mut pace = Pace::new(&settings.split, splittable, Instant::now());
        let (count, observer) = (Cell::new(0), self.observer);
        // Bytes count when they arrive, not when they are written.
        let received = |bytes: u64| {
            count.set(count.get() + bytes);
            observer.received(bytes);
        };
        let mut ahead = Ahead::new(http, url, self.rest(), &received);
        let mut end = self.zip_end(url, &stream, total);
        let mut main = Some(stream);
        let mut last_activity = Instant::now();
        while self.held < total {
            let own = usize::from(main.is_some());
            let connections =
                pace.connections(count.get(), own + ahead.sending(), total - self.held, Instant::now());
            if connections > 1 {
                // The open stream keeps one segment for itself, before the others.
                let start = self.held + own as u64 * pace.segment();
                ahead.extend(start..total, connections - own, pace.segment());
            }
            if main.is_none() && ahead.is_empty() {
                match http.open(url, &self.rest()).await {
                    Ok(RangeResponse::Stream(stream)) if stream.offset == self.held => main = Some(stream),
                    Ok(_) => return Ok(Ended::Restart),
                    Err(error) => return Ok(Ended::Failed(error)),
                }
            }
            let watched = main.is_some() && ahead.any_has_begun();
            let stall = watched.then(|| last_activity + settings.patience);
            match next(main.as_mut(), &mut ahead, &mut end, stall).await {
                Event::Main(Ok(Some(chunk))) => {
                    last_activity = Instant::now();
                    if self.write_until(&mut ahead, chunk.as_ref(), received)? {
                        main = None;
                    }
                }
                Event::Main(end) => return Ok(self.broke_off(end.err(), total, &ahead)),
                Event::Segment(Ok(())) => {}
                Event::ZipEnd(found) => {
                    end = None;
                    self.end_answered = true;
                    if let Some(end) = found {
                        self.sink.zip_end(end);
                    }
                }
                Event::Segment(Err(_)) => {
                    pace.refused();
                    self.split_failures += 1;
                    // The segments after the failed one were dropped.
                    observer.started(self.artifact, Some(total), self.held);
                }
                Event::Stalled => {
                    main = None;
                    ahead.fetch_gap(self.held);
                }
            }
            if main.is_none() {
                self.drain(&mut ahead)?;
            }
        }
        // Bytes after the announced end do not belong to this file.
        Ok(Ended::Complete)
    }

    /// Requests the directory of a zip, if the sink can use it before the rest. A server that does
    /// not send it is not asked again.
    fn zip_end<'a>(&self, url: &'a Address, stream: &Stream, total: u64) -> Option<PendingEnd<'a>>
    where
        Self: 'a,
    {
        let is_useful = self.artifact.format != Format::TarGz
            && stream.ranges
            && !self.end_answered
            && total - self.held >= LEAST_MISSING
            && self.sink.wants_zip_end()
            && !self.sink.in_one_piece();
        let (http, request) = (self.http, self.rest());
        is_useful.then(|| async move { zip_end(http, url, &request, total).await.ok() }.boxed_local())
    }

    /// Writes bytes of the open stream; true if it has reached a segment that has begun to arrive.
    fn write_until(
        &mut self,
        ahead: &mut Ahead<'_>,
        mut bytes: &[u8],
        received: impl Fn(u64),
    ) -> Result<bool, TransferError> {
        while let Some(start) = ahead.start() {
            let room = usize::try_from(start - self.held).unwrap_or(usize::MAX);
            let Some((before, rest)) = bytes.split_at_checked(room) else { break };
            received(before.len() as u64);
            self.store(before)?;
            if ahead.first_has_begun() {
                return Ok(true);
            }
            // That segment may never arrive, and this stream already has its bytes.
            ahead.drop_first();
            bytes = rest;
        }
        received(bytes.len() as u64);
        self.store(bytes)?;
        Ok(false)
    }

    fn drain(&mut self, ahead: &mut Ahead<'_>) -> Result<(), TransferError> {
        while let Some(bytes) = ahead.take(self.held) {
            // The sink must know that the next bytes are from another response.
            self.sink.remember(self.served.validator.as_deref()).map_err(TransferError::Sink)?;
            self.store(&bytes)?;
        }
        Ok(())
    }

    fn broke_off(&mut self, error: Option<HttpError>, total: u64, ahead: &Ahead<'_>) -> Ended {
        // The server may not allow several connections, or the network failed for a moment.
        self.split_failures += u32::from(!ahead.is_empty());
        Ended::Failed(error.unwrap_or_else(|| {
            let reason = format!("it ended after {} of {total} bytes", self.held);
            HttpError::Broken { reason }
        }))
    }
}

enum Event {
    Main(Result<Option<Chunk>, HttpError>),
    Segment(Result<(), HttpError>),
    ZipEnd(Option<ZipEnd>),
    /// The open stream is silent, but other connections are not.
    Stalled,
}

type PendingEnd<'a> = LocalBoxFuture<'a, Option<ZipEnd>>;

async fn next(
    main: Option<&mut Box<Stream>>,
    ahead: &mut Ahead<'_>,
    end: &mut Option<PendingEnd<'_>>,
    stall: Option<Instant>,
) -> Event {
    tokio::select! {
        biased;
        Some(end) = OptionFuture::from(end.as_mut()) => Event::ZipEnd(end),
        Some(segment) = ahead.next() => Event::Segment(segment),
        Some(chunk) = OptionFuture::from(main.map(|stream| stream.next())) => Event::Main(chunk),
        Some(()) = OptionFuture::from(stall.map(sleep_until)) => Event::Stalled,
        else => Event::Main(Ok(None)),
    }
}

/// How many attempts with several connections may fail before only one connection is used.
const SPLITS: u32 = 2;
/// How many bytes must be missing for a request for the directory to be worth it.
const LEAST_MISSING: u64 = 1 << 20;
