//! What `--json` prints for a command that changes one thing: how it is now, and how it was.

use std::path::Path;

use gover_core::gorules::Temporary;
use gover_core::pin::{Pin, VERSION_FILE, find_pin, read_version_file};
use gover_core::resolve::Toolchain;

use crate::cli::{DefaultArgs, PinArgs};
use crate::output::{facts, json_path};
use crate::store::{self, requests};
use crate::{Context, Failure};

use super::{default, pin};

/// `gover default`
pub(super) fn of_default(arguments: &DefaultArgs, context: &Context<'_>) -> Result<(), Failure> {
    if !arguments.json {
        return default::run(arguments, context);
    }
    let before = store::default::text(context)?;
    // Without a change there are only facts to print.
    if arguments.request.is_some() || arguments.unset {
        default::run(arguments, context)?;
    }
    let now = store::default::text(context)?;
    let toolchain = store::default::toolchain(context)?;
    context.printer.json(&DefaultFacts::of((now, before), toolchain.as_ref(), context))
}

/// `gover pin`
pub(super) fn of_pin(arguments: &PinArgs, context: &Context<'_>) -> Result<(), Failure> {
    let directory = context.env.logical_directory().filter(|_| arguments.json);
    let Some(directory) = directory else { return pin::run(arguments, context) };
    let path = directory.join(VERSION_FILE);
    if arguments.request.is_none() && !arguments.exact && !arguments.remove {
        let pin = find_pin(&directory, &Temporary::of(context.env))?;
        let path = pin.as_ref().map_or(path, |pin| pin.path.clone());
        return context.printer.json(&PinFacts::of(&path, pin.as_ref(), pin.as_ref()));
    }
    // A file that cannot be understood pins nothing.
    let read = || read_version_file(&path).ok().flatten();
    let before = read();
    pin::run(arguments, context)?;
    context.printer.json(&PinFacts::of(&path, read().as_ref(), before.as_ref()))
}

facts! {
    DefaultFacts(requests: (Option<String>, Option<String>), toolchain: Option<&Toolchain>, context: &Context<'_>) {
        request: Option<String> = requests.0.clone() => "the default as it is stored now; null if none is set",
        version: Option<String> = toolchain.map(|toolchain| requests::name_of(toolchain, context))
            => "the installed toolchain that it means, or null",
        goroot: Option<String> = toolchain.and_then(|toolchain| toolchain.goroot.as_deref()).map(json_path)
            => "its directory",
        before: Option<String> = requests.1.clone() => "the default before this command",
        changed: bool = requests.0 != requests.1 => "whether this command changed it",
    }

    PinFacts(path: &Path, now: Option<&Pin>, before: Option<&Pin>) {
        path: String = json_path(path) => "the file: `.go-version` of this directory, or for `gover pin` alone the pin that applies",
        request: Option<String> = request(now) => "the pin that it holds now; null without one",
        line: Option<usize> = now.map(|pin| pin.line) => "its line, from 1",
        before: Option<String> = request(before) => "the pin that it held before this command",
        changed: bool = request(now) != request(before) => "whether this command changed it",
    }
}

fn request(pin: Option<&Pin>) -> Option<String> {
    pin.map(|pin| pin.request.as_str().to_owned())
}
