//! What gover sent to prove who the user is. A server may repeat it in the text of an error, which
//! gover prints.

use std::collections::BTreeSet;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderMap;

use gover_core::sync::locked;

use crate::address::{Address, percent_decode};

/// The secrets of all requests, in every form in which they were sent.
#[derive(Default)]
pub(super) struct Secrets(Mutex<BTreeSet<String>>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// User, password and query of an address that a request goes to, or through. A query that gover
    /// wrote itself is not secret: masking it would hide words such as `json` in messages.
    pub(super) fn add_address(&self, address: &Address) {
        let url = address.secret();
        let decoded = |text: &str| percent_decode(text).unwrap_or_else(|| text.to_owned());
        let (user, password) = (url.username(), url.password());
        if !user.is_empty() {
            // Without a password, the user is a token.
            let secret = password.unwrap_or(user);
            let sent =
                STANDARD.encode(format!("{}:{}", decoded(user), decoded(password.unwrap_or_default())));
            self.add([secret.to_owned(), decoded(secret), sent]);
        }
        let Some(query) = address.foreign_query() else { return };
        self.add([query.to_owned()]);
        self.add(url.query_pairs().map(|(_, value)| value.into_owned()));
        self.add(query.split('&').filter_map(|pair| Some(pair.split_once('=')?.1.to_owned())));
    }

    /// Headers with credentials: `Basic dXNlcjpwYXNz`, `Bearer TOKEN`, or only a token.
    pub(super) fn add_headers(&self, headers: &HeaderMap) {
        for value in headers.values() {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let last = value.split_whitespace().next_back().unwrap_or_default();
            let pair = STANDARD.decode(last).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let password = pair.as_deref().and_then(|pair| pair.split_once(':')).map(|(_, it)| it.to_owned());
            self.add([last.to_owned()].into_iter().chain(password));
            self.add(value.split([' ', ',', ';', '=', '"']).skip(1).map(str::to_owned));
            self.add([value]);
        }
    }

    fn add(&self, secrets: impl IntoIterator<Item = String>) {
        // A shorter one would be found in every text.
        locked(&self.0).extend(secrets.into_iter().filter(|secret| secret.len() > 2));
    }

    /// The text without any of them.
    pub(super) fn masked(&self, text: &str) -> String {
        let secrets = locked(&self.0);
        let mut longest_first: Vec<&String> = secrets.iter().collect();
        longest_first.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        longest_first.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_secret_is_masked() {
        let secrets = Secrets::default();
        secrets.add_address(&"https://ann:s3cr%2Ft@h/x?token=abc%2Bdef&page=0".parse().unwrap());
        secrets.add_address(&"https://T0ken@h/".parse().unwrap());
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Basic {}", STANDARD.encode("bob:hunter2")).parse().unwrap());
        headers.insert("private-token", "glpat-1234".parse().unwrap());
        headers.append("authorization", "Bearer eyJx.y-z".parse().unwrap());
        secrets.add_headers(&headers);
        let pair = STANDARD.encode("ann:s3cr/t");
        for secret in [
            "s3cr/t",
            "s3cr%2Ft",
            &pair,
            "T0ken",
            "abc+def",
            "abc%2Bdef",
            "hunter2",
            "glpat-1234",
            "eyJx.y-z",
        ] {
            assert_eq!(secrets.masked(&format!("who is <{secret}>?")), "who is <***>?");
        }
        assert_eq!(secrets.masked("ann may not read page 0"), "ann may not read page 0");
        let own: Address = "https://h/".parse().unwrap();
        secrets.add_address(&own.join("dl/?mode=json&include=all"));
        let text = "not all users may read json (mode=json&include=all)";
        assert_eq!(secrets.masked(text), text);
        assert!(!format!("{secrets:?}").contains("glpat"));
    }
}
