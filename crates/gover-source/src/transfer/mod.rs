//! Bytes of one artifact on their way into a sink, picked up again where they broke off.

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::artifact::{Artifact, Location};
use crate::error::{IntegrityError, SourceError, SourceFailure};
use crate::http::{Http, HttpError, Resume};

/// Where downloaded bytes go.
pub trait Sink {
    /// Called before the first byte of each attempt. Returns how many bytes it already holds of exactly this
    /// artifact, from its beginning; 0 starts afresh. The source asks for the rest.
    fn begin(&mut self, artifact: &Artifact) -> io::Result<u64>;

    /// What [`begin`](Self::begin) promised is void: the file comes from its beginning.
    fn restart(&mut self) -> io::Result<()>;

    /// The next bytes.
    fn write(&mut self, chunk: &[u8]) -> io::Result<()>;

    /// By what the server can tell that the held bytes are of the file it still has; as given to
    /// [`remember`](Self::remember) when they came. Without it they are trusted until the proof fails.
    fn validator(&self) -> Option<String> {
        None
    }

    /// Called before the first byte of an answer: what [`validator`](Self::validator) shall return later.
    fn remember(&mut self, validator: Option<&str>) -> io::Result<()> {
        let _ = validator;
        Ok(())
    }
}

/// Told what goes on.
pub trait Observer {
    /// Bytes of an artifact are about to come, from the offset `from`; `total` is its length if known. Called again
    /// whenever they come anew.
    fn started(&self, artifact: &Artifact, total: Option<u64>, from: u64);

    /// So many more bytes came.
    fn received(&self, bytes: u64);

    /// A source could not serve; the next one is tried.
    fn source_failed(&self, failure: &SourceFailure);
}

/// Why a transfer ended early.
#[derive(Debug)]
pub(crate) enum TransferError {
    /// The source failed; another may do.
    Source(SourceError),
    /// The sink failed; no source can help.
    Sink(io::Error),
}

impl From<IntegrityError> for TransferError {
    fn from(error: IntegrityError) -> Self {
        Self::Source(error.into())
    }
}

/// Brings an artifact into the sink; returns its length.
pub(crate) async fn transfer(
    http: &Http,
    artifact: &Artifact,
    sink: &mut dyn Sink,
    observer: &dyn Observer,
) -> Result<u64, TransferError> {
    let mut transfer = Transfer { artifact, sink, observer, held: 0, began: 0 };
    match &artifact.location {
        Location::Url(url) => transfer.fetch(http, url).await,
        Location::File(path) => transfer.copy(path).await,
    }
}

struct Transfer<'a> {
    artifact: &'a Artifact,
    sink: &'a mut dyn Sink,
    observer: &'a dyn Observer,
    /// Bytes that the sink holds.
    held: u64,
    /// Bytes that it held when this attempt began.
    began: u64,
}

/// How an attempt over the network ended without a fault of the sink.
enum Ended {
    Complete,
    /// The server does not resume; the file is wanted from its beginning.
    Anew,
    Failed(HttpError),
}

