use std::fmt;
use std::io;
use std::path::PathBuf;

use super::{Origin, OriginKind};
use crate::bounded;
use crate::diagnose::{Diagnose, Exit};
use crate::env::vars;
use crate::pin::PinError;
use crate::request::InvalidRequest;
use crate::text::shown;

#[derive(Debug)]
pub enum ResolveError {
    /// The location is part of a sentence: `GOVER_VERSION`.
    Request {
        location: String,
        source: InvalidRequest,
        remedy: &'static str,
    },
    Pin(PinError),
    /// `chosen_by` is what asked for it, unless a command did.
    NotGoroot {
        path: PathBuf,
        chosen_by: Option<Origin>,
    },
    /// The request is `system`, and PATH has no Go.
    NoSystem {
        chosen_by: Option<Origin>,
    },
    Switch {
        value: String,
    },
    /// A wrapper on PATH starts gover again.
    Recursion {
        program: PathBuf,
    },
    Store {
        path: PathBuf,
        source: io::Error,
    },
    Default {
        path: PathBuf,
        source: io::Error,
    },
}

impl ResolveError {
    /// A standing choice stays in force, so only another choice in its place helps.
    pub(super) fn of(mut self, origin: &Origin) -> Self {
        if let Self::NotGoroot { chosen_by, .. } | Self::NoSystem { chosen_by } = &mut self {
            *chosen_by = Some(origin.clone());
        }
        self
    }
}

fn why(origin: Option<&Origin>) -> String {
    origin.map(|origin| format!(" ({})", origin.reason(None))).unwrap_or_default()
}

/// The command that puts the newest release in place of a choice of that kind.
fn choose_another(kind: OriginKind) -> &'static str {
    match kind {
        OriginKind::Environment | OriginKind::Session => "gover use latest",
        OriginKind::VersionFile | OriginKind::ToolVersions => "gover pin latest",
        OriginKind::Default => "gover default latest",
        OriginKind::Switch | OriginKind::Name | OriginKind::Argument | OriginKind::System => {
            "gover install latest"
        }
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { location, .. } => write!(f, "cannot use {location}"),
            Self::Pin(error) => error.fmt(f),
            Self::NotGoroot { path, chosen_by } => {
                let why = why(chosen_by.as_ref());
                write!(f, "`{}` is not a Go toolchain: it lacks bin/go or VERSION{why}", path.display())
            }
            Self::NoSystem { chosen_by } => {
                write!(f, "PATH has no Go other than gover's{}", why(chosen_by.as_ref()))
            }
            Self::Switch { value } => {
                write!(f, "{} is `{}`, not the name of a toolchain", vars::SWITCH_VERSION, shown(value))
            }
            Self::Recursion { program } => {
                write!(f, "`{}` on PATH starts gover instead of Go", program.display())
            }
            Self::Store { path, .. } | Self::Default { path, .. } => {
                write!(f, "cannot read `{}`", path.display())
            }
        }
    }
}

impl std::error::Error for ResolveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Request { source, .. } => Some(source),
            Self::Pin(error) => error.source(),
            Self::Store { source, .. } | Self::Default { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl Diagnose for ResolveError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Request { source, remedy, .. } => {
                let mut hints = source.hints();
                hints.push((*remedy).to_owned());
                return hints;
            }
            Self::Pin(error) => return error.hints(),
            Self::NotGoroot { chosen_by: Some(origin), .. } | Self::NoSystem { chosen_by: Some(origin) } => {
                choose_another(origin.kind)
            }
            Self::NotGoroot { .. } => {
                "give the directory that contains bin and VERSION, as `go env GOROOT` prints it"
            }
            Self::NoSystem { .. } => "gover install latest",
            Self::Switch { .. } => "unset GOTOOLCHAIN_INTERNAL_SWITCH_VERSION: only go itself sets it",
            Self::Recursion { .. } => "run `gover default latest`, or remove that wrapper from PATH",
            Self::Default { source, .. } if bounded::is_misplaced(source) => {
                "move it away, then run `gover default latest`"
            }
            Self::Store { .. } | Self::Default { .. } => "check that you may read GOVER_HOME",
        };
        vec![hint.to_owned()]
    }

    fn exit(&self) -> Exit {
        match self {
            Self::NoSystem { .. } | Self::NotGoroot { .. } => Exit::NotFound,
            _ => Exit::Failure,
        }
    }
}
