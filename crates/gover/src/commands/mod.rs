//! One file per command; each is a function over its arguments and the context.

mod cache;
mod completions;
mod config;
mod current;
mod default;
mod doctor;
mod env;
mod exec;
mod help;
mod init;
mod install;
mod list;
mod mirror;
mod pin;
mod provide;
mod prune;
mod requests;
mod setup;
mod uninstall;
mod r#use;
mod verify;
mod which;

use gover_core::Exit;

use crate::cli::Command;
use crate::context::Context;
use crate::failure::Failure;

/// Runs a command.
pub(crate) fn run(command: Command, context: &Context<'_>) -> Result<Exit, Failure> {
    if changes_toolchains(&command) {
        recover(context);
    } else if looks_for_toolchains(&command) {
        tell_what_is_aside(context);
    }
    match command {
        Command::Install(arguments) => install::run(&arguments, context),
        Command::Uninstall(arguments) => uninstall::run(&arguments, context),
        Command::Prune(arguments) => prune::run(&arguments, context),
        Command::Use(arguments) => r#use::run(&arguments, context),
        Command::Default(arguments) => default::run(&arguments, context),
        Command::Pin(arguments) => pin::run(&arguments, context),
        Command::List(arguments) => list::run(&arguments, context),
        Command::Current(arguments) => current::run(&arguments, context),
        Command::Which(arguments) => which::run(&arguments, context),
        Command::Exec(arguments) => exec::run(&arguments, context),
        Command::Env(arguments) => env::run(&arguments, context),
        Command::Init(arguments) => init::run(&arguments, context),
        Command::Setup(arguments) => setup::run(&arguments, context),
        Command::Completions(arguments) => completions::run(&arguments, context),
        Command::Verify(arguments) => verify::run(&arguments, context),
        Command::Doctor(arguments) => doctor::run(&arguments, context),
        Command::Mirror(arguments) => mirror::run(&arguments, context),
        Command::Cache(arguments) => cache::run(&arguments, context),
        Command::Config(arguments) => config::run(arguments, context),
        Command::Help(arguments) => help::run(&arguments, context),
    }
}

/// Puts right what a crash left half-done, before anything is built on it. Where that fails for one toolchain, the others are
/// none the worse.
fn recover(context: &Context<'_>) {
    if let Err(error) = gover_install::staging::recover_all(&context.layout) {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        context.printer.warning(&format!("{error}{cause}"));
    }
    if !gover_install::shims::names_are_right(&context.layout) {
        // What hinders this is told by a command that depends on it.
        drop(provide::refresh_shims(context));
    }
}

/// Names toolchains that a forced install took out of sight and did not put back. Commands that look change nothing; those that
/// change something bring them back.
fn tell_what_is_aside(context: &Context<'_>) {
    for name in gover_install::staging::put_aside(&context.layout) {
        context.printer.warning(&format!(
            "an install that has not ended put {name} aside (`gover install {}` brings it back)",
            name.version()
        ));
    }
}

/// Whether it changes toolchains, or tells exactly how they are.
fn changes_toolchains(command: &Command) -> bool {
    matches!(
        command,
        Command::Install(_)
            | Command::Uninstall(_)
            | Command::Prune(_)
            | Command::Use(_)
            | Command::Verify(_)
            | Command::Default(_)
    )
}

/// Whether it says what is installed, or runs it.
fn looks_for_toolchains(command: &Command) -> bool {
    matches!(
        command,
        Command::List(_) | Command::Current(_) | Command::Which(_) | Command::Exec(_) | Command::Env(_)
    )
}
