//! The module golang.org/toolchain behind GOPROXY.
//!
//! A proxy's list of versions is incomplete by nature (it holds what the proxy happens to have), so
//! that it adds releases and never denies one; whether a version exists is asked by its `.info`,
//! and in the end by fetching it.

mod list;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use gover_core::{Platform, ToolchainName};
use gover_log::escape_version;
use gover_net::{Address, Body, Http, HttpError, Question, Winner};
use gover_sys::file;

use crate::artifact::{Artifact, Format, Location, Proof, Wanted};
use crate::error::{SourceError, SourceFailure};
use crate::index::{Cache, Cached, Freshness};
use crate::settings::SourceSpec;

pub use list::GoproxyError;
pub(crate) use list::{Entry, Place, ProxyList};

/// The proxies of one GOPROXY value.
#[derive(Debug)]
pub(crate) struct Proxies {
    list: Result<ProxyList, GoproxyError>,
    /// Where `direct` finds the module: `https://go.dev/dl/mod`.
    direct: Address,
    /// Whether GOPROXY is set at all.
    is_set: bool,
}

/// One entry of the list and what it may have.
#[derive(Debug)]
pub(crate) struct Candidate<'a> {
    pub(crate) entry: &'a Entry,
    /// The file it would have; an error for `off`.
    pub(crate) artifact: Result<Artifact, SourceError>,
}

impl Proxies {
    /// The proxies of a GOPROXY value; `godev` is the base of the release site.
    pub(crate) fn new(value: Option<&str>, godev: &Address) -> Self {
        let list = ProxyList::parse(value.unwrap_or_default());
        Self { list, direct: godev.join("dl/mod"), is_set: value.is_some() }
    }

    /// The entries, or why the value is no list.
    pub(crate) fn entries(&self) -> Result<&[Entry], SourceError> {
        Ok(self.list.as_ref().map_err(Clone::clone)?.entries())
    }

