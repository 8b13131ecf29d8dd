//! All entries that concern Go itself, and what they say about a version.

use std::fmt;

use gover_core::date::Date;
use gover_core::{GoVersion, ToolchainName};
use semver::Version;

use crate::entry::{Component, Entry, EntryError};
use crate::version;

/// The vulnerabilities of Go itself, of one source.
#[derive(Clone, Debug, Default)]
pub struct Database {
    /// Sorted by ID.
    entries: Vec<Entry>,
    basis: Basis,
}

/// Where a database is from, and how old it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    pub kind: BasisKind,
    /// An address, a directory, or a module with its version.
    pub place: String,
    /// The day on which the database last changed.
    pub modified: Option<Date>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BasisKind {
    /// A server or directory, asked by this command.
    Live,
    /// The same, as an earlier command read it.
    Cached,
    /// The module golang.org/x/vulndb, proven by the checksum database.
    Module,
    /// The table that is part of gover.
    #[default]
    Compiled,
}

impl BasisKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Cached => "cached",
            Self::Module => "module",
            Self::Compiled => "compiled",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Go vulnerability database")?;
        if let Some(date) = self.modified {
            write!(f, " of {date}")?;
        }
        match self.kind {
            BasisKind::Live | BasisKind::Module => write!(f, ", from {}", self.place),
            BasisKind::Cached => write!(f, ", from {} (cached)", self.place),
            BasisKind::Compiled => write!(f, ", compiled into gover"),
        }
    }
}

/// The known vulnerabilities of one version.
#[derive(Clone, Debug, Default)]
pub struct Vulnerabilities<'a> {
    /// In packages that programs import.
    pub stdlib: Vec<&'a Entry>,
    /// In the go command, the compiler and the linker.
    pub toolchain: Vec<&'a Entry>,
}

impl<'a> Vulnerabilities<'a> {
    pub fn is_empty(&self) -> bool {
        self.stdlib.is_empty() && self.toolchain.is_empty()
    }

    /// One that is in both parts counts once.
    pub fn count(&self) -> usize {
        self.iter().count()
    }

    /// Each once, the standard library first.
    pub fn iter(&self) -> impl Iterator<Item = &'a Entry> + '_ {
        let is_new = |entry: &&&Entry| self.stdlib.iter().all(|known| known.id() != entry.id());
        self.stdlib.iter().chain(self.toolchain.iter().filter(is_new)).copied()
    }

    /// The same as a list.
    pub fn all(&self) -> Vec<&'a Entry> {
        self.iter().collect()
    }
}

impl Database {
    /// Entries of unknown origin are checked; those that do not concern Go itself are dropped.
    pub(crate) fn new(entries: Vec<Entry>, basis: Basis) -> Result<Self, EntryError> {
        let checked = entries.into_iter().map(Entry::checked).collect::<Result<Vec<_>, _>>()?;
        let mut entries: Vec<Entry> = checked.into_iter().flatten().collect();
        entries.sort_by(|a, b| a.id.cmp(&b.id));
        entries.dedup_by(|a, b| a.id == b.id);
        Ok(Self { entries, basis })
    }

    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The vulnerabilities of a version. A custom build has those of the release it is named after.
    pub fn of(&self, version: &GoVersion) -> Vulnerabilities<'_> {
        semantic(version).map(|version| self.at(&version)).unwrap_or_default()
    }

    /// The same for the version that is written into a program, such as
    /// `go1.26.8 X:nocoverageredesign`. `None` for development versions.
    pub fn of_program(&self, built_by: &str) -> Option<Vulnerabilities<'_>> {
        let word = built_by.split_whitespace().next()?;
        let release = word.split_once('-').map_or(word, |(release, _)| release);
        version::of_name(release).map(|version| self.at(&version))
    }

    /// Whether the database knows this minor version, or a newer one: an entry is fixed in it.
    pub fn covers(&self, version: &GoVersion) -> bool {
        reaches(self.entries.iter().flat_map(Entry::fixes).max(), version)
    }

    /// The nearest release without a known vulnerability: `version` itself, or else the lowest newer
    /// one of the same minor version, or else the lowest of a newer one. Besides `releases`, these
    /// are the versions that the database names because they fix something.
    pub fn nearest_without<'a>(
        &self,
        version: &GoVersion,
        releases: impl IntoIterator<Item = &'a GoVersion>,
    ) -> Option<ToolchainName> {
        if self.of(version).is_empty() {
            return Some(ToolchainName::of(version));
        }
        self.lowest(releases, |release| release > version)
    }

    /// The lowest release of a minor version without a known vulnerability.
    pub fn lowest_without<'a>(
        &self,
        minor: &GoVersion,
        releases: impl IntoIterator<Item = &'a GoVersion>,
    ) -> Option<ToolchainName> {
        self.lowest(releases, |release| release.same_language(minor))
    }

    fn lowest<'a>(
        &self,
        releases: impl IntoIterator<Item = &'a GoVersion>,
        is_wanted: impl Fn(&GoVersion) -> bool,
    ) -> Option<ToolchainName> {
        let known = releases.into_iter().cloned().chain(self.fixing_releases());
        let is_release = |release: &GoVersion| !release.is_prerelease() && !release.is_language();
        let mut wanted: Vec<GoVersion> =
            known.filter(|release| is_release(release) && is_wanted(release)).collect();
        wanted.sort();
        wanted.iter().find(|release| self.of(release).is_empty()).map(ToolchainName::of)
    }

    /// The releases that fix an entry.
    fn fixing_releases(&self) -> Vec<GoVersion> {
        let fixes = self.entries.iter().flat_map(Entry::fixes).filter(|version| version.pre.is_empty());
        let mut fixes: Vec<&Version> = fixes.collect();
        fixes.sort();
        fixes.dedup();
        fixes.into_iter().filter_map(|version| GoVersion::parse(&version.to_string()).ok()).collect()
    }

    fn at(&self, version: &Version) -> Vulnerabilities<'_> {
        let affecting = |component| {
            self.entries.iter().filter(|entry| entry.affects(component, version)).collect::<Vec<_>>()
        };
        Vulnerabilities { stdlib: affecting(Component::Stdlib), toolchain: affecting(Component::Toolchain) }
    }
}

