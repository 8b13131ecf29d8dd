use clap::Args;

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
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover which
  gover which gofmt 1.21")]
pub(crate) struct WhichArgs {
    /// go or gofmt, then a version [default: go, of the toolchain used here]
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
