//! The arguments of `gover tools`.

use std::ffi::OsString;
use std::num::NonZeroUsize;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover tools
  gover tools rebuild --all

Programs of `go install` are the same for all toolchains. A tool of one project belongs in its \
go.mod: `go get -tool PACKAGE` (Go 1.24) adds it, and `go tool NAME` builds and runs it.")]
pub(crate) struct ToolsArgs {
    #[command(subcommand)]
    pub(crate) action: Option<ToolsAction>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ToolsAction {
    /// Build programs again at the same versions, with the Go used here
    Rebuild(RebuildArgs),
    /// Build a program with the Go used here, or for one Go only
    Install(ToolInstallArgs),
    /// Remove programs
    Uninstall(ToolUninstallArgs),
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover tools install golang.org/x/tools/cmd/stringer@latest
  gover tools install golang.org/x/tools/gopls@v0.16.2 --for 1.21

With --for, the program is kept beside that toolchain, and its name runs it while that toolchain is \
used. Elsewhere, the name means the next program on PATH.")]
pub(crate) struct ToolInstallArgs {
    /// Package with a version, as for `go install`
    #[arg(value_name = "PACKAGE@VERSION")]
    pub(crate) package: String,
    /// Build with this version, and run it only while that is used
    #[arg(long = "for", value_name = "REQUEST")]
    pub(crate) only_for: Option<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover tools uninstall stringer
  gover tools uninstall gopls --for 1.21")]
pub(crate) struct ToolUninstallArgs {
    /// Programs
    #[arg(value_name = "PROGRAM", required = true)]
    pub(crate) names: Vec<OsString>,
    /// Remove what was installed for this version
    #[arg(long = "for", value_name = "REQUEST")]
    pub(crate) only_for: Option<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover tools rebuild
  gover tools rebuild --all --dry-run

A program that cannot be built again stays as it is.")]
pub(crate) struct RebuildArgs {
    /// Programs [default: those that an older Go built]
    #[arg(value_name = "PROGRAM", conflicts_with = "all")]
    pub(crate) names: Vec<OsString>,
    /// All programs, whichever Go built them
    #[arg(long)]
    pub(crate) all: bool,
    /// How many are built at once [default: the number of processors, at most 4]
    #[arg(long, short, value_name = "NUMBER")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Show what would be built without doing it
    #[arg(long)]
    pub(crate) dry_run: bool,
}
