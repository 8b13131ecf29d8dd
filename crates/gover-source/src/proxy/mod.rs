//! The module `golang.org/toolchain`, served through GOPROXY.
//!
//! A proxy's list of versions is incomplete: it contains only what the proxy happens to have. So a
//! list adds releases but never rules one out. To find out whether a version exists, gover requests
//! its `.info` file, and in the end the module zip.

mod list;
mod route;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;

use gover_core::date::Date;
use gover_core::{Platform, ToolchainName};
use gover_log::escape_version;
use gover_net::{Address, Body, Http, HttpError, Question, Winner};
use gover_sys::file;

use crate::artifact::{Artifact, Format, Location, Proof, Wanted};
use crate::bounds::{Bounds, MAX_LIST, MAX_PLATFORMS, MAX_TEXT};
use crate::error::{SourceError, SourceFailure};
use crate::index::{Freshness, IndexError, Kept, Loader};
use crate::settings::SourceSpec;

pub(crate) use list::{Entry, Place, parse_list};
pub use list::{GoproxyError, goproxy_entries, goproxy_target};
pub(crate) use route::{End, Reply, route};

/// The proxies of one GOPROXY value.
#[derive(Debug)]
pub(crate) struct Proxies {
    entries: Result<Vec<Entry>, GoproxyError>,
    /// The address that `direct` stands for, such as `https://go.dev/dl/mod`.
    direct: Address,
    /// Whether GOPROXY is set at all.
    is_set: bool,
}

/// An entry, and the module zip to request from it; an error for `off`.
pub(crate) type Candidate<'a> = (&'a Entry, Result<Artifact, SourceError>);

impl Proxies {
    /// Parses a GOPROXY value. `godev` is the base address of the release site.
    pub(crate) fn new(value: Option<&str>, godev: &Address) -> Self {
        let entries = parse_list(value.unwrap_or_default());
        Self { entries, direct: godev.join("dl/mod"), is_set: value.is_some() }
    }

    pub(crate) fn entries(&self) -> Result<&[Entry], SourceError> {
        Ok(self.entries.as_ref().map_err(Clone::clone)?)
    }

