//! Transfers one artifact into a sink, and resumes after a lost connection.

mod ahead;
mod pace;
mod ranged;
mod split;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use gover_archive::ZipEnd;
use gover_net::{Address, Http, HttpError, RangeRequest, RangeResponse, Stream, Then};
use gover_sys::file::open_regular;
use thiserror::Error;

use crate::artifact::{Artifact, Format, Location};
use crate::error::{IntegrityError, SourceError, SourceFailure};
use crate::likely_cause::LikelyCause;

/// The destination of downloaded bytes.
pub trait Sink {
    /// Called before the first byte of each attempt. Returns how many bytes of exactly this
    /// artifact the sink already holds, from its start. Only the rest is requested.
    fn begin(&mut self, artifact: &Artifact) -> io::Result<u64>;

    /// What [`begin`](Self::begin) would return, and [`validator`](Self::validator) after it,
    /// without starting an attempt. Several locations are asked before one of them serves. If the
    /// result turns out to be wrong, the location is asked again.
    fn held(&self, artifact: &Artifact) -> (u64, Option<String>) {
        let _ = artifact;
        (0, None)
    }

    /// Discards the held bytes, because the file will be sent from its start.
    fn restart(&mut self) -> io::Result<()>;

    fn write(&mut self, chunk: &[u8]) -> io::Result<()>;

    /// The validator (`ETag` or date) of the file that the held bytes belong to, as passed to
    /// [`remember`](Self::remember). Without one, the held bytes are trusted until the proof fails.
    fn validator(&self) -> Option<String> {
        None
    }

    /// Whether the file should be downloaded over one connection, from start to end.
    fn in_one_piece(&self) -> bool {
        false
    }

    /// Whether the directory of a zip is useful before the bytes in front of it.
    fn wants_zip_end(&self) -> bool {
        false
    }

    /// The directory of the zip, from a response of its own. Nothing shows that it is the one that
    /// the file will have.
    fn zip_end(&mut self, end: ZipEnd) {
        let _ = end;
    }

    /// Called before the first byte of each response, including one that continues another.
    /// `validator` is what [`validator`](Self::validator) should return later.
    fn remember(&mut self, validator: Option<&str>) -> io::Result<()> {
        let _ = validator;
        Ok(())
    }
}

/// Observes the progress of a transfer.
pub trait Observer {
    /// Bytes of an artifact are about to arrive, starting at the offset `from`. `total` is its
    /// length, if known. Called again whenever the transfer resumes or restarts.
    fn started(&self, artifact: &Artifact, total: Option<u64>, from: u64);

    fn received(&self, bytes: u64);

    /// A source failed; the next one is tried.
    fn source_failed(&self, failure: &SourceFailure);
}

/// Why a transfer ended early.
#[derive(Debug, Error)]
#[error(transparent)]
pub(crate) enum TransferError {
    Source(#[from] SourceError),
    Sink(io::Error),
}

/// The response of a source to a request for an artifact. No byte of it has been read yet.
#[derive(Debug)]
pub(crate) struct Opening {
    /// How many bytes the sink held when the request was sent.
    held: u64,
    /// `None` for a file on this machine, or if nothing is missing.
    opened: Option<RangeResponse>,
}

/// Requests the missing part of an artifact.
pub(crate) async fn open(http: &Http, artifact: &Artifact, sink: &dyn Sink) -> Result<Opening, SourceError> {
    let (held, validator) = sink.held(artifact);
    let url = match &artifact.location {
        Location::Url(url) if !is_whole(artifact, held) => url,
        Location::Url(_) => return Ok(Opening { held, opened: None }),
        Location::File(path) => {
            let metadata = fs::metadata(path).map_err(|error| SourceError::file("open", path, error))?;
            if !metadata.is_file() {
                return Err(SourceError::lacks(format!("`{}` is not a file", path.display())));
            }
            return Ok(Opening { held, opened: None });
        }
    };
    let request = RangeRequest { offset: held, validator, ..whole(artifact) };
    let opened = http.retry(async |_| http.open(url, &request).await).await?;
    Ok(Opening { held, opened: Some(opened) })
}

/// Transfers an artifact into the sink, starting with an open response. Returns its length.
pub(crate) async fn transfer(
    http: &Http,
    artifact: &Artifact,
    opening: Opening,
    sink: &mut dyn Sink,
    observer: &dyn Observer,
) -> Result<u64, TransferError> {
    let mut transfer = Transfer::new(http, artifact, sink, observer);
    match &artifact.location {
        Location::Url(url) => transfer.fetch(url, opening).await,
        Location::File(path) => transfer.copy(path).await,
    }
}

fn whole(artifact: &Artifact) -> RangeRequest {
    RangeRequest {
        total: artifact.size,
        file_is_gzip: artifact.format == Format::TarGz,
        ..RangeRequest::default()
    }
}

fn is_whole(artifact: &Artifact, held: u64) -> bool {
    held > 0 && artifact.size == Some(held)
}

struct Transfer<'a> {
    http: &'a Http,
    artifact: &'a Artifact,
    sink: &'a mut dyn Sink,
    observer: &'a dyn Observer,
    held: u64,
    /// How many bytes the sink held when this attempt began.
    began: u64,
    served: Served,
    split_failures: u32,
    /// Whether the directory of the zip was requested, and came or failed.
    end_answered: bool,
}

