//! Reaches the checksum database or a proxy that serves it (`docs/go.md#reaching-the-database`).

use std::path::Path;

use tokio::sync::OnceCell;

use futures_util::{FutureExt, StreamExt, stream};
use gover_log::{
    Client, Database, DatabaseError, LogMirror, LogRecord, LogWarnings, MAX_ANSWER, ProofBundle,
    ProofRequest, Remote, RemoteError, SumdbError,
};
use gover_net::{Address, Http};

use crate::artifact::{Location, Wanted};
use crate::error::{LookupError, SourceError};
use crate::log_places::LogMirrors;
use crate::proxy::{self, End, Place, Proxies, Reply, SUPPORTED};
use crate::recent::RecentFailures;
use crate::settings::SourceSpec;

#[derive(Clone, Copy, Debug)]
pub(crate) struct LogRoute<'a> {
    pub(crate) http: &'a Http,
    /// Module proxies that may serve the database.
    pub(crate) proxies: &'a Proxies,
    /// Sources that may hold a part of the log.
    pub(crate) sources: &'a [SourceSpec],
    pub(crate) recent: &'a RecentFailures,
    pub(crate) warnings: &'a LogWarnings,
    /// The value of GOSUMDB; `None` means sum.golang.org, as in the go.env of every toolchain.
    pub(crate) setting: Option<&'a str>,
    /// The name or key of the only database that counts, whatever the setting names. The setting
    /// then only says where to ask.
    pub(crate) key: Option<&'a str>,
    /// Where tiles and the tree head are cached.
    pub(crate) cache: &'a Path,
}

impl<'a> LogRoute<'a> {
    /// Looks up and proves the record of a toolchain's module.
    pub(crate) async fn lookup(self, wanted: &Wanted) -> Result<LogRecord, LookupError> {
        let remote = self.remote()?;
        let record = remote.client().lookup(&wanted.module_version()).await;
        Ok(record.map_err(|error| blamed(&remote, error))?)
    }

    /// Looks up and proves the record of any module version.
    pub(crate) async fn lookup_module(self, module: &str, version: &str) -> Result<LogRecord, LookupError> {
        let remote = self.remote()?;
        let record = remote.client().lookup_module(module, version).await;
        Ok(record.map_err(|error| blamed(&remote, error))?)
    }

    /// The same for several at once, through one connection to the database.
    pub(crate) async fn lookup_modules(
        self,
        modules: &[(String, String)],
    ) -> Vec<Result<LogRecord, LookupError>> {
        let remote = match self.remote() {
            Ok(remote) => remote,
            Err(error) => return modules.iter().map(|_| Err(error.clone().into())).collect(),
        };
        let (client, remote) = (&remote.client(), &remote);
        let lookup = async |(module, version): &(String, String)| {
            let record = client.lookup_module(module, version).await;
            Ok(record.map_err(|error| blamed(remote, error))?)
        };
        stream::iter(modules).map(lookup).buffered(AT_ONCE).collect().await
    }

    /// Collects what the clients of a mirror need to prove the records of toolchains.
    pub(crate) async fn bundle(self, wish: &ProofRequest) -> Result<ProofBundle, LookupError> {
        let remote = self.remote()?;
        let bundle = remote.client().bundle(wish).await;
        Ok(bundle.map_err(|error| blamed(&remote, error))?)
    }

    pub(crate) fn database(self) -> Result<Database, DatabaseError> {
        let database = Database::parse(self.setting.unwrap_or("sum.golang.org"))?;
        match self.key {
            Some(key) => database.with_key(key),
            None => Ok(database),
        }
    }

    fn remote(self) -> Result<LogMirrors<'a, DatabaseRoute<'a>>, DatabaseError> {
        let database = self.database()?;
        let name = database.name().to_owned();
        let far = DatabaseRoute { database, route: self, base: OnceCell::new() };
        Ok(LogMirrors::new(self.sources, &name, far, self.http)
            .doubting(|place| self.recent.contains(&place.to_string())))
    }
}

impl LogMirrors<'_, DatabaseRoute<'_>> {
    fn client(&self) -> Client<'_, Self> {
        let DatabaseRoute { database, route, .. } = self.far();
        Client::new(self, database.key.clone(), route.cache).with_warnings(route.warnings)
    }
}

/// The route to one database. It is chosen for the first read, since cached data needs none.
#[derive(Debug)]
struct DatabaseRoute<'a> {
    database: Database,
    route: LogRoute<'a>,
    base: OnceCell<Result<Location, RemoteError>>,
}

