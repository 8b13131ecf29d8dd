//! Addresses as text: joined, shown to people, turned into paths.

use std::net::IpAddr;
use std::path::PathBuf;

use gover_core::platform::IS_WINDOWS;

/// `base` and a path below it, with one slash between.
pub fn join(base: &str, path: &str) -> String {
    format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'))
}

/// An address as it may be printed and stored: without user, password, query and fragment. What is no proper address is
/// cut where it may hold a password.
pub fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let (authority, path) = split_authority(rest);
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (host, path) = if has_odd_port(host) {
        // A password with a `/`, `?` or `#` that should have been escaped.
        rest.rsplit_once('@').map_or(("", ""), |(_, rest)| split_authority(rest))
    } else {
        (host, path)
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let separator = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{separator}{host}{path}")
}

/// Whether what should be a port is none.
fn has_odd_port(host: &str) -> bool {
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    !port.contains(']') && !port.bytes().all(|byte| byte.is_ascii_digit())
}

/// The address of a proxy as it may be printed; it may lack a scheme.
pub fn shown_proxy(address: &str) -> String {
    if address.contains("://") {
        return origin(address);
    }
    origin(&format!("http://{address}")).trim_start_matches("http://").to_owned()
}

/// Scheme and host of an address, without credentials.
pub fn origin(url: &str) -> String {
    let url = shown(url);
    match url.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", split_authority(rest).0),
        None => url,
    }
}

/// Whether the host of `url` is this machine.
pub fn is_local(url: &str) -> bool {
    let origin = origin(url);
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    // The colons of an IPv6 address stand in brackets.
    let end = host.rfind(':').filter(|colon| host.rfind(']').is_none_or(|bracket| bracket < *colon));
    let host = host.get(..end.unwrap_or(host.len())).unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback = |address: IpAddr| address.to_canonical().is_loopback();
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(is_loopback)
}

/// Whether `url` has the scheme `http` or `https`.
pub fn is_http(url: &str) -> bool {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// The path in a `file://` address; `None` if it is none, names another host or is not absolute.
pub fn file_path(url: &str) -> Option<PathBuf> {
    let (scheme, rest) = url.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let (host, path) = split_authority(rest);
    if !(host.is_empty() || host.eq_ignore_ascii_case("localhost")) || path.contains(['?', '#']) {
        return None;
    }
    let path = percent_decode(path)?;
    // `file:///C:/go` names a drive.
    let drive = path.as_bytes().get(2) == Some(&b':') && IS_WINDOWS;
    let path = if drive { path.trim_start_matches('/') } else { &path };
    (!path.is_empty()).then(|| PathBuf::from(path))
}

fn split_authority(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

/// The text with `%40` and the like replaced; `None` if that gives no text.
pub fn percent_decode(text: &str) -> Option<String> {
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

    #[test]
    fn this_machine_is_known_by_its_addresses_and_its_name() {
        for url in [
            "http://127.0.0.1:1/x",
            "https://u:p@127.1.2.3",
            "http://[::1]:8080/",
            "http://[::1]",
            "http://LocalHost:80",
        ] {
            assert!(is_local(url), "{url}");
        }
        for url in [
            "https://go.dev",
            "http://10.0.0.1:127",
            "http://localhost.example",
            "http://[fd00::1]:1",
            "",
            "x",
        ] {
            assert!(!is_local(url), "{url}");
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
        assert_eq!(origin("https://u:p@h.example/a"), "https://h.example");
        assert_eq!(shown("https://u:p@[::1]:8080/a"), "https://[::1]:8080/a");
        assert_eq!(shown("https://[fe80::1]/a"), "https://[fe80::1]/a");
        assert_eq!(shown_proxy("u:p@h.example:8080/"), "h.example:8080");
        assert_eq!(shown_proxy("socks5://u:p@h.example"), "socks5://h.example");
    }

    #[test]
    fn what_is_no_proper_address_is_shown_without_what_may_be_a_password() {
        assert_eq!(shown("u:p@h.example/x"), "h.example/x");
        assert_eq!(shown("https://u:p/a@h.example/x"), "https://h.example/x");
        assert_eq!(shown("https://u:p#a?b@h.example/x"), "https://h.example/x");
        assert_eq!(shown("https://u:secret#x@h/f"), "https://h/f");
        assert_eq!(shown("https://u:secret"), "https://");
        // A module's version in a path is no user, and what is before it is host and port (RFC 3986, section 3.2).
        let lookup = "http://h:8080/lookup/golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64";
        assert_eq!((shown(lookup).as_str(), origin(lookup).as_str()), (lookup, "http://h:8080"));
        assert_eq!(shown("https://h:8080/x?token=a@b"), "https://h:8080/x");
        assert_eq!(shown("go.dev"), "go.dev");
    }

    #[test]
    fn joining_leaves_one_slash() {
        assert_eq!(join("https://h/a/", "/b"), "https://h/a/b");
        assert_eq!(join("https://h/a", "b"), "https://h/a/b");
    }

    #[test]
    fn a_file_address_becomes_a_path() {
        assert_eq!(file_path("file:///srv/a%20b"), Some(PathBuf::from("/srv/a b")));
        assert_eq!(file_path("file://localhost/srv"), Some(PathBuf::from("/srv")));
        assert_eq!(file_path("file://server/share"), None);
        assert_eq!(file_path("file:///a%zz"), None);
        assert_eq!(file_path("https://h/a"), None);
    }
}
