//! The arguments of commands that shells run, or that set them up.

use std::ffi::OsString;

use clap::Args;

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
