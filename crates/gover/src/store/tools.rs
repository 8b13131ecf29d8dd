//! Programs of `go install`: which there are, what is known about the Go that built them, and a Go
//! to build them again.

use std::ffi::OsStr;
use std::path::PathBuf;

use gover_core::env::vars;
use gover_core::gorules::{EnvFile, GoEnv, Rules, Temporary, starting_directory};
use gover_core::inventory;
use gover_core::minimum::Allowed;
use gover_core::text::shown;
use gover_core::{GoVersion, ToolchainName, launch};
use gover_source::{Releases, Support};
use gover_tools::{BuildInfo, Builder, Found};
use gover_vuln::{Database, Vulnerabilities};

use super::vulnerabilities;
use crate::{Context, Failure};

/// A program that Go built, and what is known about that Go.
pub(crate) struct Program<'a> {
    pub(crate) path: PathBuf,
    pub(crate) info: BuildInfo,
    /// The release that built it; `None` for a development version, or one that is too old to say so.
    pub(crate) release: Option<ToolchainName>,
    pub(crate) found: Vulnerabilities<'a>,
    pub(crate) support: Support,
    /// The nearest release without a known vulnerability, to build it again with.
    pub(crate) nearest: Option<ToolchainName>,
}

impl<'a> Program<'a> {
    pub(crate) fn new(path: PathBuf, info: BuildInfo, database: &'a Database, releases: &Releases) -> Self {
        let release = info.release();
        let found = release.as_ref().map(|name| database.of(name.version())).unwrap_or_default();
        let nearest = |version: &GoVersion| vulnerabilities::nearest_without(version, database, releases);
        let nearest = release
            .as_ref()
            .filter(|_| !found.stdlib.is_empty())
            .and_then(|name| nearest(name.version()))
            .map(|nearest| vulnerabilities::recommended(&nearest, database, releases));
        let support = release.as_ref().map_or(Support::Custom, |name| releases.support(name));
        Self { path, info, release, found, support, nearest }
    }

    /// Go 1.17 and older do not write their version where it can be read.
    pub(crate) fn is_too_old(&self) -> bool {
        self.info.go.is_none()
    }
}

/// Where `go install` puts programs.
pub(crate) fn directories(context: &Context<'_>) -> Vec<PathBuf> {
    gover_tools::directories(context.env, context.home())
}

/// Whether this release is older than a toolchain, as far as their names tell. A program that says
/// nothing was built by Go 1.17 or older.
pub(crate) fn is_older(info: &BuildInfo, than: Option<&ToolchainName>) -> bool {
    let Some(than) = than else { return false };
    info.go.is_none() || info.release().is_some_and(|release| release.version() < than.version())
}

/// Whether a person means this program: by its name, or by its path.
pub(crate) fn is_named(found: &Found, name: &OsStr, context: &Context<'_>) -> bool {
    let file_name = found.path.file_name().unwrap_or_default();
    name == file_name || name == OsStr::new(&found.name()) || context.absolute(name.as_ref()) == found.path
}

pub(crate) fn no_program(name: &OsStr, context: &Context<'_>) -> Failure {
    let places: Vec<String> = directories(context).iter().map(|path| context.short(path)).collect();
    let what = format!("cannot find `{}` in {}", shown(&name.to_string_lossy()), places.join(" or "));
    Failure::new(what, "`gover tools` lists them")
}

/// How a toolchain builds programs.
pub(crate) fn builder(toolchain: &Allowed, context: &Context<'_>) -> Builder {
    let mut variables = Vec::new();
    if let Some(directory) = &toolchain.goroot {
        let user_env = EnvFile::of_user(context.env);
        variables.push((vars::GOROOT, launch::goroot(toolchain, directory, user_env.as_ref())));
    }
    if context.settings.offline.value {
        variables.push((vars::GOPROXY, Some(OsStr::new("off").to_owned())));
    }
    // A program names the version of its Go, which the name of a linked build need not be.
    let version = toolchain.goroot.as_deref().and_then(inventory::version_of);
    Builder { go: toolchain.program("go"), name: version.or_else(|| toolchain.name.clone()), variables }
}

/// The file whose `go` line says which language the project here has, with the version.
pub(crate) fn language_here(context: &Context<'_>) -> Option<(PathBuf, GoVersion)> {
    let goroot = context.selected().and_then(|toolchain| toolchain.goroot.clone());
    let start = starting_directory(context.env, &[], None);
    let rules = Rules {
        settings: &GoEnv::new(context.env, goroot.as_deref()),
        directory: start.directory.as_deref(),
        temporary: &Temporary::of(context.env),
        goroot: goroot.as_deref(),
        arguments: &[],
        fallback: None,
    };
    rules.language()
}
