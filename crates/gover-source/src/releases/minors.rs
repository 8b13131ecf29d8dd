//! The minor versions among the releases, so that lists need not walk through every release for
//! each of their rows.

use std::collections::BTreeMap;

use gover_core::{GoVersion, ToolchainName};

use super::Release;

/// In order. They have stable releases.
#[derive(Clone, Debug, Default)]
pub(super) struct Minors(Vec<Minor>);

#[derive(Clone, Debug)]
struct Minor {
    /// The first stable release.
    first: ToolchainName,
    /// The newest one.
    newest: ToolchainName,
}

impl Minors {
    pub(super) fn of(releases: &BTreeMap<ToolchainName, Release>) -> Self {
        let mut minors: Vec<Minor> = Vec::new();
        for name in releases.values().filter(|release| release.is_stable_release()).map(|one| &one.name) {
            match minors.last_mut() {
                Some(last) if last.first.version().same_language(name.version()) => {
                    last.newest.clone_from(name);
                }
                _ => minors.push(Minor { first: name.clone(), newest: name.clone() }),
            }
        }
        Self(minors)
    }

    /// The newest stable release of the minor version.
    pub(super) fn newest(&self, version: &GoVersion) -> Option<&ToolchainName> {
        let last = self.after(version).checked_sub(1).and_then(|last| self.0.get(last))?;
        last.first.version().same_language(version).then_some(&last.newest)
    }

    /// The first release of the second newer minor version.
    pub(super) fn second_newer(&self, version: &GoVersion) -> Option<&ToolchainName> {
        self.0.get(self.after(version) + 1).map(|minor| &minor.first)
    }

    /// Where newer minor versions begin.
    fn after(&self, version: &GoVersion) -> usize {
        self.0.partition_point(|minor| {
            let first = minor.first.version();
            first.same_language(version) || first <= version
        })
    }
}
