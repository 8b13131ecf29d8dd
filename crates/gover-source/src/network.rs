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
    /// How long the first repetition waits; each further one twice as long.
    pub back_off: Duration,
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
        }
    }
}

impl NetworkSettings {
    /// How long to wait before the repetition number `repetition`, counted from 0.
    pub(crate) fn pause(&self, repetition: u32) -> Duration {
        self.back_off.saturating_mul(1 << repetition.min(6)).min(LONGEST_PAUSE)
    }
}

/// No pause is longer, whatever a server asks for.
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(10);
