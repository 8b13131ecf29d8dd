use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use gover_core::env::vars;
use gover_core::gorules::EnvFile;
use gover_core::minimum::Allowed;
use gover_core::{Request, launch};
use gover_sys::exec::{self, EnvEdit};

use crate::cli::ExecArgs;
use crate::store::{provide, requests};
use crate::{Context, Failure};

/// The toolchain's own `bin` comes first on PATH, for everything that the command starts.
pub(super) fn run(arguments: &ExecArgs, context: &Context<'_>) -> Result<(), Failure> {
    let Some((name, rest)) = arguments.command.split_first() else {
        return Err(Failure::usage("no command was given", "gover exec 1.22 -- go version"));
    };
    let request = requests::parse(&arguments.request, context)?;
    let toolchain = provide::provide(&request, context)?;
    let path = search_path(&toolchain, context);
    let program = find(name, &path, context)?;
    let edits = edits(&toolchain, &request, path, context)?;
    let error = exec::replace(&program, name, rest, &edits);
    Err(Failure::cannot_execute(&program, &error))
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

fn search_path(toolchain: &Allowed, context: &Context<'_>) -> Vec<PathBuf> {
    let rest = context.env.path().into_iter().filter(|directory| *directory != toolchain.bin);
    std::iter::once(toolchain.bin.clone()).chain(rest).collect()
}

fn edits(
    toolchain: &Allowed,
    request: &Request,
    path: Vec<PathBuf>,
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
        let user_env = EnvFile::of_user(context.env);
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
