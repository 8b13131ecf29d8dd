//! What sources offer: the lists of directories and mirrors, and files given by path.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gover_log::{ProofBundle, ProofRequest};
use gover_net::Address;
use serde_json::Value;

use super::download::Opened;
use super::{Supply, list_directory};
use crate::archive_name;
use crate::artifact::{Artifact, Location, Wanted};
use crate::bounds::{MAX_INDEX, MAX_LIST};
use crate::error::{LookupError, SourceError};
use crate::index::{Freshness, Index, IndexError, Loaded};
use crate::mirror::INDEX_FILE;
use crate::proxy::{self, Listed, Place};
use crate::settings::SourceSpec;
use crate::transfer::Sink;

impl Supply {
    pub fn database_name(&self) -> Result<String, LookupError> {
        Ok(self.database()?.name().to_owned())
    }

    /// Whether a tree head lacks a valid signature of the checksum database, so it proves nothing.
    pub fn is_unsigned_head(&self, note: &[u8]) -> Result<bool, LookupError> {
        Ok(self.database()?.verify_head(note).is_err_and(|error| error.is_unsigned()))
    }

    /// Collects the proofs that a client of a mirror needs for the records of `wanted` and of other
    /// module versions. Files in `kept`, which is laid out like a database below `sumdb/`, are used before any request.
    /// `heads` are tree heads published before, and `seen` the sizes of trees that clients know.
    pub async fn excerpt(
        &self,
        (wanted, modules): (&[Wanted], &[(String, String)]),
        kept: &Path,
        heads: Vec<Vec<u8>>,
        seen: Vec<u64>,
    ) -> Result<ProofBundle, LookupError> {
        let toolchains = wanted.iter().map(|wanted| (proxy::MODULE.to_owned(), wanted.module_version()));
        let modules = toolchains.chain(modules.iter().cloned());
        let wish = ProofRequest { modules: modules.collect(), heads, sizes: seen };
        let mut sources = vec![SourceSpec::Directory(kept.to_owned())];
        sources.extend(self.settings.sources.iter().cloned());
        self.log_route(&sources).bundle(&wish).await
    }

    /// Requests the module zip from a mirror. A mirror written by gover may hold it in place of the
    /// archive. If the mirror has neither, returns `error`, which is the error for the archive.
    pub(super) async fn open_module(
        &self,
        base: &Address,
        wanted: &Wanted,
        sink: &dyn Sink,
        error: SourceError,
    ) -> Result<Opened, SourceError> {
        if !error.is_not_found() {
            return Err(error);
        }
        match self.open(module_of_mirror(base, wanted), sink).await {
            Err(fraud @ SourceError::Integrity(_)) => Err(fraud),
            opened => opened.map_err(|_| error),
        }
    }

    /// What the sources offer. `None` if one of them cannot list what it has, such as a proxy or
    /// the release site. Offline, only sources on this machine count.
    pub(super) fn offers(&self, mut mirrors: BTreeMap<&Address, Listed>) -> Option<Listed> {
        let mut offers: Option<Listed> = None;
        for spec in &self.settings.sources {
            let listed = match spec {
                SourceSpec::Directory(path) => list_directory(path),
                SourceSpec::File(path) => {
                    let name = path.file_name().and_then(|name| name.to_str());
                    name.and_then(archive_name::listed).into_iter().collect()
                }
                SourceSpec::GoProxy => match self.directories_of_proxies() {
                    Some(paths) => {
                        let lists = paths.iter().map(|path| list_directory(path));
                        lists.fold(Listed::default(), Listed::union)
                    }
                    None if self.settings.network.offline => continue,
                    None => return None,
                },
                _ if self.settings.network.offline => continue,
                SourceSpec::Mirror(base) => mirrors.remove(base)?,
                SourceSpec::GoDev | SourceSpec::Site(_) | SourceSpec::China => return None,
            };
            offers = Some(offers.unwrap_or_default().union(listed));
        }
        offers
    }

    /// The directories in GOPROXY, if all its entries are directories or `off`.
    fn directories_of_proxies(&self) -> Option<Vec<PathBuf>> {
        let entries = self.proxies.entries().ok()?;
        let places = entries.iter().map(|entry| &entry.place).filter(|place| **place != Place::Off);
        let paths = places.map(|place| match place {
            Place::Directory(path) => Some(path.clone()),
            _ => None,
        });
        paths.collect::<Option<Vec<_>>>().filter(|paths| !paths.is_empty())
    }

