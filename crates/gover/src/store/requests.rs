//! Requests that people type, and the installed toolchains that they mean.

use std::fs;

use gover_core::display::{location, pasted};
use gover_core::inventory::{self, Inventory, candidates};
use gover_core::minimum::Allowed;
use gover_core::real_path::{real_path, simplified};
use gover_core::request::InvalidRequest;
use gover_core::resolve::{OriginKind, Outcome, Resolution, Toolchain, Trace};
use gover_core::{GoVersion, Request, RequestKind, ToolchainName};
use gover_source::Releases;

use super::{policy, releases};
use crate::{Context, Failure};

/// Parses a request; a relative path is made absolute, so that it still means the same elsewhere.
pub(crate) fn parse(text: &str, context: &Context<'_>) -> Result<Request, InvalidRequest> {
    let request = Request::parse(text)?;
    match (request.kind(), context.env.directory()) {
        (RequestKind::Path(path), Some(_)) if path.is_relative() => {
            let absolute = context.absolute(path);
            let absolute = real_path(&absolute).unwrap_or(absolute);
            Request::parse(&absolute.to_string_lossy())
        }
        // Go does not take `\\?\C:\go` for a GOROOT.
        (RequestKind::Path(path), _) if simplified(path) != *path => {
            Request::parse(&simplified(path).to_string_lossy())
        }
        _ => Ok(request),
    }
}

/// A toolchain as a sentence names it: `go1.22.5`, or its path if it has no name.
pub(crate) fn name_of(toolchain: &Toolchain, context: &Context<'_>) -> String {
    match (&toolchain.name, &toolchain.goroot) {
        (Some(name), _) => name.to_string(),
        (None, Some(goroot)) => context.short(goroot),
        (None, None) => context.short(&toolchain.program("go")),
    }
}

pub(crate) fn installed(request: &Request, context: &Context<'_>) -> Result<Allowed, Failure> {
    let toolchain = context.locate(request)?.ok_or_else(|| missing(request, context))?;
    policy::allowed(toolchain, context)
}

pub(crate) fn selected(context: &Context<'_>) -> Result<Allowed, Failure> {
    let resolution = context.selection(&mut Trace::off())?;
    match &resolution.outcome {
        Outcome::Ready(toolchain) => Ok(policy::allowed_here(toolchain, &resolution, context)?),
        Outcome::Missing(request) => {
            let Absent { what, hint } = absent(request, Some(&resolution), context);
            let reason = resolution.reason(context.home());
            Err(Failure::not_found(format!("{what} ({reason})"), hint))
        }
        Outcome::Nothing => Err(Failure::not_found(NOTHING_CHOSEN, "gover install latest")),
    }
}

/// What is said where nothing decides what `go` runs.
pub(crate) const NOTHING_CHOSEN: &str = "no toolchain is chosen here, and PATH has no other `go`";

/// No installed toolchain matches the request.
pub(crate) fn missing(request: &Request, context: &Context<'_>) -> Failure {
    let Absent { what, hint } = absent(request, None, context);
    Failure::not_found(what, hint)
}

/// What is said of a toolchain that is not installed.
pub(crate) struct Absent {
    pub(crate) what: String,
    pub(crate) hint: String,
}

/// The toolchain's name if the request can only mean that one, else the request.
pub(crate) fn name_or_request(request: &Request) -> String {
    request.as_exact().map_or_else(|| request.to_string(), ToString::to_string)
}

/// Why no installed toolchain matches the request, and what to do. `selection` is what asked for
/// it, unless a person just did.
pub(crate) fn absent(request: &Request, selection: Option<&Resolution>, context: &Context<'_>) -> Absent {
    if let Some(impossible) = Impossible::of(request, context) {
        return Absent { what: impossible.what(), hint: impossible.hint(selection, context) };
    }
    if let Some(unlinked) = unlinked(request, context) {
        return unlinked;
    }
    let what = match request.as_exact() {
        Some(name) => format!("{name} is not installed"),
        None => format!("no installed Go matches `{request}`"),
    };
    let hint = if is_of_another_major_version(request, context) {
        "`gover list --remote` shows every release".to_owned()
    } else {
        format!("gover install {}", pasted(request.as_str()))
    };
    Absent { what, hint }
}

