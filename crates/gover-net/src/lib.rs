//! An HTTP client for hostile networks: the only crate that names reqwest.
//!
//! The operating system verifies certificates, or given authorities do. Files are requested
//! uncompressed, so that lengths and ranges are theirs; a response that is compressed all the same
//! is decompressed once (`coding`).

#![forbid(unsafe_code)]

mod address;
mod auth;
mod authorities;
mod certificate;
mod client;
mod clock;
mod coding;
mod contact;
mod error;
mod exchange;
mod forward;
mod per_host;
mod probe;
mod race;
mod redirect;
mod retry;
mod secrets;
mod settings;
mod stream;
#[cfg(test)]
mod tests;
mod tunnel;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Client, Response, StatusCode};
use tokio::time::timeout;

use gover_core::sync::locked;

use auth::Credentials;
use exchange::{Ask, CredentialedOrigins};
use forward::Forward;
use per_host::PerHostLimit;
use secrets::Secrets;

pub use address::{Address, BadAddress, Origin, looks_like_http, redacted};
pub use auth::netrc_machines;
pub use certificate::{CertificateProblem, is_inspection};
pub use clock::Clock;
pub use coding::is_compressed_twice;
pub use contact::Contact;
pub use error::{HttpError, Then, reason_of};
pub use probe::{ProbeError, Probed, Sample, Sampling, ServerTime, Verdict};
pub use race::{Question, Winner};
pub use retry::Retries;
pub use settings::{
    Authentication, Certificates, ForwardProxies, ForwardProxy, NetworkSettings, Notice, SplitSettings,
    Waiting,
};
pub use stream::{Chunk, RangeRequest, RangeResponse, Stream};
pub use tunnel::probe_tunnel;

/// Makes HTTP requests as the settings prescribe.
#[derive(Debug)]
pub struct Http {
    settings: NetworkSettings,
    /// Built for the first request: reading the certificates takes longer than many commands.
    client: OnceLock<Result<Client, HttpError>>,
    forward: Option<Forward>,
    /// Shared with `without_multiplexing`, so that no user is prompted twice.
    credentials: Arc<Credentials>,
    credentialed: CredentialedOrigins,
    secrets: Secrets,
    /// Servers that gover could not connect to. No command waits twice for the same timeout.
    unreachable: Mutex<BTreeMap<Origin, HttpError>>,
    per_host: PerHostLimit,
    /// When each server last sent something, by the clock.
    activity: Mutex<BTreeMap<Origin, Duration>>,
    without_multiplexing: OnceLock<Box<Self>>,
}

impl Http {
    /// Opens nothing yet.
    pub fn new(settings: NetworkSettings) -> Self {
        let credentials = Arc::new(Credentials::new(&settings));
        Self::with_credentials(settings, credentials)
    }

    fn with_credentials(settings: NetworkSettings, credentials: Arc<Credentials>) -> Self {
        Self {
            client: OnceLock::new(),
            forward: Forward::new(&settings.forward),
            credentials,
            credentialed: CredentialedOrigins::default(),
            secrets: Secrets::default(),
            unreachable: Mutex::default(),
            activity: Mutex::default(),
            per_host: PerHostLimit::default(),
            without_multiplexing: OnceLock::new(),
            settings,
        }
    }

    pub fn settings(&self) -> &NetworkSettings {
        &self.settings
    }

    /// The variable that names the forward proxy for `url`, such as `HTTPS_PROXY`; `None` if a
    /// request to it needs no proxy.
    pub fn proxy_variable(&self, url: &Address) -> Option<&str> {
        self.forward.as_ref()?.for_url(url.secret()).map(|proxy| proxy.variable.as_str())
    }

    /// The whole body at `url`, at most `limit` bytes; `Unchanged` if the server confirms `etag`. A
    /// request that breaks off is retried; one without a response is retried once.
    pub async fn read(&self, url: &Address, limit: u64, etag: Option<&str>) -> Result<Body, HttpError> {
        self.retry(async |retries| {
            // The first attempt may hang because of its connection alone, so it gets less time. The
            // second gets all of it, for servers that fetch the file themselves first.
            let first = retries == 0 && self.settings.retries > 0;
            let begin = first.then(|| self.settings.short_wait());
            self.read_once(url, limit, etag, begin).await
        })
        .await
    }

    /// A client whose requests share no connection, as the streams of HTTP/2 share its limits.
    pub fn without_multiplexing(&self) -> &Self {
        self.without_multiplexing.get_or_init(|| {
            let settings = NetworkSettings { multiplexed: false, ..self.settings.clone() };
            Box::new(Self::with_credentials(settings, Arc::clone(&self.credentials)))
        })
    }

    /// Time as servers see it.
    pub fn clock(&self) -> &Clock {
        self.credentials.clock()
    }

    /// Allows connecting again to a server that could not be reached.
    pub fn clear_failure(&self, url: &Address) {
        locked(&self.unreachable).remove(&url.origin());
    }

