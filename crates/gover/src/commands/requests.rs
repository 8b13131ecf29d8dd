//! Requests that people type, and how commands speak of them.

use gover_core::display::pasted;
use gover_core::real_path::{plain, real_path};
use gover_core::request::InvalidRequest;
use gover_core::resolve::{Outcome, Toolchain};
use gover_core::{Request, RequestKind};

use crate::context::Context;
use crate::failure::Failure;

/// Parses a request; a relative path is made absolute, so that it still means the same elsewhere.
pub(super) fn parse(text: &str, context: &Context<'_>) -> Result<Request, InvalidRequest> {
    let request = Request::parse(text)?;
    match (request.kind(), context.env.directory()) {
        (RequestKind::Path(path), Some(here)) if path.is_relative() => {
            let absolute = here.join(path);
            let absolute = real_path(&absolute).unwrap_or(absolute);
            Request::parse(&absolute.to_string_lossy())
        }
        // Go does not take `\\?\C:\go` for a GOROOT.
        (RequestKind::Path(path), _) if plain(path) != *path => {
            Request::parse(&plain(path).to_string_lossy())
        }
        _ => Ok(request),
    }
}

/// A toolchain as a sentence names it: `go1.22.5`, or where it is if it has no name.
pub(super) fn name_of(toolchain: &Toolchain, context: &Context<'_>) -> String {
    match (&toolchain.name, &toolchain.goroot) {
        (Some(name), _) => name.to_string(),
        (None, Some(goroot)) => context.short(goroot),
        (None, None) => context.short(&toolchain.program("go")),
    }
}

/// The toolchain that answers a request and must be there already.
pub(super) fn installed(request: &Request, context: &Context<'_>) -> Result<Toolchain, Failure> {
    match context.locate(request)? {
        Outcome::Ready(toolchain) => Ok(toolchain),
        Outcome::Missing(_) | Outcome::Nothing => Err(missing(request)),
    }
}

/// Nothing installed answers the request.
pub(super) fn missing(request: &Request) -> Failure {
    let what = match request.as_exact() {
        Some(name) => format!("{name} is not installed"),
        None => format!("no installed Go answers `{request}`"),
    };
    Failure::not_found(what, format!("gover install {}", pasted(request.as_str())))
}
