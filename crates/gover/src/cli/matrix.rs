//! The arguments of `gover matrix`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
#[command(
    override_usage = "gover matrix [OPTIONS] REQUESTS -- CMD...",
    after_help = "Examples:
  gover matrix supported -- go version
  gover matrix -j 2 1.21,1.22 -- go version

REQUESTS are versions separated by commas. `supported` means every version that gets security fixes. A \
range, such as ^1.24, means the newest patch of each minor version in it; a space separates its \
conditions: '>=1.24 <1.27'. As everywhere, an installed patch counts as the newest, and a missing \
toolchain is installed. Each run gets GOTOOLCHAIN=local and the toolchain first on PATH.

The exit code is 1 if the command fails with any version. Versions older than the go line of go.mod or \
go.work are skipped."
)]
pub(crate) struct MatrixArgs {
    /// Versions, separated by commas (1.25,1.26,latest), supported, or ranges (^1.24)
    #[arg(value_name = "REQUESTS")]
    pub(crate) requests: String,
    /// Command and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) command: Vec<OsString>,
    /// Number of runs at a time; the output of each is shown when it ends
    #[arg(long, short, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: u16,
    /// Stop the other runs after the first failure
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Also write the results and outputs to FILE, in the XML format of `JUnit`
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Print JSON; the output of the command goes to stderr
    #[arg(long)]
    pub(crate) json: bool,
}
