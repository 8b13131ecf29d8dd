//! Segments of a file that are fetched ahead of the bytes that have their turn, each over a connection of its own.
//!
//! They wait in memory until what is before them is there, so that whoever takes the bytes gets them in order and
//! keeps nothing but a beginning of the file. How much may wait is bounded.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use gover_net::{Chunk, Http, HttpError, Opened, Part, Stream};

/// The next bytes of a stream, and the stream for those after them.
pub(super) type Step<'a> = Pin<Box<dyn Future<Output = Stepped> + 'a>>;

/// A stream, if it goes on, and what it brought.
pub(super) type Stepped = (Option<Box<Stream>>, Result<Option<Chunk>, HttpError>);

/// Waits for the next bytes.
pub(super) fn step<'a>(mut stream: Box<Stream>) -> Step<'a> {
    Box::pin(async move {
        let next = stream.next().await;
        (Some(stream), next)
    })
}

/// Segments in the order of the file, without gaps between them.
pub(super) struct Ahead<'a> {
    http: &'a Http,
    url: &'a str,
    /// What every segment is asked for with.
    part: Part,
    segments: VecDeque<Segment<'a>>,
}

struct Segment<'a> {
    /// Where the bytes begin that wait here.
    start: u64,
    end: u64,
    waiting: Vec<u8>,
    /// Whether bytes of it came.
    begun: bool,
    /// The connection; none once all bytes are here.
    step: Option<Step<'a>>,
}

/// What happened to a segment.
pub(super) enum Arrival {
    /// The first bytes of a segment came, so many.
    First(u64),
    /// More bytes came.
    More(u64),
    /// All bytes of a segment are here.
    Whole,
}

impl<'a> Ahead<'a> {
    /// Nothing yet; `part` says of which file.
    pub(super) fn new(http: &'a Http, url: &'a str, part: Part) -> Self {
        Self { http, url, part, segments: VecDeque::new() }
    }

    /// Where the first segment begins.
    pub(super) fn start(&self) -> Option<u64> {
        self.segments.front().map(|segment| segment.start)
    }

    /// Where the last segment ends.
    pub(super) fn end(&self) -> Option<u64> {
        self.segments.back().map(|segment| segment.end)
    }

    /// How many connections are busy.
    pub(super) fn busy(&self) -> usize {
        self.segments.iter().filter(|segment| segment.step.is_some()).count()
    }

    /// How many bytes wait or are about to.
    pub(super) fn size(&self) -> u64 {
        self.segments.iter().map(|segment| segment.end - segment.start).sum()
    }

    /// Whether bytes of the first segment came.
    pub(super) fn has_begun(&self) -> bool {
        self.segments.front().is_some_and(|segment| segment.begun)
    }

    /// Whether bytes of any segment came.
    pub(super) fn have_begun(&self) -> bool {
        self.segments.iter().any(|segment| segment.begun)
    }

    /// Leaves the first segment to somebody else.
    pub(super) fn drop_first(&mut self) {
        self.segments.pop_front();
    }

    /// Begins to fetch what follows the last segment.
    pub(super) fn fetch(&mut self, start: u64, end: u64) {
        let segment = self.segment(start, end);
        self.segments.push_back(segment);
    }

    /// Begins to fetch what is missing before the first segment, if the file is there up to `held`.
    pub(super) fn fetch_gap(&mut self, held: u64) {
        if let Some(end) = self.start().filter(|start| *start > held) {
            let segment = self.segment(held, end);
            self.segments.push_front(segment);
        }
    }

    fn segment(&self, start: u64, end: u64) -> Segment<'a> {
        let part = Part { offset: start, end: Some(end), ..self.part.clone() };
        let (http, url) = (self.http.apart(), self.url);
        let step: Step<'a> = Box::pin(async move {
            match http.open(url, &part).await {
                Ok(Opened::Stream(mut stream)) if stream.offset == start && !stream.is_unpacked() => {
                    let next = stream.next().await;
                    (Some(stream), next)
                }
                Ok(_) => (None, Err(HttpError::Broken { reason: "another part came".to_owned() })),
                Err(error) => (None, Err(error)),
            }
        });
        Segment { start, end, waiting: Vec::new(), begun: false, step: Some(step) }
    }

    /// The next thing that happens. An error says that a segment cannot be had this way; it is gone, with all behind it.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Arrival, HttpError>> {
        for at in 0..self.segments.len() {
            let Some(segment) = self.segments.get_mut(at) else { break };
            if let Poll::Ready(arrival) = segment.poll(context) {
                if arrival.is_err() {
                    self.segments.truncate(at);
                }
                return Poll::Ready(arrival);
            }
        }
        Poll::Pending
    }

    /// Bytes that have their turn, if the file is there up to `held`.
    pub(super) fn take(&mut self, held: u64) -> Option<Vec<u8>> {
        while let Some(segment) = self.segments.front_mut().filter(|segment| segment.start == held) {
            let bytes = std::mem::take(&mut segment.waiting);
            segment.start += bytes.len() as u64;
            if segment.step.is_none() {
                self.segments.pop_front();
            } else if bytes.is_empty() {
                break;
            }
            if !bytes.is_empty() {
                return Some(bytes);
            }
        }
        None
    }
}

impl Segment<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Arrival, HttpError>> {
        let Some(step) = &mut self.step else { return Poll::Pending };
        let Poll::Ready((stream, next)) = step.as_mut().poll(context) else { return Poll::Pending };
        self.step = None;
        Poll::Ready(match (stream, next) {
            (Some(stream), Ok(Some(chunk))) => {
                self.step = Some(self::step(stream));
                self.keep(chunk.as_ref())
            }
            (_, Ok(_)) if self.missing() == 0 => Ok(Arrival::Whole),
            (_, Ok(_)) => Err(HttpError::Broken { reason: "a part ended early".to_owned() }),
            (_, Err(error)) => Err(error),
        })
    }

    fn keep(&mut self, chunk: &[u8]) -> Result<Arrival, HttpError> {
        let length = chunk.len() as u64;
        if length > self.missing() {
            return Err(HttpError::Broken { reason: "a part is too long".to_owned() });
        }
        let first = !std::mem::replace(&mut self.begun, true);
        if self.waiting.capacity() == 0 {
            // All at once: a buffer that grows would need twice the space.
            self.waiting.reserve_exact(usize::try_from(self.missing()).unwrap_or_default());
        }
        self.waiting.extend_from_slice(chunk);
        Ok(if first { Arrival::First(length) } else { Arrival::More(length) })
    }

    fn missing(&self) -> u64 {
        (self.end - self.start).saturating_sub(self.waiting.len() as u64)
    }
}
