//! The arguments of commands that select a toolchain, or show what is selected.

use clap::Args;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover use 1.21
  gover use --clear")]
pub(crate) struct UseArgs {
    /// Version or path of a GOROOT; without it, choose from a list
    #[arg(value_name = "REQUEST")]
    pub(crate) request: Option<String>,
    /// Undo `gover use` in this shell
    #[arg(long, alias = "unset", conflicts_with = "request")]
    pub(crate) clear: bool,
    /// Refused with a reason
    #[arg(long, hide = true)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover default 1.22
  gover default")]
pub(crate) struct DefaultArgs {
    /// Version or path of a GOROOT; without it, show the default
    #[arg(value_name = "REQUEST")]
    pub(crate) request: Option<String>,
    /// Remove the default
    #[arg(long, conflicts_with = "request")]
    pub(crate) unset: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover pin 1.22
  gover pin --exact 1.22")]
pub(crate) struct PinArgs {
    /// Version; without it, show the pin that applies here
    #[arg(value_name = "REQUEST")]
    pub(crate) request: Option<String>,
    /// Pin the exact version that REQUEST means now, or without REQUEST the version used here
    #[arg(long)]
    pub(crate) exact: bool,
    /// Remove the .go-version of this directory
    #[arg(long, alias = "unset", conflicts_with_all = ["request", "exact"])]
    pub(crate) remove: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover list
  gover list --remote 1.22")]
pub(crate) struct ListArgs {
    /// Show only versions that match
    #[arg(value_name = "REQUEST")]
    pub(crate) request: Option<String>,
    /// List releases: the newest patch of each minor version
    #[arg(long)]
    pub(crate) remote: bool,
    /// With --remote, list every release; otherwise, also list the system Go on PATH
    #[arg(long)]
    pub(crate) all: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover current
  gover current -v")]
pub(crate) struct CurrentArgs {
    /// Print only the name, without warnings, for a prompt
    #[arg(long, conflicts_with = "json")]
    pub(crate) short: bool,
    /// Exit with 1 if the selection does not match this version or path of a GOROOT
    #[arg(long, value_name = "REQUEST", conflicts_with = "short")]
    pub(crate) expect: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover check
  gover check 1.22

It uses no network. It runs the first `go` on PATH: `go env` and `go tool compile -V`. \
The exit code is 1 if anything is wrong or cannot be checked.")]
pub(crate) struct CheckArgs {
    /// Version or path of a GOROOT to expect [default: the selection here]
    #[arg(value_name = "REQUEST")]
    pub(crate) request: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover which
  gover which gofmt 1.21

For any other program, it also shows the package that it was built from, and the Go version.")]
pub(crate) struct WhichArgs {
    /// go or gofmt, then a version [default: go, of the toolchain used here]; or another program
    #[arg(value_name = "PROGRAM|REQUEST", num_args = 0..=2)]
    pub(crate) words: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover env --shell bash
  gover env 1.21 --shell fish")]
pub(crate) struct EnvArgs {
    /// Version [default: the one used here]
    #[arg(value_name = "REQUEST")]
    pub(crate) request: Option<String>,
    /// bash, zsh, fish, powershell, cmd, nu, elvish or sh [default: the calling shell]
    #[arg(long, value_name = "SHELL")]
    pub(crate) shell: Option<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "shell")]
    pub(crate) json: bool,
}
