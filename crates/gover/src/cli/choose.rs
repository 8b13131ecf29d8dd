use std::ffi::OsString;

use clap::Args;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover use 1.21
  gover use --clear")]
pub(crate) struct UseArgs {
    /// Version or path of a GOROOT
    #[arg(value_name = "REQUEST", required_unless_present = "clear")]
    pub(crate) request: Option<String>,
    /// Undo `gover use` in this shell
    #[arg(long, conflicts_with = "request")]
    pub(crate) clear: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover default 1.22
  gover default")]
pub(crate) struct DefaultArgs {
    /// Version or path of a GOROOT; without it, show the default
    #[arg(value_name = "REQUEST")]
    pub(crate) request: Option<String>,
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
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover exec 1.21 -- go version
  gover exec 1.22 -- make test")]
pub(crate) struct ExecArgs {
    /// Version or path of a GOROOT
    #[arg(value_name = "REQUEST")]
    pub(crate) request: String,
    /// Command and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) command: Vec<OsString>,
}
