//! Answers from the network, which are requested before the checks run.

use gover_source::{ModuleAnswer, Probe, Verdict};

use crate::{Evidence, Words, text};

/// All answers. Addresses have no credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkFacts {
    /// The setting `sources`, in order.
    pub sources: Vec<Source>,
    /// Each server in GOPROXY, in order.
    pub proxies: Vec<Probe>,
    /// The route of the go command to the checksum database: `PROXY/sumdb/NAME` in the order of
    /// GOPROXY, and perhaps the database itself. Good means a tree head with a right signature.
    pub sumdb: Vec<Probe>,
    /// Each proxy in `HTTPS_PROXY` and `HTTP_PROXY`.
    pub http_proxies: Vec<Probe>,
    /// Modules of the project that may be private.
    pub modules: Vec<ModuleAnswer>,
    /// By how many seconds this machine's clock is ahead of a server's.
    pub clock_ahead: Option<i64>,
}

/// A source of toolchains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// As the setting has it, but without credentials.
    pub entry: String,
    /// Whether the setting has credentials in it that `entry` lacks.
    pub is_masked: bool,
    /// `None` for `goproxy`, whose servers are in [`NetworkFacts::proxies`].
    pub probe: Option<Probe>,
}

impl NetworkFacts {
    pub fn iter(&self) -> impl Iterator<Item = &Probe> {
        let sources = self.sources.iter().filter_map(|source| source.probe.as_ref());
        let hosts = self.modules.iter().flat_map(|module| [&module.metadata, &module.repository]);
        let known = sources.chain(&self.proxies).chain(&self.sumdb).chain(&self.http_proxies);
        known.chain(hosts.flatten())
    }
}

/// An answer as evidence, with the time it took.
pub(crate) fn evidence(probe: &Probe) -> Evidence {
    let took = match probe.took.as_millis() {
        milliseconds @ ..1000 => format!("{milliseconds}ms"),
        _ => format!("{:.1}s", probe.took.as_secs_f64()),
    };
    let text = match &probe.verdict {
        Verdict::Good => format!("answers in {took}"),
        verdict => format!("{} ({took})", words(verdict).en),
    };
    Evidence::answer(probe.address.as_str(), text)
}

/// What a server did, as the end of a sentence about it.
pub fn words(verdict: &Verdict) -> Words {
    match verdict {
        Verdict::Good => text!(en "answers", zh "有响应").into(),
        Verdict::Status(status, text) if text.is_empty() => {
            text!(en "answers with status {status}", zh "返回状态码 {status}", status = status)
        }
        Verdict::Status(status, text) => text!(
            en "answers with status {status}, {text}",
            zh "返回状态码 {status}，`{text}`",
            status = status, text = text,
        ),
        Verdict::Wrong(text) => text!(en "{text}", zh "`{text}`", text = text),
        Verdict::UntrustedCertificate(Some(issuer)) => text!(
            en "its certificate comes from `{issuer}`, which is not trusted",
            zh "证书由 `{issuer}` 颁发，不受信任",
            issuer = issuer,
        ),
        Verdict::UntrustedCertificate(None) => {
            text!(en "its certificate is not trusted", zh "证书不受信任").into()
        }
        Verdict::CertificateTime => text!(
            en "its certificate is not valid at the time of this machine's clock",
            zh "按本机的时钟，证书不在有效期内",
        )
        .into(),
        Verdict::Unreachable(reason) => {
            text!(en "cannot connect: {reason}", zh "连不上：`{reason}`", reason = reason)
        }
        Verdict::Silent => text!(en "no answer", zh "没有响应").into(),
    }
}