    /// What each entry would have to be asked for, in order.
    pub(crate) fn candidates(&self, wanted: &Wanted) -> Result<Vec<Candidate<'_>>, SourceError> {
        let name = file_name(wanted, "zip")?;
        let candidate = |entry| {
            let location = self.locate(entry, &name);
            Candidate {
                entry,
                artifact: location.map(|location| artifact(wanted, SourceSpec::GoProxy, location)),
            }
        };
        Ok(self.entries()?.iter().map(candidate).collect())
    }

    /// Whether a proxy has the toolchain, asked by its `.info`. An error if none could be asked.
    pub(crate) async fn offers(&self, http: &Http, wanted: &Wanted) -> Result<bool, SourceError> {
        let name = &file_name(wanted, "info")?;
        let ask = |entry| {
            async move { read(http, &self.locate(entry, name)?, INFO_LIMIT, None).await }.boxed_local()
        };
        let (answer, failures) = self.first(http, self.entries()?, ask).await;
        if answer.is_some() {
            return Ok(true);
        }
        let unreachable =
            failures.into_iter().map(|(_, error)| error).rfind(|error| !error.then().is_not_here());
        unreachable.map_or(Ok(false), Err)
    }

    /// What the first answering proxy lists, as new as wanted or as new as there is, and by entry
    /// what failed.
    pub(crate) async fn list(
        &self,
        http: &Http,
        cache: &Cache,
        freshness: Freshness,
    ) -> Result<(Listed, Vec<(&Entry, SourceError)>), SourceError> {
        let ask = |entry| {
            async move { load_list(http, cache, &self.locate(entry, &list_path())?, freshness).await }
                .boxed_local()
        };
        let (listed, failures) = self.first(http, self.entries()?, ask).await;
        Ok((listed.unwrap_or_default(), failures))
    }

    /// The first response that the separators allow, and why other entries gave none.
    pub(crate) async fn first<'a, 'e, T: 'a>(
        &self,
        http: &'a Http,
        entries: &'e [Entry],
        ask: impl Fn(&'e Entry) -> LocalBoxFuture<'a, Result<T, SourceError>>,
    ) -> (Option<T>, Vec<(&'e Entry, SourceError)>) {
        let asked = entries.iter().map(|entry| (entry, ask(entry))).collect();
        let mut failures = Vec::new();
        let failed = |entry, error| {
            failures.push((entry, error));
            Ok::<_, Infallible>(())
        };
        let Ok(found) = self.race(http, asked, |_| http.settings().patience, failed).await;
        (found.map(|(_, value)| value), failures)
    }

    /// The first response that the separators allow, and the number of its entry. An entry that is
    /// followed by `|` may be silent for its `patience`; then the next one is asked too. `failed`
    /// is called for each entry that failed or was too slow; its own error ends the race.
    pub(crate) async fn race<'a, 'e, T: 'a, X>(
        &self,
        http: &'a Http,
        asked: Vec<(&'e Entry, LocalBoxFuture<'a, Result<T, SourceError>>)>,
        patience: impl Fn(&Entry) -> Duration,
        mut failed: impl FnMut(&'e Entry, SourceError) -> Result<(), X>,
    ) -> Result<Option<(usize, T)>, X> {
        let (entries, responses): (Vec<&'e Entry>, Vec<_>) = asked.into_iter().unzip();
        let questions = entries.iter().zip(responses).map(|(entry, response)| Question {
            label: None,
            servers: self.base(entry).cloned().into_iter().collect(),
            patience: entry.any_failure_goes_on.then(|| patience(entry)),
            response,
        });
        let may_go_on = |at: usize, error: SourceError| {
            let Some(entry) = entries.get(at).copied() else { return Ok(false) };
            let goes_on = entry.goes_on_after(&error);
            failed(entry, error).map(|()| goes_on)
        };
        let winner = http.race(questions, may_go_on).await?;
        let Some(Winner { number, value, silent, .. }) = winner else { return Ok(None) };
        for entry in silent.iter().filter_map(|at| entries.get(*at).copied()) {
            failed(entry, SourceError::Silent { patience: http.settings().patience })?;
        }
        Ok(Some((number, value)))
    }

    /// What the first proxy of which a list is kept had, whatever its age.
    pub(crate) fn kept_list(&self, cache: &Cache) -> Listed {
        let entries = self.entries().unwrap_or_default();
        let lists = entries.iter().filter_map(|entry| match self.locate(entry, &list_path()).ok()? {
            Location::File(path) => file::read_text_limited(&path, LIST_LIMIT).ok(),
            location @ Location::Url(_) => cache.read(&location.to_string()).map(|cached| cached.text),
        });
        lists.map(|text| Listed::parse(&text)).next().unwrap_or_default()
    }

    /// Where an entry has a file of the proxy's layout.
    pub(crate) fn locate(&self, entry: &Entry, path: &str) -> Result<Location, SourceError> {
        match &entry.place {
            Place::Server(base) => Ok(Location::Url(base.join(path))),
            Place::Direct => Ok(Location::Url(self.direct.join(path))),
            Place::Directory(base) => Ok(Location::File(below(base.clone(), path))),
            Place::Off => Err(GoproxyError::Off.into()),
        }
    }

    /// A failure of an entry, for people.
    pub(crate) fn failure(&self, entry: &Entry, error: SourceError) -> SourceFailure {
        let at = self.location(entry);
        let goproxy_is_unset = !self.is_set;
        SourceFailure { at, goproxy_is_unset, ..SourceFailure::new(SourceSpec::GoProxy, error) }
    }

    /// The addresses of the entries that have one.
    pub(crate) fn bases(&self) -> Vec<Address> {
        let entries = self.entries().unwrap_or_default();
        entries.iter().filter_map(|entry| self.base(entry)).cloned().collect()
    }

    /// The address of an entry, if it has one.
    pub(crate) fn base<'a>(&'a self, entry: &'a Entry) -> Option<&'a Address> {
        match &entry.place {
            Place::Server(base) => Some(base),
            Place::Direct => Some(&self.direct),
            Place::Directory(_) | Place::Off => None,
        }
    }

    /// By what an entry is remembered; without credentials.
    pub(crate) fn label(&self, entry: &Entry) -> String {
        match self.location(entry) {
            Some(location) => format!("{LABEL} {location}"),
            None => format!("{LABEL} off"),
        }
    }

    fn location(&self, entry: &Entry) -> Option<Location> {
        match &entry.place {
            Place::Server(base) => Some(Location::Url(base.clone())),
            Place::Direct => Some(Location::Url(self.direct.clone())),
            Place::Directory(path) => Some(Location::File(path.clone())),
            Place::Off => None,
        }
    }
}

/// What a proxy lists: each toolchain with the platforms it was listed for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) toolchains: BTreeMap<ToolchainName, Vec<Platform>>,
}

impl Listed {
    /// Reads the lines of `@v/list`; lines that name no toolchain are passed over.
    pub(crate) fn parse(text: &str) -> Self {
        let mut listed = Self::default();
        for line in text.lines() {
            let version = line.split_whitespace().next().unwrap_or_default();
            if let Some((name, platform)) = parse_version(version) {
                let platforms = listed.toolchains.entry(name).or_default();
                if !platforms.contains(&platform) {
                    platforms.push(platform);
                }
            }
        }
        listed
    }

    fn to_text(&self) -> String {
        let lines = self.toolchains.iter().flat_map(|(name, platforms)| {
            platforms.iter().map(move |platform| format!("{PREFIX}{name}.{platform}\n"))
        });
        lines.collect()
    }
}

/// Toolchain and platform of a version of the module: `v0.0.1-go1.22.5.linux-amd64`.
pub(crate) fn parse_version(version: &str) -> Option<(ToolchainName, Platform)> {
    let (name, platform) = version.strip_prefix(PREFIX)?.rsplit_once('.')?;
    let platform = match platform {
        // go1.6beta1 alone.
        "linux-arm6" => "linux-arm",
        other => other,
    };
    let name = ToolchainName::parse(name).ok().filter(|name| !name.version().is_language())?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (name.as_str().bytes().all(plain)).then_some(())?;
    Some((name, platform.parse().ok()?))
}