/// What the server reported about the file that the held bytes belong to.
#[derive(Default)]
struct Served {
    validator: Option<String>,
    total: Option<u64>,
    /// Whether the file is decompressed while it arrives, so that it cannot be resumed.
    unpacked: bool,
}

/// How an attempt over the network ended, unless the sink failed.
enum Ended {
    Complete,
    /// The server cannot resume, so the file must be sent from its start.
    Restart,
    Failed(HttpError),
}

impl<'a> Transfer<'a> {
    fn new(
        http: &'a Http,
        artifact: &'a Artifact,
        sink: &'a mut dyn Sink,
        observer: &'a dyn Observer,
    ) -> Self {
        let served = Served::default();
        Self {
            http,
            artifact,
            sink,
            observer,
            held: 0,
            began: 0,
            served,
            split_failures: 0,
            end_answered: false,
        }
    }

    async fn fetch(&mut self, url: &Address, opening: Opening) -> Result<u64, TransferError> {
        let mut retries = self.http.retries();
        let mut restart = false;
        let mut ever_progressed = false;
        // The most bytes held so far: restarting and breaking off again is not progress.
        let mut furthest = 0;
        let Opening { held, mut opened } = opening;
        loop {
            self.begin(restart)?;
            furthest = furthest.max(self.began);
            if is_whole(self.artifact, self.held) {
                self.observer.started(self.artifact, self.artifact.size, self.held);
                return Ok(self.held);
            }
            if ever_progressed {
                // The server was reachable a moment ago.
                self.http.clear_failure(url);
            }
            // If the sink now holds a different number of bytes, the open response does not fit.
            let response = opened.take().filter(|_| self.held == held);
            let error = match self.attempt(url, response).await? {
                Ended::Complete if self.held > 0 => return Ok(self.held),
                Ended::Complete => HttpError::Empty,
                Ended::Restart if !restart => {
                    restart = true;
                    continue;
                }
                Ended::Restart => HttpError::Broken {
                    reason: "the server sent another range than gover requested".to_owned(),
                },
                Ended::Failed(error) => error,
            };
            ever_progressed |= self.held > self.began;
            // Progress resets the retries, but only if enough bytes arrived.
            if self.held >= furthest + PROGRESS {
                retries.reset();
                furthest = self.held;
            }
            let lost = ever_progressed && matches!(error, HttpError::Connect { .. });
            if !matches!(error.then(), Then::Retry { .. }) && !lost {
                return Err(SourceError::from(error).into());
            }
            retries.wait(error).await.map_err(SourceError::from)?;
            restart = self.served.unpacked;
        }
    }

    async fn attempt(
        &mut self,
        url: &Address,
        response: Option<RangeResponse>,
    ) -> Result<Ended, TransferError> {
        let response = match response {
            Some(response) => Ok(response),
            None => self.http.open(url, &self.rest()).await,
        };
        match response {
            Ok(RangeResponse::Stream(stream)) => self.receive(url, stream).await,
            // The held bytes are the whole file. The proof shows whether it is the right one.
            Ok(RangeResponse::NoMore) if self.artifact.size.is_none() => Ok(Ended::Complete),
            Ok(RangeResponse::NoMore | RangeResponse::Useless) => Ok(Ended::Restart),
            Err(error) => Ok(Ended::Failed(error)),
        }
    }

    /// A request for the missing part, with what is known about the file.
    fn rest(&self) -> RangeRequest {
        RangeRequest {
            offset: self.held,
            validator: self.served.validator.clone().or_else(|| self.sink.validator()),
            total: self.artifact.size.or(self.served.total),
            ..whole(self.artifact)
        }
    }

