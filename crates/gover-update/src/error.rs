//! Why gover was not updated. What is installed is unchanged, except after `Shims` and after a rename
//! that failed (`Programs`).

use std::io;

use gover_archive::ArchiveError;
use gover_core::diagnose::{Diagnose, Exit, MAKE_ROOM, is_full};
use gover_core::platform::{IS_WINDOWS, Platform};
use gover_core::text::shown;
use gover_install::FileError;
use gover_install::programs::ProgramsError;
use gover_install::shims::ShimError;
use gover_log::KeyError;
use gover_source::{LookupError, ModuleError, SourceError};

use crate::sums::{NOTE, SumsError};
use crate::version::ReleaseVersion;

#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    #[error("this gover has no built-in address or module to update from")]
    Unconfigured,
    #[error("this gover has no built-in release key, so it cannot verify an archive")]
    NoKey,
    #[error("a built-in release key of this gover is not valid")]
    Key(#[source] KeyError),
    #[error("`{}` is neither an http(s) address nor a directory", shown(text))]
    Base { text: String },
    #[error("cannot get a release of gover")]
    Nowhere { failures: Vec<String>, hints: Vec<String> },
    #[error(transparent)]
    Module(#[from] ModuleError),
    #[error("cannot read {place}")]
    Source { place: String, source: Box<SourceError> },
    #[error("{place} has no release of gover for {platform}")]
    NoRelease { place: String, platform: Platform },
    #[error("{place} has no {NOTE}, the signed checksums of a release")]
    Unsigned { place: String },
    #[error("{place} is not a checksum list signed with gover's release key")]
    Sums { place: String, source: SumsError },
    #[error("{place} has gover {found}, not {asked}")]
    OtherVersion { asked: ReleaseVersion, found: ReleaseVersion, place: String },
    #[error("the newest gover at {place} is {found}, which is older than the installed {installed}")]
    Older { found: ReleaseVersion, installed: ReleaseVersion, place: String },
    #[error("the checksum database does not prove {module}")]
    Lookup { module: String, source: Box<LookupError> },
    #[error("{file} from {place} is not what was released")]
    Altered { file: String, place: String, expected: String, received: String },
    #[error("cannot unpack {file}")]
    Unpack { file: String, source: Box<ArchiveError> },
    #[error("{file} has no {missing}")]
    Incomplete { file: String, missing: &'static str },
    #[error(transparent)]
    Programs(#[from] ProgramsError),
    #[error("gover was updated, but its shims were not")]
    Shims {
        /// Of the programs that are in place.
        version: ReleaseVersion,
        source: ShimError,
    },
    #[error(transparent)]
    File(#[from] FileError),
}

impl UpdateError {
    /// Whether nothing was learned at this place, so that another may be asked.
    pub(crate) fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::Module(_)
                | Self::Source { .. }
                | Self::NoRelease { .. }
                | Self::Unsigned { .. }
                | Self::OtherVersion { .. }
        )
    }

    /// This error and that of the next place, unless something was learned there.
    pub(crate) fn unless_severe(&self, next: Self) -> Self {
        if next.is_absence() { self.and(&next) } else { next }
    }

    /// Both places failed.
    fn and(&self, other: &Self) -> Self {
        let line = |error: &Self| {
            let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
            format!("{error}{}", cause.unwrap_or_default())
        };
        let mut failures = vec![line(self)];
        failures.extend(self.details().into_iter().map(|detail| format!("  {detail}")));
        failures.push(line(other));
        let mut hints = other.hints();
        hints.extend(self.hints().into_iter().filter(|hint| !other.hints().contains(hint)));
        Self::Nowhere { failures, hints }
    }

    /// The hints after `command`: `gover self update`, with `--from` if the user gave it.
    pub fn hints_after(&self, command: &str) -> Vec<String> {
        let again = || format!("try again later; `{command} --check` shows what is available");
        let hint = match self {
            Self::Base { .. } => "gover self update --help".to_owned(),
            Self::Unconfigured | Self::NoKey | Self::Key(_) => {
                let script = if IS_WINDOWS { "install.ps1" } else { "./install.sh" };
                format!("run {script} of a newer checkout or release of gover")
            }
            Self::Nowhere { hints, .. } => return hints.clone(),
            Self::Module(error) => return error.hints(),
            Self::Source { source, .. } => source.remedy().unwrap_or_else(again),
            Self::NoRelease { .. } => "build gover for this platform from a checkout".to_owned(),
            Self::Unsigned { .. } => {
                format!("use `--from` with the directory or URL of a release, which contains {NOTE}")
            }
            Self::Sums { .. } | Self::Altered { .. } => {
                "do not use these files; get the release elsewhere, and report this to the operator of the source"
                    .to_owned()
            }
            Self::OtherVersion { found, .. } => format!("{command} --version {found}"),
            Self::Older { found, .. } => {
                format!("this source is out of date; to downgrade, run `{command} --version {found}`")
            }
            Self::Lookup { source, .. } if source.is_denial() => {
                "wait until the release is in the checksum database, and try again".to_owned()
            }
            Self::Lookup { source, .. } => return source.hints(),
            Self::Unpack { source, .. } => match &**source {
                ArchiveError::Write { source, .. } => return written(source),
                _ => again(),
            },
            Self::Incomplete { .. }
            | Self::Programs(ProgramsError::DoesNotRun { .. } | ProgramsError::OtherVersion { .. }) => {
                // It is the release that was published, so another source has the same files.
                "report this, and update when a newer release is available".to_owned()
            }
            Self::Programs(error) => return error.hints(),
            Self::Shims { version, .. } => format!("{command} --version {version}"),
            Self::File(error) => return error.hints(),
        };
        vec![hint]
    }
}

impl Diagnose for UpdateError {
    fn details(&self) -> Vec<String> {
        match self {
            Self::Nowhere { failures, .. } => failures.clone(),
            Self::Module(error) => error.details(),
            Self::Lookup { source, .. } => source.details(),
            Self::Altered { expected, received, .. } => vec![
                format!("expected  {expected}"),
                format!("received  {received}"),
                "nothing was changed and the download was deleted".to_owned(),
            ],
            Self::Sums { .. }
            | Self::Older { .. }
            | Self::Incomplete { .. }
            | Self::Programs(ProgramsError::DoesNotRun { .. } | ProgramsError::OtherVersion { .. }) => {
                vec!["nothing was changed".to_owned()]
            }
            _ => Vec::new(),
        }
    }

    fn hints(&self) -> Vec<String> {
        self.hints_after(COMMAND)
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Lookup { source, .. } => source.exit(),
            Self::Base { .. } => Exit::Usage,
            _ => Exit::Failure,
        }
    }
}

fn written(error: &io::Error) -> Vec<String> {
    let full = is_full(error.kind());
    vec![if full { MAKE_ROOM } else { "check that you own GOVER_HOME and may write there" }.to_owned()]
}

const COMMAND: &str = "gover self update";
