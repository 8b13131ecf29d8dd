//! Requests that diagnose the connection to a server.

use std::time::Duration;

use reqwest::{StatusCode, header};
use tokio::time::{Instant, timeout};

use gover_core::date;

use super::certificate::{CertificateProblem, Witness, is_inspection};
use super::exchange::Ask;
use super::{Http, HttpError, broken, text_header};
use crate::address::Address;

impl Http {
    /// Reads at most `limit` bytes of a response. Connects even if an earlier request could not. A
    /// response that breaks off is an error.
    pub async fn probe(&self, url: &Address, limit: usize) -> Result<Probed, ProbeError> {
        let asked = Instant::now();
        let mut response = self.attempt(url, Ask::default()).await?;
        let (time, first_byte) = (ServerTime::of(response.headers()), asked.elapsed());
        // The go command takes no other status for an answer either.
        if response.status() != StatusCode::OK {
            return Ok(Probed { answer: Err(self.failure(response).await), time, first_byte });
        }
        let mut head = Vec::new();
        let answer = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => head.extend_from_slice(&chunk),
                Ok(None) => break Ok(head),
                Err(error) => break Err(broken(&error, true)),
            }
            if head.len() >= limit {
                head.truncate(limit);
                break Ok(head);
            }
        };
        Ok(Probed { answer, time, first_byte })
    }

    /// Downloads the first `limit` bytes of a file, but for `longest` only, and measures the rate.
    /// An error if nothing arrives for `patience`.
    pub async fn sample(&self, url: &Address, sampling: Sampling) -> Result<Sample, ProbeError> {
        let range = (header::RANGE, format!("bytes=0-{}", sampling.limit.saturating_sub(1)));
        let ask = Ask { headers: vec![range], begin: Some(sampling.patience) };
        let mut response = self.attempt(url, ask).await?;
        let is_range = response.status() == StatusCode::PARTIAL_CONTENT;
        if !is_range && response.status() != StatusCode::OK {
            return Err(self.failure(response).await.into());
        }
        let begun = Instant::now();
        let mut sample = Sample { head: Vec::new(), bytes: 0, took: Duration::ZERO, is_range };
        while sample.bytes < sampling.limit as u64 && begun.elapsed() < sampling.longest {
            let chunk = match timeout(sampling.patience, response.chunk()).await {
                Err(_) => return Err(HttpError::Silent { begun: true }.into()),
                Ok(Err(error)) => return Err(broken(&error, true).into()),
                Ok(Ok(None)) => break,
                Ok(Ok(Some(chunk))) => chunk,
            };
            sample.bytes += chunk.len() as u64;
            let missing = HEAD.saturating_sub(sample.head.len());
            sample.head.extend(chunk.iter().take(missing));
        }
        sample.took = begun.elapsed();
        Ok(sample)
    }

    /// The authority that inspects the connections to a server, by the name of its certificate,
    /// whether this machine trusts it or not. `None` if no known one does.
    pub async fn inspector(&self, url: &Address) -> Option<String> {
        if !url.is_https() {
            return None;
        }
        self.look_at(url).await?.issuer.filter(|issuer| is_inspection(issuer))
    }

    /// Learns the issuer of a certificate that was refused, and the time of the server. The request
    /// is for the root, without credentials, and the response only explains the refusal.
    pub async fn look_at(&self, url: &Address) -> Option<Sight> {
        if self.settings.offline {
            return None;
        }
        let witness = Witness::new();
        let client = self
            .builder()
            // Only the certificate matters, so this does not wait long for a response.
            .timeout(self.settings.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .tls_backend_preconfigured(witness.configuration()?)
            .build()
            .ok()?;
        let response = client.head(format!("{}/", url.origin())).send().await.ok();
        let time = response.as_ref().and_then(|response| ServerTime::of(response.headers()));
        Some(Sight { issuer: witness.issuer(), time })
    }
}

#[derive(Debug)]
pub struct Probed {
    /// The beginning of the body, or the error that the server returned.
    pub answer: Result<Vec<u8>, HttpError>,
    pub time: Option<ServerTime>,
    /// How long it took until the response began.
    pub first_byte: Duration,
}

#[derive(Clone, Copy, Debug)]
pub struct Sampling {
    /// The most bytes to read.
    pub limit: usize,
    /// How long to read at most; what arrived until then is enough to know the rate.
    pub longest: Duration,
    /// How long the server may send nothing.
    pub patience: Duration,
}

/// The beginning of a file, and how fast it came.
#[derive(Debug)]
pub struct Sample {
    pub head: Vec<u8>,
    pub bytes: u64,
    pub took: Duration,
    /// Whether the server sent the range that was requested, and not the whole file.
    pub is_range: bool,
}

impl Sample {
    pub fn bytes_per_second(&self) -> u64 {
        let nanoseconds = self.took.as_nanos().max(1);
        u64::try_from(u128::from(self.bytes) * 1_000_000_000 / nanoseconds).unwrap_or(u64::MAX)
    }
}

#[derive(Debug)]
pub struct Sight {
    pub issuer: Option<String>,
    pub time: Option<ServerTime>,
}

/// Whether a server or a proxy responds as it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// It responded with this status and, perhaps, an explanation.
    Status(u16, String),
    /// The response or the connection was not as expected, as described.
    Wrong(String),
    /// The certificate comes from an authority that is not trusted, with its name, if known.
    UntrustedCertificate(Option<String>),
    CertificateTime,
    Unreachable(String),
    Silent,
}

#[derive(Debug)]
pub enum ProbeError {
    Certificate(CertificateProblem),
    Http(HttpError),
}

impl From<HttpError> for ProbeError {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

/// The time of the server, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerTime(pub u64);

impl ServerTime {
    /// A cache adds `Age`, the seconds since `Date` (RFC 9111, section 5.1).
    fn of(headers: &header::HeaderMap) -> Option<Self> {
        let date = date::from_http(&text_header(headers, &header::DATE)?)?;
        let age = text_header(headers, &header::AGE).and_then(|age| age.parse().ok());
        Some(Self(date.saturating_add(age.unwrap_or(0))))
    }
}

/// The bytes of a file that tell what it is.
const HEAD: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_a_response_is_added_to_its_date() {
        let time = |age: &str| {
            let date = "Thu, 01 Jan 1970 00:00:10 GMT".parse().unwrap();
            let headers = [(header::DATE, date), (header::AGE, age.parse().unwrap())];
            ServerTime::of(&header::HeaderMap::from_iter(headers))
        };
        assert_eq!(time("5"), Some(ServerTime(15)));
        assert_eq!(time("old"), Some(ServerTime(10)));
        assert_eq!(time("18446744073709551615"), Some(ServerTime(u64::MAX)));
    }
}
