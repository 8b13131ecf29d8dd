use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use gover_core::minimum::Allowed;
use gover_core::resolve::Trace;
use gover_core::text::shown;
use gover_core::tool::is_tool_name;
use gover_core::{Request, RequestKind};
use gover_sys::exec;
use gover_tools::{BuildInfo, Found};

use crate::cli::WhichArgs;
use crate::output::{facts, json_path};
use crate::store::{effect, requests, tools};
use crate::{Context, Failure};

pub(super) fn run(arguments: &WhichArgs, context: &Context<'_>) -> Result<(), Failure> {
    if let [word] = arguments.words.as_slice()
        && let Some(path) = tool(word, context)
    {
        return show(path, arguments.json, context);
    }
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
        context.printer.json(&Which::of(&path, Some(&toolchain), None))?;
    } else {
        context.printer.exact(&path.display().to_string())?;
    }
    if request.is_none() {
        effect::report_selected(context);
    }
    Ok(())
}

/// The program that a word means: a name that is not a request, or the path of a file.
fn tool(word: &str, context: &Context<'_>) -> Option<PathBuf> {
    if PROGRAMS.contains(&word) {
        return None;
    }
    match Request::parse(word).as_ref().map(Request::kind) {
        Ok(RequestKind::Path(path)) => Some(context.absolute(path)).filter(|path| path.is_file()),
        Ok(_) => None,
        Err(_) => {
            if let Some(kept) = kept(word, context) {
                return Some(kept);
            }
            let bin = context.layout.bin();
            let path = context.env.path().into_iter().filter(|directory| *directory != bin);
            let directories: Vec<PathBuf> = path.chain(tools::directories(context)).collect();
            exec::find(OsStr::new(word), &directories, context.env.var("PATHEXT").as_deref())
        }
    }
}

/// The program that is kept for the toolchain used here, which the shim of that name runs.
fn kept(name: &str, context: &Context<'_>) -> Option<PathBuf> {
    let selection = context.selection(&mut Trace::off()).ok()?;
    let kept = context.layout.tool(selection.name()?, name);
    Some(kept).filter(|path| is_tool_name(name) && path.is_file())
}

/// The path of a program, and what it says about how it was built.
fn show(path: PathBuf, as_json: bool, context: &Context<'_>) -> Result<(), Failure> {
    let found = Found::read(path);
    if as_json {
        return context.printer.json(&Which::of(&found.path, None, found.info()));
    }
    context.printer.exact(&found.path.display().to_string())?;
    context.printer.note(&match (&found.kind, found.info()) {
        (_, Some(info)) => {
            let subject = info.subject().unwrap_or_else(|| "an unknown package".to_owned());
            let go = info.go.as_deref().unwrap_or("Go 1.17 or older");
            format!("{}, built by {}", shown(&subject), shown(go))
        }
        (kind, None) => kind.to_string(),
    });
    let is_kept = found.path.starts_with(context.layout.tools());
    let is_on_path =
        is_kept || found.path.parent().is_some_and(|parent| context.env.path().contains(&parent.to_owned()));
    if !is_on_path {
        context.printer.warning(&format!("`{}` is not on PATH", shown(&found.name())));
        context.printer.hint("gover doctor gobin");
    }
    Ok(())
}

/// A program's name, then a request; both are optional.
fn split(words: &[String]) -> Result<(&'static str, Option<&str>), Failure> {
    let program = |word: &str| PROGRAMS.into_iter().find(|name| *name == word);
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

const PROGRAMS: [&str; 2] = ["go", "gofmt"];

facts! {
    Which(path: &Path, toolchain: Option<&Allowed>, info: Option<&BuildInfo>) {
        path: String = json_path(path) => "the program",
        version: Option<String> = toolchain.and_then(|toolchain| toolchain.name.as_ref()).map(ToString::to_string)
            => "the name of the toolchain; null for a Go on PATH whose version is unknown, and for other programs",
        goroot: Option<String> = toolchain.and_then(|toolchain| toolchain.goroot.as_deref()).map(json_path)
            => "its directory; null for a `go` on PATH that is a wrapper, and for other programs",
        package: Option<String> = info.and_then(BuildInfo::subject)
            => "the package that the program was built from, with its version; null for `go` and `gofmt`, and if the \
                program does not say it",
        built_by: Option<String> = info.and_then(|info| info.go.clone())
            => "the Go version that built the program; null like `package`",
    }
}
