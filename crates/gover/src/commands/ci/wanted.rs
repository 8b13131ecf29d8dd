//! Which toolchain a job needs.

use std::path::{Path, PathBuf};

use gover_core::display::location;
use gover_core::env::vars;
use gover_core::gorules::{SelectError, lookup};
use gover_core::pin::{first_version, go_version};
use gover_core::resolve::{OriginKind, Outcome, Resolution, Trace};
use gover_core::text::{decode, shown};
use gover_core::{Request, RequestKind, ToolchainName};
use gover_project::FileKind;
use gover_sys::file::read_limited;

use super::tool_cache::Candidate;
use crate::cli::CiArgs;
use crate::store::install::{Installation, Want};
use crate::store::{effect, requests};
use crate::{Context, Failure};

/// A request, and why it is made.
pub(super) struct Wanted {
    pub(super) request: Request,
    pub(super) reason: String,
    /// Whether a person typed it or named its file. Then it must also win in later steps, where a pin
    /// could choose otherwise.
    pub(super) is_given: bool,
}

impl Wanted {
    /// By REQUEST, else by `--file`, else by what the directory says.
    pub(super) fn of(arguments: &CiArgs, check_latest: bool, context: &Context<'_>) -> Result<Self, Failure> {
        let text = arguments.request.as_deref().filter(|text| !text.trim().is_empty());
        let file = arguments.file.as_deref().filter(|path| !path.is_empty()).map(Path::new);
        match (text, file) {
            (Some(text), file) => {
                if let Some(file) = file {
                    let file = context.short(&context.absolute(file));
                    context.printer.warning(&format!("{text} was given too, so {file} is not read"));
                }
                Self::typed(text)
            }
            (None, Some(file)) => Self::of_file(&context.absolute(file), true, context),
            (None, None) => Self::here(check_latest, context),
        }
    }

    fn typed(text: &str) -> Result<Self, Failure> {
        let request = Request::parse(text)?;
        if let RequestKind::Path(_) = request.kind() {
            let hint = "name a release, such as `gover ci latest`";
            return Err(Failure::usage(
                format!("`{request}` is not a version and cannot be installed"),
                hint,
            ));
        }
        let reason = format!("given as {request}");
        Ok(Self { request, reason, is_given: true })
    }

    fn of_file(path: &Path, is_given: bool, context: &Context<'_>) -> Result<Self, Failure> {
        let (line, text) = version_in(path, context)?;
        let place = location(path, Some(line), context.home());
        let request = Request::parse_pin(&text)
            .map_err(|error| Failure::from(error).hint_first(format!("correct the version in {place}")))?;
        let reason = format!("named by {place} as {request}");
        Ok(Self { request, reason, is_given })
    }

    /// The selection, as for `gover install`. A Go of the machine that nothing asks for counts as none:
    /// another machine has another one.
    fn here(check_latest: bool, context: &Context<'_>) -> Result<Self, Failure> {
        let resolution = context.selection(&mut Trace::off())?;
        if let Some(error) = &resolution.go_error {
            return Err(stops(error, context));
        }
        let reason = resolution.reason(context.home());
        let is_of_machine =
            resolution.origin.as_ref().is_some_and(|origin| origin.kind == OriginKind::System);
        let request = match &resolution.outcome {
            _ if is_of_machine => None,
            Outcome::Missing(request) => Some(request.clone()),
            Outcome::Ready(toolchain) => match &toolchain.name {
                Some(name) if toolchain.goroot == Some(context.layout.toolchain(name)) => {
                    let chosen = chosen(&resolution).filter(|_| check_latest);
                    Some(chosen.unwrap_or_else(|| Request::exact(name.clone())))
                }
                _ if is_system(&resolution) => Some(Request::parse(SYSTEM)?),
                _ => {
                    let name = requests::name_of(toolchain, context);
                    let what = format!("{name} is used here, {reason}, and gover cannot install it");
                    return Err(Failure::new(what, "`gover ci latest`, or another version"));
                }
            },
            Outcome::Nothing => None,
        };
        match (request, module_file(context)) {
            (Some(request), _) => Ok(Self { request, reason, is_given: false }),
            (None, Some(path)) => Self::of_file(&path, false, context),
            (None, None) => Err(Failure::usage(
                "nothing here asks for a Go version",
                "`gover ci latest`, or `gover pin 1.22` first",
            )),
        }
    }

