//! The arguments of `gover self`.

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover self update
  gover self uninstall --yes")]
pub(crate) struct SelfArgs {
    #[command(subcommand)]
    pub(crate) action: SelfAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SelfAction {
    /// Replace gover with its newest release
    Update(SelfUpdateArgs),
    /// Remove gover, its toolchains and its lines in startup files
    Uninstall(SelfUninstallArgs),
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover self update
  gover self update --check")]
pub(crate) struct SelfUpdateArgs {
    /// Release to install, which may be older [default: the newest]
    #[arg(long, value_name = "VERSION", conflicts_with = "check")]
    pub(crate) version: Option<String>,
    /// Check for a newer release without installing it; exit code 1 if there is one, else 0
    #[arg(long)]
    pub(crate) check: bool,
    /// Directory or URL of a release, instead of the built-in one
    #[arg(long, value_name = "DIR|URL")]
    pub(crate) from: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover self uninstall
  gover self uninstall --keep-toolchains")]
pub(crate) struct SelfUninstallArgs {
    /// Keep the installed toolchains
    #[arg(long)]
    pub(crate) keep_toolchains: bool,
    /// Do not ask before removing
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
