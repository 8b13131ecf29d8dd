use std::ffi::OsString;

use clap::Args;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover install 1.22.5
  gover install 1.21 latest")]
pub(crate) struct InstallArgs {
    /// Versions (1.22.5, 1.22, ^1.21, latest), or files of releases; none: what this directory needs
    #[arg(value_name = "REQUEST")]
    pub(crate) requests: Vec<OsString>,
    /// Install again what is installed already
    #[arg(long, short)]
    pub(crate) force: bool,
    /// Install for another architecture, by Go's name: amd64, arm64, 386 [default: the machine's]
    #[arg(long, value_name = "GOARCH")]
    pub(crate) arch: Option<String>,
    /// The digest that proves a file or URL of which nobody else knows it
    #[arg(long, value_name = "HEX")]
    pub(crate) sha256: Option<String>,
    /// Leave the default alone even if none is set
    #[arg(long, hide = true)]
    pub(crate) keep_default: bool,
    /// Print what was installed as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover uninstall 1.21.5
  gover uninstall 1.21.5 1.22rc1")]
pub(crate) struct UninstallArgs {
    /// Versions; a partial one (1.21) must match just one installed toolchain
    #[arg(value_name = "REQUEST", required = true)]
    pub(crate) requests: Vec<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover prune --dry-run
  gover prune --keep 1.21.5")]
pub(crate) struct PruneArgs {
    /// Toolchains to keep, besides the default and the one used here
    #[arg(long, value_name = "REQUEST")]
    pub(crate) keep: Vec<String>,
    /// Show what would be removed
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover verify
  gover verify 1.22.5 --json")]
pub(crate) struct VerifyArgs {
    /// Versions; a partial one (1.21) means all that are installed; none: every toolchain
    #[arg(value_name = "REQUEST")]
    pub(crate) requests: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
