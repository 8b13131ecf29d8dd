//! Parts of a file by ranges, and the directory of a zip before the rest of it.

use std::ops::Range;

use gover_archive::ZipEnd;
use gover_net::{Address, Http, HttpError, RangeRequest, RangeResponse};

use super::whole;
use crate::artifact::{Artifact, Location};
use crate::error::SourceError;

/// A zip on a server that grants ranges, of which the directory is known. Nothing proves what the
/// server sends.
#[derive(Debug)]
pub struct RangedZip<'a> {
    http: &'a Http,
    url: &'a Address,
    /// A request for any of its ranges, apart from the range itself.
    request: RangeRequest,
    end: ZipEnd,
}

impl<'a> RangedZip<'a> {
    /// Requests the directory of a zip. Fails if the server does not grant ranges, or sent something
    /// that is not the end of a zip.
    pub(crate) async fn open(http: &'a Http, artifact: &'a Artifact) -> Result<Self, SourceError> {
        let Location::Url(url) = &artifact.location else {
            return Err(SourceError::lacks("it is not on a server"));
        };
        // One byte tells the length and the validator of the file.
        let request = RangeRequest { end: Some(1), ..whole(artifact) };
        let (total, validator) = match http.retry(async |_| http.open(url, &request).await).await? {
            RangeResponse::Stream(stream) if stream.ranges => (stream.total, stream.validator()),
            _ => (None, None),
        };
        let total = total.ok_or_else(|| SourceError::lacks("the server does not support range requests"))?;
        let request = RangeRequest { total: Some(total), validator, ..whole(artifact) };
        let end = zip_end(http, url, &request, total).await?;
        Ok(Self { http, url, request, end })
    }

    pub fn end(&self) -> &ZipEnd {
        &self.end
    }

    /// The bytes of a range, which belong to the same file as the directory as far as the server
    /// can say.
    pub async fn span(&self, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
        let fetched =
            self.http.retry(async |_| span(self.http, self.url, &self.request, range.clone()).await);
        Ok(fetched.await?)
    }
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
    let broken = |reason: &str| HttpError::Broken { reason: reason.to_owned() };
    let length = request.end.and_then(|end| end.checked_sub(request.offset)).unwrap_or_default();
    let length = usize::try_from(length).unwrap_or_default();
    let mut stream = match http.open(url, request).await? {
        RangeResponse::Stream(stream) if stream.offset == request.offset && !stream.is_unpacked() => stream,
        _ => return Err(broken("another part came")),
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await? {
        let chunk = chunk.as_ref();
        // Reserves all space at once: a buffer that grows would need twice as much.
        bytes.reserve_exact(length - bytes.len());
        if chunk.len() > length - bytes.len() {
            return Err(broken("a part is too long"));
        }
        bytes.extend_from_slice(chunk);
        received(chunk.len() as u64);
    }
    if bytes.len() < length { Err(broken("a part ended early")) } else { Ok(bytes) }
}
