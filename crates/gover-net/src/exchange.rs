//! One request and its response, or why there is none.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Response, StatusCode, Url};
use tokio::time::timeout;

use gover_core::sync::locked;

use super::certificate::problem;
use super::error::ProxyProblem;
use super::{Http, HttpError, ProbeError, broken, innermost, redirect, text_header};
use crate::address::Address;
use crate::settings::ForwardProxy;

impl Http {
    /// Makes a request. If the certificate is refused, the error names its issuer.
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

    /// Makes a request, and another if the server refuses the credentials and GOAUTH has more.
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
        self.secrets.add_address(address);
        let known = self.credentials.for_url(url).await.map_err(HttpError::Authentication)?;
        let response = self.send_with(url, &ask, known.clone()).await?;
        // The server has responded, even if the user has to type a password now.
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

    /// Sends a request with credentials, which a redirect to another host does not receive.
    async fn send_with(&self, url: &Url, ask: &Ask, credentials: HeaderMap) -> Result<Response, ProbeError> {
        // When a redirect leaves the host, reqwest removes only `Authorization`.
        if credentials.keys().any(|name| *name != header::AUTHORIZATION) {
            self.credentialed.add(url);
        }
        self.secrets.add_headers(&credentials);
        let mut response = self.send_once(url, ask, credentials).await?;
        let mut previous = vec![url.clone()];
        while let Some(next) = self.credentialed.redirect_away(&response) {
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
            if let Some(address) = &proxy.address {
                self.secrets.add_address(address);
            }
        }
        let mut request = self.client()?.get(url.clone()).headers(credentials);
        // Without this header the server may compress the body (RFC 9110, section 12.5.3).
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
                Err(wants_credentials(proxy).into())
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
        // reqwest passes on hyper-util's `TunnelError`, a private type, so only its sentence can be
        // compared. `a_refused_tunnel_is_recognised` notices if the sentence changes.
        match (proxy, reason.as_str()) {
            (_, "tunnel error: proxy authorization required") => wants_credentials(proxy),
            (Some(proxy), "tunnel error: unsuccessful") => proxy.error(ProxyProblem::Tunnel),
            (Some(proxy), _) => proxy.error(ProxyProblem::Connect { reason }),
            (None, _) => HttpError::Connect { reason },
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Ask {
    pub(super) headers: Vec<(HeaderName, String)>,
    /// How long the response may take to begin. Prompts for credentials do not count.
    pub(super) begin: Option<Duration>,
}

/// Origins that get credentials in other headers, which a redirect elsewhere must not receive.
#[derive(Clone, Debug, Default)]
pub(super) struct CredentialedOrigins(Arc<Mutex<BTreeSet<String>>>);

impl CredentialedOrigins {
    fn add(&self, url: &Url) {
        locked(&self.0).insert(url.origin().ascii_serialization());
    }

    /// Whether a redirect from `previous` to `next` leaves such an origin.
    pub(super) fn are_left(&self, previous: &[Url], next: &Url) -> bool {
        let servers = locked(&self.0);
        let leaves = |url: &Url| {
            url.origin() != next.origin() && servers.contains(&url.origin().ascii_serialization())
        };
        previous.iter().any(leaves)
    }

    /// The target of a redirect that reqwest did not follow for this reason.
    fn redirect_away(&self, response: &Response) -> Option<Url> {
        if !response.status().is_redirection() {
            return None;
        }
        let next = text_header(response.headers(), &header::LOCATION)?;
        let next = response.url().join(&next).ok()?;
        self.are_left(std::slice::from_ref(response.url()), &next).then_some(next)
    }
}

/// The head of a response in the form that programs in GOAUTH read.
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

/// A proxy that no variable names is from the settings of the operating system.
fn wants_credentials(proxy: Option<&ForwardProxy>) -> HttpError {
    let Some(proxy) = proxy else {
        return HttpError::Proxy {
            variable: "HTTPS_PROXY".to_owned(),
            proxy: "of this system's settings".to_owned(),
            problem: ProxyProblem::Credentials,
        };
    };
    let given = proxy.address.as_ref().is_some_and(|address| !address.secret().username().is_empty());
    proxy.error(if given { ProxyProblem::Refused } else { ProxyProblem::Credentials })
}

#[cfg(test)]
mod tests;
