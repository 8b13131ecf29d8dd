//! Answers from the network, asked for side by side before the checks run, so that checks themselves wait for nothing.

use std::time::Duration;

use crate::finding::Evidence;

/// All answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkFacts {
    /// Each entry of GOPROXY that is an address, in order.
    pub proxies: Vec<Asked>,
    /// The checksum database by each way that was tried: `PROXY/sumdb/NAME` in the order of GOPROXY, and last the
    /// database itself if none of them passes it on. Good is one that shows a tree head with the right signature.
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
    /// It answered with this HTTP status and, perhaps, an explanation.
    Status(u16, String),
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

impl NetworkFacts {
    /// Everything that was asked.
    pub fn iter(&self) -> impl Iterator<Item = &Asked> {
        self.proxies.iter().chain(&self.sumdb).chain(&self.http_proxies)
    }
}

impl Asked {
    /// As evidence, with the time it took.
    pub fn evidence(&self) -> Evidence {
        let milliseconds = self.took.as_millis();
        let took = if milliseconds < 1000 {
            format!("{milliseconds}ms")
        } else {
            format!("{:.1}s", self.took.as_secs_f64())
        };
        let text = match &self.answer {
            Answer::Good => format!("answers in {took}"),
            answer => format!("{} ({took})", answer.words()),
        };
        Evidence::Answer { of: self.address.clone(), text }
    }
}

impl Answer {
    /// What came, in words.
    pub fn words(&self) -> String {
        match self {
            Self::Good => "answers".to_owned(),
            Self::Status(status, text) if text.is_empty() => format!("answers with status {status}"),
            Self::Status(status, text) => format!("answers with status {status}, {text}"),
            Self::Wrong(text) => text.clone(),
            Self::UntrustedCertificate(Some(issuer)) => {
                format!("its certificate comes from `{issuer}`, which is not trusted")
            }
            Self::UntrustedCertificate(None) => "its certificate is not trusted".to_owned(),
            Self::CertificateTime => {
                "its certificate is not valid at the time of this machine's clock".to_owned()
            }
            Self::Unreachable(reason) => format!("cannot connect: {reason}"),
            Self::Silent => "no answer".to_owned(),
        }
    }
}
