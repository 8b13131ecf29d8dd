//! The command line as clap sees it: what can be typed, and nothing about what it does.

mod choose;
mod doctor;
mod inspect;
mod manage;
mod mirror;
mod store;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use choose::{DefaultArgs, ExecArgs, PinArgs, UseArgs};
pub(crate) use doctor::DoctorArgs;
pub(crate) use inspect::{CurrentArgs, EnvArgs, ListArgs, WhichArgs};
pub(crate) use manage::{
    CacheAction, CacheArgs, CompletionsArgs, ConfigAction, ConfigArgs, HelpArgs, InitArgs, SetupArgs,
};
pub(crate) use mirror::{MirrorArgs, PackingArg};
pub(crate) use store::{InstallArgs, PruneArgs, UninstallArgs, VerifyArgs};

/// Installs official Go toolchains, verifies them, and makes `go` mean the right one.
#[derive(Debug, Parser)]
#[command(name = "gover", bin_name = "gover", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(after_help = "Examples:
  gover install 1.22.5     download, verify and unpack a Go
  gover use 1.21           this shell uses the newest Go 1.21 that is installed

`gover help COMMAND` tells more; `gover help sources` and `gover help trust` are about where Go comes from.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// Colour in the output
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) color: Color,
    /// Never use the network
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Say only what went wrong
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Say why, too
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Download, verify and unpack Go toolchains
    Install(InstallArgs),
    /// Remove toolchains
    Uninstall(UninstallArgs),
    /// Remove superseded toolchains, damage and leftovers
    Prune(PruneArgs),
    /// Choose the Go of this shell
    Use(UseArgs),
    /// Choose the Go used where nothing else chooses
    #[command(alias = "global")]
    Default(DefaultArgs),
    /// Choose the Go of this directory, by writing .go-version
    #[command(alias = "local")]
    Pin(PinArgs),
    /// Show what is installed, or what is released
    #[command(alias = "ls")]
    List(ListArgs),
    /// Show which Go is used here, and why
    Current(CurrentArgs),
    /// Show the path of the program that `go` or `gofmt` starts
    Which(WhichArgs),
    /// Run a command, and all it starts, with one Go
    Exec(ExecArgs),
    /// Print shell code that puts one Go first on PATH
    Env(EnvArgs),
    /// Print the code that integrates gover into a shell
    Init(InitArgs),
    /// Put gover first on PATH, in each shell's startup file
    Setup(SetupArgs),
    /// Print a shell's completion script
    Completions(CompletionsArgs),
    /// Check that installed toolchains still are what was released
    Verify(VerifyArgs),
    /// Find what is wrong around Go on this machine, and repair it
    Doctor(DoctorArgs),
    /// Make a directory that serves Go to machines without other network
    Mirror(MirrorArgs),
    /// Show or empty the cache of downloads
    Cache(CacheArgs),
    /// Show or change settings
    Config(ConfigArgs),
    /// Tell about a command or a topic
    Help(HelpArgs),
}

impl Command {
    /// Whether broken settings stop it. What a shell's startup file runs, what takes gover out of it, and what says
    /// where the settings are must work all the same.
    pub(crate) fn needs_settings(&self) -> bool {
        let path = matches!(self, Self::Config(ConfigArgs { action: Some(ConfigAction::Path) }));
        !(path
            || matches!(
                self,
                Self::Init(_) | Self::Setup(_) | Self::Completions(_) | Self::Doctor(_) | Self::Help(_)
            ))
    }
}
