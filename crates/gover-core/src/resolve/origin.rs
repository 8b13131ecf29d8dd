use std::path::{Path, PathBuf};

use super::Toolchain;
use crate::display::{location, short_path};
use crate::gorules::{Demand, DemandSource};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub kind: OriginKind,
    pub path: Option<PathBuf>,
    pub line: Option<usize>,
    /// As it was written.
    pub request: String,
}

/// The rules of the selection, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginKind {
    /// Go is switching toolchains.
    Switch,
    /// The program was called as `go1.X.Y`.
    Name,
    /// The first argument was `+REQUEST`.
    Argument,
    /// `GOVER_VERSION`
    Environment,
    /// What `gover use` recorded for an ancestor shell.
    Session,
    VersionFile,
    ToolVersions,
    /// What `gover default` stored.
    Default,
    /// A Go on PATH outside gover.
    System,
}

impl OriginKind {
    /// The kind's name in JSON, and the subject of a sentence.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Switch => ("switch", "Go"),
            Self::Name => ("name", "the command"),
            Self::Argument => ("argument", "the command"),
            Self::Environment => ("environment", "GOVER_VERSION"),
            Self::Session => ("session", "`gover use`"),
            Self::VersionFile => ("version-file", ".go-version"),
            Self::ToolVersions => ("tool-versions", ".tool-versions"),
            Self::Default => ("default", "the default"),
            Self::System => ("system", "PATH"),
        }
    }

    pub fn as_str(self) -> &'static str {
        self.names().0
    }

    /// Whether a person chose it for this place or moment. Go cannot replace such a choice with a
    /// newer toolchain if it is older than Go 1.21.
    pub(super) fn is_deliberate(self) -> bool {
        !matches!(self, Self::Default | Self::System)
    }
}

impl Origin {
    /// The subject of a sentence: `.go-version`, `the default`.
    pub(super) fn subject(&self) -> &'static str {
        self.kind.names().1
    }

    pub fn reason(&self, home: Option<&Path>) -> String {
        let request = &self.request;
        match self.kind {
            OriginKind::Switch => "required by the go command, which is switching toolchains".to_owned(),
            OriginKind::Name => format!("called as {request}"),
            OriginKind::Argument => format!("chosen by +{request} on the command line"),
            OriginKind::Environment => format!("chosen by GOVER_VERSION={request}"),
            OriginKind::Session => format!("chosen by `gover use {request}` in this shell"),
            OriginKind::VersionFile | OriginKind::ToolVersions => match &self.path {
                Some(path) => format!("chosen by {}", location(path, self.line, home)),
                None => format!("chosen by {}", self.subject()),
            },
            OriginKind::Default => format!("chosen by the default, {request}"),
            OriginKind::System => "found on PATH".to_owned(),
        }
    }
}

/// How the rules of Go changed a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    pub from: String,
    pub by: Demand,
    pub gotoolchain: String,
    /// The chosen toolchain, if it is installed. It can start and switch by itself.
    pub standing: Option<Toolchain>,
    /// What Go prints before it switches, if it is asked to trace that.
    pub trace: Vec<String>,
}

impl Raised {
    pub fn reason(&self, home: Option<&Path>) -> String {
        match (self.by.source, &self.by.path) {
            (DemandSource::GoToolchain, None) => format!("set by GOTOOLCHAIN={}", self.gotoolchain),
            (DemandSource::GoToolchain, Some(path)) => {
                format!("set by GOTOOLCHAIN={} in {}", self.gotoolchain, short_path(path, home))
            }
            (_, Some(path)) => format!("required by {}", location(path, self.by.line, home)),
            (source, None) => format!("required by {}", source.as_str()),
        }
    }
}
