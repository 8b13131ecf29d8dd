//! Checks whether Go's servers respond, to help users find out why downloads fail.
//!
//! All checks run at the same time and end at one deadline. No download depends on them.

#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use tokio::time::Instant;

use gover_log::{Database, DatabaseError};
use gover_net::{Address, CertificateProblem, HttpError, ProbeError, Probed, ServerTime};
use gover_net::{probe_tunnel, redacted};

pub use gover_net::Verdict;

use super::Supply;
use crate::proxy::{DIRECTORY, Entry, Place};
use crate::settings::SourceSpec;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    pub address: String,
    pub verdict: Verdict,
    pub took: Duration,
    /// How many seconds this machine's clock is ahead of the server's.
    pub clock_ahead: Option<i64>,
}

impl Supply {
    /// Requests the list of toolchains from each server in GOPROXY.
    pub async fn probe_proxies(&self, deadline: Instant) -> Vec<Probe> {
        let questions = self.proxy_servers().into_iter().map(|base| async move {
            self.probe(deadline, base, &base.join(&format!("{DIRECTORY}/list")), is_list).await
        });
        join_all(questions).await
    }

    /// Requests the newest tree head of the checksum database and checks its signature, by the route
    /// that the go command takes: the servers in GOPROXY up to the first that relays the database or
    /// ends the search, and then perhaps the database itself (cmd/go `modfetch.TryProxies`).
    pub async fn probe_sumdb(&self, deadline: Instant) -> Result<Vec<Probe>, DatabaseError> {
        let database = self.database()?;
        if let Some(address) = &database.address {
            return Ok(vec![self.probe_head(deadline, address, &database).await]);
        }
        let passed_on = format!("sumdb/{}", database.name());
        let entries = self.proxies.entries().unwrap_or_default();
        // They are asked at once, although go asks one after the other.
        let questions = entries.iter().map(|entry| async {
            match &entry.place {
                Place::Server(base) => {
                    let base = base.join(&passed_on);
                    let supported = self.probe(deadline, &base, &base.join("supported"), |_| Ok(())).await;
                    match supported.verdict {
                        Verdict::Good => Asked::Relays(self.probe_head(deadline, &base, &database).await),
                        _ => Asked::Fails(supported),
                    }
                }
                Place::Directory(path) if path.join(&passed_on).join("supported").is_file() => {
                    Asked::Relays(at_path(path, Verdict::Good))
                }
                Place::Directory(_) | Place::Off => Asked::Lacks,
                Place::Direct => Asked::Direct,
            }
        });
        let (mut ways, asks_database) = route(entries, join_all(questions).await);
        if asks_database {
            ways.push(self.probe_head(deadline, &database.direct, &database).await);
        }
        Ok(ways)
    }

    /// Asks each source of toolchains whether it answers, in the order of the setting; `None` for
    /// `goproxy`, which [`probe_proxies`](Self::probe_proxies) asks.
    pub async fn probe_sources(&self, deadline: Instant) -> Vec<Option<Probe>> {
        let questions = self.settings.sources.iter().map(|spec| async move {
            Some(match spec {
                SourceSpec::GoProxy => return None,
                SourceSpec::Site(base) => self.probe_site(deadline, base).await,
                SourceSpec::GoDev => self.probe_site(deadline, &self.godev.base).await,
                SourceSpec::China => self.probe_site(deadline, &self.china.base).await,
                SourceSpec::Mirror(base) => self.probe_mirror(deadline, base).await,
                SourceSpec::Directory(path) | SourceSpec::File(path) => probe_path(path),
            })
        });
        join_all(questions).await
    }

    async fn probe_site(&self, deadline: Instant, base: &Address) -> Probe {
        let judge = |body: &[u8]| match body.trim_ascii_start().first() {
            Some(b'[') => Ok(()),
            _ => Err("its response is not a release index".to_owned()),
        };
        self.probe(deadline, base, &base.join("dl/?mode=json&include=all"), judge).await
    }

    /// Most mirrors have no index, so "not found" is a good answer.
    async fn probe_mirror(&self, deadline: Instant, base: &Address) -> Probe {
        let mut probe = self.probe(deadline, base, &base.join("index.json"), |_| Ok(())).await;
        if matches!(probe.verdict, Verdict::Status(403 | 404 | 410, _)) {
            probe.verdict = Verdict::Good;
        }
        probe
    }

    /// Asks each proxy of variables such as `HTTPS_PROXY` for a tunnel to an https address.
    pub async fn probe_http_proxies(
        &self,
        proxies: &[String],
        target: Option<&Address>,
        deadline: Instant,
    ) -> Vec<Probe> {
        let connect_timeout = self.http.settings().connect_timeout;
        join_all(proxies.iter().map(|proxy| async move {
            let asked = async {
                match Address::parse_proxy(proxy) {
                    Ok(proxy) => probe_tunnel(&proxy, target, connect_timeout).await,
                    Err(_) => Verdict::Unreachable("not a proxy address".to_owned()),
                }
            };
            let (verdict, took) = self.in_time(deadline, asked).await;
            Probe { address: redacted(proxy), verdict, took, clock_ahead: None }
        }))
        .await
    }

    pub fn proxy_servers(&self) -> Vec<&Address> {
        let entries = self.proxies.entries().unwrap_or_default();
        let servers = entries.iter().filter_map(|entry| match &entry.place {
            Place::Server(base) => Some(base),
            Place::Directory(_) | Place::Direct | Place::Off => None,
        });
        servers.collect()
    }

