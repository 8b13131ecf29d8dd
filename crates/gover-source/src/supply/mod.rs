//! The sources in order: the first that can serve wins, and a contradiction stops everything.

mod download;
mod lists;
mod reach;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;

use gover_core::{Platform, Request, ToolchainName};
use gover_log::{LogRecord, LogWarning, LogWarnings};

use gover_net::{Clock, Http};

use crate::archive_name;
use crate::artifact::{Artifact, Wanted};
use crate::checksums::{self, LogRoute};
use crate::error::{LookupError, SourceError, SourceFailure};
use crate::index::{Cache, Freshness};
use crate::proxy::{self, Listed, Proxies};
use crate::recent::RecentFailures;
use crate::releases::{Availability, Release, Releases};
use crate::settings::{CHINA_URL, GODEV_URL, InvalidSource, SourceSpec, SupplySettings};
use crate::source::{ChecksumLookup, ReleaseSite};
use crate::table::Table;

/// Where toolchains come from. Built once per command; opens no connection before it is needed.
#[derive(Debug)]
pub struct Supply {
    settings: SupplySettings,
    pub(crate) http: Http,
    cache: Cache,
    table: Table,
    godev: ReleaseSite,
    china: ReleaseSite,
    pub(crate) proxies: Proxies,
    recent: RecentFailures,
    warnings: LogWarnings,
}

/// A finished download.
#[derive(Clone, Debug)]
pub struct Download {
    pub artifact: Artifact,
    pub bytes: u64,
    /// Sources that were tried before, and why they failed.
    pub failures: Vec<SourceFailure>,
}

impl Supply {
    pub fn new(settings: SupplySettings) -> Result<Self, InvalidSource> {
        let godev = settings.godev_url.clone().map_or_else(|| GODEV_URL.parse(), Ok)?;
        if !godev.is_http() {
            return Err(InvalidSource { text: godev.to_string() });
        }
        Ok(Self {
            http: Http::new(settings.network.clone()),
            cache: Cache::new(settings.index_cache.clone()),
            table: Table::compiled(),
            proxies: Proxies::new(settings.proxies.as_deref(), &godev),
            godev: ReleaseSite::new(SourceSpec::GoDev, godev),
            china: ReleaseSite::new(SourceSpec::China, CHINA_URL.parse()?),
            recent: RecentFailures::new(settings.failed_sources.clone()),
            warnings: LogWarnings::default(),
            settings,
        })
    }

    pub fn settings(&self) -> &SupplySettings {
        &self.settings
    }

    /// The proven record of the checksum database about the module that holds `wanted`.
    pub async fn lookup(&self, wanted: &Wanted) -> Result<LogRecord, LookupError> {
        let way = self.way(&self.settings.sources);
        checksums::lookup(wanted, self.settings.sumdb.as_deref(), way, &self.settings.sumdb_cache).await
    }

    /// Time as servers see it.
    pub fn clock(&self) -> &Clock {
        self.http.clock()
    }

    /// What a person should know about the checksum database, noticed since the last call, although
    /// every response was proven.
    pub fn take_warnings(&self) -> Vec<LogWarning> {
        self.warnings.take()
    }

    /// The way to the checksum database, with records perhaps beside what `sources` hold.
    fn way<'a>(&'a self, sources: &'a [SourceSpec]) -> LogRoute<'a> {
        LogRoute {
            http: &self.http,
            proxies: &self.proxies,
            sources,
            recent: &self.recent,
            warnings: &self.warnings,
        }
    }

    /// The same about several at once, in their order; `None` where it took longer than `patience`.
    pub async fn lookup_all(
        &self,
        wanted: &[Wanted],
        patience: Duration,
    ) -> Vec<Option<Result<LogRecord, LookupError>>> {
        let lookups =
            wanted.iter().map(async |wanted| self.clock().timeout(patience, self.lookup(wanted)).await);
        join_all(lookups).await
    }

