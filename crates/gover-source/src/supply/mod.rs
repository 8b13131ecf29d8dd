//! The sources in order: the first that can serve a file is used.

mod bundle;
mod download;
mod lists;
mod module;
mod parts;
mod probe;
mod reach;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;

use gover_core::{Platform, Request, ToolchainName};
use gover_log::{Database, DatabaseError, LogRecord, LogWarning, LogWarnings};

use gover_net::{Address, Clock, Http};

use crate::archive_name;
use crate::artifact::{Artifact, Wanted, below};
use crate::checksums::LogRoute;
use crate::error::{LookupError, SourceError, SourceFailure};
use crate::index::{Cache, Freshness, Loader};
use crate::proxy::{self, Listed, Proxies};
use crate::recent::RecentFailures;
use crate::releases::{Availability, Release, Releases};
use crate::settings::{CHINA_URL, GODEV_URL, InvalidSource, SourceSpec, SupplySettings};
use crate::source::{ChecksumLookup, ReleaseSite, known_archive};
use crate::table::Table;

pub use module::{ModuleError, ModuleZip};
pub use probe::{Measurement, ModuleAnswer, ModuleQuestion, Probe, Serves, Target, Verdict};

/// The configured sources of toolchains. Connections are opened only when they are needed.
#[derive(Debug)]
pub struct Supply {
    settings: SupplySettings,
    http: Http,
    cache: Cache,
    godev: ReleaseSite,
    china: ReleaseSite,
    proxies: Proxies,
    recent: RecentFailures,
    warnings: LogWarnings,
}

#[derive(Clone, Debug)]
pub struct Download {
    pub artifact: Artifact,
    pub bytes: u64,
    /// The sources that were tried before, with their errors.
    pub failures: Vec<SourceFailure>,
}

impl Supply {
    pub fn new(mut settings: SupplySettings) -> Result<Self, InvalidSource> {
        let godev = settings.godev_url.clone().map_or_else(|| GODEV_URL.parse(), Ok)?;
        if !godev.is_http() {
            return Err(InvalidSource { text: godev.to_string() });
        }
        let is_usual = godev.to_string() == GODEV_URL;
        let spec = if is_usual { SourceSpec::GoDev } else { SourceSpec::Site(godev.clone()) };
        // So messages and receipts name the site that is really asked.
        for named in settings.sources.iter_mut().chain(&mut settings.witnesses) {
            if *named == SourceSpec::GoDev {
                named.clone_from(&spec);
            }
        }
        Ok(Self {
            http: Http::new(settings.network.clone()),
            cache: Cache::new(settings.index_cache.clone()),
            proxies: Proxies::new(settings.proxies.as_deref(), &godev),
            godev: ReleaseSite::new(spec, godev),
            china: ReleaseSite::new(SourceSpec::China, CHINA_URL.parse()?),
            recent: RecentFailures::new(settings.failed_sources.clone()),
            warnings: LogWarnings::default(),
            settings,
        })
    }

    /// The release site that stands in for go.dev, if the settings name another.
    pub fn stand_in(&self) -> Option<&Address> {
        match &self.godev.spec {
            SourceSpec::Site(base) => Some(base),
            _ => None,
        }
    }

    /// The SHA-256 of a release's archive, if the table compiled into gover has it.
    pub fn compiled_sum(&self, wanted: &Wanted) -> Option<String> {
        known_archive(wanted)?.sha256
    }

    pub fn settings(&self) -> &SupplySettings {
        &self.settings
    }

    /// Looks up the record of `wanted` in the checksum database, and proves it.
    pub async fn lookup(&self, wanted: &Wanted) -> Result<LogRecord, LookupError> {
        self.log_route(&self.settings.sources).lookup(wanted).await
    }

    /// The checksum database that GOSUMDB names.
    fn database(&self) -> Result<Database, DatabaseError> {
        self.log_route(&[]).database()
    }

    pub fn clock(&self) -> &Clock {
        self.http.clock()
    }

    /// Returns the warnings about the checksum database since the last call. No proof failed.
    pub fn take_warnings(&self) -> Vec<LogWarning> {
        self.warnings.take()
    }

