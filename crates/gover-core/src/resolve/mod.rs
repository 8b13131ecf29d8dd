//! The selection: which toolchain runs, and why. The only code that chooses.
//!
//! The shim and every command of the manager ask [`resolve`] the same [`Question`], so they cannot disagree. First
//! come orders (Go's own switch, a name such as `go1.22.5`, `+REQUEST`), then standing choices (`GOVER_VERSION`,
//! session record, pin, default, a Go on PATH) to which cmd/go's rules are applied
//! (`docs/design.md#which-toolchain-runs`).

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

pub use error::ResolveError;
pub use origin::{Origin, OriginKind, Raised};
pub use session::SessionRecord;
pub use system::is_gover_directory;
pub use trace::Trace;

use crate::env::Env;
use crate::gorules::SelectError;
use crate::layout::{Layout, executable_name};
use crate::request::Request;
use crate::version::ToolchainName;

/// What is asked.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    pub env: &'a Env,
    pub layout: &'a Layout,
    /// What only the operating system can tell.
    pub host: &'a Host,
    pub called_as: &'a CalledAs,
    /// The arguments without the program's name.
    pub arguments: &'a [OsString],
}

/// The name a shim was called by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalledAs {
    /// `go`, or anything that is none of the others.
    Go,
    Gofmt,
    /// `go1.22.5`
    Named(ToolchainName),
}

impl CalledAs {
    /// Reads the name from the program's own path, its first argument. Where programs have a suffix (Windows), the
    /// case of a name has no meaning: `GOFMT.EXE`.
    pub fn from_program(program: &Path) -> Self {
        Self::from_name(
            &program.file_name().unwrap_or_default().to_string_lossy(),
            std::env::consts::EXE_SUFFIX,
        )
    }

    fn from_name(name: &str, suffix: &str) -> Self {
        let at = name.len().saturating_sub(suffix.len());
        let name = match name.get(at..) {
            Some(end) if end.eq_ignore_ascii_case(suffix) => name.get(..at).unwrap_or(name),
            _ => name,
        };
        // A custom build's suffix may have capital letters, so the name as it stands comes first.
        let lower = if suffix.is_empty() { String::new() } else { name.to_ascii_lowercase() };
        if name == "gofmt" || lower == "gofmt" {
            return Self::Gofmt;
        }
        ToolchainName::parse(name).or_else(|_| ToolchainName::parse(&lower)).map_or(Self::Go, Self::Named)
    }

    /// The program of a toolchain that answers to it.
    pub fn program(&self) -> &'static str {
        if *self == Self::Gofmt { "gofmt" } else { "go" }
    }
}

/// What selection needs from the operating system beyond `std`; filled from gover-sys by both programs.
#[derive(Clone, Copy)]
pub struct Host {
    /// The processes above this one, nearest first: id and start time in the system's own unit.
    pub ancestors: fn() -> Vec<(u32, u64)>,
    pub is_executable: fn(&Path) -> bool,
}

/// The answer.
#[derive(Debug)]
pub struct Resolution {
    /// What to run, or what is missing.
    pub outcome: Outcome,
    /// Why; `None` only if nothing is selected.
    pub origin: Option<Origin>,
    /// Set where Go's own rules changed the standing choice.
    pub raised: Option<Raised>,
    /// Set where Go itself will stop and say so; the standing choice runs.
    pub go_error: Option<SelectError>,
    /// The arguments to pass on, `+REQUEST` removed.
    pub arguments: Vec<OsString>,
}

/// What a selection comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Ready(Toolchain),
    Missing(Request),
    /// Nothing chooses a Go, and none is on PATH.
    Nothing,
}

/// A toolchain that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// Its name; unknown for a `go` on PATH that is a wrapper.
    pub name: Option<ToolchainName>,
    /// Its GOROOT; unknown for a `go` on PATH that is a wrapper.
    pub goroot: Option<PathBuf>,
    pub bin: PathBuf,
}

impl Toolchain {
    /// The one at a GOROOT.
    pub fn at(goroot: PathBuf, name: Option<ToolchainName>) -> Self {
        Self { name, bin: goroot.join("bin"), goroot: Some(goroot) }
    }

    /// One of its programs: `go`, `gofmt`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(executable_name(name))
    }
}

impl Resolution {
    /// The toolchain's name, as far as it is known: of a missing one too if exactly one can answer.
    pub fn name(&self) -> Option<&ToolchainName> {
        match &self.outcome {
            Outcome::Ready(toolchain) => toolchain.name.as_ref(),
            Outcome::Missing(request) => request.as_exact(),
            Outcome::Nothing => None,
        }
    }

    /// Why this one, as part of a sentence: `chosen by .go-version:1 in ~/shop`.
    pub fn reason(&self, home: Option<&Path>) -> String {
        match (&self.raised, &self.origin) {
            (Some(raised), Some(origin)) => {
                format!("{}; {} chose {}", raised.reason(home), origin.subject(), raised.from)
            }
            (_, Some(origin)) => origin.reason(home),
            _ => "nothing chooses a Go".to_owned(),
        }
    }
}

/// Answers the question; `trace` is told each step if it listens.
pub fn resolve(question: &Question<'_>, trace: &mut Trace) -> Result<Resolution, ResolveError> {
    match explicit::resolve(question, trace)? {
        Some(resolution) => Ok(resolution),
        None => choice::resolve(question, trace),
    }
}

/// Answers one request by what is there, without any rule of Go: for commands that name a toolchain.
pub fn locate(question: &Question<'_>, request: &Request) -> Result<Outcome, ResolveError> {
    locate::locate(question, request)
}

#[cfg(test)]
mod tests;