/// The bytes at a place that is either a server or a directory.
pub(crate) async fn read(
    http: &Http,
    location: &Location,
    limit: u64,
    etag: Option<&str>,
) -> Result<Body, SourceError> {
    match location {
        Location::Url(url) => Ok(http.read(url, limit, etag).await?),
        Location::File(path) => match file::read_limited(path, limit) {
            Ok(bytes) => Ok(Body::New { bytes, etag: None }),
            Err(error) if error.kind() == ErrorKind::FileTooLarge => Err(HttpError::TooLong { limit }.into()),
            Err(error) => Err(SourceError::file("read", path, error)),
        },
    }
}

/// The list at a place, as new as wanted or as new as there is.
pub(crate) async fn load_list(
    http: &Http,
    cache: &Cache,
    location: &Location,
    freshness: Freshness,
) -> Result<Listed, SourceError> {
    let parse = |bytes: &[u8]| Some(Listed::parse(&String::from_utf8_lossy(bytes)));
    // An old list is better than none, since it only ever adds.
    load_parsed(http, cache, location, freshness, parse).await.map(|(listed, _)| listed)
}

/// The same for a list in whatever form `parse` reads, which gives nothing for what is no list. An
/// old one comes with the reason why it is old.
pub(crate) async fn load_parsed(
    http: &Http,
    cache: &Cache,
    location: &Location,
    freshness: Freshness,
    parse: impl Fn(&[u8]) -> Option<Listed>,
) -> Result<(Listed, Option<SourceError>), SourceError> {
    let key = location.to_string();
    // A directory is as fast as the cache, and never out of date.
    let kept = location.path().is_none().then(|| cache.read(&key)).flatten();
    let now = SystemTime::now();
    if let Some(cached) = &kept
        && freshness == Freshness::Recent
        && cached.is_fresh(now)
    {
        return Ok((Listed::parse(&cached.text), None));
    }
    let etag = kept.as_ref().and_then(|cached| cached.etag.as_deref());
    match read(http, location, LIST_LIMIT, etag).await {
        Ok(Body::New { bytes, etag }) => {
            let listed = parse(&bytes).ok_or_else(|| SourceError::lacks("it has no such list"))?;
            if location.path().is_none() {
                cache.write(&key, &Cached { etag, checked: now, text: listed.to_text() });
            }
            Ok((listed, None))
        }
        Ok(Body::Unchanged) => {
            let cached = kept.ok_or(SourceError::Unchanged)?;
            let listed = Listed::parse(&cached.text);
            cache.write(&key, &Cached { checked: now, ..cached });
            Ok((listed, None))
        }
        Err(error) => match kept {
            Some(cached) => Ok((Listed::parse(&cached.text), Some(error))),
            None => Err(error),
        },
    }
}

/// Where a proxy has a file of the wanted version.
fn file_name(wanted: &Wanted, extension: &str) -> Result<String, SourceError> {
    Ok(format!("{DIRECTORY}/{}.{extension}", escaped(wanted)?))
}

/// The module's version as addresses and file names have it.
pub(crate) fn escaped(wanted: &Wanted) -> Result<String, SourceError> {
    escape_version(&wanted.module_version()).map_err(|error| SourceError::lacks(error.to_string()))
}

/// The zip of the module, which only the transparency log proves.
pub(crate) fn artifact(wanted: &Wanted, source: SourceSpec, location: Location) -> Artifact {
    Artifact {
        wanted: wanted.clone(),
        source,
        file_name: format!("{}.zip", wanted.module_version()),
        format: Format::ModuleZip,
        location,
        size: None,
        proof: Proof::Log,
    }
}

fn list_path() -> String {
    format!("{DIRECTORY}/list")
}

/// `path`, written with slashes, below a directory.
pub(crate) fn below(mut base: PathBuf, path: &str) -> PathBuf {
    base.extend(path.split('/').filter(|element| !element.is_empty()));
    base
}

/// The directories below which a directory may hold modules.
pub(crate) fn module_roots(directory: &Path) -> [PathBuf; 2] {
    [directory.to_owned(), directory.join("mod")]
}

/// How the source is called.
pub(crate) const LABEL: &str = "goproxy";

/// The module whose versions are toolchains.
pub(crate) const MODULE: &str = "golang.org/toolchain";

/// Where proxies have the module's versions.
pub(crate) const DIRECTORY: &str = "golang.org/toolchain/@v";

const PREFIX: &str = "v0.0.1-";
const INFO_LIMIT: u64 = 1 << 20;
/// A mirror may list its archives as the release site does, whose own index has about 3 million
/// bytes.
const LIST_LIMIT: u64 = 32 << 20;