    /// The route to the checksum database. The given `sources` may also hold records.
    fn log_route<'a>(&'a self, sources: &'a [SourceSpec]) -> LogRoute<'a> {
        LogRoute {
            http: &self.http,
            proxies: &self.proxies,
            sources,
            recent: &self.recent,
            warnings: &self.warnings,
            setting: self.settings.sumdb.as_deref(),
            key: None,
            cache: &self.settings.sumdb_cache,
        }
    }

    /// Looks up several records at once. A lookup that took longer than `patience` is `None`.
    pub async fn lookup_all(
        &self,
        wanted: &[Wanted],
        patience: Duration,
    ) -> Vec<Option<Result<LogRecord, LookupError>>> {
        let lookups =
            wanted.iter().map(async |wanted| self.clock().timeout(patience, self.lookup(wanted)).await);
        join_all(lookups).await
    }

    /// What is known without a request: from the table, cached responses and directories.
    pub fn known_releases(&self) -> Releases {
        let mut releases = Releases::from_table(Table::compiled());
        for site in self.sites() {
            if let Some(kept) = site.site.kept(self.loader()) {
                releases.add_index(&kept.value, kept.checked);
            }
        }
        if self.settings.sources.contains(&SourceSpec::GoProxy) {
            releases.add_listed(&self.proxies.kept_list(self.loader()));
        }
        for spec in &self.settings.sources {
            match spec {
                SourceSpec::Mirror(base) => {
                    releases.add_listed(&self.kept_of_mirror(base).unwrap_or_default());
                }
                SourceSpec::Directory(path) => releases.add_listed(&list_directory(path)),
                _ => {}
            }
        }
        releases
    }

    /// The known releases. Responses from the last hour are used without a new request.
    pub async fn releases(&self) -> Releases {
        self.collect(Freshness::Recent).await
    }

