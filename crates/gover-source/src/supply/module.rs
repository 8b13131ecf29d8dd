//! Any module of GOPROXY: gover itself is published as one. Its zip is proven like a toolchain, by
//! the record in the checksum database.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use gover_core::Diagnose;
use gover_core::text::shown;
use gover_log::{EscapeError, LogRecord, escape_path, escape_version};
use gover_net::Body;
use serde::Deserialize;
use thiserror::Error;

use super::Supply;
use crate::artifact::Location;
use crate::bounds::MAX_LIST;
use crate::checksums::LogRoute;
use crate::error::{LookupError, SourceError, SourceFailure, aligned, remedies};
use crate::proxy::{self, Entry, Place};
use crate::settings::SourceSpec;
use crate::supply::reach::plain_info;

/// The zip of a module version, not yet proven.
#[derive(Debug)]
pub struct ModuleZip {
    pub bytes: Vec<u8>,
    pub location: Location,
}

impl Supply {
    /// The versions that the first proxy with this module lists, in the order of the proxy. A proxy
    /// lists only what it happens to have.
    pub async fn module_versions(&self, module: &str) -> Result<Vec<String>, ModuleError> {
        let path = format!("{}/@v/list", escaped(module, escape_path)?);
        let (list, _) = self.first_proxy(&path, MAX_LIST, module).await?;
        let lines = String::from_utf8_lossy(&list);
        let version = |line: &str| line.split_whitespace().next().map(str::to_owned);
        Ok(lines.lines().filter_map(version).collect())
    }

    /// The zip of a module version, of at most `limit` bytes.
    pub async fn module_zip(
        &self,
        module: &str,
        version: &str,
        limit: u64,
    ) -> Result<ModuleZip, ModuleError> {
        let (bytes, location) = self.module_file(module, version, "zip", limit).await?;
        Ok(ModuleZip { bytes, location })
    }

    /// The go.mod file of a module version.
    pub async fn module_go_mod(&self, module: &str, version: &str) -> Result<Vec<u8>, ModuleError> {
        Ok(self.module_file(module, version, "mod", MAX_GO_MOD).await?.0)
    }

    /// The `.info` file of a module version, with only the keys of the protocol, as for
    /// [toolchains](Self::module_info). Nothing proves it, and the go command builds without it.
    pub async fn module_version_info(&self, module: &str, version: &str) -> Result<String, ModuleError> {
        match self.module_file(module, version, "info", MAX_LIST).await {
            Ok((bytes, _)) => Ok(plain_info(&bytes, version)),
            Err(error) if error.is_not_found() => Ok(plain_info(b"", version)),
            Err(error) => Err(error),
        }
    }

    async fn module_file(
        &self,
        module: &str,
        version: &str,
        extension: &str,
        limit: u64,
    ) -> Result<(Vec<u8>, Location), ModuleError> {
        let directory = escaped(module, escape_path)?;
        let path = format!("{directory}/@v/{}.{extension}", escaped(version, escape_version)?);
        self.first_proxy(&path, limit, &format!("{module}@{version}")).await
    }

    /// Fails if no proxy knows a module version.
    pub async fn check_module(&self, module: &str, version: &str) -> Result<(), ModuleError> {
        let directory = escaped(module, escape_path)?;
        let path = format!("{directory}/@v/{}.info", escaped(version, escape_version)?);
        self.first_proxy(&path, MAX_LIST, &format!("{module}@{version}")).await.map(drop)
    }

    /// Looks up the record of any module version in the checksum database, and proves it. With the
    /// name or key of a `database`, the settings say at most where to ask, not which key counts.
    pub async fn module_record(
        &self,
        module: &str,
        version: &str,
        database: Option<&str>,
    ) -> Result<LogRecord, LookupError> {
        let route = self.log_route(&self.settings.sources);
        LogRoute { key: database.or(route.key), ..route }.lookup_module(module, version).await
    }

    /// Looks up several records at once, in the given order. Versions may end in `/go.mod`.
    pub async fn module_records(&self, modules: &[(String, String)]) -> Vec<Result<LogRecord, LookupError>> {
        self.log_route(&self.settings.sources).lookup_modules(modules).await
    }

