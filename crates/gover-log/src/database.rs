//! Parses `GOSUMDB`: a name or key, and an optional URL.

use thiserror::Error;

use gover_net::Address;

use gover_core::text::shown;

use super::head::{Head, HeadError};
use super::note::{KeyError, VerifierKey};

#[derive(Clone, Debug)]
pub struct Database {
    pub key: VerifierKey,
    /// The URL given in `GOSUMDB`, without a final `/`. It replaces proxies and `direct`.
    pub address: Option<Address>,
    /// The database's own URL, for when no proxy passes it through and none was given.
    pub direct: Address,
}

impl Database {
    /// Parses `<name>[+<hash>+<key>] [<url>]` (go.dev/ref/mod#environment-variables).
    pub fn parse(value: &str) -> Result<Self, DatabaseError> {
        // Reachable inside mainland China, the same log with the same key.
        let value = if value == CHINA_NAME { "sum.golang.org https://sum.golang.google.cn" } else { value };
        if value == "off" {
            return Err(DatabaseError::Off);
        }
        let mut fields = value.split_whitespace();
        let key = fields.next().ok_or(DatabaseError::Missing)?;
        let address = fields.next();
        if fields.next().is_some() {
            return Err(DatabaseError::TooManyFields);
        }
        let key =
            VerifierKey::parse(if key == GO_NAME { GO_KEY } else { key }).map_err(DatabaseError::Key)?;
        let address = address.map(|text| parse_address(text).ok_or(DatabaseError::Address)).transpose();
        let direct = Address::parse(&format!("https://{}", key.name())).ok();
        let direct = direct.filter(|_| is_host_and_path(key.name()));
        let direct = direct.ok_or_else(|| DatabaseError::Name { name: key.name().to_owned() })?;
        Ok(Self { key, address: address?, direct })
    }

    /// The same place to ask, of the database with this name or key.
    pub fn with_key(self, key: &str) -> Result<Self, DatabaseError> {
        Ok(Self { address: self.address, ..Self::parse(key)? })
    }

    /// Verifies the signature of a tree head, but not its history. Returns its size.
    pub fn verify_head(&self, note: &[u8]) -> Result<u64, HeadError> {
        Ok(Head::open(note, &self.key)?.tree.size)
    }

    /// The name in proxy paths: `<proxy>/sumdb/<name>/…`.
    pub fn name(&self) -> &str {
        self.key.name()
    }
}

/// Why a value of `GOSUMDB` is invalid; the texts are Go's.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DatabaseError {
    #[error("checksum database disabled by GOSUMDB=off")]
    Off,
    #[error("missing GOSUMDB")]
    Missing,
    #[error("invalid GOSUMDB: too many fields")]
    TooManyFields,
    /// The first field is neither a known name nor a key.
    #[error("invalid GOSUMDB: {0}")]
    Key(KeyError),
    #[error("invalid sumdb name (must be host[/path]): {}", shown(name))]
    Name { name: String },
    /// The second field is not a URL. It is not shown, because it may contain a password.
    #[error("invalid GOSUMDB URL: must be http(s)://host[/path]")]
    Address,
}

impl gover_core::Diagnose for DatabaseError {
    fn hints(&self) -> Vec<String> {
        vec![
            "unset GOSUMDB, or set `GOSUMDB=sum.golang.org` (https://go.dev/ref/mod#environment-variables)"
                .to_owned(),
        ]
    }

    fn exit(&self) -> gover_core::Exit {
        gover_core::Exit::Usage
    }
}

/// Whether `name` is `host[:port][/path]` without user, query, fragment, escapes or dot segments.
fn is_host_and_path(name: &str) -> bool {
    let mut elements = name.split('/');
    let host = elements.next().unwrap_or_default();
    let (host, port) = host.split_once(':').map_or((host, None), |(host, port)| (host, Some(port)));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    !host.is_empty()
        && host.bytes().all(plain)
        && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
        && elements.all(|element| {
            !element.is_empty() && element.bytes().all(plain) && !element.trim_matches('.').is_empty()
        })
}

