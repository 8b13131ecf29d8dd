//! Forward proxies, chosen for each address as in golang.org/x/net/http/httpproxy.

use std::net::IpAddr;

use reqwest::{Proxy, Url};

use super::HttpError;
use super::error::ProxyProblem;
use crate::settings::{ForwardProxies, ForwardProxy};

#[derive(Clone, Debug)]
pub(super) struct Forward {
    https: Option<ForwardProxy>,
    http: Option<ForwardProxy>,
    bypass: Bypass,
}

impl Forward {
    /// `None` if no variable names a proxy.
    pub(super) fn new(settings: &ForwardProxies) -> Option<Self> {
        let ForwardProxies { https, http, bypass } = settings.clone();
        let any = https.is_some() || http.is_some();
        any.then(|| Self { https, http, bypass: Bypass::parse(&bypass) })
    }

    /// The proxy for an address; `None` if it needs none.
    pub(super) fn for_url(&self, url: &Url) -> Option<&ForwardProxy> {
        let proxy = match url.scheme() {
            "https" => self.https.as_ref(),
            "http" => self.http.as_ref(),
            _ => None,
        };
        proxy.filter(|_| !self.bypass.holds(url))
    }

    pub(super) fn into_proxy(self) -> Proxy {
        Proxy::custom(move |url| Some(self.for_url(url)?.address.as_ref()?.secret().clone()))
    }
}

impl ForwardProxy {
    /// An error if the variable does not contain the address of a proxy.
    pub(super) fn check(&self) -> Result<(), HttpError> {
        if self.address.is_some() { Ok(()) } else { Err(self.error(ProxyProblem::Address)) }
    }

    pub(super) fn error(&self, problem: ProxyProblem) -> HttpError {
        let proxy = self.address.as_ref().map(|address| address.origin().to_string());
        HttpError::Proxy { variable: self.variable.clone(), proxy: proxy.unwrap_or_default(), problem }
    }
}

/// Hosts that need no proxy, besides localhost and the loopback interface: those in `NO_PROXY`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Bypass(Vec<Rule>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Everything,
    /// A range such as `10.0.0.0/8`.
    Network {
        address: IpAddr,
        prefix: u32,
    },
    Address(IpAddr, Option<u16>),
    Name {
        /// With a dot before it.
        suffix: String,
        /// Whether the domain itself matches, and not only its subdomains.
        itself: bool,
        port: Option<u16>,
    },
}

impl Bypass {
    /// Parses a list separated by commas: `*`, an address, a network `10.0.0.0/8`, a domain (with
    /// its subdomains), `.domain` or `*.domain` (only its subdomains). Addresses and domains may
    /// have a port. Any other entry matches nothing.
    fn parse(list: &str) -> Self {
        Self(list.split(',').filter_map(|entry| Rule::parse(&entry.trim().to_lowercase())).collect())
    }

    fn holds(&self, url: &Url) -> bool {
        let host = url.host_str().map(|host| host.trim_matches(['[', ']']).to_lowercase());
        let address: Option<IpAddr> = host.as_ref().and_then(|host| host.parse().ok());
        let address = address.map(|address| address.to_canonical());
        host.as_deref() == Some("localhost")
            || address.is_some_and(|address| address.is_loopback())
            || self.0.iter().any(|rule| rule.holds(host.as_deref(), address, url.port_or_known_default()))
    }
}

impl Rule {
    fn parse(entry: &str) -> Option<Self> {
        if entry == "*" {
            return Some(Self::Everything);
        }
        if let Some(network) = Self::parse_network(entry) {
            return Some(network);
        }
        let (host, port) = host_and_port(entry)?;
        if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Some(Self::Address(address.to_canonical(), port));
        }
        let host = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
        let itself = !host.starts_with('.');
        let suffix = format!(".{}", in_ascii(host.trim_start_matches('.')));
        (!host.is_empty()).then_some(Self::Name { suffix, itself, port })
    }

    fn parse_network(entry: &str) -> Option<Self> {
        let (address, prefix) = entry.split_once('/')?;
        let (address, prefix) = (address.parse::<IpAddr>().ok()?, prefix.parse().ok()?);
        let longest = if address.is_ipv4() { 32 } else { 128 };
        (prefix <= longest).then_some(Self::Network { address, prefix })
    }

    fn holds(&self, host: Option<&str>, address: Option<IpAddr>, port: Option<u16>) -> bool {
        let same_port = |wanted: &Option<u16>| wanted.is_none() || *wanted == port;
        match self {
            Self::Everything => true,
            Self::Network { address: network, prefix } => match (network, address) {
                (IpAddr::V4(network), Some(IpAddr::V4(address))) => {
                    (network.to_bits() ^ address.to_bits()).leading_zeros() >= *prefix
                }
                (IpAddr::V6(network), Some(IpAddr::V6(address))) => {
                    (network.to_bits() ^ address.to_bits()).leading_zeros() >= *prefix
                }
                _ => false,
            },
            Self::Address(known, wanted) => address == Some(*known) && same_port(wanted),
            Self::Name { suffix, itself, port } => {
                let host = host.filter(|_| address.is_none() && same_port(port));
                host.is_some_and(|host| {
                    host.ends_with(suffix) || (*itself && suffix.strip_prefix('.') == Some(host))
                })
            }
        }
    }
}

