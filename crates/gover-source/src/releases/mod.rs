//! The known Go releases: those in the release table, release indexes and lists of sources.

mod end;
mod minors;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use gover_core::date::Date;
use gover_core::{GoVersion, Platform, Request, ToolchainName};

use crate::archive_name;
use crate::error::SourceFailure;
use crate::index::Index;
use crate::proxy::Listed;
use crate::table::Table;

pub use end::ExpectedEnd;
use minors::Minors;

#[derive(Clone, Debug)]
pub struct Releases {
    by_name: BTreeMap<ToolchainName, Release>,
    /// Made when it is first needed, and again after a release was added.
    minors: OnceLock<Minors>,
    pub basis: Basis,
    /// Sources whose releases could not be loaded.
    pub failures: Vec<SourceFailure>,
    /// Whether a source was asked and answered.
    pub(crate) is_answered: bool,
    /// Mirrors without a list, unless some source listed its releases.
    pub unlisted: Vec<String>,
    /// Everything that the sources offer; `None` unless all of them list it.
    pub(crate) offers: Option<Listed>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub name: ToolchainName,
    pub date: Option<Date>,
    /// Whether the release fixed a security problem, according to the compiled table; `None` if it
    /// does not know.
    pub security: Option<bool>,
    /// Whether a list of all releases has it: the compiled table or the index of a release site.
    published: bool,
    /// Shared, because hundreds of releases have the same few sets of platforms.
    platforms: Arc<[Platform]>,
    /// Whether `platforms` lists every platform of the release.
    complete: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The index of a release site, with the time when the site last confirmed it.
    Index(SystemTime),
    /// The table compiled into gover, with the date of its newest release.
    Table(Option<Date>),
    Offers,
}

/// Whether a release gets fixes. The two newest minor versions do
/// (go.dev/doc/devel/release#policy). This depends on which releases are out, not on the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    Supported,
    /// An older minor version, with the date of the second newer minor version, if known.
    EndOfLife(Option<Date>),
    /// A beta or release candidate of a version that is not released yet.
    Prerelease,
    Custom,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    Yes,
    No,
    Unknown,
}

impl Release {
    pub fn is_stable(&self) -> bool {
        !self.name.version().is_prerelease()
    }

    pub fn availability(&self, platform: &Platform) -> Availability {
        match (self.platforms.contains(platform), self.complete) {
            (true, _) => Availability::Yes,
            (false, true) => Availability::No,
            (false, false) => Availability::Unknown,
        }
    }

    fn is_stable_release(&self) -> bool {
        self.is_stable() && self.name.is_release()
    }

    /// The platforms for which the release is known to exist.
    pub fn platforms(&self) -> &[Platform] {
        &self.platforms
    }
}

impl Releases {
    pub(crate) fn from_table(table: &Table) -> Self {
        let mut releases = Self {
            by_name: BTreeMap::new(),
            minors: OnceLock::new(),
            basis: Basis::Table(table.newest_date()),
            failures: Vec::new(),
            is_answered: false,
            unlisted: Vec::new(),
            offers: None,
        };
        let mut patterns: BTreeMap<usize, Arc<[Platform]>> = BTreeMap::new();
        for row in &table.releases {
            let platforms = patterns
                .entry(row.pattern)
                .or_insert_with(|| table.suffixes(row).filter_map(archive_name::platform).collect());
            if let Some(release) = releases.entry(row.name) {
                release.date = row.date;
                // Both come from the release history, which may lack a release of the index.
                release.security = row.date.map(|_| row.security);
                release.published = true;
                release.add(platforms, true);
            }
        }
        releases
    }

    pub(crate) fn add_index(&mut self, index: &Index, checked: SystemTime) {
        for row in &index.releases {
            if let Some(release) = self.entry(&row.name) {
                release.published = true;
                release.add(&row.platforms().collect(), true);
            }
        }
        if !matches!(self.basis, Basis::Index(known) if known >= checked) {
            self.basis = Basis::Index(checked);
        }
    }

    /// Adds the toolchains that a source lists. Such a list is never complete.
    pub(crate) fn add_listed(&mut self, listed: &Listed) {
        for (name, platforms) in &listed.toolchains {
            if let Some(release) = self.entry(name.as_str()) {
                release.add(&platforms.as_slice().into(), false);
            }
        }
    }

    /// Adds the date of a release that has none.
    pub(crate) fn add_date(&mut self, name: &ToolchainName, date: Option<Date>) {
        if let Some(release) = self.by_name.get_mut(name).filter(|release| release.date.is_none()) {
            release.date = date;
        }
    }

    /// Adds installed toolchains, so that nothing older than one of them is called the newest.
    pub fn add_installed(&mut self, names: &[ToolchainName]) {
        for name in names.iter().filter(|name| name.is_release()) {
            self.entry(name.as_str());
        }
    }

    /// Sets what the sources offer, if all of them list what they have.
    pub(crate) fn set_offers(&mut self, offers: Listed) {
        self.add_listed(&offers);
        self.basis = Basis::Offers;
        self.offers = Some(offers);
    }

    /// Whether a source offers a release for a platform. If some sources do not list what they
    /// have, this is the availability of the release.
    pub fn offered(&self, release: &Release, platform: &Platform) -> Availability {
        let Some(offers) = &self.offers else { return release.availability(platform) };
        let platforms = offers.toolchains.get(&release.name);
        let is_offered = platforms.is_some_and(|platforms| platforms.contains(platform));
        if is_offered { Availability::Yes } else { Availability::No }
    }

