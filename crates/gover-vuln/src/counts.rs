//! How many vulnerabilities each version has, for lists and prompts, which have no time to look at
//! every entry.

use std::collections::BTreeMap;

use gover_core::GoVersion;
use gover_core::date::Date;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::database::{Database, reaches, semantic};
use crate::entry::Entry;
use crate::version;

/// The number of vulnerabilities of each version, by one database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Counts {
    /// When the database last changed.
    pub(crate) modified: Option<Date>,
    /// Of the versions before the first step.
    first: usize,
    /// In order.
    steps: Vec<Step>,
}

/// A version that an entry names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    from: Version,
    /// Of all versions from here to the next step.
    count: usize,
    is_fix: bool,
}

#[derive(Serialize, Deserialize)]
struct Written {
    modified: String,
    first: usize,
    steps: Vec<(String, usize, bool)>,
}

impl Counts {
    /// Those of the table that is part of gover.
    pub fn compiled() -> Self {
        // A test compares the compiled numbers with those of the table.
        serde_json::from_slice(DATA).unwrap_or_default()
    }

    /// The number of vulnerabilities of a version; `None` if it is of a minor version that is newer
    /// than the database.
    pub fn of(&self, version: &GoVersion) -> Option<usize> {
        self.covers(version).then(|| {
            let Some(version) = semantic(version) else { return 0 };
            let after = self.steps.partition_point(|step| step.from <= version);
            let step = after.checked_sub(1).and_then(|last| self.steps.get(last));
            step.map_or(self.first, |step| step.count)
        })
    }

    /// Whether the database knows this minor version, or a newer one: an entry is fixed in it.
    pub fn covers(&self, version: &GoVersion) -> bool {
        reaches(self.steps.iter().rfind(|step| step.is_fix).map(|step| &step.from), version)
    }

    /// Whether a release fixes an entry.
    pub fn is_security_release(&self, version: &GoVersion) -> bool {
        let Some(version) = semantic(version) else { return false };
        let found = self.steps.binary_search_by(|step| step.from.cmp(&version));
        found.ok().and_then(|place| self.steps.get(place)).is_some_and(|step| step.is_fix)
    }
}

impl Database {
    pub fn counts(&self) -> Counts {
        // No version is lower.
        let lowest = version::of_event("0.0.0-0").unwrap_or(Version::new(0, 0, 0));
        let mut first: isize = 0;
        let mut changes: BTreeMap<&Version, (isize, bool)> = BTreeMap::new();
        for entry in self.entries() {
            let mut named: Vec<&Version> = entry.named().collect();
            named.sort();
            let mut was_affected = entry.affects_any(&lowest);
            first += isize::from(was_affected);
            for version in named {
                let is_affected = entry.affects_any(version);
                changes.entry(version).or_default().0 += isize::from(is_affected) - isize::from(was_affected);
                was_affected = is_affected;
            }
        }
        for fix in self.entries().iter().flat_map(Entry::fixes) {
            changes.entry(fix).or_default().1 = true;
        }
        let mut count = first;
        let steps = changes.into_iter().map(|(from, (change, is_fix))| {
            count += change;
            Step { from: from.clone(), count: usize::try_from(count).unwrap_or_default(), is_fix }
        });
        let steps = steps.collect();
        let first = usize::try_from(first).unwrap_or_default();
        Counts { modified: self.basis().modified, first, steps }
    }
}

impl From<Counts> for Written {
    fn from(counts: Counts) -> Self {
        let steps = counts.steps.into_iter();
        Self {
            modified: counts.modified.map(|date| date.to_string()).unwrap_or_default(),
            first: counts.first,
            steps: steps.map(|step| (step.from.to_string(), step.count, step.is_fix)).collect(),
        }
    }
}

impl TryFrom<Written> for Counts {
    type Error = semver::Error;

    fn try_from(written: Written) -> Result<Self, semver::Error> {
        let steps = written
            .steps
            .into_iter()
            .map(|(from, count, is_fix)| Ok(Step { from: Version::parse(&from)?, count, is_fix }));
        Ok(Self {
            modified: written.modified.parse().ok(),
            first: written.first,
            steps: steps.collect::<Result<_, semver::Error>>()?,
        })
    }
}

const DATA: &[u8] = include_bytes!("../data/counts.json");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::tests::{database, vectors};

    #[test]
    fn the_compiled_numbers_are_those_of_the_compiled_table() {
        assert_eq!(Counts::compiled(), Database::compiled().counts());
        assert!(DATA.len() <= 6 << 10, "{}", DATA.len());
    }

    #[test]
    fn every_version_has_the_number_of_entries_that_affect_it() {
        let database = Database::compiled();
        let counts = database.counts();
        let named = database.entries().iter().flat_map(Entry::named);
        let neighbours = named.flat_map(|version| {
            let Version { major, minor, patch, .. } = *version;
            [format!("{major}.{minor}rc1"), format!("{major}.{minor}.{patch}"), format!("{major}.{minor}.99")]
        });
        let mut checked = 0;
        for text in neighbours.chain(["1".to_owned(), "1.2.1".to_owned()]) {
            let version: GoVersion = text.parse().unwrap();
            let expected = counts.covers(&version).then(|| database.of(&version).count());
            assert_eq!(counts.of(&version), expected, "{text}");
            checked += 1;
        }
        assert!(checked > 1000, "{checked}");
    }

    #[test]
    fn the_numbers_follow_the_rules_of_go() {
        let vectors = vectors();
        for case in vectors["vectors"].as_array().unwrap() {
            let affected = serde_json::json!([
                { "package": { "name": case["module"] }, "ranges": case["ranges"] },
                { "package": { "name": "toolchain" }, "ranges": case["ranges"] }
            ]);
            let database = database(&serde_json::json!([{ "id": case["id"], "affected": affected }]));
            let counts = database.counts();
            for name in vectors["versions"].as_array().unwrap() {
                let Ok(version) = name.as_str().unwrap().trim_start_matches("go").parse() else { continue };
                let expected = counts.covers(&version).then(|| database.of(&version).count());
                assert_eq!(counts.of(&version), expected, "{} {name}", case["id"]);
            }
        }
    }
}
