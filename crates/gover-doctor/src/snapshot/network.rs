//! Answers from the network, asked for side by side before the checks run, so that checks themselves wait for nothing.

use std::time::Duration;

/// All answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkFacts {
    /// Each entry of GOPROXY that is an address, in order.
    pub proxies: Vec<Asked>,
    /// The checksum database, by each way that was tried.
    pub sumdb: Vec<Asked>,
    /// Each proxy that `HTTPS_PROXY` and `HTTP_PROXY` name.
    pub http_proxies: Vec<Asked>,
    /// Difference between a server's clock and this machine's in seconds, positive if this one is ahead.
    pub clock_ahead: Option<i64>,
}

/// One address and what came of asking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The address without credentials.
    pub address: String,
    /// The answer.
    pub answer: Answer,
    /// How long it took.
    pub took: Duration,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It answered as it should.
    Good,
    /// It answered with this HTTP status.
    Status(u16),
    /// It answered with something else than expected, described.
    Wrong(String),
    /// Its certificate comes from an authority that is not trusted; the issuer's name if it was told.
    UntrustedCertificate(Option<String>),
    /// Its certificate is not valid at the time of this machine's clock.
    CertificateTime,
    /// No connection, with the reason.
    Unreachable(String),
    /// Nothing came within the bound.
    Silent,
}
