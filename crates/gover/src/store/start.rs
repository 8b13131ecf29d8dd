//! What a command that runs with a toolchain gets: its program, PATH and variables.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use gover_core::env::{join_paths, vars};
use gover_core::gorules::EnvFile;
use gover_core::minimum::Allowed;
use gover_core::{Request, launch};
use gover_sys::exec::{self, EnvEdit};

use crate::{Context, Failure};

/// The command's program. A path is used as it is, so that the system says why it cannot run.
pub(crate) fn find(name: &OsStr, path: &[PathBuf], context: &Context<'_>) -> Result<PathBuf, Failure> {
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

/// The toolchain's own `bin` comes first, then `next`.
pub(crate) fn search_path(toolchain: &Allowed, next: Option<PathBuf>, context: &Context<'_>) -> Vec<PathBuf> {
    let first: Vec<PathBuf> = std::iter::once(toolchain.bin.clone()).chain(next).collect();
    let rest = context.env.path().into_iter().filter(|directory| !first.contains(directory));
    first.iter().cloned().chain(rest).collect()
}

/// An order: the command, and everything that it starts, gets this toolchain.
pub(crate) fn edits(
    toolchain: &Allowed,
    request: &Request,
    path: Vec<PathBuf>,
    is_isolated: bool,
    context: &Context<'_>,
) -> Result<Vec<EnvEdit>, Failure> {
    let set = |name, value| (name, Some(value));
    let path = join_paths(path).map_err(|error| {
        Failure::new(error.to_string(), "set GOVER_HOME to a directory with a simple name")
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
