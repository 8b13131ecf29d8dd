//! Measures sources and entries of GOPROXY: whether they answer, how fast, and what they serve.
//!
//! All are asked at the same time, and at most [`DOWNLOADS`] files are read at once. Nothing that
//! was measured is kept, and no download depends on it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use gover_core::{Platform, ToolchainName};
use gover_net::{Address, Contact, HttpError, ProbeError, Sample, Sampling};

use super::{Probe, Supply, Verdict, as_readable, at_path, is_list, not_as_expected, refused, unreachable};
use crate::archive_name;
use crate::artifact::{Format, Wanted};
use crate::index::INDEX_PATH;
use crate::mirror::INDEX_FILE;
use crate::proxy::{self, DIRECTORY, Listed};
use crate::releases::Releases;
use crate::settings::SourceSpec;
use crate::table::Table;

/// What to measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A module proxy, by its base address.
    Proxy(Address),
    /// A release site, such as go.dev.
    Site(Address),
    /// Archives in one directory of a server.
    Mirror(Address),
    Directory(PathBuf),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// The address without credentials.
    pub address: String,
    /// Good if files arrive, not only an answer.
    pub verdict: Verdict,
    pub first_byte: Option<Duration>,
    pub bytes_per_second: Option<u64>,
    /// What a module proxy serves; `None` for other sources, and if it does not answer.
    pub serves: Option<Serves>,
    /// Whether a part of a file can be requested; `None` if no file arrived.
    pub ranges: Option<bool>,
    pub contacts: Vec<Contact>,
    /// The known authority that inspects the connection.
    pub inspector: Option<String>,
    /// The variable that names the forward proxy in between, such as `HTTPS_PROXY`.
    pub proxy_variable: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Serves {
    pub modules: bool,
    pub toolchains: bool,
    /// Whether it relays the checksum database, with a valid signature.
    pub sumdb: bool,
}

impl Measurement {
    pub fn works(&self) -> bool {
        self.verdict == Verdict::Good
    }

    fn new(probe: Probe) -> Self {
        Self {
            address: probe.address,
            first_byte: probe.first_byte.filter(|_| probe.verdict == Verdict::Good),
            verdict: probe.verdict,
            bytes_per_second: None,
            serves: None,
            ranges: None,
            contacts: Vec::new(),
            inspector: None,
            proxy_variable: probe.proxy_variable,
        }
    }

    /// Takes over what a file shows, or why it did not arrive.
    fn add(&mut self, sample: Result<Sample, Verdict>) {
        match sample {
            Ok(sample) => {
                self.bytes_per_second = Some(sample.bytes_per_second());
                self.ranges = Some(sample.is_range);
            }
            Err(verdict) => self.verdict = verdict,
        }
    }
}

impl Supply {
    /// The sources of the settings; `None` for `goproxy`, whose entries are targets of their own.
    pub fn source_targets(&self) -> Vec<Option<Target>> {
        let target = |spec: &SourceSpec| match spec {
            SourceSpec::GoProxy => None,
            SourceSpec::GoDev | SourceSpec::Site(_) => Some(Target::Site(self.godev.base.clone())),
            SourceSpec::China => Some(Target::Site(self.china.base.clone())),
            SourceSpec::Mirror(base) => Some(Target::Mirror(base.clone())),
            SourceSpec::Directory(path) | SourceSpec::File(path) => Some(Target::Directory(path.clone())),
        };
        self.settings.sources.iter().map(target).collect()
    }

    /// Measures all targets, each for [`LONGEST`] at most.
    pub async fn measure(&self, targets: &[Target], platform: &Platform) -> Vec<Measurement> {
        let (deadline, turns) = (Instant::now() + LONGEST, Semaphore::new(DOWNLOADS));
        let errand = Errand { supply: self, platform, deadline, turns: &turns };
        join_all(targets.iter().map(|target| errand.measure(target))).await
    }

    /// Whether the checksum database at `base` answers with a tree head that it signed.
    pub async fn probe_database(&self, base: &Address) -> Result<Probe, gover_log::DatabaseError> {
        let database = self.database()?;
        Ok(self.probe_head(Instant::now() + LONGEST, base, &database).await)
    }
}

struct Errand<'a> {
    supply: &'a Supply,
    platform: &'a Platform,
    deadline: Instant,
    /// Permits to read a file.
    turns: &'a Semaphore,
}

