//! Why a request has no usable response, what follows from it and what the user can do.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use gover_core::text::{is_unprintable, shown};

use super::auth::AuthError;
use super::certificate::CertificateProblem;

/// Why a request failed. `Display` is the reason in one line, without the address.
#[derive(Clone, Debug, Error)]
pub enum HttpError {
    #[error("offline")]
    Offline,
    #[error("not an http or https address")]
    InvalidAddress,
    #[error("cannot connect: {reason}")]
    Connect { reason: String },
    #[error("connection broke: {reason}")]
    Broken { reason: String },
    #[error("{}", if *begun { "connection timed out: the server stopped sending" } else { "connection timed out: no response from the server" })]
    Silent { begun: bool },
    /// So slow that a file would take days.
    #[error("too slow: {bytes} bytes in {seconds} s")]
    Slow { bytes: u64, seconds: u64 },
    /// Too many redirects, or one from https to http.
    #[error("{reason}")]
    Redirect { reason: String },
    /// The server returned a status other than 200 and 206, or 304 without being asked about a copy.
    #[error("{}", status_text(*.status, .text, *.wait))]
    Status {
        status: u16,
        /// The first line of the body, which may be empty.
        text: String,
        wait: Option<Duration>,
    },
    /// The response has a content coding that gover neither requested nor supports.
    #[error("it compressed the file with `{}`, which gover did not request", shown(coding))]
    Coding { coding: String },
    /// A web page instead of a file, such as a sign-in page.
    #[error("it returned a web page instead of the file")]
    WebPage,
    #[error("its answer is empty")]
    Empty,
    #[error("answer of more than {limit} bytes")]
    TooLong { limit: u64 },
    #[error("{}", certificate_text(.problem, .issuer.as_deref()))]
    Certificate { problem: CertificateProblem, issuer: Option<String> },
    #[error("{}", problem.text(.proxy, .variable))]
    Proxy {
        /// The proxy, without credentials.
        proxy: String,
        variable: String,
        problem: ProxyProblem,
    },
    #[error("gover does not send credentials over http, because http is not encrypted")]
    Insecure,
    #[error("{0}")]
    Authentication(AuthError),
    #[error("cannot read certificates `{}`: {}", path.display(), reason)]
    Certificates { path: PathBuf, reason: String },
    /// The HTTP client cannot be created, for example because the system has no certificates.
    #[error("cannot prepare connections: {reason}")]
    Setup { reason: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Ask again, only once if `once`; then remember the failure and ask the next source.
    Retry { once: bool },
    /// Ask the next source. `remember` if the server or the network is at fault, not the settings
    /// or this machine. Then this source is asked last for a while.
    NextSource { remember: bool },
    /// The source does not have the file, or refuses it. `not_found` is true for 404 and 410, after
    /// which a comma in GOPROXY goes on to the next entry.
    NotHere { not_found: bool },
    /// The data was altered. Another source must not hide that.
    Stop,
}

impl Then {
    pub fn remember(self) -> bool {
        matches!(self, Self::Retry { .. } | Self::NextSource { remember: true })
    }

    pub fn is_not_here(self) -> bool {
        matches!(self, Self::NotHere { .. })
    }
}

impl HttpError {
    pub fn then(&self) -> Then {
        match self {
            Self::Broken { .. } => Then::Retry { once: false },
            Self::Silent { begun } => Then::Retry { once: !begun },
            Self::Status { status, .. } => match status {
                404 | 410 => Then::NotHere { not_found: true },
                // The server may serve the file to clients with credentials.
                403 | 451 => Then::NotHere { not_found: false },
                // The server does not support the request, so a retry does not help.
                501 | 505 => Then::NextSource { remember: true },
                408 | 425 | 429 | 500.. => Then::Retry { once: false },
                401 => Then::NextSource { remember: false },
                _ => Then::NextSource { remember: true },
            },
            Self::Proxy { problem, .. } => Then::NextSource {
                remember: matches!(problem, ProxyProblem::Tunnel | ProxyProblem::Connect { .. }),
            },
            Self::Offline
            | Self::InvalidAddress
            | Self::Certificates { .. }
            | Self::Setup { .. }
            // The user corrects these, so the server is not at fault.
            | Self::Authentication(_)
            | Self::Insecure
            | Self::Certificate { .. } => Then::NextSource { remember: false },
            Self::Connect { .. }
            | Self::Slow { .. }
            | Self::Redirect { .. }
            | Self::Coding { .. }
            | Self::WebPage
            | Self::Empty
            | Self::TooLong { .. } => Then::NextSource { remember: true },
        }
    }