    pub(crate) fn candidates(&self, wanted: &Wanted) -> Result<Vec<Candidate<'_>>, SourceError> {
        let name = file_name(wanted, "zip")?;
        let candidate = |entry| {
            let location = self.locate(entry, &name);
            (entry, location.map(|location| artifact(wanted, SourceSpec::GoProxy, location)))
        };
        Ok(self.entries()?.iter().map(candidate).collect())
    }

    /// Whether a proxy has the toolchain, according to its `.info` file. Returns an error if no
    /// proxy has it and at least one failed in another way.
    pub(crate) async fn offers(&self, http: &Http, wanted: &Wanted) -> Result<bool, SourceError> {
        let name = &file_name(wanted, "info")?;
        let ask =
            |entry| async move { read_new(http, &self.locate(entry, name)?, INFO_LIMIT).await }.boxed_local();
        let (answer, failures) = self.first(http, self.entries()?, ask).await;
        if answer.is_some() {
            return Ok(true);
        }
        let unreachable =
            failures.into_iter().map(|(_, error)| error).rfind(|error| !error.then().is_not_here());
        unreachable.map_or(Ok(false), Err)
    }

    /// The day on which a toolchain was built, according to its `.info` file, which never changes;
    /// `None` if no proxy says.
    pub(crate) async fn build_date(&self, loader: Loader<'_>, wanted: &Wanted) -> Option<Date> {
        let name = &file_name(wanted, "info").ok()?;
        let entries = self.entries().ok()?;
        let kept = |entry| loader.kept::<Date>(&self.locate(entry, name).ok()?);
        if let Some(kept) = entries.iter().find_map(kept) {
            return Some(kept.value);
        }
        let ask = |entry| {
            let location = self.locate(entry, name);
            async move { loader.load(&location?, INFO_LIMIT, Freshness::Recent, build_date).await }
                .boxed_local()
        };
        self.first(loader.http, entries, ask).await.0.map(|loaded| loaded.value)
    }

    /// The list of the first proxy that responds, and the failures by entry.
    pub(crate) async fn list(
        &self,
        loader: Loader<'_>,
        freshness: Freshness,
    ) -> Result<(Listed, Vec<(&Entry, SourceError)>), SourceError> {
        let parse = |bytes: &[u8]| Ok(Listed::parse(&String::from_utf8_lossy(bytes))?);
        let ask = |entry| {
            let location = self.locate(entry, &list_path());
            async move { loader.load(&location?, MAX_LIST, freshness, parse).await }.boxed_local()
        };
        let (listed, failures) = self.first(loader.http, self.entries()?, ask).await;
        // An old list is better than none, because a list only adds releases.
        Ok((listed.map(|listed| listed.value).unwrap_or_default(), failures))
    }

    /// The first response that the separators allow, and the errors of entries that failed.
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

    /// The first response that the separators allow, and the number of its entry. If an entry
    /// followed by `|` is silent for its `patience`, the next entry is tried as well. `failed` is
    /// called for each entry that failed or was too slow; its error ends the race.
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
            servers: self.base(entry).into_iter().collect(),
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

    /// The list of the first proxy that has a cached one, whatever its age, or that is a directory.
    pub(crate) fn kept_list(&self, loader: Loader<'_>) -> Listed {
        let entries = self.entries().unwrap_or_default();
        let mut lists = entries.iter().filter_map(|entry| match self.locate(entry, &list_path()).ok()? {
            Location::File(path) => Listed::parse(&file::read_text_limited(&path, MAX_LIST).ok()?).ok(),
            location @ Location::Url(_) => Some(loader.kept(&location)?.value),
        });
        lists.next().unwrap_or_default()
    }

    /// The location of the file `path`, relative to the base of an entry.
    pub(crate) fn locate(&self, entry: &Entry, path: &str) -> Result<Location, SourceError> {
        let base = self.location(entry).ok_or(GoproxyError::Off)?;
        Ok(base.below(path))
    }

    pub(crate) fn failure(&self, entry: &Entry, error: SourceError) -> SourceFailure {
        let at = self.location(entry);
        let goproxy_is_unset = !self.is_set;
        SourceFailure { at, goproxy_is_unset, ..SourceFailure::new(SourceSpec::GoProxy, error) }
    }

    pub(crate) fn bases(&self) -> Vec<Address> {
        self.entries().unwrap_or_default().iter().filter_map(|entry| self.base(entry)).collect()
    }

    pub(crate) fn base(&self, entry: &Entry) -> Option<Address> {
        self.location(entry)?.url().cloned()
    }

    /// The name under which failures of an entry are recorded, without credentials.
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

/// The toolchains that a proxy lists, each with its platforms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) toolchains: BTreeMap<ToolchainName, Vec<Platform>>,
}

impl Listed {
    /// Parses the lines of `@v/list`. Lines that are not toolchain versions are skipped.
    pub(crate) fn parse(text: &str) -> Result<Self, IndexError> {
        let mut listed = Self::default();
        let mut bounds = Bounds::default();
        for line in text.lines() {
            bounds.count_row()?;
            let version = line.split_whitespace().next().unwrap_or_default();
            if let Some((name, platform)) = parse_version(version) {
                if !listed.toolchains.contains_key(&name) {
                    bounds.count_release()?;
                }
                bounds.count_platform(&platform)?;
                listed.extend([(name, platform)]);
            }
        }
        Ok(listed)
    }

    pub(crate) fn union(mut self, other: Self) -> Self {
        for (name, platforms) in other.toolchains {
            self.extend(platforms.into_iter().map(|platform| (name.clone(), platform)));
        }
        self
    }
}

