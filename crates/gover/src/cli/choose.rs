use std::ffi::OsString;

use clap::Args;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover use 1.21
  gover use --clear")]
pub(crate) struct UseArgs {
    /// The version, or a GOROOT's path
    #[arg(value_name = "REQUEST", required_unless_present = "clear")]
    pub(crate) request: Option<String>,
    /// Go back to what the directory or the default chooses
    #[arg(long, conflicts_with = "request")]
    pub(crate) clear: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover default 1.22
  gover default")]
pub(crate) struct DefaultArgs {
    /// The version, or a GOROOT's path; none: show the default
    #[arg(value_name = "REQUEST")]
    pub(crate) request: Option<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover pin 1.22
  gover pin --exact 1.22")]
pub(crate) struct PinArgs {
    /// The version; none: show the pin that applies here
    #[arg(value_name = "REQUEST")]
    pub(crate) request: Option<String>,
    /// Write the full version (1.22.5) that the request means now; without REQUEST, of the Go used here
    #[arg(long)]
    pub(crate) exact: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover exec 1.21 -- go version
  gover exec 1.22 -- make test")]
pub(crate) struct ExecArgs {
    /// The version, or a GOROOT's path
    #[arg(value_name = "REQUEST")]
    pub(crate) request: String,
    /// The command and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) command: Vec<OsString>,
}
