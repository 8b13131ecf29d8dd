//! From what was typed to the toolchains that it means.

use std::ffi::OsString;

use gover_core::display::pasted;
use gover_core::resolve::{Outcome, Trace};
use gover_core::{Request, RequestKind, ToolchainName};

use super::file;
use crate::cli::InstallArgs;
use crate::store::install::{Installation, Want};
use crate::store::requests;
use crate::{Context, Failure, Target};

/// All toolchains, each once. Every request is understood before the first download begins.
pub(super) fn resolve(
    arguments: &InstallArgs,
    installation: &Installation<'_>,
    context: &Context<'_>,
) -> Result<Vec<Want>, Failure> {
    if let Some(sum) = &arguments.sha256 {
        return Ok(vec![file::custom(&arguments.requests, sum, context)?]);
    }
    let typed = if arguments.requests.is_empty() {
        vec![Typed::Request(needed_here(context)?)]
    } else {
        let parse = |text| parse(text, installation.target, context);
        arguments.requests.iter().map(parse).collect::<Result<_, _>>()?
    };
    for request in typed.iter().filter_map(Typed::request) {
        if !request.as_exact().is_some_and(|name| installation.keeps(name)) {
            requests::refuse_impossible(request, context)?;
        }
    }
    if arguments.for_shim {
        refuse_automatic(&typed, context)?;
    }
    if !typed.iter().all(|typed| typed.exact().is_some_and(|name| installation.keeps(name))) {
        // Settings that name no usable source are an error before anything is said of the others.
        installation.supply()?;
    }
    let mut wants: Vec<Want> = Vec::new();
    for typed in typed {
        let want = match typed {
            Typed::Request(request) => installation.release(&request)?,
            Typed::File(want) => want,
        };
        if wants.iter().all(|known| known.name() != want.name()) {
            wants.push(want);
        }
    }
    Ok(wants)
}

enum Typed {
    Request(Request),
    File(Want),
}

impl Typed {
    fn request(&self) -> Option<&Request> {
        match self {
            Self::Request(request) => Some(request),
            Self::File(_) => None,
        }
    }

    /// The toolchain, if no source needs to be asked.
    fn exact(&self) -> Option<&ToolchainName> {
        match self {
            Self::Request(request) => request.as_exact(),
            Self::File(want) => want.name(),
        }
    }
}

fn parse(text: &OsString, target: &Target, context: &Context<'_>) -> Result<Typed, Failure> {
    let Some(text) = text.to_str() else {
        return Err(Failure::usage("a request is not valid Unicode", "gover install 1.22.5"));
    };
    if file::is_file_or_url(text) {
        return file::published(text, target, context).map(Typed::File);
    }
    let request = Request::parse(text)?;
    match request.kind() {
        RequestKind::System | RequestKind::Path(_) => {
            let hint = match context.locate(&request) {
                Ok(Some(_)) => format!("gover default {}", pasted(request.as_str())),
                // It does not name an installed toolchain either.
                _ => "name a release, such as `gover install latest`".to_owned(),
            };
            Err(Failure::usage(format!("`{request}` is not a version and cannot be installed"), hint))
        }
        _ => Ok(Typed::Request(request)),
    }
}

fn needed_here(context: &Context<'_>) -> Result<Request, Failure> {
    let resolution = context.selection(&mut Trace::off())?;
    let reason = resolution.reason(context.home());
    match resolution.outcome {
        Outcome::Missing(request) => {
            context.printer.note(&format!("{request}  {reason}"));
            Ok(request)
        }
        Outcome::Ready(toolchain) => match toolchain.name {
            Some(name) if toolchain.goroot == Some(context.layout.toolchain(&name)) => {
                Ok(Request::exact(name))
            }
            _ => Err(Failure::usage(
                "nothing here asks for a toolchain that gover could install",
                "gover install latest",
            )),
        },
        Outcome::Nothing => Err(Failure::usage(
            "nothing here asks for a toolchain",
            "`gover install latest`, or `gover pin 1.22` first",
        )),
    }
}

/// The shim goes by its copy of the settings; a later edit of config.toml is seen here.
fn refuse_automatic(typed: &[Typed], context: &Context<'_>) -> Result<(), Failure> {
    let settings = &context.settings;
    let (name, origin) = if settings.offline.value {
        ("offline is on", settings.offline.origin)
    } else if settings.auto_install.value {
        return Ok(());
    } else {
        ("auto_install is off", settings.auto_install.origin)
    };
    let wanted = typed.iter().filter_map(Typed::request).map(|request| pasted(request.as_str()));
    let wanted = wanted.collect::<Vec<_>>().join(" ");
    Err(Failure::not_found(
        format!("{wanted} is not installed, and {name} ({})", origin.describe()),
        format!("gover install {wanted}"),
    ))
}
