//! What `go` really runs here. A command that says which toolchain runs asks this module, and says
//! so if the answer differs.

use std::fmt;

use gover_core::display::pasted;
use gover_core::env::vars;
use gover_core::gorules::{DemandSource, Place, SelectError};
use gover_core::resolve::{FirstGo, OriginKind, Outcome, Raised, Resolution, Trace, is_on_path};
use gover_core::{Diagnose, Request};
use gover_shell::{Change, ShellKind};
use gover_sys::process;

use super::policy;
use super::requests::{self, Impossible, name_of};
use crate::context::Context;

/// Says where `go` will not run what a command chose: another `go` comes first on PATH, a file or
/// variable chooses otherwise, or Go's own rules do.
pub(crate) fn report(wanted: &Request, context: &Context<'_>) {
    path(context);
    if let Ok(resolution) = context.selection(&mut Trace::off()) {
        selection(wanted, &resolution, context);
    }
}

/// The same for a choice that only the calling shell can make.
pub(crate) fn report_if(kind: OriginKind, wanted: &Request, context: &Context<'_>) {
    path(context);
    if let Ok(resolution) = context.selection_if(kind, wanted) {
        selection(wanted, &resolution, context);
    }
}

/// Says what `go` runs here now that a choice was taken back.
pub(crate) fn report_rest(context: &Context<'_>) {
    let resolution = match context.selection(&mut Trace::off()) {
        Ok(resolution) => resolution,
        Err(error) => return stops(&error, error.hints(), context),
    };
    let reason = resolution.reason(context.home());
    context.printer.note(&match &resolution.outcome {
        Outcome::Ready(toolchain) => format!("`go` runs {} here now, {reason}", name_of(toolchain, context)),
        Outcome::Missing(request) => format!("`go` needs {request} here now, {reason}"),
        Outcome::Nothing => "no toolchain is chosen here now".to_owned(),
    });
}

/// Says where `go` is not gover's shim in this shell, or stops before it runs a toolchain.
pub(crate) fn report_selected(context: &Context<'_>) {
    path(context);
    if let Ok(Resolution { go_error: Some(error), .. }) = context.selection(&mut Trace::off()) {
        go_stops(&error, context);
    }
}

/// Says that `go` is not gover's shim in this shell.
pub(crate) fn path(context: &Context<'_>) {
    if let Some(PathProblem { program, what, hint }) = path_problem(&context.first_on_path(), context) {
        context.printer.warning(&match program {
            Some((program, name)) => format!("`go` is {program} ({name}), {what}"),
            None => what,
        });
        context.printer.hint(hint);
    }
}

/// Why `go` is not gover's shim.
pub(crate) struct PathProblem {
    /// The path of the other `go`, and its name or what it is.
    pub(crate) program: Option<(String, String)>,
    pub(crate) what: String,
    pub(crate) hint: &'static str,
}

pub(crate) fn path_problem(first: &FirstGo, context: &Context<'_>) -> Option<PathProblem> {
    let directory = context.layout.bin();
    let is_on_path = is_on_path(context.env, &directory);
    let bin = context.short(&directory);
    let no_go = |what, hint| Some(PathProblem { program: None, what, hint });
    let (program, name) = match first {
        FirstGo::Shim(_) => return None,
        // This gover runs from elsewhere, as after unpacking it.
        FirstGo::Go { program, .. } if program.parent() == Some(&directory) => {
            return no_go(format!("{bin} has `go` but not gover itself"), "gover setup");
        }
        FirstGo::Nothing if is_on_path => {
            let what = format!("{bin} is on PATH, but its `go` is missing or not executable");
            return no_go(what, "gover setup");
        }
        FirstGo::Nothing => return no_go(format!("{bin} is not on your PATH yet"), SET_UP),
        FirstGo::OtherShim(program) => (program, "the shim of another gover".to_owned()),
        FirstGo::Go { name, program, .. } => {
            (program, name.clone().unwrap_or_else(|| "not gover's".to_owned()))
        }
    };
    let what = if is_on_path {
        format!("which comes before {bin} on PATH")
    } else {
        format!("and {bin} is not on PATH")
    };
    let hint = match first {
        FirstGo::Go { stored: true, .. } => ONE_TOOLCHAIN,
        _ if is_on_path => "gover doctor path-shadowed",
        _ => SET_UP,
    };
    Some(PathProblem { program: Some((context.short(program), name)), what, hint })
}

const SET_UP: &str = "run `gover setup`, then open a new shell";

/// The hint if `go` is a program of the store.
pub(crate) const ONE_TOOLCHAIN: &str =
    "PATH in this shell starts with one toolchain, as after `gover env`; open a new shell";