    /// What the user can do about it; `None` if only general advice applies.
    pub fn remedy(&self) -> Option<String> {
        let remedy = match self {
            Self::Certificate { problem: CertificateProblem::Untrusted, .. } => {
                "if your network inspects connections, save the certificate of that authority as a PEM file and name it \
                 in SSL_CERT_FILE, or add it to the system's store (docs/corporate.md)"
            }
            Self::Certificate { problem: CertificateProblem::Time, .. } => {
                "compare this machine's clock with another one"
            }
            Self::Proxy { variable, problem, .. } => return Some(problem.remedy(variable)),
            Self::Authentication(AuthError::File { path, .. }) => {
                return Some(format!("check the permissions of `{path}`, or set GOAUTH=off"));
            }
            Self::Authentication(_) => "`go help goauth` describes GOAUTH; `GOAUTH=off` sends no credentials",
            Self::Insecure => "use an https address",
            Self::Status { status: 401, .. } => {
                "put user and password into ~/.netrc (`machine HOST[:PORT] login USER password PASSWORD`) or into the address \
                 (docs/corporate.md)"
            }
            Self::Certificates { .. } => {
                "SSL_CERT_FILE must name a file of PEM certificates, SSL_CERT_DIR directories of them"
            }
            _ => return None,
        };
        Some(remedy.to_owned())
    }

