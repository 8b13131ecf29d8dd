//! The arguments of `gover proxy`.

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  gover proxy
  gover proxy http://127.0.0.1:3000 --json

gover asks only the servers in GOPROXY and `sources`, and those that you name. A module proxy works if \
files arrive from it, not only an answer. Exit code 1 if nothing works. See docs/proxies.md."
)]
pub(crate) struct ProxyArgs {
    #[command(subcommand)]
    pub(crate) action: Option<ProxyAction>,
    /// Module proxies to measure too
    #[arg(value_name = "URL")]
    pub(crate) urls: Vec<String>,
    /// Measure well-known public proxies in China too
    #[arg(long)]
    pub(crate) public: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProxyAction {
    /// Write the proxies that work into GOPROXY, and leave out dead sources
    Set(ProxySetArgs),
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(after_help = "Examples:
  gover proxy set --fastest
  gover proxy set http://127.0.0.1:3000 --yes

Writes the file of `go env -w` and gover's settings, and only what was measured. `direct`, `off`, proxies \
in private networks, GOPRIVATE and the like stay. On a terminal, gover shows the change and asks; without \
one, it writes only with --yes.")]
pub(crate) struct ProxySetArgs {
    /// Module proxies for GOPROXY, in this order [default: the present ones]
    #[arg(value_name = "URL", conflicts_with = "fastest")]
    pub(crate) urls: Vec<String>,
    /// Put the fastest first
    #[arg(long)]
    pub(crate) fastest: bool,
    /// Choose among well-known public proxies in China too
    #[arg(long, requires = "fastest")]
    pub(crate) public: bool,
    /// Undo everything that this command changed
    #[arg(long, conflicts_with_all = ["urls", "fastest", "public", "yes"])]
    pub(crate) undo: bool,
    /// Do not ask on a terminal before writing
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