fn selection(wanted: &Request, resolution: &Resolution, context: &Context<'_>) {
    if let Some(error) = &resolution.go_error {
        return go_stops(error, context);
    }
    if let Outcome::Ready(toolchain) = &resolution.outcome
        && let Err(error) = policy::allowed_here(toolchain, resolution, context)
    {
        return stops(&error, error.hints(), context);
    }
    let home = context.home();
    let say = |what: String, remedy: String| context.printer.note(&format!("note: {what} ({remedy})"));
    if let Some(left) = &resolution.left_to_go {
        let reason = left.raised.reason(home);
        return say(
            format!("{reason}, so `go` looks for {} itself", left.name),
            undo_raise(&left.raised, wanted, context),
        );
    }
    if is_what_was_wanted(wanted, resolution, context) {
        return;
    }
    let runs = match &resolution.outcome {
        Outcome::Ready(toolchain) => format!("`go` runs {} here", name_of(toolchain, context)),
        Outcome::Missing(request) => match Impossible::of(request, context) {
            Some(impossible) => {
                let hint = requests::absent(request, Some(resolution), context).hint;
                return stops(&impossible.what(), [hint], context);
            }
            None => format!("`go` needs {} here, which is not installed", requests::name_or_request(request)),
        },
        Outcome::Nothing => return,
    };
    match (&resolution.raised, &resolution.origin) {
        (Some(raised), _) => {
            say(format!("{runs}, {}", raised.reason(home)), undo_raise(raised, wanted, context));
        }
        (None, Some(origin)) => {
            let remedy = match origin.kind {
                // Without its function, gover cannot change the variable of a shell.
                OriginKind::Environment if context.env.var(vars::GOVER_SHELL).is_none() => {
                    format!("`{}` undoes that", unset_by_hand(vars::GOVER_VERSION, context))
                }
                OriginKind::Environment | OriginKind::Session => "`gover use --clear` undoes that".to_owned(),
                OriginKind::VersionFile | OriginKind::ToolVersions if wanted.is_by_version() => {
                    format!("`gover pin {}` changes that", pasted(wanted.as_str()))
                }
                // A pin cannot hold a path.
                OriginKind::VersionFile | OriginKind::ToolVersions => {
                    format!("`gover use {}` overrides that in this shell", pasted(wanted.as_str()))
                }
                _ => format!("`gover default {}` changes that", pasted(wanted.as_str())),
            };
            say(format!("{runs}, {}", origin.reason(home)), remedy);
        }
        (None, None) => {}
    }
}

fn go_stops(error: &SelectError, context: &Context<'_>) {
    stops(error, go_hints(error, context), context);
}

/// How to correct what Go stops at. Only the calling shell can change its variables.
pub(crate) fn go_hints(error: &SelectError, context: &Context<'_>) -> Vec<String> {
    match &error.place {
        Place::Variable(name, None) => vec![unset_by_hand(name, context)],
        _ => error.hints(),
    }
}

fn stops(what: &dyn fmt::Display, hints: impl IntoIterator<Item = String>, context: &Context<'_>) {
    context.printer.warning(&format!("`go` stops here: {what}"));
    for hint in hints {
        context.printer.hint(&hint);
    }
}

fn is_what_was_wanted(wanted: &Request, resolution: &Resolution, context: &Context<'_>) -> bool {
    match &resolution.outcome {
        Outcome::Ready(toolchain) => {
            context.locate(wanted).ok().flatten().is_some_and(|wanted| wanted == *toolchain)
        }
        Outcome::Missing(request) => request == wanted,
        Outcome::Nothing => false,
    }
}

fn undo_raise(raised: &Raised, wanted: &Request, context: &Context<'_>) -> String {
    match (raised.by.source, &raised.by.path) {
        (DemandSource::GoToolchain, None) => {
            format!("`{}` undoes that", unset_by_hand(vars::GOTOOLCHAIN, context))
        }
        // `go env -u` does not help if `go` is older than 1.21 here.
        (DemandSource::GoToolchain, Some(_)) => "`go env -w GOTOOLCHAIN=auto` undoes that".to_owned(),
        _ => format!("`go {} …` overrides it", order(wanted.as_str())),
    }
}

/// The argument that orders a toolchain, quoted if a shell would not pass it on as it is.
fn order(request: &str) -> String {
    let request = request.strip_prefix("go").unwrap_or(request);
    let order = format!("+{request}");
    if pasted(request) == request { order } else { pasted(&order) }
}

/// The command that sets `GOVER_VERSION` in the calling shell.
pub(crate) fn choose_by_hand(request: &Request, context: &Context<'_>) -> String {
    match calling_shell(context) {
        Some(shell) => {
            let changes = [Change::Set(vars::GOVER_VERSION, request.as_str())];
            shell.syntax().evaluated(&changes).trim_end().to_owned()
        }
        None => format!("set the variable GOVER_VERSION to `{}` instead", request.as_str()),
    }
}

/// The command that unsets a variable in the calling shell.
pub(crate) fn unset_by_hand(variable: &str, context: &Context<'_>) -> String {
    match calling_shell(context) {
        Some(shell) => shell.syntax().unset_by_hand(variable),
        None => format!("remove {variable} from the environment"),
    }
}

pub(crate) fn calling_shell(context: &Context<'_>) -> Option<ShellKind> {
    ShellKind::detect(context.env, process::ancestors().filter_map(process::name))
}