    /// What is known of releases without a request: the table, and what earlier answers said.
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
        for spec in &self.settings.sources {
            if let SourceSpec::Mirror(base) = spec
                && let Some(kept) = self.kept_of_mirror(base)
            {
                releases.add_listed(&kept);
            }
        }
        self.add_directories(&mut releases);
        releases
    }

    /// What is known of releases, with answers of the last hour.
    pub async fn releases(&self) -> Releases {
        self.collect(Freshness::Recent).await
    }

    /// The newest release that answers `request` and that there is for `platform`.
    ///
    /// If the sources say what they have, it is the newest of that. Where it is unknown whether a
    /// release exists for the platform, or only proxies serve, a proxy is asked; releases that none
    /// has are skipped.
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
        // A proxy need not have every release, and without a release site only proxies can serve.
        let sites = [SourceSpec::GoDev, SourceSpec::China];
        let published = self.settings.sources.iter().any(|spec| sites.contains(spec));
        let mut doubtful = 0;
        for release in releases.matching(request) {
            match release.availability(platform) {
                Availability::Yes if published => return Some(release),
                Availability::No => {}
                Availability::Yes | Availability::Unknown => {
                    doubtful += 1;
                    if doubtful > QUESTIONS {
                        return Some(
                            self.newest_listed(releases, request, platform).await.unwrap_or(release),
                        );
                    }
                    // If no proxy can be asked, the download shows it.
                    if !matches!(self.is_offered(&release.name, platform).await, Ok(false)) {
                        return Some(release);
                    }
                }
            }
        }
        None
    }

    /// The newest that the proxies list and have, where asking one by one would take too long.
    async fn newest_listed<'a>(
        &self,
        releases: &'a Releases,
        request: &Request,
        platform: &Platform,
    ) -> Option<&'a Release> {
        let listed = self.proxies.kept_list(&self.cache).toolchains;
        let is_listed = |name| listed.get(name).is_some_and(|platforms| platforms.contains(platform));
        let release = releases.matching(request).find(|release| is_listed(&release.name))?;
        matches!(self.is_offered(&release.name, platform).await, Ok(true)).then_some(release)
    }

    /// Whether the proxies have a toolchain, by its `.info`; an error if none of them could be
    /// asked, or none is among the sources.
    async fn is_offered(&self, name: &ToolchainName, platform: &Platform) -> Result<bool, SourceError> {
        if !self.settings.sources.contains(&SourceSpec::GoProxy) {
            return Err(SourceError::lacks("no proxy is among the sources"));
        }
        let wanted = Wanted { name: name.clone(), platform: platform.clone() };
        // Enough for a silent proxy and the one behind it.
        let patience = self.settings.network.patience * 2;
        let offers = self.clock().timeout(patience, self.proxies.offers(&self.http, &wanted)).await;
        offers.unwrap_or(Err(SourceError::Silent { patience }))
    }

    /// Where checksums of archives come from.
    fn checksum_lookup(&self) -> ChecksumLookup<'_> {
        let network = &self.settings.network;
        let site = self.witness();
        let patience =
            if self.recent.contains(&site.spec.label()) { network.patience / 4 } else { network.patience };
        // Without a checksum database only the index can prove what a mirror sends.
        let patience = (self.settings.sumdb.as_deref() != Some("off")).then_some(patience);
        let ask = self.sites().next().is_some();
        ChecksumLookup { http: &self.http, cache: &self.cache, table: &self.table, site, ask, patience }
    }

    async fn collect(&self, freshness: Freshness) -> Releases {
        let mut releases = Releases::from_table(&self.table);
        let mirrors = self.add_answers(&mut releases, freshness).await;
        self.add_directories(&mut releases);
        if let Some(offers) = self.offers(mirrors) {
            releases.set_offers(offers);
        }
        releases
    }

    /// Whether a release site may be asked for its index, which proves archives that the checksum
    /// database cannot.
    pub fn has_index(&self) -> bool {
        self.sites().next().is_some()
    }

    /// The release sites that may be asked for their index. If the setting names only mirrors or
    /// directories, none may.
    fn sites(&self) -> impl Iterator<Item = &ReleaseSite> {
        let SupplySettings { sources, witnesses, .. } = &self.settings;
        let named = |spec: &SourceSpec| sources.contains(spec) || witnesses.contains(spec);
        let godev = named(&SourceSpec::GoDev).then_some(&self.godev);
        let china = named(&SourceSpec::China).then_some(&self.china);
        [godev, china].into_iter().flatten()
    }

    /// The release site whose index has the checksums for archives of mirrors and directories. If
    /// none may be asked, what an earlier command kept of the Go project's index still counts.
    fn witness(&self) -> &ReleaseSite {
        self.sites().next().unwrap_or(&self.godev)
    }

    fn add_directories(&self, releases: &mut Releases) {
        for spec in &self.settings.sources {
            if let SourceSpec::Directory(path) = spec {
                releases.add_listed(&list_directory(path));
            }
        }
    }
}

/// The toolchains of a directory, by the names of its files. A directory that cannot be read has
/// none here, and is an error once something is wanted from it.
fn list_directory(directory: &Path) -> Listed {
    let mut listed = Listed::default();
    let roots = proxy::module_roots(directory).map(|root| proxy::below(root, proxy::DIRECTORY));
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

/// How many releases are looked for one by one before the newest is taken on trust.
const QUESTIONS: u32 = 8;
