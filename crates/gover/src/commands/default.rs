use std::fs;
use std::io;

use gover_core::display::pasted;
use gover_core::resolve::Outcome;
use gover_core::{Exit, Request};
use gover_sys::{Lock, file, link};

use super::{provide, requests};
use crate::cli::DefaultArgs;
use crate::context::Context;
use crate::failure::Failure;

/// `gover default`
pub(super) fn run(arguments: &DefaultArgs, context: &Context<'_>) -> Result<Exit, Failure> {
    let Some(text) = &arguments.request else { return show(context) };
    let request = requests::parse(text, context)?;
    let toolchain = provide::provide(&request, context)?;
    let before = read(context)?;
    let lock = provide::lock("default", context)?;
    let is_same = before.as_ref().is_some_and(|before| before.as_str() == request.as_str());
    if is_same {
        refresh_link(context, &lock);
    } else {
        write(&request, context, &lock)?;
    }
    let name = requests::name_of(&toolchain, context);
    context.printer.note(&match before {
        Some(_) if is_same => format!("default is {name} already"),
        Some(before) => {
            format!("default is now {name} (`gover default {}` goes back)", pasted(before.as_str()))
        }
        None => format!("default is now {name}"),
    });
    Ok(Exit::Success)
}

fn show(context: &Context<'_>) -> Result<Exit, Failure> {
    let Some(text) = text(context)? else {
        return Err(Failure::new("no default is set", "gover default latest"));
    };
    let request = Request::parse(&text)?;
    match context.locate(&request)? {
        Outcome::Ready(toolchain) => {
            let name = requests::name_of(&toolchain, context);
            let asked = format!("  chosen by {request}");
            let same = name.trim_start_matches("go") == request.as_str().trim_start_matches("go");
            context.printer.data(&format!("{name}{}", if same { "" } else { &asked }))?;
        }
        Outcome::Missing(_) | Outcome::Nothing => {
            context.printer.data(&format!("{request}  not installed"))?;
            context.printer.hint(&format!("gover install {}", pasted(request.as_str())));
        }
    }
    Ok(Exit::Success)
}

/// The default request; `None` if none is set. One that cannot be understood is treated as none by whoever is
/// about to write it anew, and reported by the selection.
pub(super) fn read(context: &Context<'_>) -> Result<Option<Request>, Failure> {
    Ok(text(context)?.and_then(|text| Request::parse(&text).ok()))
}

/// What the file holds; `None` if there is none or only blanks.
fn text(context: &Context<'_>) -> Result<Option<String>, Failure> {
    let path = context.layout.default_file();
    match file::read_limited(&path, LIMIT) {
        Ok(bytes) => {
            Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()).filter(|text| !text.is_empty()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(cannot("read", &path, &source)),
    }
}

/// Whether nothing is stored as default, not even something that cannot be understood.
pub(super) fn is_unset(context: &Context<'_>) -> bool {
    matches!(text(context), Ok(None))
}

/// Stores a request as the default and points `current` to what answers it.
pub(super) fn write(request: &Request, context: &Context<'_>, lock: &Lock) -> Result<(), Failure> {
    let path = context.layout.default_file();
    let write = || {
        fs::create_dir_all(context.layout.home())?;
        file::write_atomically(&path, format!("{request}\n").as_bytes())
    };
    write().map_err(|source| cannot("write", &path, &source))?;
    if let Err(error) = link_default(context, lock) {
        let link = context.short(&context.layout.current());
        context.printer.note(&match error.kind() {
            io::ErrorKind::Unsupported => format!(
                "note: {link} cannot be made: {error}\n  editors can use {} instead",
                context.short(&context.layout.bin())
            ),
            _ => not_linked(&link, &error),
        });
    }
    Ok(())
}

/// Points `current` to the toolchain that the default means now. Where no link can be made at all, that was said when
/// the default was set.
pub(super) fn refresh_link(context: &Context<'_>, lock: &Lock) {
    match link_default(context, lock) {
        Err(error) if error.kind() != io::ErrorKind::Unsupported => {
            context.printer.note(&not_linked(&context.short(&context.layout.current()), &error));
        }
        _ => {}
    }
}

/// Editors go without the link and everything else works, so that failing to make it is never an error of a command.
fn link_default(context: &Context<'_>, _lock: &Lock) -> io::Result<()> {
    let goroot =
        read(context).ok().flatten().and_then(|request| context.locate(&request).ok()).and_then(|outcome| {
            match outcome {
                Outcome::Ready(toolchain) => toolchain.goroot,
                Outcome::Missing(_) | Outcome::Nothing => None,
            }
        });
    let link = context.layout.current();
    match &goroot {
        Some(goroot) if link::read(&link)?.as_ref() == Some(goroot) => Ok(()),
        Some(goroot) => link::replace(goroot, &link),
        None => link::remove(&link),
    }
}

fn not_linked(link: &str, error: &io::Error) -> String {
    format!("note: {link} was not linked: {error}")
}

fn cannot(verb: &str, path: &std::path::Path, source: &io::Error) -> Failure {
    Failure::io(
        format!("cannot {verb} `{}`", path.display()),
        source,
        "check who owns GOVER_HOME and whether you may write there",
    )
}

/// Bytes of the file with the default, which holds a line.
const LIMIT: u64 = 1 << 20;