fn parse_address(text: &str) -> Option<Address> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    if rest.contains(['?', '#', '\\']) {
        return None;
    }
    Address::parse(text.trim_end_matches('/')).ok()
}

const GO_NAME: &str = "sum.golang.org";
const CHINA_NAME: &str = "sum.golang.google.cn";

/// The key compiled into the go command (cmd/go/internal/modfetch/key.go).
const GO_KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_key_leaves_only_the_address_of_a_setting() {
        let other = Database::parse(&format!("{TEST_KEY} https://log.example/")).unwrap();
        let go = other.with_key(GO_NAME).unwrap();
        assert_eq!(go.key.to_string(), GO_KEY);
        assert_eq!(go.address.unwrap().to_string(), "https://log.example");
        assert_eq!(go.direct.to_string(), "https://sum.golang.org");
    }

    const TEST_KEY: &str = "localhost.localdev/sumdb+00000c67+AcTrnkbUA+TU4heY3hkjiSES/DSQniBqIeQ/YppAUtK6";

    #[test]
    fn known_names_stand_for_the_built_in_key() {
        let go = Database::parse("sum.golang.org").unwrap();
        let shown = |address: Option<&Address>| address.map(ToString::to_string);
        assert_eq!((go.name(), go.address.as_ref()), ("sum.golang.org", None));
        assert_eq!(go.key.to_string(), GO_KEY);
        assert_eq!(go.key.hash(), 0x033d_e0ae);
        assert_eq!(go.direct.to_string(), "https://sum.golang.org");

        let alias = Database::parse("sum.golang.google.cn").unwrap();
        assert_eq!(alias.name(), "sum.golang.org");
        assert_eq!(shown(alias.address.as_ref()).as_deref(), Some("https://sum.golang.google.cn"));
        assert_eq!(alias.key.to_string(), GO_KEY);
    }

    #[test]
    fn a_key_may_be_followed_by_a_url() {
        let database = Database::parse(&format!("  {TEST_KEY}\thttp://127.0.0.1:8080/base/ ")).unwrap();
        assert_eq!(database.name(), "localhost.localdev/sumdb");
        let shown = |address: Option<&Address>| address.map(ToString::to_string);
        assert_eq!(shown(database.address.as_ref()).as_deref(), Some("http://127.0.0.1:8080/base"));
        assert_eq!(database.direct.to_string(), "https://localhost.localdev/sumdb");
        let known = Database::parse("sum.golang.org https://mirror.example/sum").unwrap();
        assert_eq!(shown(known.address.as_ref()).as_deref(), Some("https://mirror.example/sum"));
    }

    #[test]
    fn invalid_values_are_rejected_with_go_s_messages() {
        let refused = |value: &str| Database::parse(value).unwrap_err().to_string();
        assert_eq!(refused("off"), "checksum database disabled by GOSUMDB=off");
        assert_eq!(refused(""), "missing GOSUMDB");
        assert_eq!(refused(" \t"), "missing GOSUMDB");
        assert_eq!(refused("a b c"), "invalid GOSUMDB: too many fields");
        assert_eq!(refused("on"), "invalid GOSUMDB: malformed verifier id");
        // The alias is one only when it stands alone, as in Go.
        assert_eq!(
            refused("sum.golang.google.cn https://x.example"),
            "invalid GOSUMDB: malformed verifier id"
        );
        let tampered = GO_KEY.replace("033de0ae", "033de0af");
        assert_eq!(refused(&tampered), "invalid GOSUMDB: invalid verifier hash");
        assert_eq!(
            refused(&format!("{GO_KEY} ftp://x.example")),
            "invalid GOSUMDB URL: must be http(s)://host[/path]"
        );
    }

    #[test]
    fn names_that_are_not_host_and_path_are_rejected() {
        for name in ["a.example:80/x", "sum.golang.org", "localhost", "h/p/q"] {
            assert!(is_host_and_path(name), "{name}");
        }
        for name in ["", "/x", "h/", "h//p", "u@h", "h?q", "h#f", "h%20", "h:", "h:x", "h/..", "h\\p"] {
            assert!(!is_host_and_path(name), "{name}");
        }
    }
}
