use std::ffi::OsString;

use clap::Args;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover install 1.22.5
  gover install 1.21 latest")]
pub(crate) struct InstallArgs {
    /// Versions (1.22.5, 1.22, ^1.21, latest) or release files; without any, the version this
    /// directory needs
    #[arg(value_name = "REQUEST")]
    pub(crate) requests: Vec<OsString>,
    /// Reinstall toolchains that are already installed
    #[arg(long, short)]
    pub(crate) force: bool,
    /// Architecture by Go's name, such as amd64, arm64 or 386 [default: this machine's]
    #[arg(long, value_name = "GOARCH")]
    pub(crate) arch: Option<String>,
    /// Expected SHA-256 of a file or URL that has no published checksum
    #[arg(long, value_name = "HEX")]
    pub(crate) sha256: Option<String>,
    /// Do not set the default, and end when stdin closes: the shim that waits was killed
    #[arg(long, hide = true)]
    pub(crate) for_shim: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover uninstall 1.21.5
  gover uninstall 1.21.5 1.22rc1")]
pub(crate) struct UninstallArgs {
    /// Versions; a partial one (1.21) must match exactly one installed toolchain
    #[arg(value_name = "REQUEST", required = true)]
    pub(crate) requests: Vec<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover prune --dry-run
  gover prune --keep 1.21.5")]
pub(crate) struct PruneArgs {
    /// Also keep these toolchains, besides the default and the one used here
    #[arg(long, value_name = "REQUEST")]
    pub(crate) keep: Vec<String>,
    /// Show what would be removed without removing it
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask on a terminal before removing
    #[arg(long, short, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover verify
  gover verify 1.22.5 --json")]
pub(crate) struct VerifyArgs {
    /// Versions; a partial one (1.21) means all that match [default: every toolchain]
    #[arg(value_name = "REQUEST")]
    pub(crate) requests: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
