//! The arguments of `gover cache`, `gover config` and `gover help`.

use clap::{Args, Subcommand};

use super::Lang;

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
    /// Explain a check in English or Chinese: en or zh [default: by `GOVER_LANG` or the system]
    #[arg(long, value_name = "LANGUAGE", value_enum, hide_possible_values = true)]
    pub(crate) lang: Option<Lang>,
}
