//! The sources in order: the first that can serve wins, a failure is told, a fraud stops everything.

#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use gover_core::{Platform, Request};

use crate::address;
use crate::archive_name;
use crate::artifact::{Artifact, Wanted};
use crate::checksums::{self, Way};
use crate::error::{LookupError, SourceError, SourceFailure, SupplyError};
use crate::http::Http;
use crate::index::{Cache, Freshness};
use crate::proxy::{self, Listed, Proxies};
use crate::releases::{Availability, Release, Releases};
use crate::settings::{CHINA_URL, InvalidSource, SourceSpec, SupplySettings};
use crate::source::{Flat, Knowledge, ReleaseSite, module_roots};
use crate::sumdb::LogRecord;
use crate::table::Table;
use crate::transfer::{Observer, Sink, TransferError, transfer};

/// Where toolchains come from; built once a command. Opens no connection before it is asked for something.
#[derive(Debug)]
pub struct Supply {
    settings: SupplySettings,
    pub(crate) http: Http,
    cache: Cache,
    table: Table,
    godev: ReleaseSite,
    china: ReleaseSite,
    pub(crate) proxies: Proxies,
}

/// A finished download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// What was downloaded.
    pub artifact: Artifact,
    /// Its length.
    pub bytes: u64,
    /// Sources that were tried before, and why they failed.
    pub failures: Vec<SourceFailure>,
}

impl Supply {
    /// The supply that the settings describe.
    pub fn new(settings: SupplySettings) -> Result<Self, InvalidSource> {
        if !address::is_http(&settings.godev_url) {
            return Err(InvalidSource { text: address::shown(&settings.godev_url) });
        }
        Ok(Self {
            http: Http::new(settings.network.clone()),
            cache: Cache::new(settings.index_cache.clone()),
            table: Table::compiled(),
            godev: ReleaseSite::new(&SourceSpec::GoDev.label(), &settings.godev_url),
            china: ReleaseSite::new(&SourceSpec::China.label(), CHINA_URL),
            proxies: Proxies::new(settings.proxies.as_deref(), &settings.godev_url),
            settings,
        })
    }

    /// The settings it was made from.
    pub fn settings(&self) -> &SupplySettings {
        &self.settings
    }

    /// Downloads `wanted` from the first source that has it. A source that fails is reported to `observer` and the
    /// next one tried; a contradiction between what is known and what comes stops at once. What arrived is *not*
    /// verified: the caller compares it with the artifact's proof.
    pub async fn download(
        &self,
        wanted: &Wanted,
        sink: &mut dyn Sink,
        observer: &dyn Observer,
    ) -> Result<Download, SupplyError> {
        let mut attempt =
            Attempt { http: &self.http, sink, observer, failures: Vec::new(), all_answered: true };
        for spec in &self.settings.sources {
            if let Some((artifact, bytes)) = self.download_from(spec, wanted, &mut attempt).await? {
                return Ok(Download { artifact, bytes, failures: attempt.failures });
            }
        }
        let Attempt { failures, all_answered, .. } = attempt;
        let wanted = wanted.clone();
        Err(if all_answered {
            SupplyError::Unknown { wanted, failures }
        } else {
            SupplyError::Unreachable { wanted, failures, offline: self.settings.network.offline }
        })
    }

    /// Downloads one known file, and asks no other source: for a build of the user's own.
    pub async fn fetch(
        &self,
        artifact: &Artifact,
        sink: &mut dyn Sink,
        observer: &dyn Observer,
    ) -> Result<u64, SupplyError> {
        let mut attempt =
            Attempt { http: &self.http, sink, observer, failures: Vec::new(), all_answered: true };
        match attempt.download(Ok(artifact.clone())).await? {
            Ok((_, bytes)) => Ok(bytes),
            Err(error) => {
                let url = Some(artifact.location.to_string());
                let failure =
                    SourceFailure { source: artifact.source.clone(), url, reason: error.to_string() };
                let offline = self.settings.network.offline;
                Err(SupplyError::Unreachable {
                    wanted: artifact.wanted.clone(),
                    failures: vec![failure],
                    offline,
                })
            }
        }
    }

