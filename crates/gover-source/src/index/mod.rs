//! The release index that a release site serves at `/dl/?mode=json&include=all`.

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

pub use cache::is_cache_file;
pub(crate) use cache::{Cache, Cached};
pub use parse::IndexError;
pub(crate) use site::{Freshness, Kept, Loaded, LoadedIndex, Loader, Site};

/// Where a release site has its index, below its address.
pub(crate) const INDEX_PATH: &str = "dl/?mode=json&include=all";

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Index {
    /// All releases, in the order of the index.
    pub(crate) releases: Vec<IndexRelease>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexRelease {
    /// The name, such as `go1.22.5`. It may be a name that Go itself cannot parse.
    pub(crate) name: String,
    pub(crate) files: Vec<IndexFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IndexFile {
    /// Checked to be safe as the name of a local file.
    pub(crate) name: String,
    pub(crate) os: String,
    /// The GOARCH, or `armv6l`.
    pub(crate) arch: String,
    /// 64 lowercase hexadecimal digits; `None` if the index has no valid checksum.
    pub(crate) sha256: Option<String>,
    pub(crate) size: Option<u64>,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Archive,
    Installer,
    Source,
    Other,
}

impl Index {
    pub(crate) fn release(&self, name: &str) -> Option<&IndexRelease> {
        self.releases.iter().find(|release| release.name == name)
    }

    /// Drops files that are not archives, and archives that the compiled table lists with the same
    /// checksum. The cached copy must be small, because commands that must be fast read it.
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
    /// Finds the archive for a platform: first by its usual name, then by the names that some
    /// releases used, then by `os` and `arch`. Names come first because some rows of the index had
    /// the wrong architecture, but no file had the wrong name.
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

    /// The platforms that have an archive, as far as the file names show.
    pub(crate) fn platforms(&self) -> impl Iterator<Item = Platform> {
        self.files
            .iter()
            .filter(|file| file.kind == Kind::Archive)
            .filter_map(|file| archive_name::platform(file.name.strip_prefix(self.name.as_str())?))
    }
}
