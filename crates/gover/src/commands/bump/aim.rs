//! The version that a project is raised to.

use std::path::{Path, PathBuf};

use gover_core::{GoVersion, Request, RequestKind, ToolchainName};
use gover_source::Releases;
use gover_vuln::Database;

use super::plan::{self, Aim, Other};
use crate::cli::BumpArgs;
use crate::runtime::block_on;
use crate::store::project::{Project, ProjectFile};
use crate::store::releases::with_installed;
use crate::store::requests::Impossible;
use crate::store::{releases, vulnerabilities};
use crate::supply::supply;
use crate::{Context, Failure};

/// What is known of releases.
pub(super) struct Knowledge {
    releases: Releases,
    pub(super) database: Database,
}

impl Knowledge {
    /// Asks the sources, since the newest patch release may be of today. Only `newest_database` asks
    /// for vulnerabilities, too.
    pub(super) fn read(newest_database: bool, context: &Context<'_>) -> Result<Self, Failure> {
        let releases = with_installed(block_on(supply(context)?.releases())?, context);
        for failure in releases.stale() {
            context.printer.note(&releases::not_asked(failure));
        }
        // Offline, that is expected.
        for failure in releases.unasked().filter(|_| !context.settings.offline.value) {
            context.printer.note(&releases::not_asked(failure));
        }
        let database = if newest_database {
            vulnerabilities::newest(context)?
        } else {
            vulnerabilities::known(context)?
        };
        Ok(Self { releases, database })
    }

    /// How many known vulnerabilities the release has that a version means.
    pub(super) fn count(&self, version: &GoVersion, is_exact: bool) -> usize {
        let newest = if is_exact { None } else { self.newest_patch(version) };
        self.database.of(&newest.unwrap_or_else(|| version.clone())).count()
    }

    /// The database may know a release that no list has yet, because it fixes something.
    pub(super) fn newest_patch(&self, version: &GoVersion) -> Option<GoVersion> {
        let listed = self.releases.newest_patch(version).map(|release| release.name.version().clone());
        let fixing = vulnerabilities::lowest_without(version, &self.database, &self.releases);
        listed.into_iter().chain(fixing.map(|name| name.version().clone())).max_by(GoVersion::cmp)
    }

    pub(super) fn nearest_safe(&self, version: &GoVersion) -> Option<GoVersion> {
        let name = vulnerabilities::nearest_without(version, &self.database, &self.releases)?;
        Some(name.version().clone())
    }
}

/// The version on the command line, and the paths behind it.
pub(super) fn split(arguments: &BumpArgs) -> (Option<Request>, Vec<PathBuf>) {
    let Some((first, rest)) = arguments.words.split_first() else { return (None, Vec::new()) };
    let request = first.to_str().filter(|word| !Path::new(word).exists());
    match request.and_then(|word| Request::parse_pin(word).ok()).filter(Request::is_by_version) {
        Some(request) => (Some(request), rest.iter().map(PathBuf::from).collect()),
        None => (None, arguments.words.iter().map(PathBuf::from).collect()),
    }
}

/// What the arguments ask for. `--check` alone asks for the nearest version without vulnerabilities.
pub(super) fn find<'a>(
    arguments: &BumpArgs,
    request: Option<&Request>,
    (project, known): (&Project, &'a Knowledge),
    context: &Context<'_>,
) -> Result<Aim<'a>, Failure> {
    let files = &project.files;
    let line_runs = project.reads_module || plan::is_only_lines(files);
    let aim = |target, other| Aim { target, other, language: arguments.language, line_runs, known };
    if let Some(request) = request {
        let target = given(request, arguments.security, known, context)?;
        refuse_below_go_line(&target, files, context)?;
        return Ok(aim(target, Other::Stays));
    }
    let current = plan::current(files).ok_or_else(|| nothing(&[], context))?;
    let named = plan::newest_named(files, &current);
    let newest = known.newest_patch(&current);
    if arguments.security || arguments.check {
        let start = named.or(newest).unwrap_or_else(|| current.clone()).max(current.clone());
        let target = known.nearest_safe(&start).ok_or_else(|| no_safe(&current.language()))?;
        return Ok(aim(target, Other::SafePatch));
    }
    let target = newest.into_iter().chain(named).max_by(GoVersion::cmp).ok_or_else(|| {
        let what = format!("no release of Go {} is known", current.language());
        Failure::new(what, "`gover list --remote` shows every release")
    })?;
    Ok(aim(target, Other::NewestPatch))
}

fn given(
    request: &Request,
    security: bool,
    known: &Knowledge,
    context: &Context<'_>,
) -> Result<GoVersion, Failure> {
    if let Some(impossible) = Impossible::of(request, context) {
        return Err(Failure::new(impossible.what(), format!("gover bump {}", impossible.language())));
    }
    let name: Option<ToolchainName> = match request.kind() {
        RequestKind::Exact(name) if !name.is_release() => {
            let what = format!("{name} is a custom build, and gover raises versions only to releases");
            return Err(Failure::new(what, format!("gover bump {}", name.version().language())));
        }
        RequestKind::Exact(name) => Some(name.clone()),
        _ => known.releases.newest(request, &context.target().platform).map(|release| release.name.clone()),
    };
    let version = name.map(|name| name.version().clone()).ok_or_else(|| {
        Failure::new(
            format!("no Go release matches `{request}`"),
            "`gover list --remote` shows every release",
        )
    })?;
    if !security {
        return Ok(version);
    }
    let RequestKind::Language(minor) = request.kind() else {
        return known.nearest_safe(&version).ok_or_else(|| no_safe(&version.language()));
    };
    let safe = vulnerabilities::lowest_without(minor, &known.database, &known.releases);
    safe.map(|name| name.version().clone()).ok_or_else(|| {
        let what = format!("every known release of Go {minor} has known vulnerabilities");
        Failure::new(what, "gover bump --security")
    })
}

fn refuse_below_go_line(
    target: &GoVersion,
    files: &[ProjectFile],
    context: &Context<'_>,
) -> Result<(), Failure> {
    let Some((file, line)) = plan::highest_go_line(files).filter(|(_, one)| one.version.version() > target)
    else {
        return Ok(());
    };
    let place = gover_core::display::location(&file.path, Some(line.line), context.home());
    let needed = &line.version;
    let what =
        format!("{place} needs Go {}, so Go {} cannot build it", needed.as_str(), plan::release(target));
    Err(Failure::new(what, format!("gover bump {}", needed.version().language())))
}

fn no_safe(minor: &GoVersion) -> Failure {
    Failure::new(
        format!("every known release of Go {minor} and later has known vulnerabilities"),
        "gover bump latest",
    )
}

pub(super) fn nothing(paths: &[PathBuf], context: &Context<'_>) -> Failure {
    let here = || context.env.logical_directory().map_or("here".to_owned(), |path| context.short(&path));
    let what = match paths {
        [] => format!("no file in {} names a Go version", here()),
        [path] if !path.is_dir() => format!("`{}` names no Go version", path.display()),
        [path] => format!("no file in `{}` names a Go version", path.display()),
        _ => "none of these files names a Go version".to_owned(),
    };
    Failure::new(what, "`gover pin 1.26` pins one")
}
