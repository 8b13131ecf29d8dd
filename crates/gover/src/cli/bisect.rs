//! The arguments of `gover bisect`.

use std::ffi::OsString;

use clap::Args;

#[derive(Args, Debug)]
#[command(
    override_usage = "gover bisect [OPTIONS] GOOD BAD -- CMD...",
    after_help = "Examples:
  gover bisect 1.21.5 1.22.5 -- go test ./...
  gover bisect --restart 1.21.5 1.22.5 -- go vet ./...

The command must succeed with GOOD and fail with BAD. gover tries releases between them, in the order of \
their versions, until one breaks it and the release before it does not. If GOOD is newer than BAD, it \
finds the release that fixes the command. In this order 1.25.9 is before 1.26.0, although it may have been \
released later. Betas and release candidates are left out, except as GOOD or BAD.

Exit codes of the command mean the same as for `git bisect run`: 0 is good, 125 skips a release, 128 and \
more stop the search, and all others are bad. If the search is interrupted, the same command continues it."
)]
pub(crate) struct BisectArgs {
    /// Release with which the command succeeds
    #[arg(value_name = "GOOD")]
    pub(crate) good: String,
    /// Release with which the command fails
    #[arg(value_name = "BAD")]
    pub(crate) bad: String,
    /// Command and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) command: Vec<OsString>,
    /// Forget the results of an interrupted search
    #[arg(long)]
    pub(crate) restart: bool,
    /// Print JSON; the output of the command goes to stderr
    #[arg(long)]
    pub(crate) json: bool,
}
