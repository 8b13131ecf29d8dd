//! Checks whether Go's servers respond, to help users find out why downloads fail.
//!
//! All checks run at the same time and end at one deadline. No download depends on them.

mod measure;
mod modules;
#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use tokio::time::Instant;

use gover_log::{Database, DatabaseError};
use gover_net::{Address, CertificateProblem, HttpError, ProbeError, Probed, ServerTime};
use gover_net::{probe_tunnel, reason_of, redacted};

pub use gover_net::Verdict;
pub use measure::{Measurement, Serves, Target};
pub use modules::{ModuleAnswer, ModuleQuestion};

use super::Supply;
use crate::artifact::{Location, below};
use crate::index::INDEX_PATH;
use crate::mirror::INDEX_FILE;
use crate::proxy::{self, DIRECTORY, End, Place, Reply, SUPPORTED, route};
use crate::settings::SourceSpec;
use crate::source::ReleaseSite;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    pub address: String,
    pub verdict: Verdict,
    pub took: Duration,
    /// How long it took until the response began, if one did.
    pub first_byte: Option<Duration>,
    /// How many seconds this machine's clock is ahead of the server's.
    pub clock_ahead: Option<i64>,
    /// The variable that names the forward proxy in between, such as `HTTPS_PROXY`.
    pub proxy_variable: Option<String>,
}

impl Probe {
    /// An answer about which nothing else is known.
    pub fn new(address: String, verdict: Verdict) -> Self {
        let took = Duration::ZERO;
        Self { address, verdict, took, first_byte: None, clock_ahead: None, proxy_variable: None }
    }
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
    /// that the go command takes: the entries of GOPROXY up to the first that relays the database or
    /// ends the search, and then perhaps the database itself.
    pub async fn probe_sumdb(&self, deadline: Instant) -> Result<Vec<Probe>, DatabaseError> {
        let database = self.database()?;
        if let Some(address) = &database.address {
            return Ok(vec![self.probe_head(deadline, address, &database).await]);
        }
        let relay_path = proxy::relay_path(database.name());
        let entries = self.proxies.entries().unwrap_or_default();
        // They are asked at once, although the go command asks one after the other.
        let questions = entries.iter().map(|entry| async {
            match &entry.place {
                Place::Server(base) => self.probe_relay(deadline, &base.join(&relay_path), &database).await,
                Place::Directory(path) => {
                    self.read_relay(path, &Location::File(below(path, &relay_path)), &database).await
                }
                Place::Direct | Place::Off => (Reply::NotFound, None),
            }
        });
        let (replies, probes): (Vec<_>, Vec<_>) = join_all(questions).await.into_iter().unzip();
        let reply = |at| replies.get(at).copied().unwrap_or(Reply::NotFound);
        let route = route(entries, reply);
        let mut probes: Vec<Probe> = probes.into_iter().take(route.asked).flatten().collect();
        if route.end == End::Database {
            probes.push(self.probe_head(deadline, &database.direct, &database).await);
        }
        Ok(probes)
    }

    /// Asks a server whether it relays the database, and if it does, for the tree head.
    async fn probe_relay(
        &self,
        deadline: Instant,
        base: &Address,
        database: &Database,
    ) -> (Reply, Option<Probe>) {
        let supported = self.probe(deadline, base, &base.join(SUPPORTED), |_| Ok(())).await;
        match supported.verdict {
            Verdict::Good => (Reply::Relays, Some(self.probe_head(deadline, base, database).await)),
            Verdict::Status(404 | 410, _) => (Reply::NotFound, Some(supported)),
            _ => (Reply::Fails, Some(supported)),
        }
    }

    /// Does the same with a directory that GOPROXY names, and that has the database at `relay`.
    async fn read_relay(
        &self,
        directory: &Path,
        relay: &Location,
        database: &Database,
    ) -> (Reply, Option<Probe>) {
        let read = async |file| proxy::read_new(&self.http, &relay.below(file), LIMIT as u64).await;
        let wrong = |reason: String| Some(at_path(directory, Verdict::Wrong(reason)));
        match read(SUPPORTED).await {
            Ok(_) => {}
            Err(error) if error.is_not_found() => return (Reply::NotFound, None),
            Err(error) => return (Reply::Fails, wrong(error.to_string())),
        }
        let judged = match read(HEAD).await {
            Ok(head) => judge_head(database, &head),
            Err(error) => Err(error.to_string()),
        };
        (Reply::Relays, judged.map_or_else(wrong, |()| Some(at_path(directory, Verdict::Good))))
    }