    /// Requests `url` and lets `judge` see the beginning of the response. `base` is reported.
    async fn probe(
        &self,
        deadline: Instant,
        base: &Address,
        url: &Address,
        judge: impl Fn(&[u8]) -> Result<(), String>,
    ) -> Probe {
        let mut clock_ahead = None;
        let asked = async {
            let result = self.http.probe(url, LIMIT).await;
            match result {
                Ok(Probed { answer, time }) => {
                    clock_ahead = time.and_then(ahead);
                    match answer {
                        Ok(body) => judge(&body).map_or_else(Verdict::Wrong, |()| Verdict::Good),
                        Err(HttpError::Status { status, text, .. }) => Verdict::Status(status, text),
                        Err(error) => Verdict::Wrong(error.to_string()),
                    }
                }
                Err(ProbeError::Certificate(problem)) => {
                    let sight = self.http.look_at(url).await;
                    let (issuer, time) = sight.map_or((None, None), |sight| (sight.issuer, sight.time));
                    clock_ahead = time.and_then(ahead);
                    refused(problem, issuer)
                }
                Err(ProbeError::Http(error)) => unreachable(&error),
            }
        };
        let (verdict, took) = self.in_time(deadline, asked).await;
        Probe { address: base.to_string(), verdict, took, clock_ahead }
    }

    async fn probe_head(&self, deadline: Instant, base: &Address, database: &Database) -> Probe {
        let judge = |body: &[u8]| match database.verify_head(body) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("its tree head is not that of {}: {error}", database.name())),
        };
        self.probe(deadline, base, &base.join("latest"), judge).await
    }

    /// Runs a check that ends at the deadline at the latest, and measures how long it took. The
    /// deadline does not include time spent on a program that is asked for credentials.
    async fn in_time(&self, deadline: Instant, asked: impl Future<Output = Verdict>) -> (Verdict, Duration) {
        let started = Instant::now();
        let left = deadline.saturating_duration_since(started);
        let verdict = self.clock().timeout(left, asked).await.unwrap_or(Verdict::Silent);
        (verdict, started.elapsed())
    }
}

/// What an entry of GOPROXY says about a checksum database.
enum Asked {
    Relays(Probe),
    /// It does not say that it relays the database, or does not answer.
    Fails(Probe),
    /// It is a directory without the database, or `off`.
    Lacks,
    Direct,
}

/// The answers that the go command waits for, in order, and whether it then asks the database
/// itself: at `direct`, or if all entries said that they do not have it.
fn route(entries: &[Entry], answers: Vec<Asked>) -> (Vec<Probe>, bool) {
    let mut ways = Vec::new();
    for (entry, answer) in entries.iter().zip(answers) {
        let (probe, goes_on) = match answer {
            Asked::Direct => return (ways, true),
            Asked::Lacks => continue,
            Asked::Relays(probe) => (probe, false),
            Asked::Fails(probe) => {
                let goes_on = entry.any_failure_goes_on || is_not_found(&probe.verdict);
                (probe, goes_on)
            }
        };
        ways.push(probe);
        if !goes_on {
            return (ways, false);
        }
    }
    let asks_database = ways.iter().all(|way| is_not_found(&way.verdict));
    (ways, asks_database)
}

fn is_not_found(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Status(404 | 410, _))
}

fn probe_path(path: &Path) -> Probe {
    match fs::read_dir(path) {
        Err(error) if path.is_dir() => at_path(path, Verdict::Wrong(format!("cannot be read: {error}"))),
        Err(_) if !path.is_file() => at_path(path, Verdict::Wrong("does not exist".to_owned())),
        _ => at_path(path, Verdict::Good),
    }
}

fn at_path(path: &Path, verdict: Verdict) -> Probe {
    Probe { address: path.display().to_string(), verdict, took: Duration::ZERO, clock_ahead: None }
}

fn refused(problem: CertificateProblem, issuer: Option<String>) -> Verdict {
    match problem {
        CertificateProblem::Untrusted => Verdict::UntrustedCertificate(issuer),
        CertificateProblem::Time => Verdict::CertificateTime,
        problem => Verdict::Wrong(HttpError::Certificate { problem, issuer }.to_string()),
    }
}

fn unreachable(error: &HttpError) -> Verdict {
    match error {
        HttpError::Connect { reason } | HttpError::Broken { reason } => Verdict::Unreachable(reason.clone()),
        HttpError::Silent { .. } => Verdict::Unreachable("no response from the server".to_owned()),
        HttpError::Redirect { reason } => Verdict::Wrong(reason.clone()),
        HttpError::Proxy { .. } | HttpError::Insecure => Verdict::Wrong(error.to_string()),
        other => Verdict::Unreachable(other.to_string()),
    }
}

/// Whether this begins a list, which may be empty. A login page of a hotel is not a list.
fn is_list(body: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(body);
    let first = text.trim_start_matches('\u{feff}').trim_start().lines().next().unwrap_or_default();
    if first.is_empty() || first.starts_with('v') {
        return Ok(());
    }
    Err(if first.starts_with('<') {
        "it returned a web page".to_owned()
    } else {
        "its response is not a list of versions".to_owned()
    })
}

fn ahead(ServerTime(theirs): ServerTime) -> Option<i64> {
    let ours = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Some(i64::try_from(ours).ok()? - i64::try_from(theirs).ok()?)
}

/// Bytes to read: enough for a tree head, and to recognise any other response.
const LIMIT: usize = 16 << 10;