impl Transfer<'_> {
    async fn fetch(&mut self, http: &Http, url: &str) -> Result<u64, TransferError> {
        let mut repetition = 0;
        let mut anew = false;
        let mut moved = false;
        // The most that was ever held: a server that always begins anew and always breaks off gets nowhere.
        let mut furthest = 0;
        loop {
            self.begin(anew)?;
            furthest = furthest.max(self.began);
            if self.is_whole() {
                self.observer.started(self.artifact, self.artifact.size, self.held);
                return Ok(self.held);
            }
            if moved {
                // It was reachable a moment ago.
                http.forgive(url);
            }
            let error = match self.attempt(http, url).await? {
                Ended::Complete => return Ok(self.held),
                Ended::Anew if !anew => {
                    anew = true;
                    continue;
                }
                Ended::Anew => {
                    HttpError::Broken { reason: "the server sends other parts than asked for".to_owned() }
                }
                Ended::Failed(error) => error,
            };
            let progress = self.held > self.began;
            moved |= progress;
            // Progress earns new repetitions; a server that never gets anywhere, or only by drops, is left.
            if self.held >= furthest + PROGRESS {
                repetition = 0;
                furthest = self.held;
            }
            let connect = matches!(error, HttpError::Connect { .. });
            if !(error.is_transient() || connect && moved) || repetition >= http.settings().retries {
                return Err(TransferError::Source(error.into()));
            }
            http.pause(&error, repetition).await;
            repetition += 1;
            anew = false;
        }
    }

    async fn attempt(&mut self, http: &Http, url: &str) -> Result<Ended, TransferError> {
        let validator = self.sink.validator();
        let from = Resume { offset: self.held, validator: validator.as_deref() };
        let mut stream = match http.open(url, &from).await {
            Ok(stream) => stream,
            // What is held is not the beginning of what the server has.
            Err(HttpError::Status { status: 416, .. }) if self.held > 0 => return Ok(Ended::Anew),
            Err(error) => return Ok(Ended::Failed(error)),
        };
        if stream.offset != self.held {
            if stream.offset > 0 {
                return Ok(Ended::Anew);
            }
            self.restart()?;
        }
        self.check_announced(stream.total)?;
        self.sink.remember(stream.validator().as_deref()).map_err(TransferError::Sink)?;
        let total = self.artifact.size.or(stream.total);
        self.observer.started(self.artifact, total, self.held);
        loop {
            match stream.next().await {
                Ok(Some(chunk)) => self.write(chunk.as_ref())?,
                Ok(None) => break,
                Err(error) => return Ok(Ended::Failed(error)),
            }
        }
        match total {
            Some(total) if self.held < total => {
                let reason = format!("it ended after {} of {total} bytes", self.held);
                Ok(Ended::Failed(HttpError::Broken { reason }))
            }
            _ => Ok(Ended::Complete),
        }
    }

    async fn copy(&mut self, path: &Path) -> Result<u64, TransferError> {
        let failed = |verb, error: &io::Error| TransferError::Source(SourceError::file(verb, path, error));
        let mut file = File::open(path).map_err(|error| failed("open", &error))?;
        let metadata = file.metadata().map_err(|error| failed("read", &error))?;
        if !metadata.is_file() {
            let reason = format!("`{}` is no file", path.display());
            return Err(TransferError::Source(SourceError::not_there(reason)));
        }
        self.check_announced(Some(metadata.len()))?;
        self.begin(false)?;
        if self.held > metadata.len() {
            self.restart()?;
        }
        file.seek(SeekFrom::Start(self.held)).map_err(|error| failed("read", &error))?;
        self.observer.started(self.artifact, Some(metadata.len()), self.held);
        let mut buffer = vec![0; 256 << 10];
        loop {
            let count = file.read(&mut buffer).map_err(|error| failed("read", &error))?;
            if count == 0 {
                return Ok(self.held);
            }
            self.write(buffer.get(..count).unwrap_or_default())?;
            // The lookup that runs beside this one gets its turn.
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
        Ok(())
    }

    fn write(&mut self, chunk: &[u8]) -> Result<(), TransferError> {
        let length = chunk.len() as u64;
        if self.held + length > self.artifact.limit() {
            return Err(self.wrong_size(self.held + length).into());
        }
        self.sink.write(chunk).map_err(TransferError::Sink)?;
        self.held += length;
        self.observer.received(length);
        Ok(())
    }

    fn is_whole(&self) -> bool {
        self.held > 0 && self.artifact.size == Some(self.held)
    }

    /// Refuses a file whose announced length already says that it is another one, before it comes.
    fn check_announced(&self, total: Option<u64>) -> Result<(), TransferError> {
        let wrong = match (total, self.artifact.size) {
            (Some(total), Some(size)) => total != size,
            (Some(total), None) => total > self.artifact.limit(),
            (None, _) => false,
        };
        if wrong { Err(self.wrong_size(total.unwrap_or_default()).into()) } else { Ok(()) }
    }

    fn wrong_size(&self, received: u64) -> IntegrityError {
        IntegrityError::WrongSize {
            file_name: self.artifact.file_name.clone(),
            location: self.artifact.location.to_string(),
            expected: self.artifact.limit(),
            at_most: self.artifact.size.is_none(),
            received,
        }
    }
}

/// How many bytes an attempt must bring, so that those before it are forgotten.
const PROGRESS: u64 = 64 << 10;
