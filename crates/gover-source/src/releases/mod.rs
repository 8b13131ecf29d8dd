//! What is known of Go's releases: the union of table, index and lists.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use gover_core::date::Date;
use gover_core::{GoVersion, Platform, Request, ToolchainName};

use crate::archive_name;
use crate::error::SourceFailure;
use crate::index::Index;
use crate::proxy::Listed;
use crate::table::Table;

/// Releases, and where the knowledge comes from.
#[derive(Clone, Debug)]
pub struct Releases {
    by_name: BTreeMap<ToolchainName, Release>,
    /// What the newest knowledge is.
    pub basis: Basis,
    /// Sources that should have been asked and could not be.
    pub failures: Vec<SourceFailure>,
    /// Those among them of which an older answer is used.
    pub stale: Vec<SourceFailure>,
    /// Mirrors that do not say what they have, where nobody else says what is released.
    pub unlisted: Vec<String>,
    /// What can be had, where all sources say so themselves.
    pub(crate) offers: Option<Listed>,
}

/// A toolchain that can probably be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub name: ToolchainName,
    pub date: Option<Date>,
    /// Whether it fixed a hole, as far as the compiled table knows.
    pub security: bool,
    /// Shared, since hundreds of releases have the same few sets.
    platforms: Arc<[Platform]>,
    /// Whether `platforms` are all there are.
    complete: bool,
}

/// What the newest knowledge of releases is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A release site's index, and when the site last confirmed it.
    Index(SystemTime),
    /// The table compiled into gover, and the day of its newest release.
    Table(Option<Date>),
    /// What the sources, all of them, say that they have.
    Offers,
}

/// Whether a release gets fixes. The two newest minors do (go.dev/doc/devel/release#policy); it
/// follows from what was released, not from the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Of one of the two newest minors.
    Supported,
    /// Of an older one, since the day on which the second newer minor came, where that is known.
    EndOfLife(Option<Date>),
    /// A beta or candidate of a version that is not out yet.
    Prerelease,
    /// Not one of Go's own releases.
    Custom,
}

/// Whether there is a release for a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Published or listed.
    Yes,
    /// Published without it.
    No,
    /// Nobody said; a source must be asked.
    Unknown,
}

impl Release {
    /// Whether it is no beta or candidate.
    pub fn is_stable(&self) -> bool {
        !self.name.version().is_prerelease()
    }

    /// Whether it exists for a platform.
    pub fn availability(&self, platform: &Platform) -> Availability {
        match (self.platforms.contains(platform), self.complete) {
            (true, _) => Availability::Yes,
            (false, true) => Availability::No,
            (false, false) => Availability::Unknown,
        }
    }

    /// The platforms it is known to exist for.
    pub fn platforms(&self) -> &[Platform] {
        &self.platforms
    }
}

impl Releases {
    /// What the compiled table knows.
    pub(crate) fn from_table(table: &Table) -> Self {
        let mut releases = Self {
            by_name: BTreeMap::new(),
            basis: Basis::Table(table.newest_date()),
            failures: Vec::new(),
            stale: Vec::new(),
            unlisted: Vec::new(),
            offers: None,
        };
        let mut patterns: BTreeMap<usize, Arc<[Platform]>> = BTreeMap::new();
        for row in table.releases() {
            let platforms = patterns
                .entry(row.pattern)
                .or_insert_with(|| table.suffixes(row).filter_map(archive_name::platform).collect());
            if let Some(release) = releases.entry(row.name) {
                release.date = row.date;
                release.security = row.security;
                release.add(platforms, true);
            }
        }
        releases
    }

    /// Adds what an index knows.
    pub(crate) fn add_index(&mut self, index: &Index, checked: SystemTime) {
        for row in index.releases() {
            if let Some(release) = self.entry(&row.name) {
                release.add(&row.platforms().collect(), true);
            }
        }
        if !matches!(self.basis, Basis::Index(known) if known >= checked) {
            self.basis = Basis::Index(checked);
        }
    }

    /// Adds what a proxy or a directory has, which is never all there is.
    pub(crate) fn add_listed(&mut self, listed: &Listed) {
        for (name, platforms) in &listed.toolchains {
            if let Some(release) = self.entry(name.as_str()) {
                release.add(&platforms.as_slice().into(), false);
            }
        }
    }

    /// Takes down what can be had: all there is, as the sources say themselves.
    pub(crate) fn set_offers(&mut self, offers: Listed) {
        self.add_listed(&offers);
        self.basis = Basis::Offers;
        self.offers = Some(offers);
    }

