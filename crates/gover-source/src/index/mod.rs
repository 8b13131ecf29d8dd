//! The index of a release site (`/dl/?mode=json&include=all`).

mod cache;
mod parse;
mod rows;
mod site;
#[cfg(test)]
mod tests;

use gover_core::Platform;
use serde::{Deserialize, Serialize};

use crate::archive_name;
use crate::table::Table;

pub(crate) use cache::{Cache, Cached};
pub use parse::IndexError;
pub(crate) use site::{Freshness, LoadedIndex, Site};

/// What a release site publishes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Index {
    releases: Vec<IndexRelease>,
}

/// A release of the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexRelease {
    /// `go1.22.5`; also names that Go does not understand.
    pub(crate) name: String,
    pub(crate) files: Vec<IndexFile>,
}

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexFile {
    /// Its name, safe as the name of a file.
    pub(crate) name: String,
    pub(crate) os: String,
    /// GOARCH, or `armv6l`.
    pub(crate) arch: String,
    /// 64 lower-case hexadecimal digits; `None` where the index has none.
    pub(crate) sha256: Option<String>,
    pub(crate) size: Option<u64>,
    pub(crate) kind: Kind,
}

/// The kinds of file that are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Archive,
    Installer,
    Source,
    Other,
}

impl Index {
    /// All releases, in the order of the index.
    pub(crate) fn releases(&self) -> &[IndexRelease] {
        &self.releases
    }

    /// A release by its name.
    pub(crate) fn release(&self, name: &str) -> Option<&IndexRelease> {
        self.releases.iter().find(|release| release.name == name)
    }

    /// The same without what no manager needs, and without the rows that the table has with the
    /// same sum: what is kept on disk is read by commands that must be fast.
    fn beyond(mut self, table: &Table) -> Self {
        for release in &mut self.releases {
            let IndexRelease { name, files } = release;
            files.retain(|file| {
                let known = file.name.strip_prefix(name.as_str()).and_then(|suffix| table.file(name, suffix));
                let known = known.and_then(|known| known.sha256);
                file.kind == Kind::Archive && (known.is_none() || known != file.sha256)
            });
        }
        self
    }
}

impl IndexRelease {
    /// The archive for a platform: by its usual name, then by one of the names that some releases
    /// had, then by what the index says of it. Rows of the index have had wrong architectures,
    /// names have not.
    pub(crate) fn archive(&self, platform: &Platform) -> Option<&IndexFile> {
        let archives = || self.files.iter().filter(|file| file.kind == Kind::Archive);
        let by_name = archive_name::suffixes(platform).into_iter().find_map(|suffix| {
            archives().find(|file| file.name.strip_prefix(self.name.as_str()) == Some(suffix.as_str()))
        });
        by_name.or_else(|| {
            archives().find(|file| {
                file.os == platform.os()
                    && file.arch == platform.archive_arch()
                    && archive_name::format(&file.name).is_some()
            })
        })
    }

    /// The platforms that it has archives for, as far as their names tell.
    pub(crate) fn platforms(&self) -> impl Iterator<Item = Platform> {
        self.files
            .iter()
            .filter(|file| file.kind == Kind::Archive)
            .filter_map(|file| archive_name::platform(file.name.strip_prefix(self.name.as_str())?))
    }
}
