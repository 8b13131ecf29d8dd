//! The default: the request in the file `default`, and the link `current` to the toolchain that it
//! means.

use std::fs;
use std::io;

use gover_core::Request;
use gover_core::platform::IS_WINDOWS;
use gover_core::resolve::Toolchain;
use gover_sys::{Lock, file, link};

use super::lock;
use crate::{Context, Failure};

/// The lock of both.
pub(crate) fn lock(context: &Context<'_>) -> Result<Lock, Failure> {
    lock::acquire("default", context)
}

/// The default request; `None` if none is set. A text that cannot be parsed counts as none for a
/// command that is about to replace it; the selection reports it.
pub(crate) fn read(context: &Context<'_>) -> Result<Option<Request>, Failure> {
    Ok(text(context)?.and_then(|text| Request::parse(&text).ok()))
}

pub(crate) fn toolchain(context: &Context<'_>) -> Result<Option<Toolchain>, Failure> {
    Ok(read(context)?.and_then(|request| context.locate(&request).ok().flatten()))
}

/// The content of the file; `None` if it does not exist or is empty.
pub(crate) fn text(context: &Context<'_>) -> Result<Option<String>, Failure> {
    let path = context.layout.default_file();
    match file::read_limited(&path, LIMIT) {
        Ok(bytes) => {
            Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()).filter(|text| !text.is_empty()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Failure::file("read", &path, &source)),
    }
}

/// Whether the file holds nothing, not even a text that cannot be parsed.
pub(crate) fn is_unset(context: &Context<'_>) -> bool {
    matches!(text(context), Ok(None))
}

/// Stores a request as the default and points `current` to the toolchain that it means.
pub(crate) fn write(request: &Request, context: &Context<'_>, lock: &Lock) -> Result<(), Failure> {
    let path = context.layout.default_file();
    let write = || {
        fs::create_dir_all(context.layout.home())?;
        file::replace_atomically(&path, format!("{request}\n").as_bytes())
    };
    write().map_err(|source| Failure::file("write", &path, &source))?;
    if let Err(error) = link_default(context, lock) {
        if error.kind() == io::ErrorKind::Unsupported {
            let current = context.short(&context.layout.current());
            context.printer.note(&format!("note: {current} cannot be made: {error}"));
            context
                .printer
                .note(&format!("  editors can use {} instead", context.short(&context.layout.bin())));
        } else {
            context.printer.note(&not_linked(&error, context));
        }
    }
    Ok(())
}

/// Removes the default, and the link to its toolchain.
pub(crate) fn remove(context: &Context<'_>, lock: &Lock) -> Result<(), Failure> {
    let path = context.layout.default_file();
    fs::remove_file(&path).map_err(|source| Failure::file("remove", &path, &source))?;
    refresh_link(context, lock);
    Ok(())
}

/// Points `current` to the toolchain that the default means now. If this system cannot make the
/// link at all, that was said when the default was set.
pub(crate) fn refresh_link(context: &Context<'_>, lock: &Lock) {
    match link_default(context, lock) {
        Err(error) if error.kind() != io::ErrorKind::Unsupported => {
            context.printer.note(&not_linked(&error, context));
        }
        _ => {}
    }
}

/// Only editors need the link, so failing to make it is never an error of a command.
fn link_default(context: &Context<'_>, _lock: &Lock) -> io::Result<()> {
    let goroot = toolchain(context).ok().flatten().and_then(|toolchain| toolchain.goroot);
    let link = context.layout.current();
    // A relative link survives a move of the home. A junction cannot be relative.
    let target = goroot.map(|goroot| match goroot.strip_prefix(context.layout.home()) {
        Ok(inside) if !IS_WINDOWS => inside.to_owned(),
        _ => goroot,
    });
    match &target {
        Some(target) if link::read(&link)?.as_ref() == Some(target) => Ok(()),
        Some(target) => link::replace(target, &link),
        None => link::remove(&link),
    }
}

fn not_linked(error: &io::Error, context: &Context<'_>) -> String {
    format!("note: {} was not linked: {error}", context.short(&context.layout.current()))
}

/// Bytes of the file, which holds one line.
const LIMIT: u64 = 1 << 20;
