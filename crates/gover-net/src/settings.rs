//! Settings of the network.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::address::Address;

#[derive(Clone, Debug)]
pub struct NetworkSettings {
    /// No socket is opened at all.
    pub offline: bool,
    /// How the user allows the network again, for hints: `unset GOVER_OFFLINE`.
    pub back_online: String,
    pub certificates: Certificates,
    pub forward: ForwardProxies,
    pub authentication: Authentication,
    /// How long connecting may take. It is short, because another source may be faster.
    pub connect_timeout: Duration,
    /// How long a server may send nothing. A request for a small file whose response has not begun
    /// after [`short_wait`](Self::short_wait) is made again, with all of this time.
    pub stall_timeout: Duration,
    pub retries: u32,
    /// The longest wait before the first retry. It doubles with each retry.
    pub back_off: Duration,
    /// The longest wait before any retry. If a server asks for more, gover uses the next source.
    pub longest_wait: Duration,
    /// How long a source may send nothing before the next one is asked too.
    pub patience: Duration,
    /// Whether several requests may share a connection (HTTP/2).
    pub multiplexed: bool,
    pub split: SplitSettings,
    pub notice: Notice,
}

/// Tells the user what gover waits for, if it takes longer than usual. By default it does nothing.
#[derive(Clone, Default)]
#[expect(clippy::type_complexity, reason = "the type is written only here")]
pub struct Notice(Option<Arc<dyn Fn(&Waiting<'_>) + Send + Sync>>);

impl Notice {
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting<'a> {
    Sources {
        labels: &'a [String],
        silence: Duration,
    },
    /// The name of a program in GOAUTH. There is no timeout, because it may be asking the user.
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

#[derive(Clone, Debug)]
pub struct SplitSettings {
    pub connections: usize,
    /// How long the rate is measured before a decision.
    pub measure: Duration,
    /// The fewest bytes in that time that give a usable rate.
    pub least: u64,
    /// A download that will end sooner than this keeps its one connection.
    pub worth: Duration,
    /// More connections are kept if they are faster by this factor.
    pub gain: f64,
    /// The fewest and the most bytes that a connection requests at a time.
    pub segment: (u64, u64),
    /// How many bytes may be kept in memory until the bytes before them arrive.
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
    pub fn offline_hint(&self) -> String {
        format!(
            "offline mode is on; {}, or name a directory with archives in GOVER_SOURCES",
            self.back_online
        )
    }

    /// How long to wait for something that usually comes at once: the first response of a server,
    /// or the text of an error.
    pub fn short_wait(&self) -> Duration {
        self.stall_timeout / 3
    }

    /// The longest wait before a retry, counted from 0.
    pub fn pause(&self, repetition: u32) -> Duration {
        self.back_off.saturating_mul(1 << repetition.min(6)).min(self.longest_wait)
    }
}

/// The trusted certificate authorities: those of the operating system if both fields are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificates {
    /// A PEM bundle (`SSL_CERT_FILE`) instead of the system's.
    pub file: Option<PathBuf>,
    /// Directories of such files (`SSL_CERT_DIR`) instead of the system's.
    pub directories: Vec<PathBuf>,
}

/// Where credentials for https addresses come from, if not from the address (`go help goauth`).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Authentication {
    /// The value of `GOAUTH`; `None` means `netrc`.
    pub goauth: Option<String>,
    /// The path of `.netrc`, which need not exist.
    pub netrc: Option<PathBuf>,
}

impl fmt::Debug for Authentication {
    /// Without `GOAUTH`, since arguments of its programs may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authentication").field("netrc", &self.netrc).finish_non_exhaustive()
    }
}

/// The proxies that environment variables name (golang.org/x/net/http/httpproxy). If they name
/// none, those of the operating system are used on Windows and macOS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwardProxies {
    pub https: Option<ForwardProxy>,
    pub http: Option<ForwardProxy>,
    /// Hosts that need no proxy (`NO_PROXY`).
    pub bypass: String,
}

impl ForwardProxies {
    /// Reads the environment variables with `variable`. As in Go, `HTTPS_PROXY` takes precedence
    /// over `https_proxy`. `ALL_PROXY`, which Go does not read, applies if neither is set.
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

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardProxy {
    /// `HTTPS_PROXY`
    pub variable: String,
    /// `None` if the variable does not contain the address of a proxy.
    pub address: Option<Address>,
}
