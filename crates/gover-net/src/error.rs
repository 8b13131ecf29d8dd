//! What can go wrong between a request and its answer.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use gover_core::text::shown;

use super::auth::AuthError;
use super::certificate::CertificateProblem;

/// Why there is no answer, or not the one hoped for. `Display` is a reason without the address.
#[derive(Clone, Debug, Error)]
pub enum HttpError {
    /// The settings forbid the network.
    #[error("offline")]
    Offline,
    /// The address cannot be parsed.
    #[error("not an http or https address")]
    InvalidAddress,
    /// No connection came about.
    #[error("cannot connect: {reason}")]
    Connect {
        /// In a few words.
        reason: String,
    },
    /// The connection ended, or fell silent, before the answer was complete.
    #[error("connection broke: {reason}")]
    Broken {
        /// In a few words.
        reason: String,
    },
    /// Nothing came for as long as is waited for.
    #[error("{}", if *begun { "connection timed out: the server stopped sending" } else { "connection timed out: no response from the server" })]
    Silent {
        /// Whether the answer had begun.
        begun: bool,
    },
    /// Too many redirects, or one from https to http.
    #[error("{reason}")]
    Redirect {
        /// In a few words.
        reason: String,
    },
    /// The server answered with another status than 200, 206 or 304.
    #[error("{}", status_text(*.status, .text, *.wait))]
    Status {
        /// The status.
        status: u16,
        /// The first line of its explanation, perhaps empty.
        text: String,
        /// How long the server asks to wait.
        wait: Option<Duration>,
    },
    /// The answer is packed in a way that was not asked for and is not known.
    #[error("it compressed the file with `{}`, which gover did not request", shown(coding))]
    Coding {
        /// The name of the way.
        coding: String,
    },
    /// A page for people in place of a file: a login, a block page.
    #[error("it returned a web page instead of the file")]
    WebPage,
    /// The answer is longer than anything it could be.
    #[error("answer of more than {limit} bytes")]
    TooLong {
        /// The most that is accepted.
        limit: u64,
    },
    /// The server's certificate is refused.
    #[error("{}", certificate_text(.problem, .issuer.as_deref()))]
    Certificate {
        /// Why.
        problem: CertificateProblem,
        /// Who issued it, where that was to be learned.
        issuer: Option<String>,
    },
    /// The proxy on the way is in the way.
    #[error("{}", proxy_text(.proxy, .variable, .problem))]
    Proxy {
        /// The proxy, without credentials.
        proxy: String,
        /// The variable that names it.
        variable: String,
        /// What is wrong with it.
        problem: ProxyProblem,
    },
    /// User and password would go over the wire for everybody to read.
    #[error("gover does not send credentials over http, because http is not encrypted")]
    Insecure,
    /// It is not known who asks, though somebody said how to learn it.
    #[error("{0}")]
    Authentication(AuthError),
    /// The bundle of certificates cannot be read.
    #[error("cannot read certificates `{}`: {}", path.display(), reason)]
    Certificates {
        /// The bundle.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No client can be made, for example because the system has no certificates.
    #[error("cannot prepare connections: {reason}")]
    Setup {
        /// In a few words.
        reason: String,
    },
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Make the request again, but only once if `once`. When no retry is left, ask the next source
    /// and remember the failure.
    Retry { once: bool },
    /// Ask the next source. `remember` if the server or the network is at fault, rather than
    /// settings or this machine: then this source is asked last for a while.
    NextSource { remember: bool },
    /// The source answered that it does not have it, or does not give it away. `not_found` is what
    /// GOPROXY's comma goes on for: 404 and 410, but not a refusal.
    NotHere { not_found: bool },
    /// Something was changed on the way, which no other source may hide.
    Stop,
}

impl Then {
    /// Whether the source had better be asked last for a while.
    pub fn remember(self) -> bool {
        matches!(self, Self::Retry { .. } | Self::NextSource { remember: true })
    }

