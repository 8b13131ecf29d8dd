//! Programs, by the Go that built them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use gover_core::env::vars;
use gover_core::gorules::GoEnv;
use gover_core::text::shown;
use gover_core::{Env, GoVersion, ToolchainName};
use gover_source::{Releases, Support};
use gover_sys::file::is_executable;
use gover_vuln::{BuildInfo, Database, Vulnerabilities};

use super::show::{in_stdlib, joined, state};
use crate::cli::FailOn;
use crate::output::{Style, Table};
use crate::store::vulnerabilities;
use crate::{Context, Failure};

/// A program that Go built.
pub(super) struct Program<'a> {
    pub(super) path: PathBuf,
    pub(super) info: BuildInfo,
    /// The release that built it; `None` for a development version, or one that is too old to say so.
    pub(super) release: Option<ToolchainName>,
    pub(super) found: Vulnerabilities<'a>,
    pub(super) support: Support,
    /// The nearest release without a known vulnerability, to build it again with.
    pub(super) nearest: Option<ToolchainName>,
}

impl<'a> Program<'a> {
    fn new(path: PathBuf, info: BuildInfo, database: &'a Database, releases: &Releases) -> Self {
        let word = info.go.as_deref().and_then(|go| go.split_whitespace().next());
        let release = word.and_then(|word| ToolchainName::parse(word).ok());
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
    pub(super) fn is_too_old(&self) -> bool {
        self.info.go.is_none()
    }

    pub(super) fn is_vulnerable(&self) -> bool {
        self.is_too_old() || !self.found.stdlib.is_empty()
    }

    pub(super) fn fails(&self, on: FailOn) -> bool {
        let is_ended = matches!(self.support, Support::EndOfLife(_));
        (on >= FailOn::Vulnerable && self.is_vulnerable()) || (on == FailOn::Eol && is_ended)
    }

    /// What builds it again.
    pub(super) fn rebuild(&self) -> Option<String> {
        let (package, nearest) = (self.info.package.as_ref()?, self.nearest.as_ref()?);
        let is_path = package.bytes().all(|b| b.is_ascii_alphanumeric() || b"./-_~".contains(&b));
        // Programs of Go itself come with it.
        let is_module = package.split('/').next().is_some_and(|host| host.contains('.'));
        (is_path && is_module)
            .then(|| format!("gover exec {} -- go install {package}@latest", nearest.version()))
    }
}

/// The given programs, or else those in GOBIN.
pub(super) fn read<'a>(
    given: &[OsString],
    database: &'a Database,
    releases: &Releases,
    context: &Context<'_>,
) -> Result<Vec<Program<'a>>, Failure> {
    let mut programs = Vec::new();
    for argument in given {
        let path = context.absolute(Path::new(argument));
        let text = context.short(&path);
        let unreadable =
            |source| Failure::io(format!("cannot read `{text}`"), &source, "name a program that Go built");
        match BuildInfo::read(&path).map_err(unreadable)? {
            Some(info) => programs.push(Program::new(path, info, database, releases)),
            None => {
                return Err(Failure::new(
                    format!("`{text}` does not say which Go built it"),
                    "name a program that Go built",
                ));
            }
        }
    }
    if given.is_empty() {
        for path in directories(context).iter().flat_map(|directory| files(directory)) {
            // Scripts and other programs may be there too.
            if let Ok(Some(info)) = BuildInfo::read(&path) {
                programs.push(Program::new(path, info, database, releases));
            }
        }
        if programs.is_empty() {
            let places: Vec<String> = directories(context).iter().map(|path| context.short(path)).collect();
            context.printer.note(&format!("no program that Go built is in {}", places.join(", ")));
        }
    }
    Ok(programs)
}

/// Where `go install` puts programs: GOBIN, or the directory `bin` of each entry of GOPATH.
fn directories(context: &Context<'_>) -> Vec<PathBuf> {
    let setting = |name| GoEnv::new(context.env, None).get(name).filter(|value: &String| !value.is_empty());
    if let Some(gobin) = setting(vars::GOBIN) {
        return vec![gobin.into()];
    }
    let gopath = match setting(vars::GOPATH) {
        Some(list) => Env::split_paths(&list),
        None => context.home().map(|home| home.join("go")).into_iter().collect::<Vec<_>>(),
    };
    gopath.into_iter().filter(|path| path.is_absolute()).map(|path| path.join("bin")).collect()
}

/// Programs, sorted by name.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| is_executable(path)).collect();
    files.sort();
    files
}

pub(super) fn table(programs: &[Program<'_>], releases: &Releases, context: &Context<'_>) -> Table {
    let mut table = Table::default();
    for program in programs {
        let go = match &program.info.go {
            Some(go) => shown(go),
            None => "Go 1.17 or older".to_owned(),
        };
        table.row([
            context.short(&program.path).into(),
            go.into(),
            summary(program, releases, context).into(),
        ]);
    }
    table
}

fn summary(program: &Program<'_>, releases: &Releases, context: &Context<'_>) -> String {
    let out = |style, text: &str| context.printer.out(style, text);
    if program.is_too_old() {
        return out(Style::Error, "it gets no security fixes; build it again");
    }
    let Some(release) = &program.release else {
        return "not a release, so its vulnerabilities are not known".to_owned();
    };
    let found = match program.found.stdlib.len() {
        0 => out(Style::Version, "no known vulnerability"),
        count => out(Style::Error, &in_stdlib(count)),
    };
    let nearest = program.nearest.as_ref().map(|nearest| format!("{nearest} has none"));
    joined([Some(found), nearest, Some(state(release, program.support, releases, context))])
}
