use std::path::Path;

use gover_core::display::pasted;
use gover_core::lines::{Edit, edited};
use gover_core::pin::{PinError, VERSION_FILE, find_pin, read_version_file};
use gover_core::{Request, RequestKind, ToolchainName};

use crate::cli::PinArgs;
use crate::store::{provide, requests};
use crate::{Context, Failure};

pub(super) fn run(arguments: &PinArgs, context: &Context<'_>) -> Result<(), Failure> {
    let directory = context
        .env
        .logical_directory()
        .ok_or_else(|| Failure::new("the working directory no longer exists", "`cd` to another directory"))?;
    let request = match (&arguments.request, arguments.exact) {
        (None, false) => return show(&directory, context),
        (None, true) => exact_here(context)?,
        (Some(text), exact) => {
            let request = Request::parse_pin(text)?;
            if exact { exact_of(&request, context)? } else { request }
        }
    };
    write(&directory.join(VERSION_FILE), &request, context)
}

fn show(directory: &Path, context: &Context<'_>) -> Result<(), Failure> {
    match find_pin(directory)? {
        Some(pin) => {
            let location = gover_core::display::location(&pin.path, Some(pin.line), context.home());
            context.printer.data(&format!("{}  {location}", pin.request))
        }
        None => Err(Failure::new("nothing is pinned here or above", "gover pin 1.22")),
    }
}

fn exact_here(context: &Context<'_>) -> Result<Request, Failure> {
    let toolchain = requests::selected(context)?;
    match toolchain.name {
        Some(name) => Ok(Request::exact(name)),
        None => {
            Err(Failure::new("the version of the toolchain used here is unknown", "gover pin --exact 1.22"))
        }
    }
}

/// The exact version a request means now: the newest installed match, else the newest release.
fn exact_of(request: &Request, context: &Context<'_>) -> Result<Request, Failure> {
    if matches!(request.kind(), RequestKind::System) {
        return Err(Failure::usage("`system` is not a version", "`gover pin system` pins it as it is"));
    }
    let name: ToolchainName = match context.locate(request)? {
        Some(toolchain) => toolchain.name.ok_or_else(|| requests::missing(request))?,
        None => provide::newest_known(request, context)?,
    };
    Ok(Request::exact(name))
}

fn write(path: &Path, request: &Request, context: &Context<'_>) -> Result<(), Failure> {
    let before = match read_version_file(path) {
        Ok(pin) => pin,
        // `gover pin` replaces a file without a valid pin.
        Err(
            PinError::Empty { .. }
            | PinError::Invalid { .. }
            | PinError::NotText { .. }
            | PinError::TooLarge { .. },
        ) => None,
        Err(error) => return Err(error.into()),
    };
    if before.as_ref().is_some_and(|pin| pin.request.as_str() == request.as_str()) {
        context.printer.note(&format!("{} already says {request}", context.short(path)));
        return Ok(());
    }
    let text = match &before {
        Some(pin) => with_line(path, pin.line, request)?,
        None => format!("{request}\n").into_bytes(),
    };
    gover_sys::file::write_atomically(path, &text).map_err(|source| unwritable(path, &source))?;
    let was = before.map(|pin| format!(" (was {})", pin.request)).unwrap_or_default();
    context.printer.note(&format!("{} now says {request}{was}", context.short(path)));
    if let Ok(None) = context.locate(request) {
        context.printer.hint(&format!("gover install {}", pasted(request.as_str())));
    }
    Ok(())
}

/// The file with only the line of the pin changed; comments and other lines stay.
fn with_line(path: &Path, number: usize, request: &Request) -> Result<Vec<u8>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|source| unwritable(path, &source))?;
    let new = Edit::Replace(request.as_str().as_bytes().to_vec());
    Ok(edited(text.as_bytes(), |line| if line.number == number { new.clone() } else { Edit::Keep }))
}

fn unwritable(path: &Path, source: &std::io::Error) -> Failure {
    Failure::io(
        format!("cannot write `{}`", path.display()),
        source,
        "check that you may write to that directory",
    )
}