/// Whether the newest version that fixes something is of this minor version, or a newer one.
pub(crate) fn reaches(newest: Option<&Version>, version: &GoVersion) -> bool {
    let minor = newest.map(|newest| (Some(newest.major), Some(newest.minor)));
    minor.is_some_and(|minor| (version.major(), version.minor()) <= minor)
}

/// `None` for versions with numbers that no release has.
pub(crate) fn semantic(version: &GoVersion) -> Option<Version> {
    // Language versions from 1.21 on are before their release candidates for Go; here they are the
    // releases that a `go` line with them needs.
    version::of_name(ToolchainName::of(version).as_str())
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(crate) fn vectors() -> Value {
        serde_json::from_str(include_str!("../../../tests/vectors/vuln_affects.json")).unwrap()
    }

    pub(crate) fn database(entries: &Value) -> Database {
        let entries = serde_json::from_value(entries.clone()).unwrap();
        let basis = Basis { kind: BasisKind::Compiled, place: String::new(), modified: None };
        Database::new(entries, basis).unwrap()
    }

    fn version(text: &str) -> GoVersion {
        text.parse().unwrap()
    }

    fn names<const N: usize>(names: [&str; N]) -> Vec<GoVersion> {
        names.iter().map(|name| version(name)).collect()
    }

    #[test]
    fn versions_are_affected_as_go_says() {
        let vectors = vectors();
        let mut checked = 0;
        for case in vectors["vectors"].as_array().unwrap() {
            let affected = json!([{ "package": { "name": case["module"] }, "ranges": case["ranges"] }]);
            let database = database(&json!([{ "id": case["id"], "affected": affected }]));
            for name in vectors["versions"].as_array().unwrap() {
                let found = database.of_program(name.as_str().unwrap()).unwrap();
                let expected = case["affected"].as_array().is_some_and(|list| list.contains(name));
                assert_eq!(found.count() == 1, expected, "{} {name}", case["id"]);
                checked += 1;
            }
        }
        assert_eq!(checked, 1600);
    }

    /// 1.26.0 has two, 1.26.1 one, 1.26.2 none; 1.25 is never fixed, 1.27.0 has one.
    fn example() -> Database {
        let entry = |id: &str, package: &str, events: Value| {
            let affected = json!([{ "package": { "name": package },
                "ranges": [{ "type": "SEMVER", "events": events }] }]);
            json!({ "id": id, "affected": affected })
        };
        let first = json!([{ "introduced": "0" }, { "fixed": "1.26.1" }]);
        let second = json!([{ "introduced": "0" }, { "fixed": "1.26.2" },
            { "introduced": "1.27.0-0" }, { "fixed": "1.27.1" }]);
        database(&json!([entry("GO-2026-1", "stdlib", first), entry("GO-2026-2", "toolchain", second)]))
    }

    #[test]
    fn the_nearest_is_of_the_same_minor_version_if_it_can_be() {
        let database = example();
        let known = names(["1.25.3", "1.26.0", "1.26.2", "1.26.3", "1.27.0", "1.27.2"]);
        let nearest =
            |from: &str| database.nearest_without(&version(from), &known).map(|name| name.to_string());
        assert_eq!(nearest("1.26.0").as_deref(), Some("go1.26.2"));
        assert_eq!(nearest("1.25.3").as_deref(), Some("go1.26.2"));
        assert_eq!(nearest("1.27rc1").as_deref(), Some("go1.27.1"), "only the database names it");
        assert_eq!(nearest("1.26.3").as_deref(), Some("go1.26.3"), "it has none itself");
    }

    #[test]
    fn the_lowest_is_of_that_minor_version() {
        let database = example();
        let lowest = |minor: &str| database.lowest_without(&version(minor), []).map(|name| name.to_string());
        assert_eq!(lowest("1.26").as_deref(), Some("go1.26.2"));
        assert_eq!(lowest("1.25.3"), None);
    }

    #[test]
    fn a_version_that_the_database_cannot_know_has_no_number() {
        let counts = example().counts();
        let count = |text: &str| counts.of(&version(text));
        assert_eq!(count("1.26.0"), Some(2));
        assert_eq!(count("1.27.9"), Some(0));
        assert_eq!(count("1.28.0"), None);
        assert!(counts.is_security_release(&version("1.26.1")));
        assert!(!counts.is_security_release(&version("1.26.3")));
    }

    #[test]
    fn custom_builds_and_programs_have_those_of_their_release() {
        let database = example();
        let custom = ToolchainName::parse("go1.26.1-bigcorp").unwrap();
        assert_eq!(database.of(custom.version()).count(), 1);
        let count = |text| database.of_program(text).map(|found| found.count());
        assert_eq!(count("go1.26.0 X:nocoverageredesign"), Some(2));
        assert_eq!(count("go1.26.0-bigcorp"), Some(2));
        assert_eq!(count("devel go1.28-abc Mon Nov 2"), None);
        assert_eq!(count(""), None);
    }
}