    /// Those of `failures` for which an older response is used instead.
    pub fn stale(&self) -> impl Iterator<Item = &SourceFailure> {
        self.failures.iter().filter(|failure| failure.used.is_some())
    }

    /// If no source answered, why, except for those of [`stale`](Self::stale).
    pub fn unasked(&self) -> impl Iterator<Item = &SourceFailure> {
        self.failures.iter().filter(|failure| !self.is_answered && failure.used.is_none())
    }

    /// All releases, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Release> {
        self.by_name.values().rev()
    }

    pub fn find(&self, name: &ToolchainName) -> Option<&Release> {
        self.by_name.get(name)
    }

    pub fn newest_stable(&self) -> Option<&Release> {
        self.iter().find(|release| release.is_stable_release())
    }

    /// All releases that match a request, newest first.
    pub fn matching<'a>(&'a self, request: &Request) -> impl Iterator<Item = &'a Release> + use<'a> {
        let stable = self.newest_stable().map(|release| release.name.version());
        let matching: Vec<&Release> =
            self.iter().filter(|release| request.matches(&release.name, stable)).collect();
        matching.into_iter()
    }

    /// The newest release that matches a request and is not known to be missing for the platform.
    pub fn newest(&self, request: &Request, platform: &Platform) -> Option<&Release> {
        self.matching(request).find(|release| release.availability(platform) != Availability::No)
    }

    pub fn newest_patch(&self, version: &GoVersion) -> Option<&Release> {
        self.by_name.get(self.minors().newest(version)?)
    }

    pub fn support(&self, name: &ToolchainName) -> Support {
        if !name.is_release() {
            return Support::Custom;
        }
        // Support ended when the second newer minor version was released.
        let second = self.minors().second_newer(name.version());
        match second.and_then(|name| self.by_name.get(name)) {
            // The date of a later patch is not the date of the first release.
            Some(first) if first.name.version().patch() == Some(0) => Support::EndOfLife(first.date),
            Some(_) => Support::EndOfLife(None),
            None if name.version().is_prerelease() => Support::Prerelease,
            None => Support::Supported,
        }
    }

    /// The language versions that are supported, oldest first.
    pub fn supported(&self) -> Vec<GoVersion> {
        let stable = self.iter().filter(|release| release.is_stable_release());
        let mut languages: Vec<GoVersion> = stable.map(|release| release.name.version().language()).collect();
        languages.dedup();
        languages.truncate(2);
        languages.reverse();
        languages
    }

    /// If a release does not exist and never will, the newest one of its language version.
    ///
    /// A version that is still supported may get a patch that is not known yet. One that has ended
    /// may not, if a complete list also has the versions that ended it.
    pub fn instead_of(&self, name: &ToolchainName) -> Option<&Release> {
        let version = name.version();
        let may_exist = !name.is_release() || is_before_archives(version) || self.by_name.contains_key(name);
        let has_ended = || self.published_minors_since(name).nth(1).is_some();
        let newest = self.newest_patch(version).filter(|newest| newest.published);
        newest.filter(|_| !may_exist && has_ended())
    }

    fn minors(&self) -> &Minors {
        self.minors.get_or_init(|| Minors::of(&self.by_name))
    }

    /// The first published release of each language version that is newer than that of `name`, oldest
    /// first.
    fn published_minors_since<'a>(&'a self, name: &ToolchainName) -> impl Iterator<Item = &'a Release> {
        let mut last = name.version().clone();
        let newer = self.by_name.range::<ToolchainName, _>((Bound::Excluded(name), Bound::Unbounded));
        let stable = newer.map(|(_, release)| release).filter(|release| release.is_stable_release());
        stable.filter(|release| release.published).filter(move |release| {
            let version = release.name.version();
            let is_first = !version.same_language(&last);
            if is_first {
                last.clone_from(version);
            }
            is_first
        })
    }

    /// Returns the entry for a name, and creates it if needed. Returns `None` for names that are
    /// not toolchains, such as go1.9.2rc2, which Go itself cannot parse, and the bootstrap archives
    /// called go1.
    fn entry(&mut self, name: &str) -> Option<&mut Release> {
        let name = ToolchainName::parse(name).ok()?;
        let version = name.version();
        if version.is_language() || is_before_archives(version) {
            return None;
        }
        self.minors.take();
        Some(self.by_name.entry(name.clone()).or_insert_with(|| Release {
            name,
            date: None,
            security: None,
            published: false,
            platforms: Arc::default(),
            complete: false,
        }))
    }
}

impl Release {
    fn add(&mut self, platforms: &Arc<[Platform]>, all: bool) {
        // For a row without files, only the date is known.
        self.complete |= all && !platforms.is_empty();
        if self.platforms.is_empty() {
            self.platforms = Arc::clone(platforms);
        } else if platforms.iter().any(|platform| !self.platforms.contains(platform)) {
            let more = platforms.iter().filter(|platform| !self.platforms.contains(platform));
            self.platforms = self.platforms.iter().chain(more).cloned().collect();
        }
    }
}

/// Whether the release has no archive. Such releases are not listed, but some of them exist.
fn is_before_archives(version: &GoVersion) -> bool {
    let first = (Some(1), Some(2), Some(2));
    (version.major(), version.minor(), version.patch()) < first && !version.is_prerelease()
}

#[cfg(test)]
mod tests;
