use std::path::Path;

use gover_core::minimum::Allowed;
use gover_core::text::shown;

use crate::cli::WhichArgs;
use crate::output::{facts, json_path};
use crate::store::{effect, requests};
use crate::{Context, Failure};

pub(super) fn run(arguments: &WhichArgs, context: &Context<'_>) -> Result<(), Failure> {
    let (program, request) = split(&arguments.words)?;
    let toolchain = match request {
        Some(request) => requests::installed(&requests::parse(request, context)?, context)?,
        None => requests::selected(context)?,
    };
    let path = toolchain.program(program);
    if !gover_sys::file::is_executable(&path) {
        return Err(Failure::not_found(
            format!("`{}` cannot be executed", path.display()),
            "`gover install -f` with that version repairs the toolchain",
        ));
    }
    if arguments.json {
        context.printer.json(&Which::of(&path, &toolchain))?;
    } else {
        context.printer.exact(&path.display().to_string())?;
    }
    if request.is_none() {
        effect::report_selected(context);
    }
    Ok(())
}

/// A program's name, then a request; both are optional.
fn split(words: &[String]) -> Result<(&'static str, Option<&str>), Failure> {
    let program = |word: &str| ["go", "gofmt"].into_iter().find(|name| *name == word);
    match words {
        [] => Ok(("go", None)),
        [word] => Ok(program(word).map_or(("go", Some(word.as_str())), |name| (name, None))),
        [word, request] if program(word).is_some() => Ok((program(word).unwrap_or("go"), Some(request))),
        [word, ..] => Err(Failure::usage(
            format!("a toolchain has no program named `{}`", shown(word)),
            "`gover which go` or `gover which gofmt`",
        )),
    }
}

facts! {
    Which(path: &Path, toolchain: &Allowed) {
        path: String = json_path(path) => "the program",
        version: Option<String> = toolchain.name.as_ref().map(ToString::to_string)
            => "the name of the toolchain; null for a Go on PATH whose version is unknown",
        goroot: Option<String> = toolchain.goroot.as_deref().map(json_path)
            => "its directory; null for a `go` on PATH that is a wrapper",
    }
}