/// Whether a request means a major version that no known release has, such as `9`.
fn is_of_another_major_version(request: &Request, context: &Context<'_>) -> bool {
    let major = match request.kind() {
        RequestKind::Exact(name) if name.is_release() => name.version().major(),
        RequestKind::Language(version) => version.major(),
        RequestKind::Major(major) => Some(*major),
        _ => return false,
    };
    let is_known =
        |releases: &Releases| releases.iter().any(|release| release.name.version().major() == major);
    releases::known(context).is_ok_and(|releases| !is_known(&releases))
}

/// A name that `gover link` gave to a directory in which there is no toolchain any more. No server has
/// such a toolchain.
pub(crate) fn unlinked(request: &Request, context: &Context<'_>) -> Option<Absent> {
    let name = request.as_exact().filter(|name| !name.is_release())?;
    let link = context.layout.toolchain(name);
    let target = fs::read_link(&link).ok().filter(|_| !inventory::is_goroot(&link))?;
    let shown = context.short(&simplified(&target));
    Some(Absent {
        what: format!("{name} is a link to {shown}, which has no toolchain"),
        hint: format!(
            "restore that directory, or remove the link with `gover uninstall {}`",
            pasted(name.as_str())
        ),
    })
}

/// A release that does not exist and never will.
pub(crate) struct Impossible {
    name: ToolchainName,
    /// The newest release of the same language version.
    newest: GoVersion,
}

impl Impossible {
    /// `None` for a request that means another release, or one that may exist.
    pub(crate) fn of(request: &Request, context: &Context<'_>) -> Option<Self> {
        let name = request.as_exact()?;
        let releases = releases::known(context).ok()?;
        let newest = releases.instead_of(name)?.name.version().clone();
        Some(Self { name: name.clone(), newest })
    }

    pub(crate) fn what(&self) -> String {
        let Self { name, newest } = self;
        format!("there is no {name}; the newest {} is {newest}", self.language())
    }

    /// The request that means the newest release of its language version.
    pub(crate) fn language(&self) -> GoVersion {
        self.newest.language()
    }

    /// Installing another release helps only if nothing here asks for this one.
    fn hint(&self, selection: Option<&Resolution>, context: &Context<'_>) -> String {
        let raised_by = selection.and_then(|selection| selection.raised.as_ref()).map(|raised| &raised.by);
        let chosen_by = selection.and_then(|selection| selection.origin.as_ref()).map(|origin| origin.kind);
        if let Some(by) = raised_by {
            let (name, newest) = (Request::exact(self.name.clone()), &self.newest);
            return match &by.path {
                Some(path) => {
                    format!("change {name} to {newest} in {}", location(path, by.line, context.home()))
                }
                None => format!("set GOTOOLCHAIN to go{newest}"),
            };
        }
        let command = match chosen_by {
            Some(OriginKind::Environment | OriginKind::Session) => "use",
            Some(OriginKind::VersionFile | OriginKind::ToolVersions) => "pin",
            Some(OriginKind::Default) => "default",
            _ => "install",
        };
        format!("gover {command} {}", self.language())
    }
}

/// An error for a release that does not exist and never will, and for a linked build that is gone.
pub(crate) fn refuse_impossible(request: &Request, context: &Context<'_>) -> Result<(), Failure> {
    if let Some(Absent { what, hint }) = unlinked(request, context) {
        return Err(Failure::new(what, hint));
    }
    let Some(impossible) = Impossible::of(request, context) else { return Ok(()) };
    let selection = context.selection(&mut Trace::off()).ok();
    // What asked for it, if nobody typed it.
    let selection = selection
        .filter(|selection| matches!(&selection.outcome, Outcome::Missing(missing) if missing == request));
    Err(Failure::new(impossible.what(), impossible.hint(selection.as_ref(), context)))
}

/// The names in the store, damaged toolchains included.
pub(crate) fn names(context: &Context<'_>) -> Result<Vec<ToolchainName>, Failure> {
    candidates(&context.layout).map_err(|source| Failure::unreadable(&context.layout.versions(), &source))
}

pub(crate) fn inventory(context: &Context<'_>) -> Result<Inventory, Failure> {
    Inventory::scan(&context.layout)
        .map_err(|source| Failure::unreadable(&context.layout.versions(), &source))
}