impl Errand<'_> {
    async fn measure(&self, target: &Target) -> Measurement {
        let (base, measured) = match target {
            Target::Proxy(base) => (base, Box::pin(self.together(base, self.proxy(base))).await),
            Target::Site(base) => (base, self.together(base, self.site(base)).await),
            Target::Mirror(base) => (base, self.together(base, self.mirror(base)).await),
            Target::Directory(path) if path.is_file() => {
                let verdict = Verdict::Wrong("is not a directory".to_owned());
                return Measurement::new(at_path(path, verdict));
            }
            Target::Directory(path) => {
                return Measurement::new(at_path(path, as_readable(fs::read_dir(path))));
            }
        };
        Measurement { address: base.to_string(), ..measured }
    }

    async fn together(&self, base: &Address, asked: impl Future<Output = Measurement>) -> Measurement {
        let http = &self.supply.http;
        let inspector = tokio::time::timeout_at(self.deadline, http.inspector(base));
        let (measured, contacts, inspector) = tokio::join!(asked, http.contacts(base), inspector);
        Measurement { contacts, inspector: inspector.ok().flatten(), ..measured }
    }

    async fn proxy(&self, base: &Address) -> Measurement {
        let (module, toolchain, sumdb) =
            tokio::join!(self.module(base), self.toolchain(base), self.relays(base));
        let (offer, version) = toolchain;
        let has = |probe: &Probe| probe.verdict == Verdict::Good;
        let serves = Serves { modules: has(&module), toolchains: has(&offer), sumdb };
        if !serves.modules && !serves.toolchains {
            // "Not found" says less than any other answer.
            let is_absent = matches!(module.verdict, Verdict::Status(404 | 410, _));
            return Measurement::new(if is_absent { offer } else { module });
        }
        let (path, answer) = if serves.modules {
            (format!("{}.zip", module_path()), module)
        } else {
            (format!("{DIRECTORY}/{version}.zip"), offer)
        };
        let mut measured = Measurement::new(answer);
        measured.add(self.sample(&base.join(&path), ZIP).await);
        Measurement { serves: Some(serves).filter(|_| measured.works()), ..measured }
    }

    async fn module(&self, base: &Address) -> Probe {
        let judge = |body: &[u8]| is_info(body, MODULE_VERSION);
        self.probe(base, &base.join(&format!("{}.info", module_path())), judge).await
    }

    /// Asks for the newest toolchain that the proxy lists, or that gover knows: lists are incomplete.
    /// Also returns its version, as it is in file names.
    async fn toolchain(&self, base: &Address) -> (Probe, String) {
        let mut listed = None;
        let judge = |body: &[u8]| {
            is_list(body)?;
            listed = self.newest(&Listed::parse(whole_lines(body)).unwrap_or_default());
            Ok(())
        };
        let list = self.probe(base, &base.join(&format!("{DIRECTORY}/list")), judge).await;
        let wanted = listed.or_else(|| self.newest_known());
        let is_answer = matches!(list.verdict, Verdict::Good | Verdict::Status(..));
        let Some(wanted) = wanted.filter(|_| is_answer) else { return (list, String::new()) };
        let name = proxy::escaped(&wanted).unwrap_or_default();
        let judge = |body: &[u8]| is_info(body, &wanted.module_version());
        (self.probe(base, &base.join(&format!("{DIRECTORY}/{name}.info")), judge).await, name)
    }

    async fn relays(&self, base: &Address) -> bool {
        let Ok(database) = self.supply.database() else { return false };
        let relay = base.join(&proxy::relay_path(database.name()));
        let (_, probe) = self.supply.probe_relay(self.deadline, &relay, &database).await;
        probe.is_some_and(|probe| probe.verdict == Verdict::Good)
    }

    async fn site(&self, base: &Address) -> Measurement {
        let mut archive = None;
        let judge = |body: &[u8]| match body.trim_ascii_start().first() {
            Some(b'[') => {
                archive = self.archive_in(body);
                Ok(())
            }
            _ => Err("its response is not a release index".to_owned()),
        };
        let mut measured = Measurement::new(self.probe(base, &base.join(INDEX_PATH), judge).await);
        self.add_archive(&mut measured, &base.join("dl"), archive).await;
        measured
    }

    /// Most mirrors have no index.
    async fn mirror(&self, base: &Address) -> Measurement {
        let mut archive = None;
        let judge = |body: &[u8]| {
            archive = self.archive_in(body);
            Ok(())
        };
        let mut probe = self.probe(base, &base.join(INDEX_FILE), judge).await;
        if matches!(probe.verdict, Verdict::Status(403 | 404 | 410, _)) {
            probe.verdict = Verdict::Good;
        }
        let mut measured = Measurement::new(probe);
        self.add_archive(&mut measured, base, archive).await;
        measured
    }

    /// Reads an archive of the directory `base`: the one that its index lists, else that of the newest
    /// release that gover knows. Whether this one is there says nothing about others.
    async fn add_archive(&self, measured: &mut Measurement, base: &Address, listed: Option<String>) {
        let newest = || Some(archive_name::usual(&self.newest_known()?));
        let Some(name) = listed.or_else(newest).filter(|_| measured.works()) else { return };
        match self.sample(&base.join(&name), archive_magic(&name)).await {
            Err(Verdict::Status(403 | 404 | 410, _)) => {}
            sample => measured.add(sample),
        }
    }

    async fn probe(
        &self,
        base: &Address,
        url: &Address,
        judge: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Probe {
        self.supply.probe(self.deadline, base, url, judge).await
    }

    /// Reads the beginning of a file, which must be of its kind.
    async fn sample(&self, url: &Address, magic: &[u8]) -> Result<Sample, Verdict> {
        // The semaphore is never closed, so there is no error.
        let _turn = self.turns.acquire().await;
        let sampled = self.supply.http.sample(url, SAMPLING);
        match tokio::time::timeout_at(self.deadline, sampled).await {
            Err(_) => Err(Verdict::Silent),
            Ok(Ok(sample)) if sample.head.starts_with(magic) => Ok(sample),
            Ok(Ok(sample)) => Err(Verdict::Wrong(not_as_expected(&sample.head, "the file"))),
            Ok(Err(ProbeError::Http(HttpError::Status { status, text, .. }))) => {
                Err(Verdict::Status(status, text))
            }
            Ok(Err(ProbeError::Http(error @ (HttpError::Silent { .. } | HttpError::Broken { .. })))) => {
                Err(Verdict::Wrong(error.to_string()))
            }
            Ok(Err(ProbeError::Http(error))) => Err(unreachable(&error)),
            Ok(Err(ProbeError::Certificate(problem))) => Err(refused(problem, None)),
        }
    }

    fn newest(&self, listed: &Listed) -> Option<Wanted> {
        let is_wanted = |platforms: &Vec<Platform>| platforms.contains(self.platform);
        let mut names = listed.toolchains.iter().filter(|(_, platforms)| is_wanted(platforms));
        let (name, _) = names.rfind(|(name, _)| name.is_release() && !name.version().is_prerelease())?;
        Some(self.wanted(name.clone()))
    }

    fn newest_known(&self) -> Option<Wanted> {
        let releases = Releases::from_table(Table::compiled());
        releases.newest_stable().map(|release| self.wanted(release.name.clone()))
    }

    fn wanted(&self, name: ToolchainName) -> Wanted {
        Wanted { name, platform: self.platform.clone() }
    }

    /// The first archive for this platform that an index names.
    fn archive_in(&self, index: &[u8]) -> Option<String> {
        let index = String::from_utf8_lossy(index);
        let mut texts = index.split('"');
        let is_wanted =
            |text: &&str| archive_name::parse(text).is_some_and(|(_, platform)| platform == *self.platform);
        texts.find(is_wanted).map(str::to_owned)
    }
}

