//! Requests that diagnose the connection to a server.

use reqwest::{StatusCode, header};

use gover_core::date;

use super::certificate::{CertificateProblem, Witness};
use super::exchange::Ask;
use super::{Http, HttpError, text_header};
use crate::address::Address;

impl Http {
    /// Reads at most `limit` bytes of a response. Connects even if an earlier request could not.
    pub async fn probe(&self, url: &Address, limit: usize) -> Result<Probed, ProbeError> {
        let mut response = self.attempt(url, Ask::default()).await?;
        let time = ServerTime::of(response.headers());
        // The go command takes no other status for an answer either.
        if response.status() != StatusCode::OK {
            return Ok(Probed { answer: Err(self.failure(response).await), time });
        }
        let mut head = Vec::new();
        while head.len() < limit
            && let Ok(Some(chunk)) = response.chunk().await
        {
            head.extend_from_slice(&chunk);
        }
        head.truncate(limit);
        Ok(Probed { answer: Ok(head), time })
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
