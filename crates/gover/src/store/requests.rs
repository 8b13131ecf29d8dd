//! Requests that people type, and the installed toolchains that they mean.

use gover_core::display::pasted;
use gover_core::inventory::{Inventory, candidates};
use gover_core::real_path::{real_path, simplified};
use gover_core::request::InvalidRequest;
use gover_core::resolve::{Outcome, Toolchain, Trace};
use gover_core::{Request, RequestKind, ToolchainName};

use crate::{Context, Failure};

/// Parses a request; a relative path is made absolute, so that it still means the same elsewhere.
pub(crate) fn parse(text: &str, context: &Context<'_>) -> Result<Request, InvalidRequest> {
    let request = Request::parse(text)?;
    match (request.kind(), context.env.directory()) {
        (RequestKind::Path(path), Some(here)) if path.is_relative() => {
            let absolute = here.join(path);
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

pub(crate) fn installed(request: &Request, context: &Context<'_>) -> Result<Toolchain, Failure> {
    context.locate(request)?.ok_or_else(|| missing(request))
}

pub(crate) fn selected(context: &Context<'_>) -> Result<Toolchain, Failure> {
    let resolution = context.selection(&mut Trace::off())?;
    match &resolution.outcome {
        Outcome::Ready(toolchain) => Ok(toolchain.clone()),
        Outcome::Missing(request) => Err(Failure::not_found(
            format!("{} ({})", not_installed(request), resolution.reason(context.home())),
            format!("gover install {}", pasted(request.as_str())),
        )),
        Outcome::Nothing => Err(Failure::not_found(
            "nothing here chooses a toolchain, and there is no other `go` on PATH",
            "gover install latest",
        )),
    }
}

pub(crate) fn missing(request: &Request) -> Failure {
    Failure::not_found(not_installed(request), format!("gover install {}", pasted(request.as_str())))
}

pub(crate) fn not_installed(request: &Request) -> String {
    match request.as_exact() {
        Some(name) => format!("{name} is not installed"),
        None => format!("no installed Go matches `{request}`"),
    }
}

/// The names in the store, damaged toolchains included.
pub(crate) fn names(context: &Context<'_>) -> Result<Vec<ToolchainName>, Failure> {
    candidates(&context.layout).map_err(|source| Failure::unreadable(&context.layout.versions(), &source))
}

pub(crate) fn inventory(context: &Context<'_>) -> Result<Inventory, Failure> {
    Inventory::scan(&context.layout)
        .map_err(|source| Failure::unreadable(&context.layout.versions(), &source))
}
