//! `gover exec`: runs a command with a toolchain, if asked with its own directories or for another
//! platform.

mod area;
mod keep;
mod run;
mod target;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use gover_core::display::pasted;
use gover_core::env::vars;
use gover_core::gorules::EnvFile;
use gover_core::minimum::Allowed;
use gover_core::{Request, launch};
use gover_sys::exec::{self, EnvEdit};

use self::area::Area;
use self::keep::Kept;
use self::target::Target;
use crate::cli::ExecArgs;
use crate::store::{provide, requests};
use crate::{Context, Failure};

/// The toolchain's own `bin` comes first on PATH, for everything that the command starts.
pub(super) fn run(arguments: &ExecArgs, context: &Context<'_>) -> Result<(), Failure> {
    if let Some(target) = &arguments.rollback {
        return keep::roll_back(target, context);
    }
    let (Some(request), Some((name, rest))) = (&arguments.request, arguments.command.split_first()) else {
        return Err(Failure::usage("no command was given", "gover exec 1.22 -- go version"));
    };
    refuse_directory_without_equals(arguments, request)?;
    let request = requests::parse(request, context)?;
    let target = arguments.target.as_deref().map(|text| Target::parse(text, context)).transpose()?;
    let kept = arguments.keep_bin.as_deref().map(|path| Kept::at(path, context)).transpose()?;
    let toolchain = provide::provide(&request, context)?;
    let area = match &arguments.isolated {
        Some(directory) => Some(Area::open(directory.as_deref(), kept.as_ref(), context)?),
        None => None,
    };
    let path = search_path(&toolchain, area.as_ref(), context);
    let program = find(name, &path, context)?;
    let mut edits = edits(&toolchain, &request, path, area.is_some(), context)?;
    edits.extend(area.iter().flat_map(|area| area.edits(context)));
    if let Some(target) = &target {
        edits.extend(target.edits(&toolchain, area.as_ref(), context));
    }
    let Some(area) = area else {
        let error = exec::replace(&program, name, rest, &edits);
        return Err(Failure::cannot_execute(&program, &error));
    };
    let bin = match &target {
        Some(target) if target.is_foreign(&toolchain, context) => area.bin_for(&target.platform),
        _ => area.bin(),
    };
    if kept.is_some() {
        keep::refuse_earlier(&bin, context)?;
    }
    run::isolated(&run::Command { program: &program, name, rest, edits: &edits }, area, (&bin, kept), context)
}

/// `--isolated DIR REQUEST` would take the directory as the request.
fn refuse_directory_without_equals(arguments: &ExecArgs, request: &str) -> Result<(), Failure> {
    let is_request = |text: &str| Request::parse_pin(text).is_ok();
    let Some((next, rest)) = arguments.command.split_first() else { return Ok(()) };
    let is_meant = arguments.isolated == Some(None)
        && !is_request(request)
        && next.to_str().is_some_and(is_request)
        && !rest.is_empty();
    if !is_meant {
        return Ok(());
    }
    let words = rest.iter().skip_while(|word| *word == "--").map(|word| pasted(&word.to_string_lossy()));
    let words: Vec<String> = words.collect();
    Err(Failure::usage(
        format!("`{request}` is not a version; a directory needs `=`"),
        format!(
            "gover exec --isolated={} {} -- {}",
            pasted(request),
            pasted(&next.to_string_lossy()),
            words.join(" ")
        ),
    ))
}

/// The command's program. A path is used as it is, so that the system says why it cannot run.
fn find(name: &OsStr, path: &[PathBuf], context: &Context<'_>) -> Result<PathBuf, Failure> {
    if let Some(program) = exec::find(name, path, context.env.var("PATHEXT").as_deref()) {
        return Ok(program);
    }
    let by_path = Path::new(name).components().count() > 1;
    match context.env.directory().map(|here| here.join(name)) {
        Some(program) if by_path && program.exists() => Ok(program),
        _ => Err(Failure::not_found(
            format!(
                "cannot find program `{}`{}",
                name.to_string_lossy(),
                if by_path { "" } else { " on PATH" }
            ),
            "check the name, or use its path",
        )),
    }
}

fn search_path(toolchain: &Allowed, area: Option<&Area>, context: &Context<'_>) -> Vec<PathBuf> {
    let first: Vec<PathBuf> = std::iter::once(toolchain.bin.clone()).chain(area.map(Area::bin)).collect();
    let rest = context.env.path().into_iter().filter(|directory| !first.contains(directory));
    first.iter().cloned().chain(rest).collect()
}

fn edits(
    toolchain: &Allowed,
    request: &Request,
    path: Vec<PathBuf>,
    is_isolated: bool,
    context: &Context<'_>,
) -> Result<Vec<EnvEdit>, Failure> {
    let set = |name, value| (name, Some(value));
    let path = std::env::join_paths(path).map_err(|_| {
        Failure::new(
            format!(
                "`{}` cannot be on PATH because its name contains the separator",
                toolchain.bin.display()
            ),
            "set GOVER_HOME to a directory with a simple name",
        )
    })?;
    let mut edits = vec![set(vars::PATH, path)];
    if let Some(directory) = &toolchain.goroot {
        // An isolated command has a go/env file of its own.
        let user_env = if is_isolated { None } else { EnvFile::of_user(context.env) };
        edits.push((vars::GOROOT, launch::goroot(toolchain, directory, user_env.as_ref())));
    }
    // For shims that the command runs by their path.
    let again = match (&toolchain.name, request.is_by_version()) {
        (Some(name), true) => OsString::from(name.as_str()),
        _ => OsString::from(request.as_str()),
    };
    edits.push(set(vars::GOVER_VERSION, again));
    if context.env.var(vars::GOTOOLCHAIN).is_none() {
        edits.push(set(vars::GOTOOLCHAIN, OsStr::new("local").to_owned()));
    }
    for name in [vars::SWITCH_VERSION, vars::SWITCH_COUNT] {
        edits.push((name, None));
    }
    Ok(edits)
}
