//! The arguments of commands that change or verify what is installed.

use std::ffi::OsString;
use std::path::PathBuf;

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
  gover import --dry-run
  gover import ~/.goenv --yes

It downloads no toolchain and removes nothing. A toolchain is copied only if the checksum database
proves that its files are those of the release.")]
pub(crate) struct ImportArgs {
    /// Toolchains, or directories that contain toolchains [default: where other version managers,
    /// installers and the go command keep them]
    #[arg(value_name = "DIR")]
    pub(crate) directories: Vec<PathBuf>,
    /// Show what would be imported without doing it
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask on a terminal before importing
    #[arg(long, short, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover link go1.28-mine ~/src/go
  gover link go1.28-race ~/src/go-race

`gover uninstall go1.28-mine` removes the link and nothing else.")]
pub(crate) struct LinkArgs {
    /// Name to select the build by
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// GOROOT of the build
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(after_help = "Examples:
  gover update
  gover update 1.22 --prune

The default moves to the new patch release, and so does .go-version in your home directory.")]
pub(crate) struct UpdateArgs {
    /// Installed versions (1.22, 1.22.5) [default: all]
    #[arg(value_name = "REQUEST")]
    pub(crate) requests: Vec<String>,
    /// Move to the newest supported minor version instead
    #[arg(long)]
    pub(crate) minor: bool,
    /// Also remove the patch releases that newer ones supersede, unless something uses them
    #[arg(long, conflicts_with_all = ["dry_run", "check"])]
    pub(crate) prune: bool,
    /// Show what would be updated without doing it
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The same; exit code 1 if there is something to update, else 0
    #[arg(long)]
    pub(crate) check: bool,
    /// Do not ask on a terminal before removing
    #[arg(long, short, requires = "prune")]
    pub(crate) yes: bool,
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
    /// Do not ask on a terminal before removing what is in use
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
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
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
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
