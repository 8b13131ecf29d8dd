mod remove;

use std::path::Path;

use gover_core::display::pasted;
use gover_core::gorules::Temporary;
use gover_core::lines::{Edit, edited};
use gover_core::pin::{PinError, VERSION_FILE, find_pin, read_version_file};
use gover_core::text::decode;
use gover_core::{Request, RequestKind, ToolchainName};

use crate::cli::PinArgs;
use crate::store::requests::{Impossible, absent};
use crate::store::{effect, policy, provide, requests};
use crate::{Context, Failure};

pub(super) fn run(arguments: &PinArgs, context: &Context<'_>) -> Result<(), Failure> {
    let directory = context
        .env
        .logical_directory()
        .ok_or_else(|| Failure::new("the working directory no longer exists", "`cd` to another directory"))?;
    if arguments.remove {
        return remove::run(&directory, context);
    }
    let request = match (&arguments.request, arguments.exact) {
        (None, false) => return show(&directory, context),
        (None, true) => exact_here(context)?,
        (Some(text), exact) => {
            let request = Request::parse_pin(text)?;
            if exact { exact_of(&request, context)? } else { request }
        }
    };
    policy::check_request(&request, context)?;
    write(&directory.join(VERSION_FILE), &request, context)?;
    effect::report(&request, context);
    Ok(())
}

fn show(directory: &Path, context: &Context<'_>) -> Result<(), Failure> {
    match find_pin(directory, &Temporary::of(context.env))? {
        Some(pin) => {
            let location = gover_core::display::location(&pin.path, Some(pin.line), context.home());
            context.printer.data(&format!("{}  {location}", pin.request))
        }
        None => Err(Failure::new("nothing is pinned here or above", "gover pin 1.22")),
    }
}

fn exact_here(context: &Context<'_>) -> Result<Request, Failure> {
    let toolchain = requests::selected(context)?;
    match &toolchain.name {
        Some(name) => Ok(Request::exact(name.clone())),
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
        Some(toolchain) => toolchain.name.ok_or_else(|| requests::missing(request, context))?,
        None => provide::newest_known(request, context)?,
    };
    Ok(Request::exact(name))
}

fn write(path: &Path, request: &Request, context: &Context<'_>) -> Result<(), Failure> {
    let (before, place) = match read_version_file(path) {
        Ok(Some(pin)) => (Some(pin.request), Place::Line(pin.line)),
        Err(PinError::Invalid { line, .. }) => (None, Place::Line(line)),
        Err(PinError::Empty { .. }) => (None, Place::End),
        Ok(None) | Err(PinError::NotText { .. } | PinError::TooLarge { .. }) => (None, Place::Everything),
        Err(error) => return Err(error.into()),
    };
    if before.as_ref().is_some_and(|before| before.as_str() == request.as_str()) {
        context.printer.note(&format!("{} already says {request}", context.short(path)));
        return Ok(());
    }
    let is_new = !path.exists();
    let text = changed(path, place, request)?;
    gover_sys::file::write_atomically(path, &text).map_err(|source| unwritable(path, &source))?;
    let undo = match before {
        Some(before) => format!(" (`gover pin {}` undoes this)", pasted(before.as_str())),
        None if is_new => " (`gover pin --remove` undoes this)".to_owned(),
        // What it said before could not be used.
        None => String::new(),
    };
    context.printer.note(&format!("{} now says {request}{undo}", context.short(path)));
    if let Some(impossible) = Impossible::of(request, context) {
        context.printer.warning(&impossible.what());
        context.printer.hint(&format!("gover pin {}", impossible.language()));
    } else if let Ok(None) = context.locate(request) {
        context.printer.hint(&absent(request, None, context).hint);
    }
    Ok(())
}

/// Puts another pin in a line that has one.
pub(super) fn replace(path: &Path, line: usize, request: &Request) -> Result<(), Failure> {
    let text = changed(path, Place::Line(line), request)?;
    gover_sys::file::write_atomically(path, &text).map_err(|source| unwritable(path, &source))
}

/// What a new pin replaces in its file.
#[derive(Clone, Copy)]
enum Place {
    Line(usize),
    /// Nothing: the file has only comments.
    End,
    Everything,
}

/// The new content of the file. Comments and other lines stay.
fn changed(path: &Path, place: Place, request: &Request) -> Result<Vec<u8>, Failure> {
    let only = format!("{request}\n").into_bytes();
    if matches!(place, Place::Everything) {
        return Ok(only);
    }
    let bytes = std::fs::read(path).map_err(|source| unwritable(path, &source))?;
    let Some(text) = decode(bytes) else { return Ok(only) };
    if let Place::Line(number) = place {
        return Ok(edited(text.as_bytes(), |line| {
            if line.number == number { Edit::Replace(with_comment(line.text, request)) } else { Edit::Keep }
        }));
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    Ok([text.as_bytes(), end.as_bytes(), &only].concat())
}

/// The request, and the comment that the line had after its pin.
fn with_comment(line: &[u8], request: &Request) -> Vec<u8> {
    let is_comment = |byte: &u8| *byte == b'#';
    let mut new = request.as_str().as_bytes().to_vec();
    if let Some(comment) = line.iter().position(is_comment).and_then(|start| line.get(start..)) {
        new.push(b' ');
        new.extend_from_slice(comment);
    }
    new
}

fn unwritable(path: &Path, source: &std::io::Error) -> Failure {
    Failure::io(
        format!("cannot write `{}`", path.display()),
        source,
        "check that you may write to that directory",
    )
}