    /// The proven record of the checksum database about the module that holds `wanted`.
    pub async fn lookup(&self, wanted: &Wanted) -> Result<LogRecord, LookupError> {
        let way = Way { http: &self.http, proxies: &self.proxies };
        checksums::lookup(wanted, self.settings.sumdb.as_deref(), way, &self.settings.sumdb_cache).await
    }

    /// What is known of releases without asking anybody: the table, and what is kept of earlier answers.
    pub fn known_releases(&self) -> Releases {
        let mut releases = Releases::from_table(&self.table);
        for site in self.sites() {
            if let Some(kept) = site.site.kept(&self.cache) {
                releases.add_index(&kept.index, kept.checked);
            }
        }
        if self.settings.sources.contains(&SourceSpec::GoProxy) {
            releases.add_listed(&self.proxies.kept_list(&self.cache));
        }
        self.add_directories(&mut releases);
        releases
    }

    /// What is known of releases, with answers of the last hour.
    pub async fn releases(&self) -> Releases {
        self.collect(Freshness::Recent).await
    }

    /// What is known of releases, everybody asked anew.
    pub async fn current_releases(&self) -> Releases {
        self.collect(Freshness::Now).await
    }

    /// The newest release that answers `request` and that there is for `platform`.
    ///
    /// Where nobody has said whether it is there for the platform, a proxy is asked; what none has is passed over.
    pub async fn newest<'a>(
        &self,
        releases: &'a Releases,
        request: &Request,
        platform: &Platform,
    ) -> Option<&'a Release> {
        let mut doubtful = 0;
        for release in releases.matching(request) {
            match release.availability(platform) {
                Availability::Yes => return Some(release),
                Availability::No => {}
                Availability::Unknown => {
                    doubtful += 1;
                    let wanted = Wanted { name: release.name.clone(), platform: platform.clone() };
                    // Where nobody can be asked, the download will tell.
                    if doubtful > QUESTIONS || !matches!(self.is_offered(&wanted).await, Ok(false)) {
                        return Some(release);
                    }
                }
            }
        }
        None
    }

    /// Whether the proxies have a toolchain, asked by its `.info`; an error if none of them could be asked, or none
    /// is among the sources.
    async fn is_offered(&self, wanted: &Wanted) -> Result<bool, SourceError> {
        if !self.settings.sources.contains(&SourceSpec::GoProxy) {
            return Err(SourceError::unreachable("no proxy is among the sources"));
        }
        self.proxies.offers(&self.http, wanted).await
    }

    async fn download_from(
        &self,
        spec: &SourceSpec,
        wanted: &Wanted,
        attempt: &mut Attempt<'_>,
    ) -> Result<Option<(Artifact, u64)>, SupplyError> {
        let knowledge = Knowledge { http: &self.http, cache: &self.cache, table: &self.table };
        let artifact = match spec {
            SourceSpec::GoProxy => return self.download_from_proxies(wanted, attempt).await,
            SourceSpec::GoDev => self.godev.artifact(wanted, knowledge).await,
            SourceSpec::China => self.china.artifact(wanted, knowledge).await,
            SourceSpec::Mirror(base) => Flat::Mirror(base).artifact(wanted, &self.godev, knowledge).await,
            SourceSpec::Directory(path) => {
                Flat::Directory(path).artifact(wanted, &self.godev, knowledge).await
            }
        };
        match attempt.download(artifact).await? {
            Ok(done) => Ok(Some(done)),
            Err(error) => {
                attempt.failed(
                    SourceFailure { source: spec.label(), url: None, reason: error.to_string() },
                    &error,
                );
                Ok(None)
            }
        }
    }

    async fn download_from_proxies(
        &self,
        wanted: &Wanted,
        attempt: &mut Attempt<'_>,
    ) -> Result<Option<(Artifact, u64)>, SupplyError> {
        let candidates = match self.proxies.candidates(wanted) {
            Ok(candidates) => candidates,
            Err(error) => {
                let source = proxy::LABEL.to_owned();
                attempt.failed(SourceFailure { source, url: None, reason: error.to_string() }, &error);
                return Ok(None);
            }
        };
        for candidate in candidates {
            match attempt.download(candidate.artifact).await? {
                Ok(done) => return Ok(Some(done)),
                Err(error) => {
                    attempt.failed(self.proxies.failure(candidate.entry, &error), &error);
                    if !(candidate.entry.any_failure_goes_on || error.is_not_found()) {
                        break;
                    }
                }
            }
        }
        Ok(None)
    }

    async fn collect(&self, freshness: Freshness) -> Releases {
        let mut releases = Releases::from_table(&self.table);
        let indexes = async {
            let mut loaded = Vec::new();
            for site in self.sites() {
                let index = site.site.load(&self.http, &self.cache, &self.table, freshness).await;
                loaded.push((site.label.clone(), index));
            }
            loaded
        };
        let listed = async {
            if self.settings.sources.contains(&SourceSpec::GoProxy) {
                self.proxies.list(&self.http, &self.cache, freshness).await
            } else {
                (Listed::default(), Vec::new())
            }
        };
        let (indexes, (listed, failures)) = tokio::join!(indexes, listed);
        for (source, loaded) in indexes {
            let reason = match loaded {
                Ok(loaded) => {
                    releases.add_index(&loaded.index, loaded.checked);
                    loaded.stale
                }
                Err(error) => Some(error.to_string()),
            };
            releases.failures.extend(reason.map(|reason| SourceFailure { source, url: None, reason }));
        }
        releases.add_listed(&listed);
        releases.failures.extend(failures);
        self.add_directories(&mut releases);
        releases
    }

    /// The release sites whose index counts: those among the sources; for mirrors, which have none, that of the Go
    /// project.
    fn sites(&self) -> impl Iterator<Item = &ReleaseSite> {
        let sources = &self.settings.sources;
        let mirrored = sources.iter().any(|spec| matches!(spec, SourceSpec::Mirror(_)));
        let godev = mirrored || sources.contains(&SourceSpec::GoDev);
        let china = sources.contains(&SourceSpec::China);
        [godev.then_some(&self.godev), china.then_some(&self.china)].into_iter().flatten()
    }

    fn add_directories(&self, releases: &mut Releases) {
        for spec in &self.settings.sources {
            if let SourceSpec::Directory(path) = spec {
                releases.add_listed(&list_directory(path));
            }
        }
    }
}

