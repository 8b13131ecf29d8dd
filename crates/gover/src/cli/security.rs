//! The arguments of `gover audit` and `gover bump`.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover audit
  gover audit 1.26.8 1.27 -v

-v lists each vulnerability. One means that this Go contains it, not that a program reaches it.")]
pub(crate) struct AuditArgs {
    /// Versions; a partial one (1.22, or 1) means all installed toolchains that match, or else the
    /// newest release [default: the version used here]; with --tools, programs
    #[arg(value_name = "REQUEST")]
    pub(crate) requests: Vec<OsString>,
    /// Audit programs by the Go that built them: those in GOBIN, or the given ones
    #[arg(long)]
    pub(crate) tools: bool,
    /// Audit the versions that the files of this project name
    #[arg(long, conflicts_with_all = ["requests", "tools"])]
    pub(crate) project: bool,
    /// Exit with 1 if a version is vulnerable, if it is vulnerable or has reached end of life (eol),
    /// or never
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = FailOn::Vulnerable, hide_possible_values = true)]
    pub(crate) fail_on: FailOn,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(after_help = "Examples:
  gover bump --security
  gover bump 1.26 --dry-run

It changes only versions: in go.mod, go.work, .go-version, .tool-versions, mise.toml, .prototools, \
devbox.json, devcontainer.json, Dockerfiles, workflows of GitHub, GitLab and CircleCI, compose files \
and makefiles. It never lowers one.")]
pub(crate) struct BumpArgs {
    /// Version to raise to, then files or directories [default: the newest patch of the version in
    /// go.mod, in this repository]
    #[arg(value_name = "VERSION|PATH")]
    pub(crate) words: Vec<OsString>,
    /// Raise to the lowest version without a known vulnerability
    #[arg(long)]
    pub(crate) security: bool,
    /// Also raise the go line of go.mod and go.work
    #[arg(long)]
    pub(crate) language: bool,
    /// Change nothing; exit with 1 if versions disagree or have known vulnerabilities
    #[arg(long, conflicts_with_all = ["dry_run", "yes"])]
    pub(crate) check: bool,
    /// Show the changes without making them
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask on a terminal before writing
    #[arg(long, short, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum FailOn {
    Never,
    /// Known vulnerabilities
    Vulnerable,
    /// The same, or end of life
    Eol,
}
