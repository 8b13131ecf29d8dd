//! The selection: which toolchain runs, and why. No other code chooses.
//!
//! The shim and every command of the manager ask [`resolve`] the same [`Question`], so they cannot
//! disagree. Explicit requests come first: Go's own switch, a program name such as `go1.22.5`,
//! `+REQUEST`. Then come choices: `GOVER_VERSION`, the record of `gover use`, a pin, the default, a
//! Go on PATH. The rules of cmd/go apply to choices only (docs/selection.md).

mod choice;
mod error;
mod explicit;
mod locate;
mod origin;
mod session;
mod system;
mod trace;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use choice::{forbidden_by, resolve_if};
pub use error::ResolveError;
pub use locate::locate;
pub use origin::{Origin, OriginKind, Raised};
pub use session::SessionRecord;
pub use system::{FirstGo, first_on_path, is_gover_directory, is_on_path, tool_on_path};
pub use trace::Trace;

use crate::env::Env;
use crate::gorules::{EnvFile, SelectError};
use crate::layout::{Layout, executable_name};
use crate::request::Request;
use crate::version::ToolchainName;

#[derive(Clone, Copy)]
pub struct Question<'a> {
    pub env: &'a Env,
    pub layout: &'a Layout,
    pub host: &'a Host,
    pub called_as: &'a CalledAs,
    /// Without the program's name.
    pub arguments: &'a [OsString],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalledAs {
    /// `go`, or any name that is none of the others.
    Go,
    Gofmt,
    Named(ToolchainName),
}

impl CalledAs {
    /// Reads the name from the program's path, its first argument. On Windows, where programs have
    /// a suffix, case does not matter: `GOFMT.EXE`.
    pub fn from_program(program: &Path) -> Self {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        Self::from_name(&name, std::env::consts::EXE_SUFFIX)
    }

    fn from_name(name: &str, suffix: &str) -> Self {
        let at = name.len().saturating_sub(suffix.len());
        let (stem, end) = name.split_at_checked(at).unwrap_or((name, ""));
        let name = if end.eq_ignore_ascii_case(suffix) { stem } else { name };
        // The suffix of a custom build may have capital letters, so the name as it is comes first.
        let lower = if suffix.is_empty() { String::new() } else { name.to_ascii_lowercase() };
        if name == "gofmt" || lower == "gofmt" {
            return Self::Gofmt;
        }
        ToolchainName::parse(name).or_else(|_| ToolchainName::parse(&lower)).map_or(Self::Go, Self::Named)
    }

    pub fn program(&self) -> &'static str {
        if *self == Self::Gofmt { "gofmt" } else { "go" }
    }
}

/// What the selection needs from the system beyond `std`; both programs fill it from gover-sys.
#[derive(Clone, Copy)]
pub struct Host {
    /// The ancestors of this process, nearest first, with id and start time. The unit of the time
    /// depends on the system.
    pub ancestors: fn() -> Vec<(u32, u64)>,
    pub is_executable: fn(&Path) -> bool,
    /// A text that changes whenever an entry of a directory does; `None` if the system has none.
    pub stamp: fn(&Path) -> Option<String>,
}

#[derive(Debug)]
pub struct Resolution {
    pub outcome: Outcome,
    /// `None` only if nothing is selected.
    pub origin: Option<Origin>,
    pub raised: Option<Raised>,
    /// A toolchain that the go command looks for by itself, on PATH or by its own download. The
    /// choice starts and switches to it.
    pub left_to_go: Option<LeftToGo>,
    /// Set if Go will stop with this error. The choice runs anyway, so that Go can print it.
    pub go_error: Option<SelectError>,
    /// The user's go/env file, which the launch needs too.
    pub user_env: Option<EnvFile>,
    /// The arguments to pass on, without `+REQUEST`.
    pub arguments: Vec<OsString>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftToGo {
    /// Not always a release.
    pub name: String,
    /// The program of that name on PATH; `None` if Go has to download the toolchain or will fail.
    pub program: Option<PathBuf>,
    pub raised: Raised,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Ready(Toolchain),
    Missing(Request),
    /// Nothing chooses a toolchain, and PATH has no Go.
    Nothing,
}

/// An installed toolchain, or a Go on PATH. A `go` there that is a wrapper has no name and no
/// GOROOT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    pub name: Option<ToolchainName>,
    pub goroot: Option<PathBuf>,
    pub bin: PathBuf,
}

impl Toolchain {
    pub fn at(goroot: PathBuf, name: Option<ToolchainName>) -> Self {
        Self { name, bin: goroot.join("bin"), goroot: Some(goroot) }
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(executable_name(name))
    }
}

impl Resolution {
    /// As far as it is known: for a missing toolchain, only if exactly one can match.
    pub fn name(&self) -> Option<&ToolchainName> {
        match &self.outcome {
            Outcome::Ready(toolchain) => toolchain.name.as_ref(),
            Outcome::Missing(request) => request.as_exact(),
            Outcome::Nothing => None,
        }
    }

    /// Why this toolchain was selected, as part of a sentence: `chosen by .go-version:1 in ~/shop`.
    pub fn reason(&self, home: Option<&Path>) -> String {
        let raised = self.raised.as_ref().or(self.left_to_go.as_ref().map(|left| &left.raised));
        match (raised, &self.origin) {
            (Some(raised), Some(origin)) => {
                format!("{}; {} chose {}", raised.reason(home), origin.subject(), raised.from)
            }
            (_, Some(origin)) => origin.reason(home),
            _ => "nothing chooses a toolchain".to_owned(),
        }
    }
}

pub fn resolve(question: &Question<'_>, trace: &mut Trace) -> Result<Resolution, ResolveError> {
    match explicit::resolve(question, trace)? {
        Some(resolution) => Ok(resolution),
        None => choice::resolve(question, trace),
    }
}

#[cfg(test)]
mod tests;
