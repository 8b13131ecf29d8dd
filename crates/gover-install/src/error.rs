//! Why a toolchain was not installed.

use std::fmt;

use gover_archive::ArchiveError;
use gover_archive::digest::NewlineInName;
use gover_core::text::shown;
use gover_core::{Diagnose, Exit, ToolchainName};
use gover_source::{Artifact, LikelyCause, LookupError, Proof, SourceSpec, SumOrigin, SupplyError};

use crate::disk_full::WriteFailure;
use crate::files::{self, FileError};
use crate::shims::ShimError;
use crate::smoke::SmokeError;

/// Why a toolchain was not installed. Unless a variant says otherwise, nothing of it is visible.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error(transparent)]
    Supply(Box<SupplyError>),
    #[error("{0}")]
    Contradicted(Box<Mismatch>),
    /// The database gave no proof although it is required, or a response that cannot be honest.
    #[error("cannot verify {file} from {source_label} with the checksum database")]
    NoProof {
        file: String,
        source_label: String,
        source: Box<LookupError>,
        /// Whether the index of a release site could prove it, but the settings name no release
        /// site.
        index_unasked: bool,
    },
    /// The log covers only a part of an archive that has no published checksum.
    #[error("nothing proves all of {file} from {source_label}")]
    Unproven { file: String, source_label: String },
    /// A source reported success without a file, which is a bug in gover.
    #[error("nothing was received of {file}")]
    NoDownload { file: String },
    #[error("{origin} cannot be unpacked")]
    Archive {
        origin: Box<DownloadOrigin>,
        /// What probably happened to it, according to its first bytes.
        likely_cause: Option<LikelyCause>,
        sum: KnownSum,
        source: ArchiveError,
    },
    #[error("{} from {} cannot be unpacked", failure.file, failure.source_label)]
    Disk { failure: Box<WriteFailure>, source: Box<dyn std::error::Error + Send + Sync> },
    #[error(transparent)]
    Hash(#[from] NewlineInName),
    #[error("{file} from {source_label} does not work")]
    Smoke { file: String, source_label: String, source: SmokeError },
    #[error("`{}` cannot be the name of a toolchain", shown(name))]
    UnusableName { name: String },
    /// A module zip under another name. Its name tells which root its files must have.
    #[error("{file} is a module zip, but is not named like one")]
    RenamedModule {
        file: String,
        /// The name that its contents show.
        published: String,
    },
    #[error("cannot get `{location}`: {reason}")]
    Given { location: String, reason: String },
    #[error(transparent)]
    File(#[from] FileError),
    /// The toolchain is installed, but `bin/` was not updated.
    #[error("{name} is installed, but its name in `bin` is not")]
    Shims { name: String, source: ShimError },
    /// A worker thread panicked, which is a bug in gover.
    #[error("gover failed internally while working on {name}")]
    Defect { name: String, source: tokio::task::JoinError },
}

/// The origin of the checksum that an archive has. If it has one, it was not changed on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownSum {
    None,
    Published,
    Given,
}

impl From<&Proof> for KnownSum {
    fn from(proof: &Proof) -> Self {
        match proof {
            Proof::Sha256 { origin: SumOrigin::Given, .. } => Self::Given,
            Proof::Sha256 { .. } => Self::Published,
            Proof::Log => Self::None,
        }
    }
}

/// A download and the source that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownloadOrigin {
    pub file: String,
    pub toolchain: ToolchainName,
    pub from: SourceSpec,
}

impl DownloadOrigin {
    pub(crate) fn of(artifact: &Artifact) -> Self {
        let Artifact { file_name, wanted, source, .. } = artifact;
        Self { file: file_name.clone(), toolchain: wanted.name.clone(), from: source.clone() }
    }

    /// Whether it was a file of this machine, which is left where it is.
    fn is_local(&self) -> bool {
        matches!(self.from, SourceSpec::Directory(_) | SourceSpec::File(_))
    }

    /// A command that installs from another source.
    fn other_source(&self) -> String {
        let name = self.toolchain.as_str();
        let version = name.strip_prefix("go").unwrap_or(name);
        if self.from == SourceSpec::GoDev {
            format!(
                "something between go.dev and this machine changes files; GOVER_SOURCES=goproxy gover install {version}"
            )
        } else {
            format!(
                "the mirror, or something between it and this machine, changes files; GOVER_SOURCES=go.dev gover install {version}"
            )
        }
    }
}

impl fmt::Display for DownloadOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.file, self.from)
    }
}

