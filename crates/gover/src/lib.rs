//! The manager. Arguments become a [`cli::Cli`], that and the environment become a `Context`, and
//! each command is a function over it that returns how the program ends.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod context;
mod failure;
mod language;
mod manual;
mod output;
mod runtime;
mod settings;
mod store;
mod supply;
mod target;

use std::ffi::OsString;

use clap::CommandFactory;
use clap::error::ErrorKind;
use gover_core::{Env, Exit};
use gover_update::ReleaseBuild;

pub use crate::cli::SAME as SAME_COMMANDS;
pub use crate::commands::{completions, json_page};
pub use crate::manual::pages as man_pages;
pub use crate::settings::{SETTINGS, SettingInfo};

use crate::cli::Cli;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::Printer;
use crate::target::Target;

/// Runs the command line of `env`. `build` says what is compiled into this program.
pub fn run(env: &Env, build: &ReleaseBuild) -> Exit {
    let line = cli::translated(env.arguments());
    let cli = match Cli::parse_line(&line, build.version) {
        Ok(cli) => cli,
        Err(error) => return answer_parser(&error, &line, env),
    };
    let printer = Printer::new(env, &cli.global);
    let is_silent = commands::is_silent(&cli.command);
    match dispatch(cli, env, build, &printer) {
        Ok(()) => Exit::Success,
        Err(failure) => {
            // An error would break the prompt, and the command that is typed reports it.
            if !is_silent {
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

/// A page of help as a pipe gets it, for docs/reference/commands.md.
pub fn help(command: &mut clap::Command) -> String {
    output::page(&command.render_help().to_string())
}

fn dispatch(cli: Cli, env: &Env, build: &ReleaseBuild, printer: &Printer) -> Result<(), Failure> {
    let context = Context::new((env, build), &cli.global, printer, cli.command.needs_settings())?;
    gover_sys::file::limit_writers(context.layout.home());
    if !commands::is_silent(&cli.command) {
        settings::keep_mirrored(&context.layout, env, None);
        for refused in &context.settings.refused {
            printer.warning(refused);
        }
    }
    commands::run(cli.command, &context).map_err(|failure| context.settings.policy.without_detours(failure))
}

/// Help and version go to stdout and succeed; anything else is a usage error on stderr.
fn answer_parser(error: &clap::Error, line: &[OsString], env: &Env) -> Exit {
    let printer = Printer::new(env, &cli::Global::of_refused(line));
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let result = printer.page(&error.render().ansi().to_string());
            result.err().map_or(Exit::Success, |failure| failure.exit())
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            printer.usage(&error.render().ansi().to_string());
            Exit::Usage
        }
        _ => {
            let failure = cli::refused(error, line);
            printer.failure(&failure);
            failure.exit()
        }
    }
}
