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
    #[error("not an address of http or https")]
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
    #[error("{}", if *begun { "connection broke: the server fell silent" } else { "no answer: the server says nothing" })]
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
    #[error("it sends the file packed as `{}`, which nobody asked for", shown(coding))]
    Coding {
        /// The name of the way.
        coding: String,
    },
    /// A page for people in place of a file: a login, a block page.
    #[error("it answers with a web page in place of the file")]
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
    #[error("a user and a password are not sent over http, where they could be read on the way")]
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

impl HttpError {
    /// Whether a repetition may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Broken { .. } | Self::Silent { .. } => true,
            // 501 and 505 are about what the server can do, which does not change.
            Self::Status { status, .. } => {
                matches!(status, 408 | 425 | 429) || *status >= 500 && !matches!(status, 501 | 505)
            }
            _ => false,
        }
    }

    /// Whether the server took the request and said nothing at all: once more is enough.
    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Silent { begun: false })
    }

    /// Whether the server answered that it has no such thing: what GOPROXY calls not found.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { status: 404 | 410, .. })
    }

    /// Whether the server answered, and that it does not give this away. Who was not asked for a password may well get
    /// it with one.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Status { status: 403 | 404 | 410 | 451, .. })
    }

    /// Whether the place needs not be asked again by this command.
    pub(super) fn is_lasting(&self) -> bool {
        matches!(self, Self::Connect { .. } | Self::Certificate { .. } | Self::Proxy { .. })
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
                    "check {variable}, with user and password if the proxy wants them; hosts that are reached without a \
                     proxy go into NO_PROXY"
                ),
                ProxyProblem::Connect { .. } => {
                    format!("check {variable}; hosts that are reached without a proxy go into NO_PROXY")
                }
            },
            Self::Authentication(AuthError::File { path, .. }) => {
                format!("check the permissions of `{path}`, or set GOAUTH=off")
            }
            Self::Authentication(_) => "`go help goauth` describes GOAUTH; `off` goes without".to_owned(),
            Self::Insecure => "use an address of https".to_owned(),
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

    /// Whether server or way are at fault, and not settings or this machine.
    pub fn is_of_the_network(&self) -> bool {
        match self {
            Self::Offline
            | Self::InvalidAddress
            | Self::Certificates { .. }
            | Self::Setup { .. }
            // Put right by who asks, and then there is nothing against the server.
            | Self::Authentication(_)
            | Self::Insecure
            | Self::Certificate { .. }
            | Self::Status { status: 401, .. } => false,
            Self::Proxy { problem, .. } => matches!(problem, ProxyProblem::Tunnel | ProxyProblem::Connect { .. }),
            _ => true,
        }
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
            format!("its certificate was issued by `{issuer}`, whom this machine does not trust")
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
        ProxyProblem::Address => format!("{variable} is no address of a proxy"),
        ProxyProblem::Credentials => {
            format!("the proxy {proxy} wants a user and a password, and {variable} has none (407)")
        }
        ProxyProblem::Refused => {
            format!("the proxy {proxy} refuses the user or the password in {variable} (407)")
        }
        ProxyProblem::Tunnel => format!("the proxy {proxy} ({variable}) refuses the way there"),
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
    fn what_may_pass_is_told_from_what_stays() {
        let transient = |status| HttpError::Status { status, text: String::new(), wait: None }.is_transient();
        assert!([408, 425, 429, 500, 502, 503, 504, 522].into_iter().all(transient));
        assert!(![400, 401, 403, 404, 410, 451, 501, 505].into_iter().any(transient));
    }
}
