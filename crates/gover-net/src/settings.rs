//! How the network is used; values the manager decides.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::address::Address;

/// Rules for every connection.
#[derive(Clone, Debug)]
pub struct NetworkSettings {
    /// No socket is opened at all.
    pub offline: bool,
    /// What a person does to be online again, for hints: `unset GOVER_OFFLINE`.
    pub back_online: String,
    /// Which authorities are believed.
    pub certificates: Certificates,
    /// Proxies between this machine and every server.
    pub forward: ForwardProxies,
    /// Who asks.
    pub authentication: Authentication,
    /// How long connecting may take. Short, since the next source waits.
    pub connect_timeout: Duration,
    /// How long a connection may stay silent. A small answer that has not begun after a third of that time is asked for once
    /// more, and then has all of it; a file may take twice as long.
    pub stall_timeout: Duration,
    /// How often a request that broke off is repeated.
    pub retries: u32,
    /// How long the first repetition waits at most; each further one twice as long.
    pub back_off: Duration,
    /// No pause is longer. A server that asks for more is left for the next source.
    pub longest_wait: Duration,
    /// How long a source may be silent before the next is asked beside it.
    pub patience: Duration,
    /// Whether several requests may share a connection (HTTP/2).
    pub multiplexed: bool,
    /// When a file is fetched over several connections.
    pub split: SplitSettings,
    /// Who is told what is waited for.
    pub notice: Notice,
}

/// Tells a person what is waited for, where it takes longer than usual; by default nobody.
#[derive(Clone, Default)]
#[expect(clippy::type_complexity, reason = "it is spelt out nowhere else")]
pub struct Notice(Option<Arc<dyn Fn(&Waiting<'_>) + Send + Sync>>);

impl Notice {
    /// Tells by `tell`.
    pub fn new(tell: impl Fn(&Waiting<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub fn tell(&self, waiting: &Waiting<'_>) {
        if let Some(tell) = &self.0 {
            tell(waiting);
        }
    }
}

impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Notice").field(&self.0.is_some()).finish()
    }
}

/// What is waited for. `Display` is a line for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting<'a> {
    /// Sources, all of them silent.
    Sources {
        /// Their labels.
        labels: &'a [String],
        /// For how long nothing was heard of them.
        silence: Duration,
    },
    /// A program that GOAUTH names, by its name. It may be asking a person, so that there is no limit.
    Program(&'a str),
}

impl fmt::Display for Waiting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sources { labels, silence } => {
                write!(f, "waiting for {} (no answer for {} s)", labels.join(", "), silence.as_secs_f32())
            }
            Self::Program(name) => write!(f, "waiting for `{name}`, which GOAUTH names"),
        }
    }
}

/// When one file is fetched over several connections, and how.
#[derive(Clone, Debug)]
pub struct SplitSettings {
    /// The most connections at once; with 1 there is never more than one.
    pub connections: usize,
    /// How long a rate is measured before anything is decided by it.
    pub measure: Duration,
    /// How many bytes must come in that time, so that it is a rate.
    pub least: u64,
    /// A download that ends sooner than this is left as it is.
    pub worth: Duration,
    /// By which factor more connections must be faster to be kept.
    pub gain: f64,
    /// The least and the most bytes that a connection fetches at a time.
    pub segment: (u64, u64),
    /// How many bytes may wait in memory for those before them.
    pub window: u64,
}

impl Default for SplitSettings {
    fn default() -> Self {
        Self {
            connections: 4,
            measure: Duration::from_millis(1500),
            least: 64 << 10,
            worth: Duration::from_secs(3),
            gain: 1.25,
            segment: (512 << 10, 4 << 20),
            window: 24 << 20,
        }
    }
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self {
            offline: false,
            back_online: "allow the network".to_owned(),
            certificates: Certificates::default(),
            forward: ForwardProxies::default(),
            authentication: Authentication::default(),
            connect_timeout: Duration::from_secs(5),
            stall_timeout: Duration::from_secs(30),
            retries: 3,
            back_off: Duration::from_millis(250),
            longest_wait: Duration::from_secs(10),
            patience: Duration::from_secs(2),
            multiplexed: true,
            split: SplitSettings::default(),
            notice: Notice::default(),
        }
    }
}

impl NetworkSettings {
    /// What a person who is offline can do.
    pub fn offline_hint(&self) -> String {
        format!("gover is offline; {}, or name a directory with archives in GOVER_SOURCES", self.back_online)
    }

    /// How long to wait at most before the repetition number `repetition`, counted from 0.
    pub fn pause(&self, repetition: u32) -> Duration {
        self.back_off.saturating_mul(1 << repetition.min(6)).min(self.longest_wait)
    }
}

/// Which authorities may vouch for servers: those of the operating system where both are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificates {
    /// A bundle in PEM (`SSL_CERT_FILE`) in place of the system's.
    pub file: Option<PathBuf>,
    /// Directories of such files (`SSL_CERT_DIR`) in place of the system's.
    pub directories: Vec<PathBuf>,
}

/// Where users and passwords for addresses of https are, besides the addresses themselves (`go help goauth`).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Authentication {
    /// The value of `GOAUTH`; `None` is `netrc`.
    pub goauth: Option<String>,
    /// The file of `netrc`; it need not exist.
    pub netrc: Option<PathBuf>,
}

impl fmt::Debug for Authentication {
    /// Without the programs of `GOAUTH`, whose arguments may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authentication").field("netrc", &self.netrc).finish_non_exhaustive()
    }
}

/// The proxies that variables name (golang.org/x/net/http/httpproxy). Where they name none, those of the operating
/// system are used on Windows and macOS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwardProxies {
    /// For addresses of https.
    pub https: Option<ForwardProxy>,
    /// For addresses of http.
    pub http: Option<ForwardProxy>,
    /// Which hosts are reached without (`NO_PROXY`).
    pub bypass: String,
}

impl ForwardProxies {
    /// Reads the variables, of which `variable` gives the values: `HTTPS_PROXY` before `https_proxy`, as Go does it,
    /// and `ALL_PROXY`, which Go does not know, for what is left.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&str]| {
            let named = |name: &&str| variable(name).map(|value| ((*name).to_owned(), value));
            names.iter().find_map(named).filter(|(_, value)| !value.trim().is_empty())
        };
        let proxy = |names: &[&str]| {
            let found = first(names).or_else(|| first(&["ALL_PROXY", "all_proxy"]));
            found.map(|(variable, text)| ForwardProxy {
                address: Address::parse_proxy(text.trim()).ok(),
                variable,
            })
        };
        Self {
            https: proxy(&["HTTPS_PROXY", "https_proxy"]),
            http: proxy(&["HTTP_PROXY", "http_proxy"]),
            bypass: first(&["NO_PROXY", "no_proxy"]).map(|(_, value)| value).unwrap_or_default(),
        }
    }
}

/// A proxy and the variable that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardProxy {
    /// `HTTPS_PROXY`
    pub variable: String,
    /// `None` if the variable does not hold the address of a proxy.
    pub address: Option<Address>,
}
