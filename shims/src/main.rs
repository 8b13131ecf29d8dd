//! The program behind `go`, `gofmt` and every `go1.X.Y`: selects the toolchain that runs, and
//! becomes it.
//!
//! `gover-core` selects and `gover-sys` executes. The only slow path, installing a missing
//! toolchain, is a process of the manager.
#![no_main]
#![forbid(unsafe_code)]

mod install;
mod report;
mod tool;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use gover_core::launch::Launch;
use gover_core::minimum::{Allowed, Minimum};
use gover_core::platform::IS_WINDOWS;
use gover_core::resolve::{CalledAs, Host, Outcome, Question, Resolution, ResolveError, Trace, resolve};
use gover_core::shim_state::ShimState;
use gover_core::{Env, Layout};
use gover_sys::entry::{Arena, Arguments};
use gover_sys::{exec, file, machine, process};

use crate::report::Failure;

gover_sys::start_with!(start);

#[global_allocator]
static MEMORY: Arena = Arena::new();

fn start(arguments: Arguments) -> i32 {
    let env = arguments.map_or_else(Env::from_process, Env::with_process_arguments);
    let failure = match run(&env) {
        Ok(never) => match never {},
        Err(failure) => failure,
    };
    report::print(&failure, &env).code()
}

fn run(env: &Env) -> Result<std::convert::Infallible, Failure> {
    let layout = Layout::new(env.gover_home().ok_or_else(|| Failure::NoHome(env.no_home()))?);
    let (program, arguments) = env.arguments().split_first().ok_or(Failure::NoArguments)?;
    let program = with_long_name(program, env);
    if let Some(name) = tool::called_as(&program, &layout) {
        return tool::become_tool(&name, arguments, env, &layout);
    }
    let called_as = CalledAs::from_program(&program);
    let question = Question { env, layout: &layout, host: &HOST, called_as: &called_as, arguments };
    let resolution = provide(&question)?;
    report::trace(&resolution);
    let Outcome::Ready(toolchain) = resolution.outcome.clone() else {
        return Err(Failure::Unavailable(Box::new(resolution)));
    };
    let toolchain = Allowed::check(toolchain, minimum(&layout).as_ref())
        .map_err(|error| Failure::Forbidden(error.selected(&resolution)))?;
    let launch = Launch::new(resolution, &toolchain, called_as.program(), env)?;
    become_program(&launch, arguments, env)
}

/// Windows also starts a program by a short name, such as `GO1_~BAI.EXE`.
fn with_long_name(program: &OsStr, env: &Env) -> PathBuf {
    let is_short = IS_WINDOWS && program.as_encoded_bytes().contains(&b'~');
    let long = is_short.then(|| env.program().and_then(file::long_path)).flatten();
    long.unwrap_or_else(|| PathBuf::from(program))
}

/// The oldest Go that the policy of the machine allows, as the manager copied it.
fn minimum(layout: &Layout) -> Option<Minimum> {
    let version = ShimState::read(&layout.shim_state()).minimum?;
    let place = machine::policy_file().unwrap_or_default().display().to_string();
    Some(Minimum { version, place })
}

/// Selects a toolchain, and has it installed if it is missing and gover may do so.
fn provide(question: &Question<'_>) -> Result<Resolution, Failure> {
    let mut resolution = resolve(question, &mut Trace::off())?;
    for _ in 0..MAX_INSTALLS {
        let Outcome::Missing(request) = &resolution.outcome else { break };
        if let Some(refusal) = resolution.go_error.take_if(|error| error.is_early()) {
            return Err(Failure::RefusedByGo(refusal));
        }
        if let Some(standing) = install::standing_instead(question, &resolution, request) {
            return Ok(Resolution { outcome: Outcome::Ready(standing), raised: None, ..resolution });
        }
        if !install::is_allowed(question, &resolution) {
            break;
        }
        install::install(question, &resolution, request)?;
        resolution = resolve(question, &mut Trace::off())?;
    }
    Ok(resolution)
}

fn become_program(launch: &Launch, own: &[OsString], env: &Env) -> Result<std::convert::Infallible, Failure> {
    if env.program_link().is_some_and(|own| file::same_file(own, &launch.program).unwrap_or(false)) {
        return Err(ResolveError::Recursion { program: launch.program.clone() }.into());
    }
    // `+REQUEST` comes first, and is the only argument that is not passed on.
    let dropped = own.len().saturating_sub(launch.arguments.len());
    let source = exec::pass_on(&launch.program, own, dropped, &launch.edits);
    Err(Failure::CannotExecute { program: launch.program.clone(), source })
}

const HOST: Host = Host {
    ancestors: || process::ancestors().map(|process| (process.id, process.start)).collect(),
    is_executable: file::is_executable,
    stamp: file::directory_stamp,
};

/// A pinned toolchain may have to be installed before go.mod can require a newer one. Nothing is
/// left after that.
const MAX_INSTALLS: usize = 3;
