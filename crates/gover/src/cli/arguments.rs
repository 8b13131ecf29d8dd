//! The arguments and options of each command.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

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

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover init bash
  gover init fish")]
pub(crate) struct InitArgs {
    /// bash, zsh, fish, powershell, nu or elvish
    #[arg(value_name = "SHELL")]
    pub(crate) shell: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover setup
  gover setup --undo")]
pub(crate) struct SetupArgs {
    /// Undo the changes of setup
    #[arg(long)]
    pub(crate) undo: bool,
    /// Show the changes without making them
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The toolchain that an install script could not install
    #[arg(long, hide = true, value_name = "REQUEST")]
    pub(crate) still_missing: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover completions bash
  gover completions fish")]
pub(crate) struct CompletionsArgs {
    /// bash, zsh, fish, powershell, nu or elvish
    #[arg(value_name = "SHELL")]
    pub(crate) shell: String,
}

/// For the scripts of `gover completions` only.
#[derive(Args, Debug)]
pub(crate) struct CompleteArgs {
    /// Shell that asks
    #[arg(value_name = "SHELL")]
    pub(crate) shell: String,
    /// Word that is being typed, up to the cursor
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    pub(crate) word: OsString,
    /// Words before it, from gover on
    #[arg(value_name = "WORD", last = true)]
    pub(crate) words: Vec<OsString>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover cache
  gover cache clean")]
pub(crate) struct CacheArgs {
    #[command(subcommand)]
    pub(crate) action: Option<CacheAction>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Delete everything that can be downloaded again
    Clean,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover config list
  gover config set auto_install false")]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) action: Option<ConfigAction>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigAction {
    /// Print one setting
    Get {
        /// Name of the setting
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Change one setting
    Set {
        /// Name of the setting
        name: String,
        /// Value; separate lists with commas; an empty value removes the setting
        value: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print all settings and their origins
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the path of the settings file
    Path,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover help install
  gover help sources")]
pub(crate) struct HelpArgs {
    /// Command, check of `gover doctor`, or one of the topics sources, trust, selection
    #[arg(value_name = "COMMAND|TOPIC|CHECK")]
    pub(crate) topic: Option<String>,
}

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
