//! Bytes of one artifact on their way into a sink, picked up again where they broke off.

mod ahead;
mod pace;
mod split;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use gover_net::{Http, HttpError, Opened, Part, Stream};
use gover_sys::file::open_regular;

use crate::artifact::{Artifact, Format, Location};
use crate::disguise::Disguise;
use crate::error::{IntegrityError, SourceError, SourceFailure};

/// Where downloaded bytes go.
pub trait Sink {
    /// Called before the first byte of each attempt. Returns how many bytes it already holds of exactly this
    /// artifact, from its beginning; 0 starts afresh. The source asks for the rest.
    fn begin(&mut self, artifact: &Artifact) -> io::Result<u64>;

    /// What [`begin`](Self::begin) would return and what [`validator`](Self::validator) would then be, without
    /// beginning: several places are asked before one of them serves. It may err; then the place is asked again.
    fn held(&self, artifact: &Artifact) -> (u64, Option<String>) {
        let _ = artifact;
        (0, None)
    }

    /// What [`begin`](Self::begin) promised is void: the file comes from its beginning.
    fn restart(&mut self) -> io::Result<()>;

    /// The next bytes.
    fn write(&mut self, chunk: &[u8]) -> io::Result<()>;

    /// By what the server can tell that the held bytes are of the file it still has; as given to
    /// [`remember`](Self::remember) when they came. Without it they are trusted until the proof fails.
    fn validator(&self) -> Option<String> {
        None
    }

    /// Whether the file should come over one connection from its beginning to its end.
    fn in_one_piece(&self) -> bool {
        false
    }

    /// Called before the first byte of an answer, also where it continues another: what [`validator`](Self::validator) shall return later.
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

/// A place that answered, and will send.
#[derive(Debug)]
pub(crate) struct Opening {
    /// What was asked for: all behind the bytes held.
    held: u64,
    /// The answer; none where nothing needs to be asked.
    opened: Option<Opened>,
}

/// Asks for what is missing of an artifact, until there is an answer that can be used or no hope of one.
pub(crate) async fn open(http: &Http, artifact: &Artifact, sink: &dyn Sink) -> Result<Opening, SourceError> {
    let (held, validator) = sink.held(artifact);
    let url = match &artifact.location {
        Location::Url(url) if !is_whole(artifact, held) => url,
        Location::Url(_) => return Ok(Opening { held, opened: None }),
        Location::File(path) => {
            let metadata = fs::metadata(path).map_err(|error| SourceError::file("open", path, &error))?;
            if !metadata.is_file() {
                return Err(SourceError::not_there(format!("`{}` is no file", path.display())));
            }
            return Ok(Opening { held, opened: None });
        }
    };
    let part = Part { offset: held, validator, ..part(artifact) };
    let mut repetition = 0;
    loop {
        match http.open(url, &part).await {
            Ok(opened) => return Ok(Opening { held, opened: Some(opened) }),
            // Who packs the file first, or fetches it from elsewhere, may have it by the second time.
            Err(error) if error.is_transient() && !(error.is_silence() && repetition > 0) => {
                http.before_repetition(error, repetition).await?;
            }
            Err(error) => return Err(error.into()),
        }
        repetition += 1;
    }
}

/// Brings an artifact into the sink, beginning with an answer that is there already; returns its length.
pub(crate) async fn transfer(
    http: &Http,
    artifact: &Artifact,
    opening: Opening,
    sink: &mut dyn Sink,
    observer: &dyn Observer,
) -> Result<u64, TransferError> {
    let mut transfer = Transfer::new(artifact, sink, observer);
    match &artifact.location {
        Location::Url(url) => transfer.fetch(http, url, opening).await,
        Location::File(path) => transfer.copy(path).await,
    }
}

/// All of an artifact, and what is known of it.
fn part(artifact: &Artifact) -> Part {
    Part { total: artifact.size, file_is_gzip: artifact.format == Format::TarGz, ..Part::default() }
}

fn is_whole(artifact: &Artifact, held: u64) -> bool {
    held > 0 && artifact.size == Some(held)
}

struct Transfer<'a> {
    artifact: &'a Artifact,
    sink: &'a mut dyn Sink,
    observer: &'a dyn Observer,
    /// Bytes that the sink holds.
    held: u64,
    /// Bytes that it held when this attempt began.
    began: u64,
    /// What this place said of the file that the held bytes are of.
    seen: Seen,
    /// How often several connections were more than the server or the way there bore.
    split_failures: u32,
}

/// What a server said of its file in this transfer.
#[derive(Default)]
struct Seen {
    validator: Option<String>,
    total: Option<u64>,
    /// It was unpacked on the way, so that no rest of it can be asked for.
    unpacked: bool,
}

/// How an attempt over the network ended without a fault of the sink.
enum Ended {
    Complete,
    /// The server does not resume; the file is wanted from its beginning.
    Anew,
    Failed(HttpError),
}

