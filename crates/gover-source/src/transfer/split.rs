//! Taking in a file over one connection, and over more where that is faster.
//!
//! The stream that is open goes on; segments are fetched ahead of it, and it ends where it meets one of which bytes came
//! already. Where more connections are refused or bring nothing, one stream goes on alone, and nobody is told.

use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use gover_net::{Http, HttpError, Opened, Stream};

use super::ahead::{Ahead, Arrival, Step, Stepped, step};
use super::pace::Pace;
use super::{Ended, Transfer, TransferError};

impl Transfer<'_> {
    /// Takes in all that is missing up to `total`, beginning with an open stream.
    pub(super) async fn take_in(
        &mut self,
        http: &Http,
        url: &str,
        stream: Stream,
        total: u64,
    ) -> Result<Ended, TransferError> {
        let splittable = stream.ranges && self.split_failures < SPLITS && !self.sink.in_one_piece();
        let mut taking = Taking {
            main: Some(step(Box::new(stream))),
            main_heard: tokio::time::Instant::now(),
            patience: http.settings().patience,
            ahead: Ahead::new(http, url, self.wanted_part()),
            pace: Pace::new(&http.settings().split, splittable, Instant::now()),
            total,
            turn: false,
        };
        while self.held < total {
            self.split(http, &mut taking);
            if taking.main.is_none() && taking.ahead.start().is_none() {
                match http.open(url, &self.wanted_part()).await {
                    Ok(Opened::Stream(stream)) if stream.offset == self.held => {
                        taking.main = Some(step(stream));
                    }
                    Ok(_) => return Ok(Ended::Anew),
                    Err(error) => return Ok(Ended::Failed(error)),
                }
            }
            match taking.next().await {
                Event::Main(stepped) => {
                    if let Some(ended) = self.take_main(stepped, &mut taking)? {
                        return Ok(ended);
                    }
                }
                Event::Ahead(arrival) => self.take_ahead(&arrival, &mut taking)?,
                Event::Stalled => {
                    taking.main = None;
                    taking.ahead.fetch_gap(self.held);
                }
            }
        }
        // What the server sends beyond the end is another file; the end it announced closes the connection well.
        Ok(Ended::Complete)
    }

    /// Opens as many connections as the pace asks for and memory allows.
    fn split(&mut self, http: &Http, taking: &mut Taking<'_>) {
        let Taking { main, ahead, pace, total, .. } = taking;
        let connections = pace.connections(*total - self.held, Instant::now());
        if connections < 2 {
            return;
        }
        while usize::from(main.is_some()) + ahead.busy() < connections {
            let segment = pace.segment();
            // The open stream keeps a segment of its own before it.
            let start = ahead.end().unwrap_or(self.held + if main.is_some() { segment } else { 0 });
            let end = (start + segment).min(*total);
            if start >= end || ahead.size() + (end - start) > http.settings().split.window {
                break;
            }
            ahead.fetch(start, end);
        }
    }

    /// Takes what the open stream brought; returns how the attempt ended, if it did.
    fn take_main(
        &mut self,
        (stream, next): Stepped,
        taking: &mut Taking<'_>,
    ) -> Result<Option<Ended>, TransferError> {
        let chunk = match next {
            Ok(Some(chunk)) => chunk,
            Ok(None) => {
                let reason = format!("it ended after {} of {} bytes", self.held, taking.total);
                return Ok(Some(self.broke_off(HttpError::Broken { reason }, taking)));
            }
            Err(error) => return Ok(Some(self.broke_off(error, taking))),
        };
        let mut bytes = chunk.as_ref();
        taking.main = stream.map(step);
        while let Some(start) = taking.ahead.start() {
            let room = usize::try_from(start - self.held).unwrap_or(usize::MAX);
            let Some((kept, rest)) = bytes.split_at_checked(room) else { break };
            taking.pace.received(room as u64);
            self.write(kept)?;
            if taking.ahead.has_begun() {
                taking.main = None;
                return self.drain(taking).map(|()| None);
            }
            // Nobody knows yet whether that segment will come; this stream has it.
            taking.ahead.drop_first();
            bytes = rest;
        }
        taking.pace.received(bytes.len() as u64);
        self.write(bytes)?;
        Ok(None)
    }

    /// Takes what came ahead. Bytes count as received when they come, not when they have their turn.
    fn take_ahead(
        &mut self,
        arrival: &Result<Arrival, HttpError>,
        taking: &mut Taking<'_>,
    ) -> Result<(), TransferError> {
        match *arrival {
            Ok(Arrival::First(bytes)) => {
                taking.pace.joined(Instant::now());
                self.came_ahead(bytes, taking);
            }
            Ok(Arrival::More(bytes)) => self.came_ahead(bytes, taking),
            Ok(Arrival::Whole) => {}
            Err(_) => {
                taking.pace.refused();
                self.split_failures += 1;
                // What was fetched behind the gap is gone.
                self.observer.started(self.artifact, Some(taking.total), self.held);
            }
        }
        if taking.main.is_none() { self.drain(taking) } else { Ok(()) }
    }

    fn came_ahead(&mut self, bytes: u64, taking: &mut Taking<'_>) {
        taking.pace.received(bytes);
        self.observer.received(bytes);
    }

    /// Passes on what has its turn.
    fn drain(&mut self, taking: &mut Taking<'_>) -> Result<(), TransferError> {
        let validator = self.seen.validator.clone();
        while let Some(bytes) = taking.ahead.take(self.held) {
            // A seam: the sink learns that bytes of another answer follow.
            self.sink.remember(validator.as_deref()).map_err(TransferError::Sink)?;
            self.store(&bytes)?;
        }
        Ok(())
    }

    fn broke_off(&mut self, error: HttpError, taking: &Taking<'_>) -> Ended {
        // Perhaps because there were several, perhaps the network as a whole was gone for a moment.
        self.split_failures += u32::from(taking.ahead.start().is_some());
        Ended::Failed(error)
    }
}

