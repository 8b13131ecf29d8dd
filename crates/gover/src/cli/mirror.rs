//! The arguments of `gover mirror`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(after_help = "Examples:
  gover mirror ./go latest
  gover mirror ./go latest --platform linux-amd64,windows-amd64 --format module

Serve the directory with any web server, or carry it on a USB drive. gover (GOVER_SOURCES) and \
the go command (GOPROXY) can install from it. See docs/offline.md and docs/fleet.md.")]
pub(crate) struct MirrorArgs {
    /// Directory of the mirror; created if it does not exist
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Versions (1.22.5, 1.22, latest); without any, only update the checksum database and the
    /// lists
    #[arg(value_name = "REQUEST")]
    pub(crate) requests: Vec<String>,
    /// Platforms by Go's names, such as linux-amd64,darwin-arm64 [default: this machine's]
    #[arg(long, value_name = "OS-ARCH", value_delimiter = ',')]
    pub(crate) platform: Vec<String>,
    /// Formats: archive, or module, which the go command can use too [default: what the sources
    /// have]
    #[arg(long, value_name = "FORMAT", value_enum, value_delimiter = ',', hide_possible_values = true)]
    pub(crate) format: Vec<PackingArg>,
    /// Also serve clients whose newest tree head has this many records (their error message shows
    /// it)
    #[arg(long, value_name = "RECORDS")]
    pub(crate) seen: Vec<u64>,
    /// Also write patch bundles, which make upgrades to the newest patch release small
    #[arg(long)]
    pub(crate) patches: bool,
    /// Also copy the Go vulnerability database, for `gover audit` and govulncheck
    #[arg(long)]
    pub(crate) vuln: bool,
    /// Also copy the modules that the go.sum files of projects list [default: of the project here]
    #[arg(long, value_name = "PROJECT", num_args = 0..)]
    pub(crate) modules: Option<Vec<PathBuf>>,
    /// Read every toolchain file again and replace damaged ones
    #[arg(long)]
    pub(crate) verify: bool,
    /// Print the content of the mirror as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PackingArg {
    /// Archives, as go.dev serves them
    Archive,
    /// Module zips, as module proxies serve them
    Module,
}