    /// The newest version of a module by the first proxy that has it. A module without tags has a
    /// version for each commit, which no list names.
    pub async fn newest_module_version(&self, module: &str) -> Result<String, ModuleError> {
        let path = format!("{}/@latest", escaped(module, escape_path)?);
        let (bytes, _) = self.first_proxy(&path, MAX_LIST, &format!("{module}@latest")).await?;
        let latest: Option<Latest> = serde_json::from_slice(&bytes).ok();
        let nonsense = || ModuleError::Answer { wanted: format!("{module}@latest") };
        Ok(latest.ok_or_else(nonsense)?.version)
    }

    /// Reads a file as [`read`](Self::read) does, unless the server confirms `etag`.
    pub async fn read_if_changed(
        &self,
        location: &Location,
        limit: u64,
        etag: Option<&str>,
    ) -> Result<Body, SourceError> {
        proxy::read(&self.http, location, limit, etag).await
    }

    /// Reads a file of at most `limit` bytes from a server or this machine.
    pub async fn read(&self, location: &Location, limit: u64) -> Result<Vec<u8>, SourceError> {
        proxy::read_new(&self.http, location, limit).await
    }

    async fn first_proxy(
        &self,
        path: &str,
        limit: u64,
        wanted: &str,
    ) -> Result<(Vec<u8>, Location), ModuleError> {
        let unavailable = |failures| ModuleError::Unavailable { wanted: wanted.to_owned(), failures };
        let entries = match self.proxies.entries() {
            Ok(entries) => entries,
            Err(error) => {
                return Err(unavailable(vec![SourceFailure::new(SourceSpec::GoProxy, error)]));
            }
        };
        let ask = |entry| self.ask_proxy(entry, path, limit);
        let (found, failures) = self.proxies.first(&self.http, entries, ask).await;
        let failed = |(entry, error)| self.proxies.failure(entry, error);
        found.ok_or_else(|| unavailable(failures.into_iter().map(failed).collect()))
    }

    fn ask_proxy<'a>(
        &'a self,
        entry: &Entry,
        path: &str,
        limit: u64,
    ) -> LocalBoxFuture<'a, Result<(Vec<u8>, Location), SourceError>> {
        let location = if entry.place == Place::Direct {
            Err(SourceError::lacks("`direct` means the repository of a module, and gover reads only proxies"))
        } else {
            self.proxies.locate(entry, path)
        };
        async move {
            let location = location?;
            Ok((self.read(&location, limit).await?, location))
        }
        .boxed_local()
    }
}

/// The answer to a question for the newest version.
#[derive(Deserialize)]
struct Latest {
    #[serde(rename = "Version")]
    version: String,
}

/// A module version that no proxy served.
#[derive(Debug, Error)]
pub enum ModuleError {
    #[error("the answer for {wanted} cannot be read")]
    Answer { wanted: String },
    #[error("`{}` is not a module or a version", shown(name))]
    Name { name: String, source: EscapeError },
    #[error("no proxy in GOPROXY served {wanted}")]
    Unavailable { wanted: String, failures: Vec<SourceFailure> },
}

impl ModuleError {
    /// Whether no proxy has it: each one said so, or none is configured.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Name { .. } | Self::Answer { .. } => false,
            Self::Unavailable { failures, .. } => failures.iter().all(|failure| failure.error.is_not_found()),
        }
    }
}

impl Diagnose for ModuleError {
    fn details(&self) -> Vec<String> {
        match self {
            Self::Name { .. } | Self::Answer { .. } => Vec::new(),
            Self::Unavailable { failures, .. } => aligned(failures),
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            // Only a program whose build names a wrong module gets here.
            Self::Name { .. } => Vec::new(),
            Self::Answer { .. } => vec![USUAL.to_owned()],
            Self::Unavailable { failures, .. } => {
                let mut hints = remedies(failures);
                if hints.is_empty() {
                    hints.push(USUAL.to_owned());
                }
                hints
            }
        }
    }
}

fn escaped(name: &str, escape: impl Fn(&str) -> Result<String, EscapeError>) -> Result<String, ModuleError> {
    escape(name).map_err(|source| ModuleError::Name { name: name.to_owned(), source })
}

const USUAL: &str = "set GOPROXY to a module proxy that serves public modules (`gover help sources`)";

/// As in Go (`x/mod/zip.MaxGoMod`).
const MAX_GO_MOD: u64 = 16 << 20;
