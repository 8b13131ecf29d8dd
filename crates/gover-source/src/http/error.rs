//! What can go wrong between a request and its answer.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

/// Why there is no answer, or not the one hoped for. `Display` is a reason without the address.
#[derive(Clone, Debug, Error)]
pub(crate) enum HttpError {
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
    #[error("it sends the file packed as `{}`, which nobody asked for", coding.escape_debug())]
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
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Broken { .. } => true,
            // 501 and 505 are about what the server can do, which does not change.
            Self::Status { status, .. } => {
                matches!(status, 408 | 425 | 429) || *status >= 500 && !matches!(status, 501 | 505)
            }
            _ => false,
        }
    }

    /// Whether the server answered that it has no such thing: what GOPROXY calls not found.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { status: 404 | 410, .. })
    }

    /// Whether the server answered, and that it does not give this away.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Status { status: 401 | 403 | 404 | 410 | 451, .. })
    }

    /// Whether server or way are at fault, and not settings or this machine.
    pub(crate) fn is_of_the_network(&self) -> bool {
        !matches!(self, Self::Offline | Self::InvalidAddress | Self::Certificates { .. } | Self::Setup { .. })
    }

    /// How long the server asks to wait.
    pub(crate) fn wait(&self) -> Option<Duration> {
        match self {
            Self::Status { wait, .. } => *wait,
            _ => None,
        }
    }

    /// The error of reading the bundle of certificates.
    pub(super) fn certificates(path: PathBuf, error: &io::Error) -> Self {
        Self::Certificates { path, reason: error.kind().to_string() }
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
