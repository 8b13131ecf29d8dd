//! The arguments of `gover exec`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

#[derive(Args, Debug)]
#[command(
    override_usage = "gover exec [OPTIONS] REQUEST -- CMD...\n       gover exec --rollback TARGET",
    after_help = "Examples:
  gover exec 1.22 -- make test
  gover exec --isolated 1.21 -- go version

--isolated gives the command, and everything that it starts, its own GOPATH, GOBIN, GOCACHE, GOMODCACHE \
and GOENV. GOBIN is on PATH, after the toolchain. Without DIR, all are in a temporary directory, which is \
removed after success or Ctrl-C and kept after a failure. DIR needs `=`: --isolated=DIR. See \
docs/workspaces.md."
)]
pub(crate) struct ExecArgs {
    /// Version or path of a GOROOT
    #[arg(value_name = "REQUEST", required_unless_present = "rollback")]
    pub(crate) request: Option<String>,
    /// Command and its arguments
    #[arg(
        value_name = "CMD",
        required_unless_present = "rollback",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(crate) command: Vec<OsString>,
    /// Give the command its own directories for programs, caches and settings, in DIR or in a
    /// temporary directory
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true)]
    #[expect(clippy::option_option, reason = "not given, given alone, given with a directory")]
    pub(crate) isolated: Option<Option<PathBuf>>,
    /// If the command succeeds, replace the directory TARGET by the programs that it installed
    #[arg(long, value_name = "TARGET", requires = "isolated")]
    pub(crate) keep_bin: Option<PathBuf>,
    /// Build for another platform: set GOOS and GOARCH, and turn cgo off unless CC or `CGO_ENABLED`
    /// is set
    #[arg(long, value_name = "OS/ARCH")]
    pub(crate) target: Option<String>,
    /// Restore what --keep-bin replaced in TARGET
    #[arg(long, value_name = "TARGET", conflicts_with_all = ["request", "command", "isolated", "target"])]
    pub(crate) rollback: Option<PathBuf>,
}