    /// Loads the lists that `gover mirror` writes: an index of archives and a list of modules.
    /// Checksums in them are not used. Most mirrors have neither list.
    pub(super) async fn listed_by_mirror(&self, base: &Address, freshness: Freshness) -> MirrorList {
        let [index, list] = list_places(base);
        let (archives, modules) = tokio::join!(
            self.loader().load(&index, MAX_INDEX, freshness, parse_index),
            self.loader().load(&list, MAX_LIST, freshness, parse_list),
        );
        let mut mirror = MirrorList::default();
        let mut answered = false;
        for answer in [archives, modules] {
            match answer {
                Ok(Loaded { value, stale, .. }) => {
                    answered |= stale.is_none();
                    mirror.listed = Some(mirror.listed.unwrap_or_default().union(value));
                    mirror.failure = mirror.failure.or(stale);
                }
                Err(error) if error.then().is_not_here() => {}
                Err(error) => mirror.failure = mirror.failure.or(Some(error)),
            }
        }
        // One of the two lists is enough.
        mirror.failure = mirror.failure.filter(|_| !answered);
        mirror
    }

    /// The `.info` file of a module version, with only the keys of the protocol
    /// (go.dev/ref/mod#goproxy-protocol). The time comes from the `.info` file next to the zip, and
    /// is left out if that file has no valid time for this version.
    pub async fn module_info(&self, artifact: &Artifact) -> String {
        let info = match &artifact.location {
            Location::Url(url) => Location::Url(url.with_extension("info")),
            Location::File(path) => Location::File(path.with_extension("info")),
        };
        let info = proxy::read_new(&self.http, &info, INFO_LIMIT).await.unwrap_or_default();
        plain_info(&info, &artifact.wanted.module_version())
    }

    pub(super) fn kept_of_mirror(&self, base: &Address) -> Option<Listed> {
        let kept = list_places(base).map(|place| self.loader().kept(&place));
        kept.into_iter().flatten().map(|kept| kept.value).reduce(Listed::union)
    }
}

/// The keys of the protocol in an `.info` file. A time of another version is left out.
pub(super) fn plain_info(info: &[u8], version: &str) -> String {
    let info: Value = serde_json::from_slice(info).unwrap_or_default();
    let time = info.get("Time").and_then(Value::as_str).filter(|time| is_time(time));
    match time.filter(|_| info.get("Version").and_then(Value::as_str) == Some(version)) {
        Some(time) => format!("{{\"Version\":\"{version}\",\"Time\":\"{time}\"}}"),
        None => format!("{{\"Version\":\"{version}\"}}"),
    }
}

#[derive(Default)]
pub(super) struct MirrorList {
    /// `None` if the mirror has no list.
    pub(super) listed: Option<Listed>,
    /// Why there is no list, or only an old one.
    pub(super) failure: Option<SourceError>,
}

/// The module zip that a mirror may hold.
pub(super) fn module_of_mirror(base: &Address, wanted: &Wanted) -> Result<Artifact, SourceError> {
    let url = base.join(&format!("{}/{}.zip", proxy::DIRECTORY, proxy::escaped(wanted)?));
    Ok(proxy::artifact(wanted, SourceSpec::Mirror(base.clone()), Location::Url(url)))
}

/// The locations where a mirror may list its archives and its modules.
fn list_places(base: &Address) -> [Location; 2] {
    let list = format!("{}/list", proxy::DIRECTORY);
    [INDEX_FILE, &list].map(|path| Location::Url(base.join(path)))
}

fn parse_index(bytes: &[u8]) -> Result<Listed, SourceError> {
    let index = match Index::parse(bytes) {
        Ok(index) => index,
        Err(error @ IndexError::TooMany { .. }) => return Err(error.into()),
        Err(_) => return Err(no_list()),
    };
    let files = index.releases.iter().flat_map(|release| &release.files);
    Ok(files.filter_map(|file| archive_name::parse(&file.name)).collect())
}

/// Rejects web pages, which some servers send for every address.
fn parse_list(bytes: &[u8]) -> Result<Listed, SourceError> {
    let text = String::from_utf8_lossy(bytes);
    let listed = Listed::parse(&text)?;
    let is_list = text.trim().is_empty() || !listed.toolchains.is_empty();
    is_list.then_some(listed).ok_or_else(no_list)
}

fn no_list() -> SourceError {
    SourceError::lacks("it has no such list")
}

/// Whether it has only characters of an RFC 3339 time, which need no escaping in JSON.
fn is_time(text: &str) -> bool {
    text.len() <= 40
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'T' | b'Z' | b'+'))
}

const INFO_LIMIT: u64 = 1 << 16;
