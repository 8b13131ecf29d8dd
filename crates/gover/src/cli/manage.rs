use clap::{Args, Subcommand};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover init bash
  gover init fish")]
pub(crate) struct InitArgs {
    /// bash, zsh, fish, powershell, nu, elvish
    #[arg(value_name = "SHELL")]
    pub(crate) shell: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover setup
  gover setup --undo")]
pub(crate) struct SetupArgs {
    /// Put back what setup changed
    #[arg(long)]
    pub(crate) undo: bool,
    /// Show what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover completions bash
  gover completions fish")]
pub(crate) struct CompletionsArgs {
    /// bash, zsh, fish, powershell, elvish
    #[arg(value_name = "SHELL")]
    pub(crate) shell: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gover cache
  gover cache clean")]
pub(crate) struct CacheArgs {
    #[command(subcommand)]
    pub(crate) action: Option<CacheAction>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Delete what can be fetched again
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
        /// Its name
        name: String,
    },
    /// Change one setting
    Set {
        /// Its name
        name: String,
        /// Its value; a list is separated by commas, an empty value removes the setting
        value: String,
    },
    /// Print all settings and where each comes from
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
    /// A command, or one of: sources, trust, selection
    #[arg(value_name = "COMMAND|TOPIC")]
    pub(crate) topic: Option<String>,
}
