//! What can be had at all: directories and mirrors that say so themselves, and files given by path.

use std::path::{Path, PathBuf};

use super::download::Ready;
use super::{Supply, list_directory};
use crate::address;
use crate::archive_name;
use crate::artifact::{Artifact, Location, Wanted};
use crate::checksums::{self, Way};
use crate::error::{LookupError, SourceError};
use crate::http::Body;
use crate::index::{Freshness, Index};
use crate::proxy::{self, Listed, Place};
use crate::settings::SourceSpec;
use crate::source::believed_file;
use crate::sumdb::{Database, Excerpt, Wish};
use crate::transfer::Sink;

impl Supply {
    /// The name of the checksum database that GOSUMDB names.
    pub fn database_name(&self) -> Result<String, LookupError> {
        let setting = self.settings.sumdb.as_deref().unwrap_or(checksums::DEFAULT);
        Ok(Database::parse(setting)?.name().to_owned())
    }

    /// Everything that proves the records of `wanted` to a client of a mirror. What lies in `kept`, which is laid out
    /// as a database below `sumdb/`, is read there before anybody is asked; `heads` were given to others before, and
    /// `seen` are sizes of trees that others know.
    pub async fn excerpt(
        &self,
        wanted: &[Wanted],
        kept: &Path,
        heads: Vec<Vec<u8>>,
        seen: Vec<u64>,
    ) -> Result<Excerpt, LookupError> {
        let modules = wanted.iter().map(|wanted| (proxy::MODULE.to_owned(), wanted.module_version()));
        let wish = Wish { modules: modules.collect(), heads, sizes: seen };
        let mut sources = vec![SourceSpec::Directory(kept.to_owned())];
        sources.extend(self.settings.sources.iter().cloned());
        let way = Way { http: &self.http, proxies: &self.proxies, sources: &sources };
        checksums::excerpt(&wish, self.settings.sumdb.as_deref(), way, &self.settings.sumdb_cache).await
    }

    /// Asks a flat mirror for the module, which one of gover's may hold instead of the archive that `error` is about.
    /// The archive is what a mirror is expected to have, and its error is the one that is told.
    pub(super) async fn open_module(
        &self,
        base: &str,
        wanted: &Wanted,
        sink: &dyn Sink,
        error: SourceError,
    ) -> Result<Ready, SourceError> {
        if !error.is_not_found() {
            return Err(error);
        }
        let module = proxy::escaped(wanted).map(|version| {
            let url = address::join(base, &format!("{}/{version}.zip", proxy::DIRECTORY));
            proxy::artifact(wanted, &address::shown(base), Location::Url(url))
        });
        match self.open(module, sink).await {
            Err(fraud @ SourceError::Integrity(_)) => Err(fraud),
            opened => opened.map_err(|_| error),
        }
    }

    /// The file at `path` as a source of `wanted`.
    pub(super) async fn file_artifact(&self, path: &Path, wanted: &Wanted) -> Result<Artifact, SourceError> {
        believed_file(path, wanted, self.knowledge()).await
    }

    /// What there is to be had, if every source that can be asked says so itself; `None` where one cannot tell, as a
    /// proxy or the release site. Offline only what lies on this machine can be asked.
    pub(super) async fn offers(&self, freshness: Freshness) -> Option<Listed> {
        let mut offers = None;
        for spec in &self.settings.sources {
            let listed = match spec {
                SourceSpec::Directory(path) => list_directory(path),
                SourceSpec::File(path) => listed_file(path),
                SourceSpec::GoProxy => match self.directories_of_proxies() {
                    Some(paths) => {
                        paths.iter().map(|path| list_directory(path)).fold(Listed::default(), union)
                    }
                    None if self.settings.network.offline => continue,
                    None => return None,
                },
                _ if self.settings.network.offline => continue,
                SourceSpec::Mirror(base) => self.listed_by_mirror(base, freshness).await?,
                SourceSpec::GoDev | SourceSpec::China => return None,
            };
            offers = Some(union(offers.unwrap_or_default(), listed));
        }
        offers
    }

    /// The directories that GOPROXY names, if it names nothing else.
    fn directories_of_proxies(&self) -> Option<Vec<PathBuf>> {
        let entries = self.proxies.entries().ok()?;
        let paths =
            entries.iter().filter(|entry| entry.place != Place::Off).map(|entry| match &entry.place {
                Place::Directory(path) => Some(path.clone()),
                _ => None,
            });
        paths.collect::<Option<Vec<_>>>().filter(|paths| !paths.is_empty())
    }

    /// What a mirror lists as `gover mirror` writes it: an index of archives, a list of modules. Its sums are not
    /// looked at. Most mirrors have neither.
    async fn listed_by_mirror(&self, base: &str, freshness: Freshness) -> Option<Listed> {
        let index = Location::Url(address::join(base, "index.json"));
        let archives = match proxy::read(&self.http, &index, INDEX_LIMIT, None).await {
            Ok(Body::New { bytes, .. }) => Some(listed_archives(&Index::parse(&bytes).unwrap_or_default())),
            _ => None,
        };
        let list = Location::Url(address::join(base, &format!("{}/list", proxy::DIRECTORY)));
        let modules = proxy::load_list(&self.http, &self.cache, &list, freshness).await.ok();
        match (archives, modules) {
            (Some(archives), Some(modules)) => Some(union(archives, modules)),
            (archives, modules) => archives.or(modules),
        }
    }
}

fn listed_archives(index: &Index) -> Listed {
    let mut listed = Listed::default();
    for file in index.releases().iter().flat_map(|release| &release.files) {
        if let Some((toolchain, platform)) = archive_name::parse(&file.name) {
            listed.toolchains.entry(toolchain).or_default().push(platform);
        }
    }
    listed
}

fn listed_file(path: &Path) -> Listed {
    let mut listed = Listed::default();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if let Some(file) = crate::mirror::published_file(name) {
        listed.toolchains.insert(file.wanted.name, vec![file.wanted.platform]);
    }
    listed
}

fn union(mut one: Listed, other: Listed) -> Listed {
    for (toolchain, platforms) in other.toolchains {
        let known = one.toolchains.entry(toolchain).or_default();
        for platform in platforms {
            if !known.contains(&platform) {
                known.push(platform);
            }
        }
    }
    one
}

/// The most bytes of a mirror's index; the release site's own has about 3 million.
const INDEX_LIMIT: u64 = 32 << 20;