    pub(super) fn certificates(path: PathBuf, error: &io::Error) -> Self {
        Self::Certificates { path, reason: reason_of(error) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyProblem {
    Address,
    /// It requires credentials (status 407).
    Credentials,
    /// It rejected the credentials (status 407).
    Refused,
    Tunnel,
    Connect {
        reason: String,
    },
}

impl ProxyProblem {
    fn remedy(&self, variable: &str) -> String {
        match self {
            Self::Credentials | Self::Refused => format!(
                "set {variable}=http://USER:PASSWORD@HOST:PORT; write `%40` for `@`, `%3A` for `:`, `%2F` for `/` in \
                 them"
            ),
            Self::Address => format!("set {variable}=http://HOST:PORT, or unset it"),
            Self::Tunnel => format!(
                "check {variable}, including its user and password; list hosts that need no proxy in NO_PROXY"
            ),
            Self::Connect { .. } => format!("check {variable}; list hosts that need no proxy in NO_PROXY"),
        }
    }

    fn text(&self, proxy: &str, variable: &str) -> String {
        match self {
            Self::Address => format!("{variable} is not a proxy address"),
            Self::Credentials => {
                format!("the proxy {proxy} wants a user and a password, and {variable} has none (407)")
            }
            Self::Refused => {
                format!("the proxy {proxy} refuses the user or the password in {variable} (407)")
            }
            Self::Tunnel => format!("the proxy {proxy} ({variable}) refused to open a tunnel"),
            Self::Connect { reason } => {
                format!("cannot connect through the proxy {proxy} ({variable}): {reason}")
            }
        }
    }
}

fn certificate_text(problem: &CertificateProblem, issuer: Option<&str>) -> String {
    let text = match (problem, issuer) {
        (CertificateProblem::Untrusted, Some(issuer)) => {
            return format!("its certificate was issued by `{issuer}`, which this machine does not trust");
        }
        (CertificateProblem::Untrusted, None) => {
            "its certificate was issued by an authority that this machine does not trust"
        }
        (CertificateProblem::Time, _) => "its certificate is not valid today, by this machine's clock",
        (CertificateProblem::Name, _) => "its certificate is for another name",
        (CertificateProblem::Other(text), _) => return format!("its certificate is refused: {text}"),
    };
    text.to_owned()
}

/// `403 this module version is not available`, or the name of the status if the body is empty.
fn status_text(status: u16, text: &str, wait: Option<Duration>) -> String {
    let name = match status {
        304 => "not modified, although gover has no cached copy",
        401 => "needs credentials",
        403 => "forbidden",
        404 => "not found",
        410 => "gone",
        429 => "too many requests",
        500 => "internal server error",
        502 => "bad gateway",
        503 => "service unavailable",
        504 => "gateway timeout",
        _ => "unexpected status",
    };
    let text = if text.is_empty() { name } else { text };
    match wait {
        Some(wait) if !wait.is_zero() => format!("{status} {text}; it asks to wait {} s", wait.as_secs()),
        _ => format!("{status} {text}"),
    }
}

/// The first line of a body, safe to print, without secrets; empty if the body is HTML or JSON.
pub(super) fn explanation(body: &[u8], masked: impl Fn(&str) -> String) -> String {
    let text = String::from_utf8_lossy(body);
    let line = text.trim_start().lines().next().unwrap_or_default().trim();
    if line.starts_with('<') || line.starts_with('{') {
        return String::new();
    }
    let clean: String = line.chars().filter(|c| !is_unprintable(*c)).collect();
    let clean: String = masked(&clean).chars().take(200).collect();
    let clean = clean.trim_end_matches('.');
    // Some servers repeat the status in the body: "404 page not found".
    let clean = clean.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let mut characters = clean.chars();
    match (characters.next(), characters.next()) {
        // Lowercases the first letter, unless it begins an abbreviation.
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            let rest = clean.get(first.len_utf8()..).unwrap_or_default();
            first.to_lowercase().chain(rest.chars()).collect()
        }
        _ => clean.to_owned(),
    }
}

/// The reason of an I/O error: gover's own message if there is one, else the kind of the error.
pub fn reason_of(error: &io::Error) -> String {
    if error.get_ref().is_some() { error.to_string() } else { error.kind().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_explanation_of_a_server_becomes_one_line() {
        let text = |status, body: &[u8]| {
            HttpError::Status { status, text: explanation(body, str::to_owned), wait: None }.to_string()
        };
        assert_eq!(
            text(403, b"This module version is not available.\n"),
            "403 this module version is not available"
        );
        assert_eq!(text(404, b"404 page not found\nmore"), "404 page not found");
        assert_eq!(text(404, b"<html><h1>Nope</h1>"), "404 not found");
        assert_eq!(text(500, b"\x1b[31mOops\x07"), "500 [31mOops");
        assert_eq!(text(502, b""), "502 bad gateway");
        let wait = Some(Duration::from_secs(90));
        let error = HttpError::Status { status: 429, text: String::new(), wait };
        assert_eq!(error.to_string(), "429 too many requests; it asks to wait 90 s");
    }

    #[test]
    fn what_follows_from_each_failure() {
        let none = Then::NextSource { remember: false };
        let remember = Then::NextSource { remember: true };
        let status = |status| HttpError::Status { status, text: String::new(), wait: None };
        let proxy = |problem| HttpError::Proxy {
            proxy: "http://p".to_owned(),
            variable: "HTTPS_PROXY".to_owned(),
            problem,
        };
        let certificate = |problem| HttpError::Certificate { problem, issuer: None };
        let reason = String::new;
        for (error, then) in [
            (HttpError::Offline, none),
            (HttpError::InvalidAddress, none),
            (HttpError::Connect { reason: reason() }, remember),
            (HttpError::Broken { reason: reason() }, Then::Retry { once: false }),
            (HttpError::Silent { begun: true }, Then::Retry { once: false }),
            (HttpError::Silent { begun: false }, Then::Retry { once: true }),
            (HttpError::Redirect { reason: reason() }, remember),
            (HttpError::Coding { coding: reason() }, remember),
            (HttpError::WebPage, remember),
            (HttpError::Empty, remember),
            (HttpError::TooLong { limit: 1 }, remember),
            (certificate(CertificateProblem::Untrusted), none),
            (certificate(CertificateProblem::Time), none),
            (proxy(ProxyProblem::Address), none),
            (proxy(ProxyProblem::Credentials), none),
            (proxy(ProxyProblem::Refused), none),
            (proxy(ProxyProblem::Tunnel), remember),
            (proxy(ProxyProblem::Connect { reason: reason() }), remember),
            (HttpError::Insecure, none),
            (HttpError::Authentication(AuthError::Empty), none),
            (HttpError::Certificates { path: PathBuf::new(), reason: reason() }, none),
            (HttpError::Setup { reason: reason() }, none),
            (status(400), remember),
            (status(401), none),
            (status(403), Then::NotHere { not_found: false }),
            (status(404), Then::NotHere { not_found: true }),
            (status(410), Then::NotHere { not_found: true }),
            (status(451), Then::NotHere { not_found: false }),
            (status(501), remember),
            (status(505), remember),
        ] {
            assert_eq!(error.then(), then, "{error:?}");
        }
        for transient in [408, 425, 429, 500, 502, 503, 504, 522].map(status) {
            assert_eq!(transient.then(), Then::Retry { once: false }, "{transient:?}");
        }
    }
}