    /// The newest release that matches `request` and exists for `platform`.
    ///
    /// If all sources list what they have, the newest match in these lists is used. If it is
    /// unknown whether a release exists for the platform, or if only proxies serve, a proxy is
    /// asked. Releases that no proxy has are skipped.
    pub async fn newest<'a>(
        &self,
        releases: &'a Releases,
        request: &Request,
        platform: &Platform,
    ) -> Option<&'a Release> {
        if releases.offers.is_some() {
            let offered = |release: &&Release| releases.offered(release, platform) == Availability::Yes;
            if let Some(release) = releases.matching(request).find(offered) {
                return Some(release);
            }
        }
        // A proxy may not have every release, and without a release site only proxies can serve.
        let published = self.settings.sources.iter().any(SourceSpec::is_release_site);
        let mut first = None;
        let mut doubtful = 0;
        for release in releases.matching(request) {
            match release.availability(platform) {
                Availability::Yes if published => return Some(release),
                Availability::No => {}
                Availability::Yes | Availability::Unknown => {
                    // An error about the download should name the newest, not the last one asked for.
                    let first = *first.get_or_insert(release);
                    doubtful += 1;
                    if doubtful > QUESTIONS {
                        return Some(self.newest_listed(releases, request, platform).await.unwrap_or(first));
                    }
                    // If no proxy can be asked, the download will show whether the release exists.
                    if !matches!(self.is_offered(&release.name, platform).await, Ok(false)) {
                        return Some(release);
                    }
                }
            }
        }
        None
    }

    /// The newest match in a cached list of the proxies, if they have it: faster than asking.
    async fn newest_listed<'a>(
        &self,
        releases: &'a Releases,
        request: &Request,
        platform: &Platform,
    ) -> Option<&'a Release> {
        let listed = self.proxies.kept_list(self.loader()).toolchains;
        let is_listed = |name| listed.get(name).is_some_and(|platforms| platforms.contains(platform));
        let release = releases.matching(request).find(|release| is_listed(&release.name))?;
        matches!(self.is_offered(&release.name, platform).await, Ok(true)).then_some(release)
    }

    /// Whether the proxies have a toolchain, according to its `.info` file. Returns an error if
    /// none of them could be asked, or if GOPROXY is not among the sources.
    async fn is_offered(&self, name: &ToolchainName, platform: &Platform) -> Result<bool, SourceError> {
        if !self.settings.sources.contains(&SourceSpec::GoProxy) {
            return Err(SourceError::lacks("no proxy is among the sources"));
        }
        let wanted = Wanted { name: name.clone(), platform: platform.clone() };
        // Enough time for a silent proxy and the next one.
        let patience = self.settings.network.patience * 2;
        let offers = self.clock().timeout(patience, self.proxies.offers(&self.http, &wanted)).await;
        offers.unwrap_or(Err(SourceError::Silent { patience }))
    }

    /// Adds the dates of releases that neither the table nor an index knows, from the proxies.
    pub async fn add_dates(&self, names: &[ToolchainName], platform: &Platform, releases: &mut Releases) {
        if !self.settings.sources.contains(&SourceSpec::GoProxy) || self.settings.network.offline {
            return;
        }
        let patience = self.settings.network.patience * 2;
        let dates = names.iter().map(async |name| {
            let wanted = Wanted { name: name.clone(), platform: platform.clone() };
            let asked = self.clock().timeout(patience, self.proxies.build_date(self.loader(), &wanted)).await;
            (name, asked.flatten())
        });
        for (name, date) in join_all(dates).await {
            releases.add_date(name, date);
        }
    }

    /// How long a source may be silent. One that failed recently gets less time.
    fn patience_with(&self, source: &str) -> Duration {
        let patience = self.settings.network.patience;
        if self.recent.contains(source) { patience / 4 } else { patience }
    }

    fn checksum_lookup(&self) -> ChecksumLookup<'_> {
        // If no site may be asked, a cached index of go.dev still counts.
        let site = self.sites().next().unwrap_or(&self.godev);
        let patience = self.patience_with(&site.spec.label());
        // Without a checksum database, only the index can prove an archive of a mirror.
        let patience = (self.settings.sumdb.as_deref() != Some("off")).then_some(patience);
        ChecksumLookup { loader: self.loader(), site, ask: self.has_index(), patience }
    }

    fn loader(&self) -> Loader<'_> {
        Loader { http: &self.http, cache: &self.cache }
    }

    async fn collect(&self, freshness: Freshness) -> Releases {
        let mut releases = Releases::from_table(Table::compiled());
        let mirrors = self.add_answers(&mut releases, freshness).await;
        for spec in &self.settings.sources {
            if let SourceSpec::Directory(path) = spec {
                releases.add_listed(&list_directory(path));
            }
        }
        if let Some(offers) = self.offers(mirrors) {
            releases.set_offers(offers);
        }
        releases
    }

    /// Whether a site may be asked for its index, which proves what the database cannot prove.
    pub fn has_index(&self) -> bool {
        self.sites().next().is_some()
    }

    /// The release sites that may be asked for their index, which the settings must name.
    fn sites(&self) -> impl Iterator<Item = &ReleaseSite> {
        let SupplySettings { sources, witnesses, .. } = &self.settings;
        let named = |spec: &SourceSpec| sources.contains(spec) || witnesses.contains(spec);
        let godev = named(&self.godev.spec).then_some(&self.godev);
        let china = named(&SourceSpec::China).then_some(&self.china);
        [godev, china].into_iter().flatten()
    }
}

/// Lists the toolchains of a directory by its file names. A directory that cannot be read counts as
/// empty here, but is an error when a file is requested from it.
fn list_directory(directory: &Path) -> Listed {
    let roots = proxy::module_roots(directory).map(|root| below(&root, proxy::DIRECTORY));
    let paths = roots.iter().map(AsRef::as_ref).chain([directory]);
    let entries = paths.filter_map(|path| fs::read_dir(path).ok()).flatten().flatten();
    entries.filter_map(|entry| archive_name::listed(entry.file_name().to_str()?)).collect()
}

/// How many releases gover asks the proxies about one by one.
const QUESTIONS: u32 = 8;
