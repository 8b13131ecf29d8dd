use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::select::DemandSource;
use crate::diagnose::Diagnose;
use crate::env::vars;

/// The error with which Go would stop, without its `go: `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectError {
    pub message: String,
    pub place: Place,
}

/// What has to be corrected before Go continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A variable, from a go/env file if there is a path, else from the environment.
    Variable(&'static str, Option<PathBuf>),
    /// A line of go.mod or go.work, and the command (`go work`) that can edit the file as it is.
    Line(PathBuf, usize, Option<&'static str>),
    /// A go.mod or go.work that cannot be read.
    File(PathBuf),
    /// The working directory, which was removed.
    WorkingDirectory,
    /// The directory after `-C`.
    Argument,
}

impl Place {
    /// Go selects first whatever the command is, so a command must come with a setting that Go accepts.
    fn remedy(&self) -> String {
        match self {
            Self::Variable(vars::GOTOOLCHAIN, Some(_)) => "go env -w GOTOOLCHAIN=auto".to_owned(),
            Self::Variable(name, Some(file)) => {
                format!("remove the line with {name} from {}", file.display())
            }
            Self::Variable(name, None) => format!("remove {name} from the environment"),
            Self::Line(path, line, edit) => {
                let by_hand = format!("correct or remove line {line} of {}", path.display());
                match edit {
                    Some(command) => {
                        format!("{by_hand}, or run `{command} edit -toolchain=none` with GOTOOLCHAIN=local")
                    }
                    None => by_hand,
                }
            }
            Self::File(path) => format!("make {} a file that you can read", path.display()),
            Self::WorkingDirectory => "change to a directory that exists".to_owned(),
            Self::Argument => "give a directory that exists after -C".to_owned(),
        }
    }
}

impl fmt::Display for SelectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SelectError {}

impl Diagnose for SelectError {
    fn hints(&self) -> Vec<String> {
        vec![self.place.remedy()]
    }
}

impl SelectError {
    /// Whether Go stops before it selects a toolchain, so that none must be fetched.
    pub fn is_early(&self) -> bool {
        self.place == Place::Argument
    }

    /// A toolchain line that is not the name of a toolchain. `shown` is the file as Go names it.
    pub(super) fn toolchain_line(
        source: DemandSource,
        toolchain: &str,
        shown: &str,
        line: usize,
        file: &Path,
    ) -> Self {
        // A command parses the file first. Its parser accepts some names that selection refuses.
        let is_parsed = toolchain == "go1" || toolchain.starts_with("go1.");
        let command = if source == DemandSource::GoWork { "go work" } else { "go mod" };
        Self {
            message: format!("invalid toolchain {toolchain:?} in {shown}"),
            place: Place::Line(file.to_owned(), line, is_parsed.then_some(command)),
        }
    }

    pub(super) fn unreadable(file: &Path, error: &io::Error) -> Self {
        Self {
            message: format!("cannot read {}: {error}", file.display()),
            place: Place::File(file.to_owned()),
        }
    }

    pub(super) fn no_directory() -> Self {
        Self {
            message: "cannot determine current directory: it was removed".to_owned(),
            place: Place::WorkingDirectory,
        }
    }

    /// A directory after `-C` that cannot be entered.
    pub(super) fn chdir(directory: &Path, error: &io::Error) -> Self {
        let error = error.to_string().to_lowercase();
        let error = error.split(" (os error").next().unwrap_or_default();
        Self { message: format!("chdir {}: {error}", directory.display()), place: Place::Argument }
    }
}
