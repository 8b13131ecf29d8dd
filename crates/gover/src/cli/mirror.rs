use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover mirror ./go latest
  gover mirror ./go latest --platform linux-amd64,windows-amd64 --format module

A stick that holds the directory, or a web server that serves it, is a source of gover's \
(GOVER_SOURCES) and of Go's (GOPROXY). docs/offline.md and docs/fleet.md show how.")]
pub(crate) struct MirrorArgs {
    /// The directory; made if it is not there
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Versions (1.22.5, 1.22, latest); none: only bring the log and the lists up to date
    #[arg(value_name = "REQUEST")]
    pub(crate) requests: Vec<String>,
    /// Platforms, by Go's names: linux-amd64, darwin-arm64 [default: this machine's]
    #[arg(long, value_name = "OS-ARCH", value_delimiter = ',')]
    pub(crate) platform: Vec<String>,
    /// Packings: archive, module (which the go command takes, too) [default: what the sources have]
    #[arg(long, value_name = "FORMAT", value_enum, value_delimiter = ',', hide_possible_values = true)]
    pub(crate) format: Vec<PackingArg>,
    /// Care for clients whose newest log head has so many records, as their message says
    #[arg(long, value_name = "RECORDS")]
    pub(crate) seen: Vec<u64>,
    /// Read every toolchain's file again, and replace what is damaged
    #[arg(long)]
    pub(crate) verify: bool,
    /// Print what is there as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// How toolchains are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PackingArg {
    /// Archives, as the release site has them
    Archive,
    /// Modules, as a GOPROXY has them
    Module,
}