    /// Asks each source of toolchains whether it answers, in the order of the setting; `None` for
    /// `goproxy`, which [`probe_proxies`](Self::probe_proxies) asks.
    pub async fn probe_sources(&self, deadline: Instant) -> Vec<Option<Probe>> {
        let questions = self.settings.sources.iter().map(|spec| async move {
            Some(match spec {
                SourceSpec::GoProxy => return None,
                SourceSpec::GoDev | SourceSpec::Site(_) => self.probe_site(deadline, &self.godev).await,
                SourceSpec::China => self.probe_site(deadline, &self.china).await,
                SourceSpec::Mirror(base) => self.probe_mirror(deadline, base).await,
                SourceSpec::Directory(path) if path.is_file() => {
                    at_path(path, Verdict::Wrong("is not a directory".to_owned()))
                }
                SourceSpec::Directory(path) => at_path(path, as_readable(fs::read_dir(path))),
                SourceSpec::File(path) => at_path(path, as_readable(fs::metadata(path))),
            })
        });
        join_all(questions).await
    }

    async fn probe_site(&self, deadline: Instant, ReleaseSite { base, .. }: &ReleaseSite) -> Probe {
        let judge = |body: &[u8]| match body.trim_ascii_start().first() {
            Some(b'[') => Ok(()),
            _ => Err("its response is not a release index".to_owned()),
        };
        self.probe(deadline, base, &base.join(INDEX_PATH), judge).await
    }

    /// Most mirrors have no index, so "not found" is a good answer. Storage services answer 403 for
    /// any file that they do not have.
    async fn probe_mirror(&self, deadline: Instant, base: &Address) -> Probe {
        let mut probe = self.probe(deadline, base, &base.join(INDEX_FILE), |_| Ok(())).await;
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
            Probe { took, ..Probe::new(redacted(proxy), verdict) }
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
        mut judge: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Probe {
        let (mut clock_ahead, mut begun) = (None, None);
        let asked = async {
            let result = self.http.probe(url, LIMIT).await;
            match result {
                Ok(Probed { answer, time, first_byte }) => {
                    clock_ahead = time.and_then(ahead);
                    begun = Some(first_byte);
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
        let proxy_variable = self.http.proxy_variable(url).map(str::to_owned);
        Probe {
            took,
            first_byte: begun,
            clock_ahead,
            proxy_variable,
            ..Probe::new(base.to_string(), verdict)
        }
    }

    async fn probe_head(&self, deadline: Instant, base: &Address, database: &Database) -> Probe {
        self.probe(deadline, base, &base.join(HEAD), |body| judge_head(database, body)).await
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

fn judge_head(database: &Database, head: &[u8]) -> Result<(), String> {
    let error = database.verify_head(head).map(drop);
    error.map_err(|error| format!("its tree head is not that of {}: {error}", database.name()))
}

fn as_readable<T>(read: io::Result<T>) -> Verdict {
    match read {
        Ok(_) => Verdict::Good,
        Err(error) if error.kind() == ErrorKind::NotFound => Verdict::Wrong("does not exist".to_owned()),
        Err(error) => Verdict::Wrong(format!("cannot be read: {}", reason_of(&error))),
    }
}

fn at_path(path: &Path, verdict: Verdict) -> Probe {
    Probe::new(path.display().to_string(), verdict)
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
    Err(not_as_expected(body, "a list of versions"))
}

/// What came in place of something else.
fn not_as_expected(body: &[u8], expected: &str) -> String {
    if body.trim_ascii_start().starts_with(b"<") {
        "it returned a web page".to_owned()
    } else {
        format!("its response is not {expected}")
    }
}

fn ahead(ServerTime(theirs): ServerTime) -> Option<i64> {
    let ours = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Some(i64::try_from(ours).ok()? - i64::try_from(theirs).ok()?)
}

/// Bytes to read: enough for a tree head, and to recognise any other response.
const LIMIT: usize = 16 << 10;

/// The newest tree head, below the address of a database.
const HEAD: &str = "latest";
