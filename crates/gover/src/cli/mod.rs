//! The command line: arguments, options and their help.

mod bisect;
mod ci;
mod diagnose;
mod editor;
mod exec;
mod installed;
mod matrix;
mod mirror;
mod own;
mod proxy;
mod refused;
mod security;
mod selection;
mod shell;
mod tools;
mod upkeep;
mod words;

use std::ffi::OsString;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

pub(crate) use bisect::*;
pub(crate) use ci::CiArgs;
pub(crate) use diagnose::{DoctorArgs, DoctorFormat, Lang};
pub(crate) use editor::EditorArgs;
pub(crate) use exec::*;
pub(crate) use installed::*;
pub(crate) use matrix::*;
pub(crate) use mirror::*;
pub(crate) use own::*;
pub(crate) use proxy::*;
pub(crate) use refused::{instead, meant, refused};
pub(crate) use security::*;
pub(crate) use selection::*;
pub(crate) use shell::*;
pub(crate) use tools::*;
pub(crate) use upkeep::*;
pub use words::SAME;
pub(crate) use words::translated;

/// Installs official Go toolchains, verifies them, and runs the right one as `go`.
#[derive(Debug, Parser)]
#[command(name = "gover", bin_name = "gover", version, disable_help_subcommand = true, term_width = 0)]
#[command(after_help = "Examples:
  gover install 1.22.5     download and verify Go 1.22.5
  gover use 1.21           use the newest installed Go 1.21 in this shell

For more, run `gover help COMMAND`, `gover help sources`, `gover help trust` or `gover help selection`.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// When to use colour: auto, always or never
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) color: Color,
    /// Do not use the network
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Print errors only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Explain each step
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

impl Global {
    /// Those of a command line that cannot be understood otherwise.
    pub(crate) fn of_refused(line: &[OsString]) -> Self {
        let matches = Cli::command().ignore_errors(true).try_get_matches_from(line).ok();
        let color = matches.and_then(|matches| matches.try_get_one("color").ok().flatten().copied());
        Self { color: color.unwrap_or(Color::Auto), offline: false, quiet: false, verbose: false }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Download, verify and unpack Go toolchains
    Install(InstallArgs),
    /// Take over toolchains that other programs installed
    Import(ImportArgs),
    /// Give a name to a toolchain that you built
    Link(LinkArgs),
    /// Install the newest patch of each installed version
    #[command(alias = "upgrade")]
    Update(UpdateArgs),
    /// Uninstall toolchains
    #[command(aliases = ["rm", "remove"])]
    Uninstall(UninstallArgs),
    /// Remove superseded and damaged toolchains, and unfinished downloads
    Prune(PruneArgs),
    /// Choose the toolchain for this shell
    Use(UseArgs),
    /// Choose the toolchain to use where nothing more specific applies
    #[command(alias = "global")]
    Default(DefaultArgs),
    /// Choose the toolchain for this directory, by writing .go-version
    #[command(alias = "local")]
    Pin(PinArgs),
    /// List installed toolchains, or releases
    #[command(aliases = ["ls", "versions"])]
    List(ListArgs),
    /// Show which toolchain is used here, and why
    Current(CurrentArgs),
    /// Check that `go` in this shell is the one that gover selects
    Check(CheckArgs),
    /// Show the path of `go`, `gofmt` or another program
    Which(WhichArgs),
    /// Run a command with a toolchain
    Exec(ExecArgs),
    /// Run a command with several toolchains
    Matrix(MatrixArgs),
    /// Find the Go release that breaks a command
    Bisect(BisectArgs),
    /// Print shell code that puts a toolchain first on PATH
    Env(EnvArgs),
    /// Print the shell function of gover
    Init(InitArgs),
    /// Put gover first on PATH, in the startup file of each shell
    Setup(SetupArgs),
    /// Print a shell's completion script
    Completions(CompletionsArgs),
    /// Print what fits at the cursor of a command line
    #[command(hide = true)]
    Complete(CompleteArgs),
    /// Show known vulnerabilities of Go versions
    Audit(AuditArgs),
    /// Raise the Go version in all files of a project
    Bump(BumpArgs),
    /// List programs that `go install` built, or build them again
    Tools(ToolsArgs),
    /// Check installed toolchains against the official releases
    Verify(VerifyArgs),
    /// Find problems with Go on this machine, and fix them
    Doctor(DoctorArgs),
    /// Show and write what an editor needs to run the right Go
    Editor(EditorArgs),
    /// Set up Go in a CI job: install it, set PATH, print cache keys
    Ci(CiArgs),
    /// Make a directory from which other machines can install toolchains
    Mirror(MirrorArgs),
    /// Measure GOPROXY and the sources, and keep those that work
    Proxy(ProxyArgs),
    /// Show or clean the download cache
    Cache(CacheArgs),
    /// Show or change settings
    Config(ConfigArgs),
    /// Update or uninstall gover itself
    #[command(name = "self")]
    Own(SelfArgs),
    /// Show help for a command or topic
    Help(HelpArgs),
}

impl Cli {
    /// Parses a command line. `version` is what `--version` prints.
    pub(crate) fn parse_line(line: &[OsString], version: &'static str) -> Result<Self, clap::Error> {
        let mut command = Self::command().version(version);
        let matches = command.try_get_matches_from_mut(line);
        // Freeing hundreds of arguments would take a sixth of the time of a short command.
        std::mem::forget(command);
        Self::from_arg_matches_mut(&mut matches?)
    }
}

impl Command {
    /// Whether broken settings stop it. They must not stop what a shell startup file runs, nor the
    /// commands that undo the setup or show where the settings are.
    pub(crate) fn needs_settings(&self) -> bool {
        let path = matches!(self, Self::Config(ConfigArgs { action: Some(ConfigAction::Path) }));
        !(path
            || matches!(
                self,
                Self::Init(_)
                    | Self::Setup(_)
                    | Self::Completions(_)
                    | Self::Complete(_)
                    | Self::Doctor(_)
                    | Self::Own(SelfArgs { action: SelfAction::Uninstall(_) })
                    | Self::Help(_)
            ))
    }
}

#[cfg(test)]
mod hint_tests;