/// `None` if the port is not a number. An IPv6 address without brackets has no port.
fn host_and_port(entry: &str) -> Option<(&str, Option<u16>)> {
    if entry.parse::<IpAddr>().is_ok() {
        return Some((entry, None));
    }
    match entry.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((host, port)) => Some((host, Some(port.parse().ok()?))),
        None => Some((entry, None)),
    }
}

/// The domain in the form that URLs use: Punycode if it is not ASCII.
fn in_ascii(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    let url = Url::parse(&format!("http://{name}")).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(list: &str, url: &str) -> bool {
        Bypass::parse(list).holds(&Url::parse(url).unwrap())
    }

    #[test]
    fn the_list_of_hosts_without_a_proxy_is_read_as_go_reads_it() {
        // golang.org/x/net/http/httpproxy gives the same result for each row.
        for (list, url, expected) in [
            ("", "http://a.example", false),
            ("", "http://localhost:8080/x", true),
            ("", "http://127.0.0.1:8080", true),
            ("", "https://[::1]:8080", true),
            ("*", "http://a.example", true),
            ("x.example, *", "http://a.example", true),
            ("*x", "http://a.example", false),
            ("a.example", "http://a.example", true),
            ("a.example", "http://b.a.example", true),
            ("a.example", "http://ba.example", false),
            (" A.Example ,b", "https://a.EXAMPLE", true),
            (".a.example", "http://a.example", false),
            (".a.example", "http://b.a.example", true),
            ("*.a.example", "http://b.a.example", true),
            ("*.a.example", "http://a.example", false),
            ("a.example:443", "https://a.example", true),
            ("a.example:443", "http://a.example", false),
            ("a.example:8080", "http://b.a.example:8080", true),
            ("a.example:x", "http://a.example", false),
            (":80", "http://a.example", false),
            ("10.0.0.0/8", "http://10.1.2.3", true),
            ("10.0.0.0/8", "http://11.1.2.3", false),
            ("10.0.0.1/8", "http://10.1.2.3", true),
            ("0.0.0.0/0", "http://11.1.2.3", true),
            ("0.0.0.0/0", "http://a.example", false),
            ("10.0.0.0/33", "http://10.1.2.3", false),
            ("10.1.2.3", "http://10.1.2.3:99", true),
            ("10.1.2.3:99", "http://10.1.2.3:99", true),
            ("10.1.2.3:99", "http://10.1.2.3:98", false),
            ("10.1.2.3", "http://a.10.1.2.3.example", false),
            ("fd00::/8", "http://[fd00::1]", true),
            ("fd00::/8", "http://[fe00::1]", false),
            ("fd00::1", "http://[fd00::1]:99", true),
            ("[fd00::1]:99", "http://[fd00::1]:99", true),
            ("[fd00::1]:99", "http://[fd00::1]:98", false),
            ("b\u{fc}cher.example", "http://b\u{fc}cher.example", true),
            ("https://a.example/", "https://a.example", false),
        ] {
            assert_eq!(holds(list, url), expected, "NO_PROXY={list} {url}");
        }
    }

    #[test]
    fn each_scheme_has_its_proxy_and_capitals_go_first() {
        let read = |variables: &[(&str, &str)], url: &str| {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, value)| *known == name && !value.is_empty());
                found.map(|(_, value)| (*value).to_owned())
            };
            let forward = Forward::new(&ForwardProxies::from_variables(variable))?;
            let proxy = forward.for_url(&Url::parse(url).unwrap())?;
            let address = proxy.address.as_ref().map(|address| address.secret().to_string());
            Some((proxy.variable.clone(), address))
        };
        let found = |variable: &str, url: &str| Some((variable.to_owned(), Some(url.to_owned())));
        let both =
            [("HTTPS_PROXY", "s.example:8080"), ("https_proxy", "x"), ("http_proxy", "https://p.example")];
        assert_eq!(read(&both, "https://a.example"), found("HTTPS_PROXY", "http://s.example:8080/"));
        assert_eq!(read(&both, "http://a.example"), found("http_proxy", "https://p.example/"));
        assert_eq!(read(&[("HTTP_PROXY", "p.example")], "https://a.example"), None);
        let all =
            [("HTTPS_PROXY", ""), ("all_proxy", "socks5h://u:p@p.example:1080"), ("HTTP_PROXY", "x.example")];
        let socks = found("all_proxy", "socks5h://u:p@p.example:1080");
        assert_eq!(read(&all, "https://a.example"), socks);
        assert_eq!(read(&all, "http://a.example"), found("HTTP_PROXY", "http://x.example/"));
        let bypassed = [("ALL_PROXY", "p.example"), ("no_proxy", "a.example")];
        assert_eq!(read(&bypassed, "https://a.example"), None);
        for wrong in ["ftp://p.example", "http://", "p.example:port", "://"] {
            let variable = |name: &str| (name == "ALL_PROXY").then(|| wrong.to_owned());
            let proxy = ForwardProxies::from_variables(variable).https.unwrap();
            assert!(proxy.check().is_err(), "{wrong}");
        }
    }
}