fn module_path() -> String {
    format!("{MODULE}/@v/{MODULE_VERSION}")
}

/// Whether this is the `.info` file of a version. A login page of a hotel is not.
fn is_info(body: &[u8], version: &str) -> Result<(), String> {
    let info: Option<Value> = serde_json::from_slice(body).ok();
    let named = info.as_ref().and_then(|info| info.get("Version")).and_then(Value::as_str);
    if named == Some(version) { Ok(()) } else { Err(not_as_expected(body, "the facts of a module version")) }
}

/// The lines of a list whose end may be missing.
fn whole_lines(body: &[u8]) -> &str {
    let text = std::str::from_utf8(body).unwrap_or_default();
    text.rfind('\n').and_then(|end| text.get(..end)).unwrap_or(text)
}

fn archive_magic(name: &str) -> &'static [u8] {
    if archive_name::format(name) == Some(Format::Zip) { ZIP } else { GZIP }
}

/// A module that most programs need, so each proxy has it already, of more than a mebibyte.
const MODULE: &str = "golang.org/x/text";
const MODULE_VERSION: &str = "v0.14.0";

const ZIP: &[u8] = b"PK";
const GZIP: &[u8] = &[0x1f, 0x8b];

const SAMPLING: Sampling =
    Sampling { limit: 1 << 20, longest: Duration::from_secs(3), patience: Duration::from_secs(5) };

/// How many files are read at once. More would only measure how they share this connection.
const DOWNLOADS: usize = 4;

/// How long a measurement may take.
const LONGEST: Duration = Duration::from_secs(20);