/// A file that is being taken in.
struct Taking<'a> {
    /// The stream that was opened first, until it meets a segment.
    main: Option<Step<'a>>,
    /// When it last brought something.
    main_heard: tokio::time::Instant,
    /// How long it may be silent while others are not.
    patience: Duration,
    ahead: Ahead<'a>,
    pace: Pace,
    total: u64,
    /// Who is looked at first.
    turn: bool,
}

enum Event {
    Main(Stepped),
    Ahead(Result<Arrival, HttpError>),
    /// The open stream is silent, and others are not.
    Stalled,
}

impl Taking<'_> {
    async fn next(&mut self) -> Event {
        // In turns, so that neither a fast stream nor fast segments starve the other.
        self.turn = !self.turn;
        let watched = self.main.is_some() && self.ahead.have_begun();
        let mut alarm = watched.then(|| Box::pin(sleep_until(self.main_heard + self.patience)));
        poll_fn(|context| {
            if self.turn
                && let Poll::Ready(arrival) = self.ahead.poll(context)
            {
                return Poll::Ready(Event::Ahead(arrival));
            }
            if let Some(main) = &mut self.main
                && let Poll::Ready(stepped) = main.as_mut().poll(context)
            {
                self.main = None;
                self.main_heard = tokio::time::Instant::now();
                return Poll::Ready(Event::Main(stepped));
            }
            if !self.turn
                && let Poll::Ready(arrival) = self.ahead.poll(context)
            {
                return Poll::Ready(Event::Ahead(arrival));
            }
            match &mut alarm {
                Some(alarm) => alarm.as_mut().poll(context).map(|()| Event::Stalled),
                None => Poll::Pending,
            }
        })
        .await
    }
}

/// How many attempts with several connections may fail before one is all that is tried.
const SPLITS: u32 = 2;