/// A file that does not match its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    pub origin: DownloadOrigin,
    /// `h1:…` or 64 hexadecimal digits.
    pub expected: String,
    pub received: String,
    pub proof: Contradiction,
    /// What probably happened to it, according to its first bytes.
    pub likely_cause: Option<LikelyCause>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let truth = if self.proof == Contradiction::Given { "`--sha256` says" } else { "was released" };
        write!(f, "{} is not what {truth}", self.origin)
    }
}

/// The proof that does not match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contradiction {
    Sha256 { origin: String },
    Log { database: String, record: u64 },
    Given,
}

impl Contradiction {
    fn describe(&self) -> String {
        match self {
            Self::Sha256 { origin } => format!("(sha256, {origin})"),
            Self::Log { record, .. } => format!("(checksum database, record {record})"),
            Self::Given => "(`--sha256`)".to_owned(),
        }
    }
}

impl InstallError {
    /// Whether the downloaded bytes are wrong, so that a second download may help.
    pub(crate) fn is_integrity(&self) -> bool {
        match self {
            Self::Supply(error) => matches!(**error, SupplyError::Integrity(_)),
            Self::Contradicted(_) | Self::Hash(_) => true,
            Self::Archive { source, .. } => source.is_integrity(),
            _ => false,
        }
    }
}

impl InstallError {
    /// Records whether the index of a release site could have proved it instead.
    pub(crate) fn or_by_index(mut self, could: bool) -> Self {
        if let Self::NoProof { source, index_unasked, .. } = &mut self {
            *index_unasked = could && source.is_unavailable();
        }
        self
    }

    /// Whether a later attempt can continue the download. Never if the bytes are wrong.
    pub(crate) fn keeps_download(&self) -> bool {
        match self {
            Self::Supply(_) => !self.is_integrity(),
            Self::NoProof { source, .. } => source.is_unavailable(),
            Self::Disk { failure, .. } => failure.is_kept,
            Self::Unproven { .. } => true,
            _ => false,
        }
    }
}

impl From<SupplyError> for InstallError {
    fn from(error: SupplyError) -> Self {
        Self::Supply(Box::new(error))
    }
}

impl Diagnose for InstallError {
    fn details(&self) -> Vec<String> {
        match self {
            Self::Supply(error) => error.details(),
            Self::NoProof { source, .. } => source.details(),
            Self::Unproven { .. } => {
                vec![
                    "neither the table compiled into gover nor the index of go.dev has its checksum"
                        .to_owned(),
                ]
            }
            Self::Disk { failure, .. } => failure.details(),
            Self::Contradicted(mismatch) => {
                let likely_cause = mismatch.likely_cause.map(|likely_cause| likely_cause.to_string());
                let sums = [
                    format!("expected  {}  {}", shorten(&mismatch.expected), mismatch.proof.describe()),
                    format!("received  {}", shorten(&mismatch.received)),
                ];
                let end = if mismatch.origin.is_local() { LEFT } else { GONE };
                sums.into_iter().chain(likely_cause).chain([end.to_owned()]).collect()
            }
            // The user's file is not deleted.
            Self::Archive { source, sum: KnownSum::Given, .. } if source.is_integrity() => {
                vec!["nothing was installed".to_owned()]
            }
            Self::RenamedModule { .. } => vec!["nothing was installed".to_owned()],
            Self::Archive { source, likely_cause, origin, .. } if source.is_integrity() => {
                let likely_cause = likely_cause.map(|likely_cause| likely_cause.to_string());
                let end = if origin.is_local() { LEFT } else { DELETED };
                likely_cause.into_iter().chain([end.to_owned()]).collect()
            }
            Self::Smoke { .. } | Self::UnusableName { .. } => vec![DELETED.to_owned()],
            _ => Vec::new(),
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Supply(error) => error.hints(),
            Self::NoProof { source, index_unasked, .. } => {
                let mut hints = source.hints();
                if hints.is_empty() {
                    hints.push("GOSUMDB and GOPROXY set how the checksum database is reached".to_owned());
                }
                if *index_unasked {
                    hints.push("add go.dev to GOVER_SOURCES: its index has checksums for archives".to_owned());
                }
                hints
            }
            Self::Unproven { .. } => {
                vec!["`--format module` downloads the module, which the log covers completely".to_owned()]
            }
            Self::Contradicted(mismatch) if mismatch.likely_cause == Some(LikelyCause::WebPage) => {
                vec![SIGN_IN.to_owned()]
            }
            Self::Contradicted(mismatch) if mismatch.proof == Contradiction::Given => {
                vec!["compare the checksum with the one its publisher shows, and download the file again".to_owned()]
            }
            Self::Contradicted(mismatch) => vec![mismatch.origin.other_source()],
            Self::Archive {
                source: ArchiveError::Write { source, .. } | ArchiveError::Read { source, .. },
                ..
            } => files::hints(source.kind()),
            Self::Disk { failure, .. } => failure.hints(),
            Self::Archive { sum: KnownSum::Given, .. } => vec![MADE_SO.to_owned()],
            Self::Archive { sum: KnownSum::Published, origin, .. } => vec![
                "it has the published checksum, so it was released like this; please report it to its publisher"
                    .to_owned(),
                origin.other_source(),
            ],
            Self::Archive { likely_cause: Some(LikelyCause::WebPage), .. } => vec![SIGN_IN.to_owned()],
            Self::Archive { origin, .. } => vec![origin.other_source()],
            Self::Smoke { source, .. } => source.hints(),
            Self::RenamedModule { published, .. } => {
                vec![format!("rename it to its published name: `{published}`")]
            }
            Self::UnusableName { .. } => {
                vec!["build it with a VERSION of letters, digits, `.`, `-`, `_` and `+`".to_owned()]
            }
            Self::File(error) => error.hints(),
            Self::Given { .. } => {
                vec!["give the path of a file, or an address that this machine reaches".to_owned()]
            }
            Self::Shims { source, .. } => source.hints(),
            Self::Hash(_) | Self::NoDownload { .. } | Self::Defect { .. } => {
                vec!["this is a bug; please report it".to_owned()]
            }
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Supply(error) => error.exit(),
            _ => Exit::Failure,
        }
    }
}

