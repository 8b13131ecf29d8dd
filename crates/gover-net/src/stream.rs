//! A file while it arrives: whole, or the range of it that was requested.

use std::time::Duration;

use reqwest::header::{self, HeaderMap};
use reqwest::{Response, StatusCode};
use tokio::time::Instant;

use super::coding::{Coding, PIECE, Unpacker, is_packed_over};
use super::exchange::Ask;
use super::{Http, HttpError, broken, text_header};
use crate::address::Address;

/// Which bytes of a file to request, and what is known of the file.
#[derive(Clone, Debug, Default)]
pub struct RangeRequest {
    pub offset: u64,
    /// Without it the range goes to the end of the file.
    pub end: Option<u64>,
    /// The `ETag` or date of the file that the bytes before the range belong to.
    pub validator: Option<String>,
    pub total: Option<u64>,
    pub file_is_gzip: bool,
}

#[derive(Debug)]
pub enum RangeResponse {
    /// The range, or the whole file if its `offset` is 0.
    Stream(Box<Stream>),
    /// The file ends where the range begins.
    NoMore,
    /// Another range, or one of another file. The file must come from its beginning.
    Useless,
}

#[derive(Debug)]
pub struct Stream {
    response: Response,
    pace: Pace,
    pub offset: u64,
    /// The length of the whole file, if the server says so.
    pub total: Option<u64>,
    pub ranges: bool,
    /// A chunk that was already read, and comes next.
    ahead: Option<Chunk>,
    /// The rest of a compressed chunk, and what decompresses it.
    unpacker: Option<(Unpacker, Vec<u8>)>,
}

pub struct Chunk(Box<dyn AsRef<[u8]> + Send>);

impl Http {
    /// Requests a range of the file at `url`, without retries: the caller knows how much arrived.
    pub async fn open(&self, url: &Address, request: &RangeRequest) -> Result<RangeResponse, HttpError> {
        let mut headers = Vec::new();
        if request.offset > 0 || request.end.is_some() {
            let last = request.end.map(|end| (end - 1).to_string()).unwrap_or_default();
            headers.push((header::RANGE, format!("bytes={}-{last}", request.offset)));
            if let Some(validator) = &request.validator {
                headers.push((header::IF_RANGE, validator.clone()));
            }
        }
        let response = self.send(url, Ask { headers, begin: None }).await?;
        let pace = Pace::new(self.settings.stall_timeout);
        match response.status() {
            StatusCode::OK => {
                let whole = Stream::whole(response, request, pace).await;
                whole.map(|stream| RangeResponse::Stream(Box::new(stream)))
            }
            StatusCode::PARTIAL_CONTENT => Ok(Stream::of_part(response, request, pace)),
            StatusCode::RANGE_NOT_SATISFIABLE if request.offset > 0 => {
                let ends_here = ContentRange::parse(response.headers())
                    .is_some_and(|range| range.bytes.is_none() && range.total == Some(request.offset));
                Ok(if ends_here { RangeResponse::NoMore } else { RangeResponse::Useless })
            }
            _ => Err(self.failure(response).await),
        }
    }
}

impl Stream {
    /// The next bytes; `None` at the end that the server announced.
    pub async fn next(&mut self) -> Result<Option<Chunk>, HttpError> {
        let Some((unpacker, packed)) = &mut self.unpacker else {
            if let Some(chunk) = self.ahead.take() {
                return Ok(Some(chunk));
            }
            return receive(&mut self.response, &mut self.pace).await;
        };
        loop {
            if packed.is_empty() {
                let chunk = match self.ahead.take() {
                    Some(chunk) => Some(chunk),
                    None => receive(&mut self.response, &mut self.pace).await?,
                };
                let Some(chunk) = chunk else {
                    let rest = unpacker.finish()?;
                    return Ok((!rest.is_empty()).then(|| Chunk(Box::new(rest))));
                };
                packed.extend_from_slice(chunk.as_ref());
            }
            let piece: Vec<u8> = packed.drain(..packed.len().min(PIECE)).collect();
            let bytes = unpacker.push(&piece)?;
            if !bytes.is_empty() {
                return Ok(Some(Chunk(Box::new(bytes))));
            }
        }
    }