    /// Whether the source was asked and answered no.
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
                // A server that was not given a password may well have it for those who have one.
                403 | 451 => Then::NotHere { not_found: false },
                // These are about what the server can do, which does not change.
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
            // Corrected by the person, and then there is nothing against the server.
            | Self::Authentication(_)
            | Self::Insecure
            | Self::Certificate { .. } => Then::NextSource { remember: false },
            Self::Connect { .. }
            | Self::Redirect { .. }
            | Self::Coding { .. }
            | Self::WebPage
            | Self::TooLong { .. } => Then::NextSource { remember: true },
        }
    }

    /// What a person can do about it, where that differs from what is always good advice.
    pub fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Certificate { problem: CertificateProblem::Untrusted, .. } => {
                "if your network inspects connections, save the certificate of that authority as a PEM file and name it \
                 in SSL_CERT_FILE, or add it to the system's store (docs/corporate.md)"
                    .to_owned()
            }
            Self::Certificate { problem: CertificateProblem::Time, .. } => {
                "compare this machine's clock with another one".to_owned()
            }
            Self::Proxy { variable, problem, .. } => match problem {
                ProxyProblem::Credentials | ProxyProblem::Refused => format!(
                    "set {variable}=http://USER:PASSWORD@HOST:PORT; write `%40` for `@`, `%3A` for `:`, `%2F` for `/` in \
                     them"
                ),
                ProxyProblem::Address => format!("set {variable}=http://HOST:PORT, or unset it"),
                ProxyProblem::Tunnel => format!(
                    "check {variable}, including its user and password; list hosts that need no proxy in NO_PROXY"
                ),
                ProxyProblem::Connect { .. } => {
                    format!("check {variable}; list hosts that need no proxy in NO_PROXY")
                }
            },
            Self::Authentication(AuthError::File { path, .. }) => {
                format!("check the permissions of `{path}`, or set GOAUTH=off")
            }
            Self::Authentication(_) => "`go help goauth` describes GOAUTH; `GOAUTH=off` sends no credentials".to_owned(),
            Self::Insecure => "use an https address".to_owned(),
            Self::Status { status: 401, .. } => {
                "put user and password into ~/.netrc (`machine HOST[:PORT] login USER password PASSWORD`) or into the address \
                 (docs/corporate.md)"
                    .to_owned()
            }
            Self::Certificates { .. } => {
                "SSL_CERT_FILE must name a file of PEM certificates, SSL_CERT_DIR directories of them".to_owned()
            }
            _ => return None,
        })
    }

    /// How long the server asks to wait.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Status { wait, .. } => *wait,
            _ => None,
        }
    }

    /// The error of reading the bundle of certificates.
    pub(super) fn certificates(path: PathBuf, error: &io::Error) -> Self {
        Self::Certificates { path, reason: reason_of(error) }
    }
}

/// What is wrong with a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyProblem {
    /// Its variable holds no address of a proxy.
    Address,
    /// It wants to know who asks (status 407).
    Credentials,
    /// It does not know whom it was told.
    Refused,
    /// It gives no way to the server.
    Tunnel,
    /// No connection, to it or through it.
    Connect {
        /// In a few words.
        reason: String,
    },
}

fn certificate_text(problem: &CertificateProblem, issuer: Option<&str>) -> String {
    match (problem, issuer) {
        (CertificateProblem::Untrusted, Some(issuer)) => {
            format!("its certificate was issued by `{issuer}`, which this machine does not trust")
        }
        (CertificateProblem::Untrusted, None) => {
            "its certificate was issued by an authority that this machine does not trust".to_owned()
        }
        (CertificateProblem::Time, _) => {
            "its certificate is not valid today, by this machine's clock".to_owned()
        }
        (CertificateProblem::Name, _) => "its certificate is for another name".to_owned(),
        (CertificateProblem::Other(text), _) => format!("its certificate is refused: {text}"),
    }
}

fn proxy_text(proxy: &str, variable: &str, problem: &ProxyProblem) -> String {
    match problem {
        ProxyProblem::Address => format!("{variable} is not a proxy address"),
        ProxyProblem::Credentials => {
            format!("the proxy {proxy} wants a user and a password, and {variable} has none (407)")
        }
        ProxyProblem::Refused => {
            format!("the proxy {proxy} refuses the user or the password in {variable} (407)")
        }
        ProxyProblem::Tunnel => format!("the proxy {proxy} ({variable}) refused to open a tunnel"),
        ProxyProblem::Connect { reason } => {
            format!("cannot connect through the proxy {proxy} ({variable}): {reason}")
        }
    }
}

/// `403 this module version is not available`; the name of the status where the server explained nothing.
fn status_text(status: u16, text: &str, wait: Option<Duration>) -> String {
    let name = match status {
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

/// The first line of what a server says, fit for one line of a terminal; empty if it is a web page.
pub(super) fn explanation(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line = text.trim_start().lines().next().unwrap_or_default().trim();
    if line.starts_with('<') || line.starts_with('{') {
        return String::new();
    }
    let clean: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
    let clean = clean.trim_end_matches('.');
    // Some servers say "404 page not found" after the status 404.
    let clean = clean.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let mut characters = clean.chars();
    match (characters.next(), characters.next()) {
        // A sentence begins small, an abbreviation stays.
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            let rest = clean.get(first.len_utf8()..).unwrap_or_default();
            first.to_lowercase().chain(rest.chars()).collect()
        }
        _ => clean.to_owned(),
    }
}

/// Why a file could not be used, as people read it: in gover's own words where it found out itself.
pub fn reason_of(error: &io::Error) -> String {
    if error.get_ref().is_some() { error.to_string() } else { error.kind().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_a_server_is_kept_in_one_calm_line() {
        let text = |status, body: &[u8]| {
            HttpError::Status { status, text: explanation(body), wait: None }.to_string()
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