/// The start and the end of a long checksum.
fn shorten(sum: &str) -> String {
    let (prefix, body) = match sum.strip_prefix("h1:") {
        Some(body) => ("h1:", body),
        None => ("", sum),
    };
    let ends = body.get(..8).zip(body.len().checked_sub(5).and_then(|at| body.get(at..)));
    match ends {
        Some((head, tail)) if body.len() > 20 => format!("{prefix}{head}…{tail}"),
        _ => sum.to_owned(),
    }
}

const DELETED: &str = "nothing was installed and the download was deleted";
const SIGN_IN: &str =
    "a proxy or the sign-in page of this network answered; open a web page in a browser, then try again";
const MADE_SO: &str = "its checksum is right, so it was built like this; build it as cmd/distpack does: one top directory `go/`, plain files";
const LEFT: &str = "nothing was installed; the file is left where it is";
const GONE: &str = "nothing was unpacked and the download was deleted";

#[cfg(test)]
mod tests {
    use super::*;

    fn contradicted(source: &str, proof: Contradiction) -> InstallError {
        InstallError::Contradicted(Box::new(Mismatch {
            origin: DownloadOrigin {
                file: "go1.27.3.linux-amd64.tar.gz".to_owned(),
                toolchain: ToolchainName::parse("go1.27.3").unwrap(),
                from: source.parse().unwrap(),
            },
            expected: "h1:r0ub+FnqzZxoWm/dSUOI9DcIqYWn/mNYGFJcv7PyBzs=".to_owned(),
            received: "h1:Qm1Zx0KdzZxoWm/dSUOI9DcIqYWn/mNYGFJcv7Py8Tb4=".to_owned(),
            proof,
            likely_cause: None,
        }))
    }

    #[test]
    fn a_contradiction_is_told_with_both_sums_and_a_way_out() {
        let log = Contradiction::Log { database: "sum.golang.org".to_owned(), record: 68_120_377 };
        let error = contradicted("http://mirror.example/golang", log);
        assert_eq!(
            error.to_string(),
            "go1.27.3.linux-amd64.tar.gz from http://mirror.example/golang is not what was released"
        );
        assert_eq!(
            error.details(),
            [
                "expected  h1:r0ub+Fnq…yBzs=  (checksum database, record 68120377)",
                "received  h1:Qm1Zx0Kd…8Tb4=",
                "nothing was unpacked and the download was deleted",
            ]
        );
        assert_eq!(
            error.hints(),
            [
                "the mirror, or something between it and this machine, changes files; GOVER_SOURCES=go.dev gover install 1.27.3"
            ]
        );
    }

    #[test]
    fn the_way_out_is_never_the_source_that_failed() {
        let error = contradicted("go.dev", Contradiction::Sha256 { origin: "index of go.dev".to_owned() });
        assert_eq!(
            error.hints(),
            [
                "something between go.dev and this machine changes files; GOVER_SOURCES=goproxy gover install 1.27.3"
            ]
        );
        assert_eq!(
            contradicted("./x", Contradiction::Given).to_string(),
            "go1.27.3.linux-amd64.tar.gz from ./x is not what `--sha256` says"
        );
    }
}