/// Platforms beyond any that exist are left out, since each is compared with all others.
impl Extend<(ToolchainName, Platform)> for Listed {
    fn extend<I: IntoIterator<Item = (ToolchainName, Platform)>>(&mut self, pairs: I) {
        for (name, platform) in pairs {
            let platforms = self.toolchains.entry(name).or_default();
            if platforms.len() < MAX_PLATFORMS && !platforms.contains(&platform) {
                platforms.push(platform);
            }
        }
    }
}

impl FromIterator<(ToolchainName, Platform)> for Listed {
    fn from_iter<I: IntoIterator<Item = (ToolchainName, Platform)>>(pairs: I) -> Self {
        let mut listed = Self::default();
        listed.extend(pairs);
        listed
    }
}

impl Kept for Listed {
    fn from_text(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }

    fn to_text(&self) -> Option<String> {
        let lines = self.toolchains.iter().flat_map(|(name, platforms)| {
            platforms.iter().map(move |platform| format!("{PREFIX}{name}.{platform}\n"))
        });
        Some(lines.collect())
    }
}

/// Parses the toolchain and platform from a module version such as `v0.0.1-go1.22.5.linux-amd64`.
pub(crate) fn parse_version(version: &str) -> Option<(ToolchainName, Platform)> {
    let version = Some(version).filter(|version| version.len() <= MAX_TEXT)?;
    let (name, platform) = version.strip_prefix(PREFIX)?.rsplit_once('.')?;
    let platform = match platform {
        // Only go1.6beta1 uses this name.
        "linux-arm6" => "linux-arm",
        other => other,
    };
    let name = ToolchainName::parse(name).ok().filter(|name| !name.version().is_language())?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (name.as_str().bytes().all(plain)).then_some(())?;
    Some((name, platform.parse().ok()?))
}

/// Reads a file from a server or from disk.
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

/// Reads a file of which no copy is kept.
pub(crate) async fn read_new(http: &Http, location: &Location, limit: u64) -> Result<Vec<u8>, SourceError> {
    match read(http, location, limit, None).await? {
        Body::New { bytes, .. } => Ok(bytes),
        Body::Unchanged => Err(SourceError::Unchanged),
    }
}

/// The path of a file of the wanted version on a proxy.
fn file_name(wanted: &Wanted, extension: &str) -> Result<String, SourceError> {
    Ok(format!("{DIRECTORY}/{}.{extension}", escaped(wanted)?))
}

/// The module version, escaped for addresses and file names.
pub(crate) fn escaped(wanted: &Wanted) -> Result<String, SourceError> {
    escape_version(&wanted.module_version()).map_err(|error| SourceError::lacks(error.to_string()))
}

/// The module zip. Only the checksum database can prove it.
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

/// The path below a proxy at which it relays the checksum database of this name.
pub(crate) fn relay_path(database: &str) -> String {
    format!("sumdb/{database}")
}

/// The directories in which a source directory may hold modules.
pub(crate) fn module_roots(directory: &Path) -> [PathBuf; 2] {
    [directory.to_owned(), directory.join("mod")]
}

pub(crate) const LABEL: &str = "goproxy";

pub(crate) const MODULE: &str = "golang.org/toolchain";

/// What the go command asks for to learn whether a proxy relays a database, below [`relay_path`].
pub(crate) const SUPPORTED: &str = "supported";

/// The path of the module's versions on a proxy.
pub(crate) const DIRECTORY: &str = "golang.org/toolchain/@v";

const PREFIX: &str = "v0.0.1-";
fn build_date(info: &[u8]) -> Result<Date, SourceError> {
    let info: Option<Info> = serde_json::from_slice(info).ok();
    let date = info.and_then(|info| info.time.get(..10)?.parse().ok());
    date.ok_or_else(|| SourceError::lacks("its `.info` file has no time"))
}

impl Kept for Date {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_text(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// The `.info` file of a module version.
#[derive(Deserialize)]
struct Info {
    #[serde(rename = "Time")]
    time: String,
}

const INFO_LIMIT: u64 = 1 << 20;
