//! One request and its answer, or why there is none.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Response, StatusCode, Url};
use tokio::time::timeout;

use super::certificate::problem;
use super::error::ProxyProblem;
use super::{Http, HttpError, ProbeError, broken, innermost, redirect, text_header};
use crate::address::Address;
use crate::settings::ForwardProxy;

impl Http {
    /// Asks once. A certificate that is refused is looked at, so that the error can name who issued it.
    pub(super) async fn exchange(&self, url: &Address, ask: Ask) -> Result<Response, HttpError> {
        match self.attempt(url, ask).await {
            Ok(response) => Ok(response),
            Err(ProbeError::Http(error)) => Err(error),
            Err(ProbeError::Certificate(problem)) => {
                let issuer = self.look_at(url).await.and_then(|sight| sight.issuer);
                Err(HttpError::Certificate { problem, issuer })
            }
        }
    }

    /// Asks once, with what is known of who asks. Where a server refuses and more can be learned about that, once more.
    pub(super) async fn attempt(&self, address: &Address, ask: Ask) -> Result<Response, ProbeError> {
        if self.settings.offline {
            return Err(HttpError::Offline.into());
        }
        if !address.is_http() {
            return Err(HttpError::InvalidAddress.into());
        }
        let url = address.secret();
        if url.scheme() == "http" && !(url.username().is_empty() && url.password().is_none()) {
            return Err(HttpError::Insecure.into());
        }
        let known = self.credentials.for_url(url).await.map_err(HttpError::Authentication)?;
        let response = self.send_with(url, &ask, known.clone()).await?;
        // It has responded, even if a person has to type a password now.
        self.note_activity(&address.origin());
        if !response.status().is_client_error() {
            return Ok(response);
        }
        let response = match self.credentials.ask_about(url, &head_of(&response), &known).await {
            Some(fresh) => {
                let response = self.send_with(url, &ask, fresh.headers.clone()).await?;
                fresh.judge(response.status().as_u16()).await;
                response
            }
            None => response,
        };
        match self.credentials.failure() {
            Some(error) if response.status() == StatusCode::UNAUTHORIZED => {
                Err(HttpError::Authentication(error).into())
            }
            _ => Ok(response),
        }
    }

    /// Sends a request with credentials, which do not go to another host.
    async fn send_with(&self, url: &Url, ask: &Ask, credentials: HeaderMap) -> Result<Response, ProbeError> {
        // The HTTP library takes `Authorization` off a request that goes elsewhere, and knows no other such header.
        if credentials.keys().any(|name| *name != header::AUTHORIZATION) {
            self.guarded.add(url);
        }
        let mut response = self.send_once(url, ask, credentials).await?;
        let mut previous = vec![url.clone()];
        while let Some(next) = self.guarded.left_by(&response) {
            if let Some(reason) = redirect::refusal(&previous, &next) {
                return Err(HttpError::Redirect { reason: reason.to_owned() }.into());
            }
            response = self.send_once(&next, ask, HeaderMap::new()).await?;
            previous.push(next);
        }
        Ok(response)
    }

