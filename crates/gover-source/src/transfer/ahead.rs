//! Fetches segments of a file ahead of the open stream, each over its own connection.
//!
//! Segments wait in memory for the bytes before them: the file is written from start to end.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use gover_net::{Address, Http, HttpError, RangeRequest};

use super::ranged::fetch;

/// Segments in file order, without gaps between them.
pub(super) struct Ahead<'a> {
    http: &'a Http,
    url: &'a Address,
    /// The request for every segment, apart from its range.
    request: RangeRequest,
    /// Called with the number of bytes when they arrive.
    received: &'a dyn Fn(u64),
    segments: VecDeque<Segment<'a>>,
}

struct Segment<'a> {
    start: u64,
    end: u64,
    has_begun: Rc<Cell<bool>>,
    content: Content<'a>,
}

enum Content<'a> {
    Coming(Pin<Box<dyn Future<Output = Result<Vec<u8>, HttpError>> + 'a>>),
    Here(Vec<u8>),
}

impl<'a> Ahead<'a> {
    pub(super) fn new(
        http: &'a Http,
        url: &'a Address,
        request: RangeRequest,
        received: &'a dyn Fn(u64),
    ) -> Self {
        Self { http, url, request, received, segments: VecDeque::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    pub(super) fn start(&self) -> Option<u64> {
        self.segments.front().map(|segment| segment.start)
    }

    /// How many connections are sending, not counting the open stream.
    pub(super) fn sending(&self) -> usize {
        self.coming().filter(|segment| segment.has_begun.get()).count()
    }

    fn coming(&self) -> impl Iterator<Item = &Segment<'a>> {
        self.segments.iter().filter(|segment| segment.is_coming())
    }

    pub(super) fn first_has_begun(&self) -> bool {
        self.segments.front().is_some_and(|segment| segment.has_begun.get())
    }

    pub(super) fn any_has_begun(&self) -> bool {
        self.segments.iter().any(|segment| segment.has_begun.get())
    }

    pub(super) fn drop_first(&mut self) {
        self.segments.pop_front();
    }

    /// Fetches segments of `size` bytes, until `connections` are busy or the window is full.
    pub(super) fn extend(&mut self, missing: Range<u64>, connections: usize, size: u64) {
        let window = self.http.settings().split.window;
        while self.coming().count() < connections {
            let start = self.segments.back().map_or(missing.start, |last| last.end);
            let end = (start + size).min(missing.end);
            if start >= end || end - self.start().unwrap_or(start) > window {
                break;
            }
            let segment = self.segment(start, end);
            self.segments.push_back(segment);
        }
    }

    /// Starts to fetch the gap between `held` and the first segment.
    pub(super) fn fetch_gap(&mut self, held: u64) {
        if let Some(end) = self.start().filter(|start| *start > held) {
            let segment = self.segment(held, end);
            self.segments.push_front(segment);
        }
    }

    fn segment(&self, start: u64, end: u64) -> Segment<'a> {
        let has_begun = Rc::<Cell<bool>>::default();
        let (http, url, received, begun) = (self.http, self.url, self.received, Rc::clone(&has_begun));
        let request = RangeRequest { offset: start, end: Some(end), ..self.request.clone() };
        let content = Box::pin(async move {
            let received = |bytes| {
                begun.set(true);
                received(bytes);
            };
            fetch(http.without_multiplexing(), url, &request, received).await
        });
        Segment { start, end, has_begun, content: Content::Coming(content) }
    }

    /// Waits until one more segment is complete. Returns `None` if no segment is being fetched. If
    /// a segment fails, it is dropped together with all segments after it.
    pub(super) async fn next(&mut self) -> Option<Result<(), HttpError>> {
        let coming = self.segments.iter_mut().enumerate().filter_map(|(at, segment)| {
            let Content::Coming(content) = &mut segment.content else { return None };
            Some(content.map(move |result| (at, result)))
        });
        let (at, result) = coming.collect::<FuturesUnordered<_>>().next().await?;
        Some(match result {
            Ok(bytes) => {
                self.segments.get_mut(at)?.content = Content::Here(bytes);
                Ok(())
            }
            Err(error) => {
                self.segments.truncate(at);
                Err(error)
            }
        })
    }

    /// Takes the first segment, if it is complete and begins at `held`.
    pub(super) fn take(&mut self, held: u64) -> Option<Vec<u8>> {
        let first = self.segments.pop_front_if(|first| first.start == held && !first.is_coming());
        match first?.content {
            Content::Here(bytes) => Some(bytes),
            Content::Coming(_) => None,
        }
    }
}

impl Segment<'_> {
    fn is_coming(&self) -> bool {
        matches!(self.content, Content::Coming(_))
    }
}