    /// Waits until a request, `made` at that time by the clock, has had no response for `patience`,
    /// and these servers sent nothing else for as long.
    pub async fn silence(&self, servers: &[Address], made: Duration, patience: Duration) {
        let mut deadline = made + patience;
        loop {
            self.clock().sleep_until(deadline).await;
            let last = servers.iter().filter_map(|server| self.last_activity(server)).max();
            match last.map(|last| last + patience) {
                Some(later) if later > deadline => deadline = later,
                _ => return,
            }
        }
    }

    /// Tells the user that none of these sources has responded yet.
    pub fn tell_silence(&self, labels: &[String]) {
        let NetworkSettings { notice, patience, .. } = &self.settings;
        notice.tell(&Waiting::Sources { labels, silence: *patience });
    }

    fn last_activity(&self, url: &Address) -> Option<Duration> {
        locked(&self.activity).get(&url.origin()).copied()
    }

    fn note_activity(&self, origin: &Origin) {
        locked(&self.activity).insert(origin.clone(), self.clock().now());
    }

    async fn read_once(
        &self,
        url: &Address,
        limit: u64,
        etag: Option<&str>,
        begin: Option<Duration>,
    ) -> Result<Body, HttpError> {
        let headers = etag.map(|etag| (header::IF_NONE_MATCH, etag.to_owned())).into_iter().collect();
        let origin = url.origin();
        let _permit = self.per_host.enter(&origin).await;
        let response = self.send(url, Ask { headers, begin }).await?;
        self.per_host.note_version(&origin, response.version());
        match response.status() {
            StatusCode::NOT_MODIFIED if etag.is_some() => return Ok(Body::Unchanged),
            StatusCode::OK => {}
            _ => return Err(self.failure(response).await),
        }
        let etag = text_header(response.headers(), &header::ETAG);
        if response.content_length().is_some_and(|length| length > limit) {
            return Err(HttpError::TooLong { limit });
        }
        let mut bytes = Vec::new();
        let mut stream = Stream::of_text(response, stream::Pace::new(self.settings.stall_timeout))?;
        while let Some(chunk) = stream.next().await? {
            self.note_activity(&url.origin());
            let chunk = chunk.as_ref();
            if (bytes.len() + chunk.len()) as u64 > limit {
                return Err(HttpError::TooLong { limit });
            }
            bytes.extend_from_slice(chunk);
        }
        Ok(Body::New { bytes, etag })
    }

    async fn send(&self, url: &Address, ask: Ask) -> Result<Response, HttpError> {
        let origin = url.origin();
        if let Some(error) = locked(&self.unreachable).get(&origin) {
            return Err(error.clone());
        }
        let result = self.exchange(url, ask).await;
        match &result {
            Ok(_) => self.note_activity(&origin),
            // These stay true until the command ends.
            Err(
                error @ (HttpError::Connect { .. } | HttpError::Certificate { .. } | HttpError::Proxy { .. }),
            ) => {
                locked(&self.unreachable).insert(origin, error.clone());
            }
            Err(_) => {}
        }
        result
    }

    /// Makes an error of a response, with the text that the server sent.
    async fn failure(&self, mut response: Response) -> HttpError {
        let status = response.status().as_u16();
        let wait = retry::retry_after(response.headers());
        let mut body = Vec::new();
        let read = async {
            while body.len() < EXPLANATION
                && let Ok(Some(chunk)) = response.chunk().await
            {
                body.extend_from_slice(&chunk);
            }
        };
        // A slow server must not hold up gover. The text that arrived in time is enough.
        drop(timeout(self.settings.short_wait(), read).await);
        body.truncate(EXPLANATION);
        let text = error::explanation(&body, |text| self.secrets.masked(text));
        HttpError::Status { status, text, wait }
    }

    fn client(&self) -> Result<&Client, HttpError> {
        self.client.get_or_init(|| self.build()).as_ref().map_err(Clone::clone)
    }
}

/// How much is read of the text of an error. A secret in the line that is shown must be whole to be
/// recognised.
const EXPLANATION: usize = 64 << 10;

/// A body read whole.
#[derive(Debug)]
pub enum Body {
    New {
        bytes: Vec<u8>,
        etag: Option<String>,
    },
    /// The server confirms the `ETag` of the request.
    Unchanged,
}

/// The error of a response that broke off, or that never began.
fn broken(error: &reqwest::Error, begun: bool) -> HttpError {
    if error.is_timeout() {
        HttpError::Silent { begun }
    } else {
        HttpError::Broken { reason: innermost(error) }
    }
}

/// The innermost cause, which the user can act on. It never contains an address.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    if let Some(error) = cause.downcast_ref::<reqwest::Error>() {
        let kind = if error.is_builder() { "builder error" } else { "request error" };
        return kind.to_owned();
    }
    match cause.downcast_ref::<io::Error>() {
        Some(error) if error.raw_os_error().is_some() => error.kind().to_string(),
        _ => cause.to_string(),
    }
}

fn text_header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().filter(|text| !text.is_empty()).map(str::to_owned)
}