    /// The toolchain: the newest on this machine that matches, else the newest release.
    pub(super) fn toolchain(
        &self,
        check_latest: bool,
        cached: &[Candidate],
        installation: &Installation<'_>,
        context: &Context<'_>,
    ) -> Result<ToolchainName, Failure> {
        let request = &self.request;
        if request.as_exact().is_none() && !check_latest && !request.means_one() {
            let mut names = requests::inventory(context)?.toolchains;
            names.extend(cached.iter().map(|candidate| candidate.name.clone()));
            if let Some(name) = request.newest(&names, context.stable().as_ref()) {
                return Ok(name.clone());
            }
        }
        match installation.release(request)? {
            Want::Release(name) | Want::File { name, .. } => Ok(name),
            Want::Custom { .. } => Err(Failure::usage(
                format!("`{request}` is not a release"),
                "`gover ci latest`, or another version",
            )),
        }
    }
}

impl Wanted {
    /// What runs if the toolchain is chosen here: Go's own rules may ask for another one.
    pub(super) fn raised(
        &self,
        chosen: ToolchainName,
        context: &Context<'_>,
    ) -> Result<ToolchainName, Failure> {
        if !self.is_given {
            return Ok(chosen);
        }
        let request = Request::exact(chosen.clone());
        let resolution = context.selection_if(OriginKind::Environment, &request)?;
        if let Some(error) = &resolution.go_error {
            return Err(stops(error, context));
        }
        let name = match &resolution.outcome {
            Outcome::Missing(request) => request.as_exact().cloned(),
            _ => resolution.name().cloned(),
        };
        let (Some(raised), Some(name)) = (&resolution.raised, name) else { return Ok(chosen) };
        let reason = raised.reason(context.home());
        context.printer.warning(&format!("{reason}, so `go` runs {name} here and not {chosen}"));
        Ok(name)
    }
}

pub(super) fn stops(error: &SelectError, context: &Context<'_>) -> Failure {
    Failure::new(format!("`go` stops here: {error}"), "").with_hints(effect::go_hints(error, context))
}

/// Whether a choice asks for the Go of the machine, and Go's own rules do not raise it.
fn is_system(resolution: &Resolution) -> bool {
    chosen(resolution).is_some_and(|request| matches!(request.kind(), RequestKind::System))
}

/// The request behind a selection that Go's own rules did not raise.
fn chosen(resolution: &Resolution) -> Option<Request> {
    let origin = resolution.origin.as_ref().filter(|_| resolution.raised.is_none())?;
    Request::parse_pin(&origin.request).ok()
}

/// The nearest go.work, else the nearest go.mod.
fn module_file(context: &Context<'_>) -> Option<PathBuf> {
    let here = context.env.logical_directory()?;
    let nearest = |name: &str| here.ancestors().map(|above| above.join(name)).find(|path| path.is_file());
    let is_off = context.env.text(vars::GOWORK).is_some_and(|value| value == "off");
    nearest("go.work").filter(|_| !is_off).or_else(|| nearest("go.mod"))
}

/// The version that a file names, with its line.
fn version_in(path: &Path, context: &Context<'_>) -> Result<(usize, String), Failure> {
    let file = context.short(path);
    let Some(kind) = FileKind::of(&path.to_string_lossy()) else {
        return Err(Failure::usage(format!("gover cannot read a Go version from `{file}`"), FILES));
    };
    let bytes = read_limited(path, LARGEST)
        .map_err(|error| Failure::io(format!("cannot read `{file}`"), &error, FILES))?;
    let text = decode(bytes).ok_or_else(|| Failure::new(format!("`{file}` is not a text file"), FILES))?;
    let owned = |(line, text): (usize, &str)| (line, text.to_owned());
    let found = match kind {
        // The toolchain line is what the go command would switch to.
        FileKind::Module => lookup(&text, "toolchain")
            .filter(|(_, name)| *name != "default")
            .or_else(|| lookup(&text, "go"))
            .map(owned),
        FileKind::VersionFile => first_version(&text).map(owned),
        FileKind::ToolVersions => go_version(&text).map(owned),
        _ => {
            let mentions = kind.read(&text).map_err(|error| {
                Failure::new(format!("cannot read `{file}` line {}: {error}", error.line), FILES)
            })?;
            mentions.first().map(|mention| (mention.line, mention.version.as_str().to_owned()))
        }
    };
    found
        .filter(|(_, text)| !text.is_empty())
        .ok_or_else(|| Failure::new(format!("`{}` names no Go version", shown(&file)), FILES))
}

const SYSTEM: &str = "system";

const FILES: &str = "name a go.mod, go.work, .go-version or .tool-versions that has one";

/// Far larger than any of these files.
const LARGEST: u64 = 4 << 20;