    async fn receive(&mut self, url: &Address, mut stream: Box<Stream>) -> Result<Ended, TransferError> {
        if stream.offset != self.held {
            self.restart()?;
        }
        if self.is_wrong_size(stream.total) {
            let head = stream.head().await.unwrap_or_default();
            return Err(self.wrong_size(stream.total.unwrap_or_default(), &head));
        }
        let validator = stream.validator();
        self.sink.remember(validator.as_deref()).map_err(TransferError::Sink)?;
        self.served = Served { validator, total: stream.total, unpacked: stream.is_unpacked() };
        let total = self.artifact.size.or(stream.total);
        self.observer.started(self.artifact, total, self.held);
        if let Some(total) = total {
            return self.receive_split(url, stream, total).await;
        }
        loop {
            match stream.next().await {
                Ok(Some(chunk)) => self.write(chunk.as_ref())?,
                Ok(None) => return Ok(Ended::Complete),
                Err(error) => return Ok(Ended::Failed(error)),
            }
        }
    }

    async fn copy(&mut self, path: &Path) -> Result<u64, TransferError> {
        let failed = |verb, error| SourceError::file(verb, path, error);
        let mut file = match open_regular(path) {
            Ok(file) => file,
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory) =>
            {
                return Err(SourceError::lacks(format!("`{}` is not a file", path.display())).into());
            }
            Err(error) => return Err(failed("open", error).into()),
        };
        let metadata = file.metadata().map_err(|error| failed("read", error))?;
        if self.is_wrong_size(Some(metadata.len())) {
            let mut head = vec![0; 1 << 10];
            let count = file.read(&mut head).unwrap_or_default();
            return Err(self.wrong_size(metadata.len(), head.get(..count).unwrap_or_default()));
        }
        if metadata.len() == 0 {
            let reason = format!("`{}` is empty", path.display());
            return Err(TransferError::Source(SourceError::lacks(reason)));
        }
        self.begin(false)?;
        if self.held > metadata.len() {
            self.restart()?;
        }
        file.seek(SeekFrom::Start(self.held)).map_err(|error| failed("read", error))?;
        self.observer.started(self.artifact, Some(metadata.len()), self.held);
        let mut buffer = vec![0; 256 << 10];
        loop {
            let count = file.read(&mut buffer).map_err(|error| failed("read", error))?;
            if count == 0 {
                return Ok(self.held);
            }
            self.write(buffer.get(..count).unwrap_or_default())?;
            // Lets a lookup that runs at the same time continue.
            tokio::task::yield_now().await;
        }
    }

    fn begin(&mut self, anew: bool) -> Result<(), TransferError> {
        self.held = self.sink.begin(self.artifact).map_err(TransferError::Sink)?;
        if self.held > 0 && (anew || self.held > self.artifact.limit()) {
            self.restart()?;
        }
        self.began = self.held;
        Ok(())
    }

    fn restart(&mut self) -> Result<(), TransferError> {
        self.sink.restart().map_err(TransferError::Sink)?;
        self.held = 0;
        self.began = 0;
        self.served = Served::default();
        Ok(())
    }

    fn write(&mut self, chunk: &[u8]) -> Result<(), TransferError> {
        self.store(chunk)?;
        self.observer.received(chunk.len() as u64);
        Ok(())
    }

    fn store(&mut self, chunk: &[u8]) -> Result<(), TransferError> {
        let length = chunk.len() as u64;
        if self.held + length > self.artifact.limit() {
            let head = if self.held == 0 { chunk } else { &[] };
            return Err(self.wrong_size(self.held + length, head));
        }
        self.sink.write(chunk).map_err(TransferError::Sink)?;
        self.held += length;
        Ok(())
    }

    /// Whether an announced length already shows that this is a different file.
    fn is_wrong_size(&self, total: Option<u64>) -> bool {
        match (total, self.artifact.size) {
            (Some(total), Some(size)) => total != size,
            (Some(total), None) => total > self.artifact.limit(),
            (None, _) => false,
        }
    }

    fn wrong_size(&self, received: u64, head: &[u8]) -> TransferError {
        let error = IntegrityError::WrongSize {
            file_name: self.artifact.file_name.clone(),
            location: self.artifact.location.to_string(),
            expected: self.artifact.limit(),
            at_most: self.artifact.size.is_none(),
            received,
            likely_cause: LikelyCause::of(head, self.artifact.format),
        };
        SourceError::from(error).into()
    }
}

pub use ranged::RangedZip;
pub(crate) use ranged::grant;

/// How many bytes an attempt must add to reset the retries.
const PROGRESS: u64 = 64 << 10;