    async fn send_once(&self, url: &Url, ask: &Ask, credentials: HeaderMap) -> Result<Response, ProbeError> {
        let proxy = self.forward.as_ref().and_then(|forward| forward.for_url(url));
        if let Some(proxy) = proxy {
            proxy.check()?;
        }
        let mut request = self.client()?.get(url.clone()).headers(credentials);
        // Without the header a server may pack what it sends (RFC 9110, section 12.5.3).
        request = request.header(header::ACCEPT_ENCODING, "identity");
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        let answer = match ask.begin {
            Some(limit) => match timeout(limit, request.send()).await {
                Ok(answer) => answer,
                Err(_) => return Err(HttpError::Silent { begun: false }.into()),
            },
            None => request.send().await,
        };
        match answer {
            Ok(response) if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                Err(proxy.map_or_else(unnamed_proxy, ForwardProxy::wants_credentials).into())
            }
            Ok(response) => Ok(response),
            Err(error) => Err(match problem(&error) {
                Some(problem) => ProbeError::Certificate(problem),
                None => self.classify(&error, proxy).into(),
            }),
        }
    }

    fn classify(&self, error: &reqwest::Error, proxy: Option<&ForwardProxy>) -> HttpError {
        if error.is_builder() {
            return HttpError::InvalidAddress;
        }
        if error.is_redirect() {
            return HttpError::Redirect { reason: innermost(error) };
        }
        if !error.is_connect() {
            return broken(error, false);
        }
        let reason = if error.is_dns() {
            "DNS lookup failed".to_owned()
        } else if error.is_timeout() {
            format!("no answer within {} s", self.settings.connect_timeout.as_secs_f32())
        } else {
            innermost(error)
        };
        match (proxy, reason.as_str()) {
            (Some(proxy), NEEDS_CREDENTIALS) => proxy.wants_credentials(),
            (Some(proxy), NO_TUNNEL) => proxy.error(ProxyProblem::Tunnel),
            (Some(proxy), _) => proxy.error(ProxyProblem::Connect { reason }),
            (None, NEEDS_CREDENTIALS) => unnamed_proxy(),
            (None, _) => HttpError::Connect { reason },
        }
    }
}

/// What a request says besides its address.
#[derive(Clone, Debug, Default)]
pub(super) struct Ask {
    /// Its headers.
    pub(super) headers: Vec<(HeaderName, String)>,
    /// Within which time the answer must begin, if it is less than the silence that every connection is granted. Whoever
    /// is asked for credentials has time of his own.
    pub(super) begin: Option<Duration>,
}

/// The servers to which headers go that nobody else may see.
#[derive(Clone, Debug, Default)]
pub(super) struct Guarded(Arc<Mutex<BTreeSet<String>>>);

impl Guarded {
    fn add(&self, url: &Url) {
        self.servers().insert(url.origin().ascii_serialization());
    }

    /// Whether a request that went from `previous` to `next` must go on by other means.
    pub(super) fn ends(&self, previous: &[Url], next: &Url) -> bool {
        let servers = self.servers();
        let leaves = |url: &Url| {
            url.origin() != next.origin() && servers.contains(&url.origin().ascii_serialization())
        };
        previous.iter().any(leaves)
    }

    /// Where a redirect leads that was not followed for this reason.
    fn left_by(&self, response: &Response) -> Option<Url> {
        if !response.status().is_redirection() {
            return None;
        }
        let next = text_header(response.headers(), &header::LOCATION)?;
        let next = response.url().join(&next).ok()?;
        self.ends(std::slice::from_ref(response.url()), &next).then_some(next)
    }

    fn servers(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The head of an answer as programs in GOAUTH get it.
fn head_of(response: &Response) -> String {
    let mut head = format!("{:?} {}\n", response.version(), response.status());
    for name in response.headers().keys() {
        let values = response.headers().get_all(name).iter().filter_map(|value| value.to_str().ok());
        // Writing to a String cannot fail.
        let _ = writeln!(head, "{name}: {}", values.collect::<Vec<_>>().join(", "));
    }
    head.push('\n');
    head
}

/// A proxy of the operating system's settings wants to know who asks.
fn unnamed_proxy() -> HttpError {
    HttpError::Proxy {
        variable: "HTTPS_PROXY".to_owned(),
        proxy: "of this system's settings".to_owned(),
        problem: ProxyProblem::Credentials,
    }
}

/// What the HTTP library says when a proxy answers CONNECT with 407.
const NEEDS_CREDENTIALS: &str = "tunnel error: proxy authorization required";

/// What it says when a proxy answers with another status that is not 200.
const NO_TUNNEL: &str = "tunnel error: unsuccessful";

#[cfg(test)]
mod tests;
