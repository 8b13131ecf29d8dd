//! Parts of a file by ranges, and the directory of a zip before the rest of it.

use std::convert::Infallible;
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::ops::Range;

use futures_util::stream::{self, StreamExt as _};
use gover_archive::ZipEnd;
use gover_net::{Address, Http, HttpError, RangeRequest, RangeResponse};

use super::{Observer, TransferError, whole};
use crate::artifact::Artifact;
use crate::error::SourceError;

/// A zip on a server that grants ranges, of which the directory is known. Nothing proves what the
/// server sends.
#[derive(Debug)]
pub struct RangedZip {
    pub artifact: Artifact,
    /// A request for any of its ranges, apart from the range itself.
    request: RangeRequest,
    end: ZipEnd,
}

impl RangedZip {
    /// Requests the directory of a zip whose server [grants](grant) ranges.
    pub(crate) async fn open(
        http: &Http,
        artifact: Artifact,
        request: RangeRequest,
    ) -> Result<Self, SourceError> {
        let total = request.total.unwrap_or_default();
        let end = zip_end(http, url_of(&artifact)?, &request, total).await?;
        Ok(Self { artifact, request, end })
    }

    pub fn end(&self) -> &ZipEnd {
        &self.end
    }

    /// Writes spans of the zip to the empty file `to`, one after the other. They belong to the same
    /// file as the directory, as far as the server can say.
    pub(crate) async fn fetch(
        &self,
        http: &Http,
        spans: &[Range<u64>],
        to: &File,
        observer: &dyn Observer,
    ) -> Result<(), TransferError> {
        let url = url_of(&self.artifact)?;
        let mut total = 0;
        let places: Vec<_> = spans
            .iter()
            .map(|span| {
                let place = total;
                total += span.end - span.start;
                (span.clone(), place)
            })
            .collect();
        observer.started(&self.artifact, Some(total), 0);
        let fetch = |(span, place): (Range<u64>, u64)| {
            fetch_to((http, url, &self.request), span, (to, place), observer)
        };
        let mut fetches = stream::iter(places).map(fetch).buffer_unordered(CONNECTIONS);
        while let Some(result) = fetches.next().await {
            result?;
        }
        Ok(())
    }
}

fn url_of(artifact: &Artifact) -> Result<&Address, SourceError> {
    artifact.location.url().ok_or_else(|| SourceError::lacks("it is not on a server"))
}

/// A request for any range of the file, if the server grants ranges and says how long the file is.
/// One byte is requested to learn that.
pub(crate) async fn grant(http: &Http, artifact: &Artifact) -> Result<Option<RangeRequest>, SourceError> {
    let url = url_of(artifact)?;
    let request = RangeRequest { end: Some(1), ..whole(artifact) };
    let response = http.retry(async |_| http.open(url, &request).await).await?;
    let RangeResponse::Stream(stream) = response else { return Ok(None) };
    let known = stream.total.filter(|_| stream.ranges);
    Ok(known.map(|total| RangeRequest {
        total: Some(total),
        validator: stream.validator(),
        ..whole(artifact)
    }))
}

/// Writes one span to its place in a file. What a lost connection brought is not requested again.
async fn fetch_to(
    (http, url, request): (&Http, &Address, &RangeRequest),
    span: Range<u64>,
    (mut file, place): (&File, u64),
    observer: &dyn Observer,
) -> Result<(), TransferError> {
    let mut written = 0;
    let received = http.retry(async |_| {
        let (offset, end) = (span.start + written, Some(span.end));
        let request = RangeRequest { offset, end, ..request.clone() };
        receive(http, url, &request, |chunk| {
            // Nothing else uses the file until this is written.
            file.seek(SeekFrom::Start(place + written))?;
            file.write_all(chunk)?;
            written += chunk.len() as u64;
            observer.received(chunk.len() as u64);
            Ok(())
        })
        .await
    });
    received.await.map_err(SourceError::from)?.map_err(TransferError::Sink)
}

/// Fetches the directory of a zip of `total` bytes, usually with one request.
pub(super) async fn zip_end(
    http: &Http,
    url: &Address,
    request: &RangeRequest,
    total: u64,
) -> Result<ZipEnd, HttpError> {
    let not_one = |error| HttpError::Broken { reason: format!("the end of the file: {error}") };
    let at = total - ZipEnd::guess(total);
    let mut tail = span(http, url, request, at..total).await?;
    let start = ZipEnd::start(&tail, total).map_err(not_one)?;
    if start < at {
        let mut longer = span(http, url, request, start..at).await?;
        longer.append(&mut tail);
        tail = longer;
    }
    ZipEnd::new(tail, total).map_err(not_one)
}

async fn span(
    http: &Http,
    url: &Address,
    request: &RangeRequest,
    range: Range<u64>,
) -> Result<Vec<u8>, HttpError> {
    let request = RangeRequest { offset: range.start, end: Some(range.end), ..request.clone() };
    fetch(http, url, &request, |_| ()).await
}

/// Fetches the range of a request, which has an end, and calls `received` with the number of bytes
/// as they arrive.
pub(super) async fn fetch(
    http: &Http,
    url: &Address,
    request: &RangeRequest,
    received: impl Fn(u64),
) -> Result<Vec<u8>, HttpError> {
    let length = request.end.and_then(|end| end.checked_sub(request.offset)).unwrap_or_default();
    let length = usize::try_from(length).unwrap_or_default();
    let mut bytes = Vec::new();
    let store = |chunk: &[u8]| {
        // Reserves all space at once: a buffer that grows would need twice as much.
        bytes.reserve_exact(length - bytes.len());
        bytes.extend_from_slice(chunk);
        received(chunk.len() as u64);
        Ok::<_, Infallible>(())
    };
    let Ok(()) = receive(http, url, request, store).await?;
    Ok(bytes)
}

/// Gives `write` the bytes of a range as they arrive. The request has an end. An error of `write`
/// ends it.
async fn receive<E>(
    http: &Http,
    url: &Address,
    request: &RangeRequest,
    mut write: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<Result<(), E>, HttpError> {
    let broken = |reason: &str| HttpError::Broken { reason: reason.to_owned() };
    let mut left = request.end.and_then(|end| end.checked_sub(request.offset)).unwrap_or_default();
    let mut stream = match http.open(url, request).await? {
        RangeResponse::Stream(stream) if stream.offset == request.offset && !stream.is_unpacked() => stream,
        _ => return Err(broken("another part came")),
    };
    while let Some(chunk) = stream.next().await? {
        let chunk = chunk.as_ref();
        let rest = left.checked_sub(chunk.len() as u64);
        left = rest.ok_or_else(|| broken("a part is too long"))?;
        if let Err(error) = write(chunk) {
            return Ok(Err(error));
        }
    }
    if left > 0 { Err(broken("a part ended early")) } else { Ok(Ok(())) }
}

/// How many parts of a zip are fetched at once, so that one is sent while the next is requested.
const CONNECTIONS: usize = 2;
