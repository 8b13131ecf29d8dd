//! The arguments of `gover doctor`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gover_doctor::{Language, Severity};

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(after_help = "Examples:
  gover doctor
  gover doctor goroot-set goproxy --json")]
pub(crate) struct DoctorArgs {
    /// Run only these checks
    #[arg(value_name = "CHECK")]
    pub(crate) checks: Vec<String>,
    /// List the checks without running them
    #[arg(long, conflicts_with_all = ["fix", "undo", "fail_on", "baseline", "format", "report"])]
    pub(crate) list: bool,
    /// Do not run these checks
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub(crate) skip: Vec<String>,
    /// Exit with 1 if a problem is at least this serious: error, warning or note [default: warning]
    #[arg(long, value_name = "SEVERITY", value_enum, hide_possible_values = true)]
    pub(crate) fail_on: Option<DoctorFailOn>,
    /// Leave out problems that are in FILE, the output of an earlier `gover doctor --json`
    #[arg(long, value_name = "FILE", conflicts_with = "fix")]
    pub(crate) baseline: Option<PathBuf>,
    /// Print text, json, github (workflow annotations) or sarif [default: text]
    #[arg(long, value_name = "FORMAT", value_enum, hide_possible_values = true, conflicts_with_all = ["json", "fix", "undo"])]
    pub(crate) format: Option<DoctorFormat>,
    /// Write a report to FILE, which ends in .html, .md or .json; `-` prints Markdown
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "format", "fix", "undo"])]
    pub(crate) report: Option<PathBuf>,
    /// Leave out names of users, machines, private servers and the project
    #[arg(long, requires = "report")]
    pub(crate) anonymous: bool,
    /// Fix problems in your own files; show each change and ask first
    #[arg(long)]
    pub(crate) fix: bool,
    /// Answer yes to every question of --fix
    #[arg(long, short, requires = "fix")]
    pub(crate) yes: bool,
    /// Undo the changes of the last --fix
    #[arg(long, conflicts_with_all = ["fix", "checks", "skip", "fail_on", "baseline"])]
    pub(crate) undo: bool,
    /// Speak English or Chinese: en or zh [default: by `GOVER_LANG` or the system]
    #[arg(long, value_name = "LANGUAGE", value_enum, hide_possible_values = true)]
    pub(crate) lang: Option<Lang>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    En,
    Zh,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::English,
            Lang::Zh => Self::Chinese,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorFormat {
    Text,
    Json,
    Github,
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorFailOn {
    Error,
    Warning,
    Note,
}

impl DoctorArgs {
    pub(crate) fn format(&self) -> DoctorFormat {
        self.format.unwrap_or(if self.json { DoctorFormat::Json } else { DoctorFormat::Text })
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format() == DoctorFormat::Json
    }

    /// The least severity with which the command fails.
    pub(crate) fn fails_on(&self) -> Severity {
        match self.fail_on {
            Some(DoctorFailOn::Error) => Severity::Error,
            None | Some(DoctorFailOn::Warning) => Severity::Warning,
            Some(DoctorFailOn::Note) => Severity::Note,
        }
    }
}
