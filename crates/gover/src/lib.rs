//! The manager. Arguments become a [`cli::Cli`], that and the environment become a `Context`, and
//! each command is a function over it that returns how the program ends.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod context;
mod failure;
mod output;
mod runtime;
mod settings;
mod store;
mod supply;
mod target;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use gover_core::text::shown;
use gover_core::{Env, Exit};

pub use crate::commands::json_page;
pub use crate::settings::{SETTINGS, SettingInfo};

use crate::cli::Cli;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Printer;
use crate::target::Target;

pub fn run(env: &Env) -> Exit {
    let cli = match Cli::try_parse_from(env.arguments()) {
        Ok(cli) => cli,
        Err(error) => return answer_parser(&printable(&error, env)),
    };
    let printer = Printer::new(env, &cli.global);
    let is_for_prompt = commands::is_for_prompt(&cli.command);
    match dispatch(cli, env, &printer) {
        Ok(()) => Exit::Success,
        Err(failure) => {
            // An error would break the prompt, and `gover current` reports it.
            if !is_for_prompt {
                printer.failure(&failure);
            }
            failure.exit()
        }
    }
}

/// The command line, for docs/reference/commands.md.
pub fn command() -> clap::Command {
    Cli::command()
}

fn dispatch(cli: Cli, env: &Env, printer: &Printer) -> Result<(), Failure> {
    let context = Context::new(env, &cli.global, printer, cli.command.needs_settings())?;
    gover_sys::file::limit_writers(context.layout.home());
    if !commands::is_for_prompt(&cli.command) {
        settings::keep_mirrored(&context.layout, env, None);
        for refused in &context.settings.refused {
            printer.warning(refused);
        }
    }
    commands::run(cli.command, &context)
}

/// The same error about arguments without characters that a terminal would obey, since the parser
/// repeats arguments in it.
fn printable(error: &clap::Error, env: &Env) -> clap::Error {
    let shown = env.arguments().iter().map(|argument| shown(&argument.to_string_lossy()));
    match Cli::try_parse_from(shown) {
        Err(error) => error,
        // The fault is the characters themselves.
        Ok(_) => Cli::command().error(error.kind(), "an argument is not valid Unicode"),
    }
}

/// Help and version go to stdout and succeed; anything else is a usage error on stderr.
fn answer_parser(error: &clap::Error) -> Exit {
    // If this cannot be printed, there is nothing left to do.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Success,
        _ => Exit::Usage,
    }
}