/// One download, from source to source.
struct Attempt<'a> {
    http: &'a Http,
    sink: &'a mut dyn Sink,
    observer: &'a dyn Observer,
    failures: Vec<SourceFailure>,
    /// Whether every source so far answered that it has not got it.
    all_answered: bool,
}

impl Attempt<'_> {
    /// Tries one file. The inner error lets the next source be tried, the outer one does not.
    async fn download(
        &mut self,
        artifact: Result<Artifact, SourceError>,
    ) -> Result<Result<(Artifact, u64), SourceError>, SupplyError> {
        let result = match artifact {
            Ok(artifact) => match transfer(self.http, &artifact, self.sink, self.observer).await {
                Ok(bytes) => Ok((artifact, bytes)),
                Err(TransferError::Source(error)) => Err(error),
                Err(TransferError::Sink(source)) => {
                    return Err(SupplyError::Write { file_name: artifact.file_name, source });
                }
            },
            Err(error) => Err(error),
        };
        match result {
            Err(SourceError::Integrity(error)) => Err(error.into()),
            result => Ok(result),
        }
    }

    fn failed(&mut self, failure: SourceFailure, error: &SourceError) {
        self.all_answered &= error.is_not_there();
        self.observer.source_failed(&failure);
        self.failures.push(failure);
    }
}

/// The toolchains of a directory, by the names of its files. What cannot be read is empty here, and an error when
/// something is wanted from it.
fn list_directory(directory: &Path) -> Listed {
    let mut listed = Listed::default();
    let roots = module_roots(directory).map(|root| proxy::below(root, proxy::DIRECTORY));
    for path in roots.iter().map(std::path::PathBuf::as_path).chain([directory]) {
        let Ok(entries) = fs::read_dir(path) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let module = name.strip_suffix(".zip").and_then(proxy::parse_version);
            if let Some((toolchain, platform)) = module.or_else(|| archive_name::parse(name)) {
                listed.toolchains.entry(toolchain).or_default().push(platform);
            }
        }
    }
    listed
}

/// How many releases are asked for one by one before the newest is taken on trust.
const QUESTIONS: u32 = 8;
