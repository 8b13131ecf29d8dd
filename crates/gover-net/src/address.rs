//! Addresses: parsed once, and shown without possible secrets.

use std::fmt;
use std::net::IpAddr;
use std::path::{MAIN_SEPARATOR, PathBuf};
use std::str::FromStr;

use thiserror::Error;
use url::Url;

/// A URL. `Display` and `Debug` show scheme, host, port and path. User, password, query and
/// fragment may be secrets and are never shown; only the HTTP client gets them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    url: Url,
    /// Whether gover wrote the query itself, so that no part of it is a secret.
    has_own_query: bool,
}

/// Scheme, host and port: what connections, failures and credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{}` is not an address", text.escape_debug())]
pub struct BadAddress {
    /// The text without anything that may be a password.
    pub text: String,
}

impl Address {
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress { text: redacted(text) };
        let url = Url::parse(text).map_err(|_| bad())?;
        // The parser of WHATWG accepts what Go does not: `https:h`, `https:///h`.
        let rest = text.split_once("://").map_or("", |(_, rest)| rest);
        let has_authority = url.scheme() == "file" || !rest.starts_with(['/', '\\']);
        // It also ends the authority at `\`, so that `CORP\ann:secret@host` would become a host and
        // a path with the password in it. Go refuses such a user.
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_clear = !(looks_like_http(text) && authority.contains('\\'));
        let is_whole = !rest.is_empty() && has_authority && is_clear && !url.cannot_be_a_base();
        if is_whole { Ok(Self { url, has_own_query: false }) } else { Err(bad()) }
    }

    /// The address of a forward proxy: one without a scheme is an HTTP proxy, as in Go.
    pub fn parse_proxy(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress { text: redacted(text) };
        let with_scheme = if text.contains("://") { text } else { &format!("http://{text}") };
        let address = Self::parse(with_scheme).map_err(|_| bad())?;
        let known = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
        let is_proxy = known.contains(&address.url.scheme()) && !address.host().is_empty();
        if is_proxy { Ok(address) } else { Err(bad()) }
    }

    /// The address of `path` below this one. `path` may end in a query.
    #[must_use]
    pub fn join(&self, path: &str) -> Self {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = self.url.clone();
        let base = self.url.path().trim_end_matches('/');
        url.set_path(&format!("{base}/{}", path.trim_start_matches('/')));
        if query.is_some() {
            url.set_query(query);
        }
        Self { url, has_own_query: self.has_own_query || query.is_some() }
    }

    /// The same with another extension of the file name.
    #[must_use]
    pub fn with_extension(&self, extension: &str) -> Self {
        let path = self.url.path();
        let name = path.len() - self.file_name().len();
        let end = path.rfind('.').filter(|dot| *dot >= name).unwrap_or(path.len());
        let path = format!("{}.{extension}", path.get(..end).unwrap_or_default());
        let mut url = self.url.clone();
        url.set_path(&path);
        Self { url, ..*self }
    }

    pub fn file_name(&self) -> &str {
        self.url.path().rsplit('/').next().unwrap_or_default()
    }

    pub fn origin(&self) -> Origin {
        let scheme = self.url.scheme();
        Origin(match self.url.port() {
            Some(port) => format!("{scheme}://{}:{port}", self.host()),
            None => format!("{scheme}://{}", self.host()),
        })
    }

    pub fn is_http(&self) -> bool {
        matches!(self.url.scheme(), "http" | "https")
    }

    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host().trim_matches(['[', ']']);
        let is_loopback = |address: IpAddr| address.to_canonical().is_loopback();
        host == "localhost" || host.parse().is_ok_and(is_loopback)
    }

    /// The path that a `file` address names; `None` for other schemes and other hosts.
    pub fn to_file_path(&self) -> Option<PathBuf> {
        let is_here = self.url.scheme() == "file" && self.host().is_empty();
        if !is_here || self.url.query().is_some() || self.url.fragment().is_some() {
            return None;
        }
        let path = percent_decode(self.url.path())?;
        // `file:///C:/go` names a drive.
        let drive = path.as_bytes().get(2) == Some(&b':') && MAIN_SEPARATOR == '\\';
        Some(PathBuf::from(if drive { path.trim_start_matches('/') } else { &path }))
    }

    /// The whole URL with its secrets, for the HTTP client.
    pub(crate) fn secret(&self) -> &Url {
        &self.url
    }

    /// The query, if it came with the address and may hold a token.
    pub(crate) fn foreign_query(&self) -> Option<&str> {
        self.url.query().filter(|_| !self.has_own_query)
    }

    /// The host, an IPv6 address in brackets; empty if there is none.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        Self::parse(text)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.url.path();
        // An origin is shown as people write it: `https://go.dev`.
        write!(f, "{}{}", self.origin(), if path == "/" { "" } else { path })
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that may be an address, as it may be shown: without user, password, query and fragment.
/// Text that is not a proper address is cut wherever it may hold a password.
pub fn redacted(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
    let (authority, path) = split_authority(rest);
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let is_misplaced = authority.is_empty() && looks_like_http(text) && rest.contains('@');
    let (host, path) = if has_odd_port(host) || host.contains('\\') || is_misplaced {
        // A password with a `/`, `?` or `#` that should have been escaped, or behind `///`.
        rest.rsplit_once('@').map_or(("", ""), |(_, rest)| split_authority(rest))
    } else {
        (host, path)
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let separator = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{separator}{host}{path}")
}

/// Whether a text is meant as an `http` or `https` address, be it a proper one or not.
pub fn looks_like_http(text: &str) -> bool {
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// Whether this cannot be a host and a port.
fn has_odd_port(host: &str) -> bool {
    let Some((name, port)) = host.rsplit_once(':').filter(|(_, port)| !port.contains(']')) else {
        return false;
    };
    let is_plain = !name.contains(':') || name.ends_with(']');
    !is_plain || !port.bytes().all(|byte| byte.is_ascii_digit())
}

fn split_authority(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

/// Decodes `%40` and the like; `None` if the result is not valid text.
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|d| u8::try_from(d).ok());
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(high * 16 + low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        let address: Address = url.parse().unwrap();
        assert_eq!(format!("{address:?}"), format!("\"{address}\""));
        address.to_string()
    }

    fn refused(text: &str) -> String {
        Address::parse(text).unwrap_err().text
    }

    #[test]
    fn this_machine_is_known_by_its_addresses_and_its_name() {
        let is_loopback = |url: &str| Address::parse(url).unwrap().is_loopback();
        for url in [
            "http://127.0.0.1:1/x",
            "https://u:p@127.1.2.3",
            "http://[::1]:8080/",
            "http://[::1]",
            "http://LocalHost:80",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["https://go.dev", "http://10.0.0.1:127", "http://localhost.example", "http://[fd00::1]:1"]
        {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn what_is_shown_holds_no_secret() {
        assert_eq!(shown("https://u:p@h.example:8080/a/b?token=x#y"), "https://h.example:8080/a/b");
        assert_eq!(shown("https://u:p%40@h.example"), "https://h.example");
        assert_eq!(shown("https://h.example/@v/list"), "https://h.example/@v/list");
        assert_eq!(shown("https://h.example:8443/go/@v/list"), "https://h.example:8443/go/@v/list");
        let of_module = "https://u:p@h.example:8443/a@b/f.zip?token=1#x";
        assert_eq!(shown(of_module), "https://h.example:8443/a@b/f.zip");
        assert_eq!(shown("https://u@h.example"), "https://h.example");
        assert_eq!(shown("https://h.example/"), "https://h.example");
        assert_eq!(shown("https://u:p@[::1]:8080/a"), "https://[::1]:8080/a");
        assert_eq!(shown("https://[fe80::1]/a"), "https://[fe80::1]/a");
        let origin = |url: &str| Address::parse(url).unwrap().origin().to_string();
        assert_eq!(origin("https://u:p@h.example/a"), "https://h.example");
        assert_eq!(origin("HTTPS://H.example:443/a"), "https://h.example");
        let proxy = |text: &str| Address::parse_proxy(text).unwrap().to_string();
        assert_eq!(proxy("u:p@h.example:8080/"), "http://h.example:8080");
        assert_eq!(proxy("socks5://u:p@h.example"), "socks5://h.example");
        // `@` in a path does not end a user, so host and port come before it (RFC 3986, section
        // 3.2).
        let lookup = "http://h:8080/lookup/golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64";
        assert_eq!((shown(lookup).as_str(), origin(lookup).as_str()), (lookup, "http://h:8080"));
        assert_eq!(shown("https://h:8080/x?token=a@b"), "https://h:8080/x");
    }

    #[test]
    fn a_malformed_address_is_rejected_without_showing_a_password() {
        assert_eq!(refused("u:p@h.example/x"), "h.example/x");
        assert_eq!(refused("https://u:p/a@h.example/x"), "https://h.example/x");
        assert_eq!(refused("https://u:p#a?b@h.example/x"), "https://h.example/x");
        assert_eq!(refused("https://u:secret#x@h/f"), "https://h/f");
        assert_eq!(refused("https://u:secret:#x@h/f"), "https://h/f");
        assert_eq!(refused("https://u:secret"), "https://");
        assert_eq!(refused("https:///u:secret@h/f"), "https://h/f");
        assert_eq!(refused(r"https://CORP\ann:secret@h/f"), "https://h/f");
        assert_eq!(refused("go.dev"), "go.dev");
        for text in ["", "x", "https:", "https://", "https:h", "https:///h", "mailto:a@b", "https://a b/"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn joining_leaves_one_slash() {
        let join = |base: &str, path: &str| {
            let address = Address::parse(base).unwrap().join(path);
            address.secret().to_string()
        };
        assert_eq!(join("https://h/a/", "/b"), "https://h/a/b");
        assert_eq!(join("https://h/a", "b"), "https://h/a/b");
        assert_eq!(join("https://h", "dl/?mode=json&include=all"), "https://h/dl/?mode=json&include=all");
        // As cmd/go joins them, the query of a proxy goes with each of its files.
        assert_eq!(join("https://u:p@h/a?token=x", "b/@v/c!d.zip"), "https://u:p@h/a/b/@v/c!d.zip?token=x");
    }

    #[test]
    fn another_extension_leaves_the_rest_as_it_is() {
        let info = |url: &str| Address::parse(url).unwrap().with_extension("info").secret().to_string();
        assert_eq!(
            info("https://h/a.b/v0.0.1-go1.22.5.zip?token=x"),
            "https://h/a.b/v0.0.1-go1.22.5.info?token=x"
        );
        assert_eq!(info("https://h/a.b/c"), "https://h/a.b/c.info");
    }

    #[test]
    fn a_file_address_becomes_a_path() {
        let file_path = |url: &str| Address::parse(url).ok()?.to_file_path();
        assert_eq!(file_path("file:///srv/a%20b"), Some(PathBuf::from("/srv/a b")));
        assert_eq!(file_path("file://localhost/srv"), Some(PathBuf::from("/srv")));
        assert_eq!(file_path("file://server/share"), None);
        assert_eq!(file_path("file:///a%zz"), None);
        assert_eq!(file_path("https://h/a"), None);
    }
}