    /// What goes into `If-Range` for the rest of this file: a strong `ETag`, else the date of its
    /// last change (RFC 9110, section 13.1.5). A file that is decompressed cannot be resumed.
    pub fn validator(&self) -> Option<String> {
        if self.is_unpacked() { None } else { validator(self.response.headers()) }
    }

    /// Whether the bytes are decompressed, so that offsets are not those of the server's file.
    pub fn is_unpacked(&self) -> bool {
        self.unpacker.is_some()
    }

    /// The first bytes of the stream, which are read again later.
    pub async fn head(&mut self) -> Result<Vec<u8>, HttpError> {
        let mut head = Vec::new();
        while head.len() < HEAD {
            match self.next().await? {
                Some(chunk) => head.extend_from_slice(chunk.as_ref()),
                None => break,
            }
        }
        self.ahead = Some(Chunk(Box::new(head.clone())));
        Ok(head)
    }

    /// A text, decompressed if need be.
    pub(super) fn of_text(response: Response, pace: Pace) -> Result<Self, HttpError> {
        let coding = Coding::parse(text_header(response.headers(), &header::CONTENT_ENCODING).as_deref())?;
        let unpacker = (coding == Coding::Gzip).then(Default::default);
        Ok(Self { response, pace, offset: 0, total: None, ranges: false, ahead: None, unpacker })
    }

    async fn whole(response: Response, request: &RangeRequest, pace: Pace) -> Result<Self, HttpError> {
        let headers = response.headers();
        let coding = Coding::parse(text_header(headers, &header::CONTENT_ENCODING).as_deref())?;
        let is_page = text_header(headers, &header::CONTENT_TYPE)
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
        let ranges = text_header(headers, &header::ACCEPT_RANGES).is_some_and(|unit| unit == "bytes");
        let total = response.content_length();
        let mut stream = Self { response, pace, offset: 0, total, ranges, ahead: None, unpacker: None };
        if is_page && stream.head().await?.trim_ascii_start().starts_with(b"<") {
            return Err(HttpError::WebPage);
        }
        let as_it_is = total.is_some() && total == request.total;
        if coding == Coding::Gzip && !as_it_is && is_packed_over(&stream.head().await?, request.file_is_gzip)
        {
            stream.unpacker = Some(Default::default());
            (stream.total, stream.ranges) = (None, false);
        }
        Ok(stream)
    }

    fn of_part(response: Response, request: &RangeRequest, pace: Pace) -> RangeResponse {
        let headers = response.headers();
        let packed =
            text_header(headers, &header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
        let Some(ContentRange { bytes: Some((first, last)), total }) = ContentRange::parse(headers) else {
            return RangeResponse::Useless;
        };
        let length = length(first, last);
        let known = request.total.is_some() && total == request.total;
        let usable = first == request.offset
            && request.end.is_none_or(|end| last.checked_add(1) == Some(end))
            && total.is_none_or(|total| last < total && request.total.is_none_or(|known| known == total))
            && length.is_some()
            && response.content_length().is_none_or(|sent| Some(sent) == length)
            // Offsets in what a proxy compressed are not offsets in the file.
            && (!packed || known)
            // A server that ignores `If-Range` sends ranges of whatever file it has now.
            && request.validator.as_ref().is_none_or(|known| fits(known, headers));
        if usable {
            let stream =
                Self { response, pace, offset: first, total, ranges: true, ahead: None, unpacker: None };
            RangeResponse::Stream(Box::new(stream))
        } else {
            RangeResponse::Useless
        }
    }
}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

impl std::fmt::Debug for Chunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Chunk").field(&self.as_ref().len()).finish()
    }
}

/// The value of `Content-Range`: `bytes 5-9/10`, `bytes 5-9/*`, `bytes */10`.
#[derive(Debug, PartialEq, Eq)]
struct ContentRange {
    bytes: Option<(u64, u64)>,
    total: Option<u64>,
}

