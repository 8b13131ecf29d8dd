//! Which redirects are followed.

use std::io;

use reqwest::Url;
use reqwest::redirect::Policy;

use super::exchange::CredentialedOrigins;

/// Follows at most [`REDIRECTS`] redirects, and none from https to http. If a redirect leaves an
/// origin that got credentials, the caller follows it without them.
pub(super) fn policy(credentialed: CredentialedOrigins) -> Policy {
    Policy::custom(move |attempt| match refusal(attempt.previous(), attempt.url()) {
        Some(reason) => attempt.error(io::Error::other(reason)),
        None if credentialed.are_left(attempt.previous(), attempt.url()) => attempt.stop(),
        None => attempt.follow(),
    })
}

/// Why a redirect is not followed. `previous` are the addresses so far; the last one redirects.
pub(super) fn refusal(previous: &[Url], next: &Url) -> Option<&'static str> {
    let encrypted = previous.last().is_some_and(|url| url.scheme() == "https");
    if encrypted && next.scheme() != "https" {
        Some("redirected from https to an unencrypted address")
    } else if previous.len() > REDIRECTS {
        Some("too many redirects")
    } else {
        None
    }
}

const REDIRECTS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_never_given_up() {
        let refused = |previous: &[&str], next: &str| {
            let previous: Vec<Url> = previous.iter().map(|url| url.parse().unwrap()).collect();
            refusal(&previous, &next.parse().unwrap()).is_some()
        };
        assert!(refused(&["https://a.example/"], "http://a.example/"));
        assert!(refused(&["http://a.example/", "https://a.example/"], "http://b.example/"));
        assert!(!refused(&["https://a.example/"], "https://b.example/"));
        assert!(!refused(&["http://a.example/"], "https://b.example/"));
        assert!(!refused(&["http://a.example/"], "http://b.example/"));
        assert!(!refused(&["https://a.example/"; 10], "https://a.example/"));
        assert!(refused(&["https://a.example/"; 11], "https://a.example/"));
    }
}
