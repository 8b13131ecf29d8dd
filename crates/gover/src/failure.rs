//! The one error type of commands: an error with its remedy, ready to be shown.

use std::error::Error;
use std::io;
use std::path::Path;

use gover_core::diagnose::{Diagnose, Exit, MAKE_ROOM, NOT_A_FILE, is_full};

/// A command failed. Any error that knows its remedy becomes one with `?`; a bare `io::Error` does
/// not, so that no error without path, verb and hint can leave a command.
#[derive(Debug)]
pub(crate) enum Failure {
    Shown(Box<Report>),
    /// Everything was shown already; only the exit code is left.
    Silent(Exit),
}

#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) what: String,
    pub(crate) details: Vec<String>,
    /// Outermost first.
    pub(crate) causes: Vec<String>,
    /// Best first.
    pub(crate) hints: Vec<String>,
    pub(crate) exit: Exit,
}

impl Failure {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Shown(report) => report.exit,
            Self::Silent(exit) => *exit,
        }
    }

    /// An error whose reasons were shown already, if `failed`.
    pub(crate) fn silent_if(failed: bool) -> Result<(), Self> {
        if failed { Err(Self::Silent(Exit::Failure)) } else { Ok(()) }
    }

    pub(crate) fn report(&self) -> Option<&Report> {
        match self {
            Self::Shown(report) => Some(report),
            Self::Silent(_) => None,
        }
    }

    /// A command line that clap accepts but the command does not.
    pub(crate) fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Report::new(what, vec![hint.into()], Exit::Usage).into()
    }

    /// A name that means nothing: the command with the one that was `meant`, else where to look.
    pub(crate) fn unknown(what: String, meant: Option<String>, otherwise: &str) -> Self {
        Self::usage(what, meant.unwrap_or_else(|| otherwise.to_owned()))
    }

    pub(crate) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Report::new(what, vec![hint.into()], Exit::Failure).into()
    }

    pub(crate) fn not_found(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Report::new(what, vec![hint.into()], Exit::NotFound).into()
    }

    /// A file operation failed. A full disk has its own hint in place of `hint`.
    pub(crate) fn io(what: impl Into<String>, source: &io::Error, hint: impl Into<String>) -> Self {
        let hint = if is_full(source.kind()) { MAKE_ROOM.to_owned() } else { hint.into() };
        let causes = vec![source.to_string()];
        Report { causes, ..Report::new(what, vec![hint], Exit::Failure) }.into()
    }

    /// A file in gover's home that could not be created, changed or removed.
    pub(crate) fn file(verb: &str, path: &Path, source: &io::Error) -> Self {
        let what = format!("cannot {verb} `{}`", path.display());
        let hint = match source.kind() {
            io::ErrorKind::InvalidInput => NOT_A_FILE,
            _ => "check that you own GOVER_HOME and may write there",
        };
        Self::io(what, source, hint)
    }

    /// A directory in gover's home that could not be read.
    pub(crate) fn unreadable(path: &Path, source: &io::Error) -> Self {
        Self::io(format!("cannot read `{}`", path.display()), source, "check that you may read GOVER_HOME")
    }

    pub(crate) fn cannot_execute(program: &Path, source: &io::Error) -> Self {
        let what = format!("cannot execute `{}`", program.display());
        let hint = "check that the file is a program for this platform and is executable".to_owned();
        let causes = vec![source.to_string()];
        Report { causes, ..Report::new(what, vec![hint], Exit::CannotExecute) }.into()
    }

    pub(crate) fn with_hints(mut self, hints: Vec<String>) -> Self {
        if let Self::Shown(report) = &mut self {
            report.hints = hints;
        }
        self
    }

    pub(crate) fn hint_first(mut self, hint: impl Into<String>) -> Self {
        if let Self::Shown(report) = &mut self {
            report.hints.insert(0, hint.into());
        }
        self
    }
}

impl Report {
    pub(crate) fn new(what: impl Into<String>, hints: Vec<String>, exit: Exit) -> Self {
        Self { what: what.into(), details: Vec::new(), causes: Vec::new(), hints, exit }
    }
}

impl From<Report> for Failure {
    fn from(report: Report) -> Self {
        Self::Shown(Box::new(report))
    }
}

impl<E: Diagnose> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        let details = error.details();
        Report { details, causes, ..Report::new(error.to_string(), error.hints(), error.exit()) }.into()
    }
}

/// An error in one line, with its direct cause.
pub(crate) fn with_cause(error: &dyn Error) -> String {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}