impl ContentRange {
    fn parse(headers: &HeaderMap) -> Option<Self> {
        let text = text_header(headers, &header::CONTENT_RANGE)?;
        let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
        let bytes = match range.trim() {
            "*" => None,
            range => {
                let (first, last) = range.split_once('-')?;
                Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
            }
        };
        let total = match total.trim() {
            "*" => None,
            total => Some(total.parse().ok()?),
        };
        Some(Self { bytes, total })
    }
}

/// How many bytes there are from the first to the last; `None` for an impossible range.
fn length(first: u64, last: u64) -> Option<u64> {
    last.checked_sub(first)?.checked_add(1)
}

async fn receive(response: &mut Response, pace: &mut Pace) -> Result<Option<Chunk>, HttpError> {
    let begin = Instant::now();
    let chunk = response.chunk().await.map_err(|error| broken(&error, true))?;
    if let Some(chunk) = &chunk {
        pace.note(begin.elapsed(), chunk.len() as u64)?;
    }
    Ok(chunk.map(|bytes| Chunk(Box::new(bytes))))
}

/// Notices a server that sends so little that a file would take days. Only the time in which gover
/// waits for bytes counts.
#[derive(Debug)]
pub(super) struct Pace {
    span: Duration,
    waited: Duration,
    bytes: u64,
}

impl Pace {
    pub(super) fn new(span: Duration) -> Self {
        Self { span, waited: Duration::ZERO, bytes: 0 }
    }

    fn note(&mut self, waited: Duration, bytes: u64) -> Result<(), HttpError> {
        self.waited += waited;
        self.bytes += bytes;
        if self.waited < self.span {
            return Ok(());
        }
        if u128::from(self.bytes) * 1000 < self.waited.as_millis() * LEAST_PER_SECOND {
            return Err(HttpError::Slow { bytes: self.bytes, seconds: self.waited.as_secs() });
        }
        *self = Self::new(self.span);
        Ok(())
    }
}

/// In bytes. A modem of the nineties sends ten times as many.
const LEAST_PER_SECOND: u128 = 512;

fn validator(headers: &HeaderMap) -> Option<String> {
    let etag = text_header(headers, &header::ETAG).filter(|etag| etag.starts_with('"'));
    etag.or_else(|| text_header(headers, &header::LAST_MODIFIED))
}

/// Whether the validator of a response is this one, or missing.
fn fits(known: &str, headers: &HeaderMap) -> bool {
    let name = if known.starts_with('"') { header::ETAG } else { header::LAST_MODIFIED };
    text_header(headers, &name).is_none_or(|now| now.trim_start_matches("W/") == known)
}

/// Enough bytes to recognize what a file is.
const HEAD: usize = 1 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_that_sends_next_to_nothing_is_too_slow() {
        let second = Duration::from_secs(1);
        let sent = |bytes| {
            let mut pace = Pace::new(30 * second);
            (0..90).try_for_each(|_| pace.note(second, bytes))
        };
        assert!(sent(512).is_ok());
        assert_eq!(sent(2).unwrap_err().to_string(), "too slow: 60 bytes in 30 s");
    }

    #[test]
    fn a_range_that_cannot_be_has_no_length() {
        assert_eq!(length(5, 9), Some(5));
        assert_eq!(length(9, 5), None);
        assert_eq!(length(0, u64::MAX), None);
        assert_eq!(length(1, u64::MAX), Some(u64::MAX));
    }

    #[test]
    fn content_ranges_are_read_in_their_three_forms() {
        let parse = |text: &str| {
            let headers: HeaderMap = [(header::CONTENT_RANGE, text.parse().unwrap())].into_iter().collect();
            ContentRange::parse(&headers).map(|range| (range.bytes, range.total))
        };
        assert_eq!(parse("bytes 5-9/10"), Some((Some((5, 9)), Some(10))));
        assert_eq!(parse("bytes 5-9/*"), Some((Some((5, 9)), None)));
        assert_eq!(parse("bytes */10"), Some((None, Some(10))));
        for text in ["bytes 5/10", "items 5-9/10", "bytes 5-9", "bytes x-9/10", "bytes 5-9/ten"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