impl Remote for DatabaseRoute<'_> {
    async fn read(&self, path: &str) -> Result<Vec<u8>, RemoteError> {
        let base = self.base.get_or_init(|| self.find()).await.clone()?;
        let location = base.below(path);
        let response = proxy::read_new(self.route.http, &location, MAX_ANSWER as u64).await;
        response.map_err(|error| {
            let reason = format!("{location}: {error}");
            if error.is_not_found() {
                RemoteError::NotFound { reason }
            } else {
                RemoteError::Unreachable { reason, remedy: self.remedy(&location, &error) }
            }
        })
    }
}

impl DatabaseRoute<'_> {
    /// What the user can do about an error at this location; `None` if only general advice applies.
    fn remedy(&self, place: &Location, error: &SourceError) -> Option<String> {
        let network = self.route.http.settings();
        if network.offline && place.path().is_none() {
            return Some(network.offline_hint());
        }
        let local = place.url().is_some_and(Address::is_loopback);
        error.remedy().or_else(|| local.then(|| OWN_LOG_SERVER.to_owned()))
    }

    /// The mirror directory that serves the database, if GOPROXY names one.
    fn directory(&self) -> Option<LogMirror> {
        let Some(Ok(Location::File(base))) = self.base.get() else { return None };
        // Removes `sumdb/` and the name of the database.
        let directory = base.ancestors().nth(1 + self.database.name().split('/').count())?;
        // On Windows, a path that was made from a URL still has slashes.
        Some(LogMirror::Directory(directory.components().collect()))
    }

    /// Finds the first proxy that serves the database, or the database itself, by the [`route`](proxy::route) of
    /// the go command. An address in GOSUMDB takes precedence. Unlike the go command, gover asks the
    /// next proxy too if one followed by `|` is silent.
    async fn find(&self) -> Result<Location, RemoteError> {
        if let Some(address) = &self.database.address {
            return Ok(Location::Url(address.clone()));
        }
        let LogRoute { http, proxies, .. } = self.route;
        let entries = proxies.entries().map_err(|error| RemoteError::Unreachable {
            reason: error.to_string(),
            remedy: error.remedy(),
        })?;
        let end = entries.iter().position(|entry| matches!(entry.place, Place::Direct | Place::Off));
        let servers = entries.get(..end.unwrap_or(entries.len())).unwrap_or_default();
        let relay_path = proxy::relay_path(self.database.name());
        let asked = proxies.first(http, servers, |entry| {
            let base = proxies.locate(entry, &relay_path);
            let response = async move {
                let base = base?;
                proxy::read_new(http, &base.below(SUPPORTED), SUPPORTED_LIMIT).await?;
                Ok(base)
            };
            response.boxed_local()
        });
        let (found, failures) = asked.await;
        if let Some(base) = found {
            return Ok(base);
        }
        let failure = |at: usize| {
            let entry = entries.get(at)?;
            failures.iter().find(|(failed, _)| std::ptr::eq(*failed, entry))
        };
        let reply = |at| failure(at).map_or(Reply::NotFound, |(_, error)| Reply::of(error));
        if let End::Failure(at) = proxy::route(entries, reply).end
            && let Some((entry, error)) = failure(at)
        {
            let place = proxies.locate(entry, &relay_path).ok();
            let remedy = place.and_then(|place| self.remedy(&place, error));
            let reason = proxies.failure(entry, error.clone()).to_string();
            return Err(RemoteError::Unreachable { reason, remedy });
        }
        Ok(Location::Url(self.database.direct.clone()))
    }
}

/// Adds the mirrors that caused an error to it.
fn blamed(remote: &LogMirrors<'_, DatabaseRoute<'_>>, error: SumdbError) -> SumdbError {
    let directory = remote.far().directory();
    if let Some(directory) = directory.clone().filter(|_| error.is_damage()) {
        return SumdbError::DamagedMirror { places: vec![directory], source: Box::new(error) };
    }
    let error = match error {
        // A directory holds a part of the log, so the database may have a record that it lacks.
        SumdbError::NotInDatabase { database, module, source } if directory.is_some() => {
            SumdbError::Unavailable { database, path: format!("/lookup/{module}"), source }
        }
        error => error,
    };
    let SumdbError::Unavailable { database, path, source } = &error else { return error };
    let mut places = remote.lacking(path);
    let is_missing = matches!(source, RemoteError::NotFound { .. });
    for directory in directory.into_iter().filter(|_| is_missing) {
        if !places.contains(&directory) {
            places.push(directory);
        }
    }
    if places.is_empty() {
        return error;
    }
    SumdbError::IncompleteMirror { places, database: database.clone(), source: Box::new(error) }
}

/// Advice if the server that should serve the checksum database is on this machine.
const OWN_LOG_SERVER: &str =
    "see whether that server runs on this machine; a company's GOPROXY must pass `/sumdb/` through";

const SUPPORTED_LIMIT: u64 = 1 << 20;

/// Lookups at a time. Servers without HTTP/2 get fewer requests.
const AT_ONCE: usize = 16;

#[cfg(test)]
mod tests;