impl<'a> Transfer<'a> {
    fn new(artifact: &'a Artifact, sink: &'a mut dyn Sink, observer: &'a dyn Observer) -> Self {
        Self { artifact, sink, observer, held: 0, began: 0, seen: Seen::default(), split_failures: 0 }
    }

    async fn fetch(&mut self, http: &Http, url: &str, opening: Opening) -> Result<u64, TransferError> {
        let mut repetition = 0;
        let mut anew = false;
        let mut moved = false;
        // The most that was ever held: a server that always begins anew and always breaks off gets nowhere.
        let mut furthest = 0;
        let Opening { held, mut opened } = opening;
        loop {
            self.begin(anew)?;
            furthest = furthest.max(self.began);
            if is_whole(self.artifact, self.held) {
                self.observer.started(self.artifact, self.artifact.size, self.held);
                return Ok(self.held);
            }
            if moved {
                // It was reachable a moment ago.
                http.forgive(url);
            }
            // An answer to another question is of no use.
            let answer = opened.take().filter(|_| self.held == held);
            let error = match self.attempt(http, url, answer).await? {
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
            if !(error.is_transient() || connect && moved) {
                return Err(TransferError::Source(error.into()));
            }
            http.before_repetition(error, repetition)
                .await
                .map_err(|error| TransferError::Source(error.into()))?;
            repetition += 1;
            anew = self.seen.unpacked;
        }
    }

    async fn attempt(
        &mut self,
        http: &Http,
        url: &str,
        answer: Option<Opened>,
    ) -> Result<Ended, TransferError> {
        let answer = match answer {
            Some(answer) => Ok(answer),
            None => http.open(url, &self.wanted_part()).await,
        };
        match answer {
            Ok(Opened::Stream(stream)) => self.receive(http, url, *stream).await,
            // What is held is the whole file; the proof will tell whether it is the right one.
            Ok(Opened::NoMore) if self.artifact.size.is_none() => Ok(Ended::Complete),
            Ok(Opened::NoMore | Opened::Useless) => Ok(Ended::Anew),
            Err(error) => Ok(Ended::Failed(error)),
        }
    }

    /// What is still missing, and what is known of the file.
    fn wanted_part(&self) -> Part {
        Part {
            offset: self.held,
            validator: self.seen.validator.clone().or_else(|| self.sink.validator()),
            total: self.artifact.size.or(self.seen.total),
            ..part(self.artifact)
        }
    }

    async fn receive(&mut self, http: &Http, url: &str, mut stream: Stream) -> Result<Ended, TransferError> {
        if stream.offset != self.held {
            self.restart()?;
        }
        if self.is_wrong_size(stream.total) {
            let head = stream.head().await.unwrap_or_default();
            return Err(self.wrong_size(stream.total.unwrap_or_default(), &head).into());
        }
        let validator = stream.validator();
        self.sink.remember(validator.as_deref()).map_err(TransferError::Sink)?;
        self.seen = Seen { validator, total: stream.total, unpacked: stream.is_unpacked() };
        let total = self.artifact.size.or(stream.total);
        self.observer.started(self.artifact, total, self.held);
        if let Some(total) = total {
            return self.take_in(http, url, stream, total).await;
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
        let failed = |verb, error: &io::Error| TransferError::Source(SourceError::file(verb, path, error));
        let mut file = match open_regular(path) {
            Ok(file) => file,
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory) =>
            {
                let reason = format!("`{}` is no file", path.display());
                return Err(TransferError::Source(SourceError::not_there(reason)));
            }
            Err(error) => return Err(failed("open", &error)),
        };
        let metadata = file.metadata().map_err(|error| failed("read", &error))?;
        if self.is_wrong_size(Some(metadata.len())) {
            let mut head = vec![0; 1 << 10];
            let count = file.read(&mut head).unwrap_or_default();
            return Err(self.wrong_size(metadata.len(), head.get(..count).unwrap_or_default()).into());
        }
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
        self.seen = Seen::default();
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
            return Err(self.wrong_size(self.held + length, head).into());
        }
        self.sink.write(chunk).map_err(TransferError::Sink)?;
        self.held += length;
        Ok(())
    }

    /// Whether an announced length already says that this is another file.
    fn is_wrong_size(&self, total: Option<u64>) -> bool {
        match (total, self.artifact.size) {
            (Some(total), Some(size)) => total != size,
            (Some(total), None) => total > self.artifact.limit(),
            (None, _) => false,
        }
    }

    fn wrong_size(&self, received: u64, head: &[u8]) -> IntegrityError {
        IntegrityError::WrongSize {
            file_name: self.artifact.file_name.clone(),
            location: self.artifact.location.to_string(),
            expected: self.artifact.limit(),
            at_most: self.artifact.size.is_none(),
            received,
            disguise: Disguise::of(head, self.artifact.format),
        }
    }
}

/// How many bytes an attempt must bring, so that those before it are forgotten.
const PROGRESS: u64 = 64 << 10;