    /// Whether a release can be had for a platform: where all sources say what they have, if one of
    /// them has it.
    pub fn offered(&self, release: &Release, platform: &Platform) -> Availability {
        let Some(offers) = &self.offers else { return release.availability(platform) };
        let platforms = offers.toolchains.get(&release.name);
        if platforms.is_some_and(|platforms| platforms.contains(platform)) {
            Availability::Yes
        } else {
            Availability::No
        }
    }

    /// All of them, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Release> {
        self.by_name.values().rev()
    }

    /// A release by its name.
    pub fn find(&self, name: &ToolchainName) -> Option<&Release> {
        self.by_name.get(name)
    }

    /// The newest stable one of Go's own releases.
    pub fn newest_stable(&self) -> Option<&Release> {
        self.iter().find(|release| release.is_stable() && release.name.is_release())
    }

    /// All that answer a request, newest first.
    pub fn matching<'a>(&'a self, request: &Request) -> impl Iterator<Item = &'a Release> + use<'a> {
        let stable = self.newest_stable().map(|release| release.name.version());
        let matching: Vec<&Release> =
            self.iter().filter(|release| request.matches(&release.name, stable)).collect();
        matching.into_iter()
    }

    /// The newest that answers a request and is not known to lack the platform.
    pub fn newest(&self, request: &Request, platform: &Platform) -> Option<&Release> {
        self.matching(request).find(|release| release.availability(platform) != Availability::No)
    }

    /// The newest patch of the same language version.
    pub fn newest_patch(&self, version: &GoVersion) -> Option<&Release> {
        self.iter().find(|release| {
            release.is_stable() && release.name.is_release() && release.name.version().same_language(version)
        })
    }

    /// Whether a toolchain gets fixes.
    pub fn support(&self, name: &ToolchainName) -> Support {
        if !name.is_release() {
            return Support::Custom;
        }
        let newer = self.minors_since(name.version());
        let out = self.newest_patch(name.version()).is_some();
        match newer.get(1) {
            // The second newer minor ended it.
            Some(second) => Support::EndOfLife(self.first_date(second)),
            None if name.version().is_prerelease() && !out => Support::Prerelease,
            None => Support::Supported,
        }
    }

    /// The language versions after that of `version` that are out, oldest first.
    fn minors_since(&self, version: &GoVersion) -> Vec<GoVersion> {
        let language = version.language();
        let mut minors: Vec<GoVersion> = self
            .by_name
            .values()
            .filter(|release| release.is_stable() && release.name.is_release())
            .map(|release| release.name.version().language())
            .filter(|minor| *minor > language)
            .collect();
        minors.dedup();
        minors
    }

    /// The day on which a language version came out.
    fn first_date(&self, language: &GoVersion) -> Option<Date> {
        let first = self.by_name.values().find(|release| {
            release.is_stable() && release.name.is_release() && release.name.version().same_language(language)
        });
        // A later patch is no beginning.
        first.filter(|release| release.name.version().patch() == Some(0)).and_then(|release| release.date)
    }

    /// The release of that name; `None` for what is no toolchain: go1.9.2rc2, which Go itself does
    /// not understand, and the bootstrap archives called go1. Before go1.2.2 there are no archives.
    fn entry(&mut self, name: &str) -> Option<&mut Release> {
        let name = ToolchainName::parse(name).ok()?;
        let version = name.version();
        let before_archives = (version.major(), version.minor(), version.patch())
            < (Some(1), Some(2), Some(2))
            && !version.is_prerelease();
        if version.is_language() || before_archives {
            return None;
        }
        Some(self.by_name.entry(name.clone()).or_insert_with(|| Release {
            name,
            date: None,
            security: false,
            platforms: Arc::default(),
            complete: false,
        }))
    }
}

impl Release {
    fn add(&mut self, platforms: &Arc<[Platform]>, all: bool) {
        // Rows without files are known from their date alone.
        self.complete |= all && !platforms.is_empty();
        if self.platforms.is_empty() {
            self.platforms = Arc::clone(platforms);
        } else if platforms.iter().any(|platform| !self.platforms.contains(platform)) {
            let more = platforms.iter().filter(|platform| !self.platforms.contains(platform));
            self.platforms = self.platforms.iter().chain(more).cloned().collect();
        }
    }
}

#[cfg(test)]
mod tests;
