//! Requests that are made for what they tell about the way, not for what they bring.

use reqwest::header;

use gover_core::date;

use super::certificate::{CertificateProblem, Witness};
use super::exchange::Ask;
use super::{Http, HttpError, failure, text_header};
use crate::address::Address;

impl Http {
    /// Asks once and reads the beginning of the answer, at most `limit` bytes. A place that could not be connected to
    /// before is asked all the same.
    pub async fn probe(&self, url: &Address, limit: usize) -> Result<Probed, ProbeError> {
        let mut response = self.attempt(url, Ask::default()).await?;
        let time = ServerTime::of(response.headers());
        if !response.status().is_success() {
            return Ok(Probed { answer: Err(failure(response).await), time });
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

    /// Looks at a server whose certificate was refused: who issued it, and what time the server has. Its root is
    /// asked for, without credentials, and nothing that it says is used for anything but to explain the refusal.
    pub async fn look_at(&self, url: &Address) -> Option<Sight> {
        if self.settings.offline {
            return None;
        }
        let witness = Witness::new();
        let client = self
            .builder()
            // The certificate is what matters; an answer that does not come is not waited for.
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

/// What came of asking.
#[derive(Debug)]
pub struct Probed {
    /// The beginning of the body, or the error that the server answered with.
    pub answer: Result<Vec<u8>, HttpError>,
    /// The server's clock.
    pub time: Option<ServerTime>,
}

/// What a server whose certificate is refused shows.
#[derive(Debug)]
pub struct Sight {
    /// Who issued the certificate.
    pub issuer: Option<String>,
    /// The server's clock.
    pub time: Option<ServerTime>,
}

/// Why there was no answer.
#[derive(Debug)]
pub enum ProbeError {
    /// The server's certificate is refused.
    Certificate(CertificateProblem),
    /// Anything else.
    Http(HttpError),
}

impl From<HttpError> for ProbeError {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

/// The time in an answer's head, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerTime(pub u64);

impl ServerTime {
    /// A cache on the way leaves `Date` as it was and says by `Age` how long ago that is (RFC 9111, section 5.1).
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
    fn the_age_of_an_answer_is_added_to_its_date_as_far_as_there_are_numbers() {
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
