//! How the network is used; values the manager decides.

use std::path::PathBuf;
use std::time::Duration;

/// Rules for every connection.
#[derive(Clone, Debug)]
pub struct NetworkSettings {
    /// No socket is opened at all.
    pub offline: bool,
    /// A bundle of PEM certificates that replaces the operating system's store (`SSL_CERT_FILE`).
    pub certificates: Option<PathBuf>,
    /// How long connecting may take. Short, since the next source waits.
    pub connect_timeout: Duration,
    /// How long a connection may stay silent.
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
            measure: Duration::from_millis(750),
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
            certificates: None,
            connect_timeout: Duration::from_secs(5),
            stall_timeout: Duration::from_secs(30),
            retries: 3,
            back_off: Duration::from_millis(250),
            longest_wait: Duration::from_secs(10),
            patience: Duration::from_secs(2),
            multiplexed: true,
            split: SplitSettings::default(),
        }
    }
}

impl NetworkSettings {
    /// How long to wait at most before the repetition number `repetition`, counted from 0.
    pub(crate) fn pause(&self, repetition: u32) -> Duration {
        self.back_off.saturating_mul(1 << repetition.min(6)).min(self.longest_wait)
    }
}
