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
        }
    }
}

impl NetworkSettings {
    /// How long to wait at most before the repetition number `repetition`, counted from 0.
    pub(crate) fn pause(&self, repetition: u32) -> Duration {
        self.back_off.saturating_mul(1 << repetition.min(6)).min(self.longest_wait)
    }
}
