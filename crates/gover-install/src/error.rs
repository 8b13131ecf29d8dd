//! Why a toolchain was not installed.

use std::path::PathBuf;

use gover_archive::ArchiveError;
use gover_archive::digest::NewlineInName;
use gover_archive::patch::PatchError;
use gover_core::minimum::BelowMinimum;
use gover_core::platform::IS_WINDOWS;
use gover_core::text::shown;
use gover_core::{Diagnose, Exit, ToolchainName};
use gover_source::{Artifact, LikelyCause, Location, LookupError, Proof, SourceSpec, SumOrigin, SupplyError};

use crate::files::{self, FileError, WriteFailure};
use crate::shims::ShimError;
use crate::smoke::SmokeError;

/// Why a toolchain was not installed. Unless a variant says otherwise, nothing of it is visible.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error(transparent)]
    Supply(#[from] Box<SupplyError>),
    #[error(transparent)]
    Contradicted(Box<Mismatch>),
    /// The database gave no proof although it is required, or a response that cannot be honest.
    /// `index_unasked`: a release site's index could prove it, but the settings name no such site.
    #[error("cannot verify {origin} with the checksum database")]
    NoProof { origin: Box<DownloadOrigin>, source: Box<LookupError>, index_unasked: bool },
    /// The log covers only a part of an archive that has no published checksum.
    #[error("nothing proves all of {origin}")]
    Unproven { origin: Box<DownloadOrigin> },
    /// A source reported success without a file, which is a bug in gover.
    #[error("nothing was received of {file}")]
    NoDownload { file: String },
    #[error("{origin} cannot be unpacked")]
    Archive {
        origin: Box<DownloadOrigin>,
        likely_cause: Option<LikelyCause>,
        /// If it has a checksum, it was not changed on the way.
        proof: Proof,
        source: ArchiveError,
    },
    #[error("{} cannot be unpacked", failure.origin)]
    Disk { failure: Box<WriteFailure>, source: Box<dyn std::error::Error + Send + Sync> },
    #[error(transparent)]
    Hash(#[from] NewlineInName),
    #[error("{origin} does not work")]
    Smoke { origin: Box<DownloadOrigin>, source: SmokeError },
    #[error("`{}` cannot be the name of a toolchain", shown(name))]
    UnusableName { name: String },
    /// A custom build whose VERSION has the name of a release.
    #[error("`{name}` is the name of a release, and {file} is not that release")]
    NameOfRelease { name: String, file: String },
    /// A module zip that was renamed. The directory inside it depends on its `published` name.
    #[error("{file} is a module zip, but is not named like one")]
    RenamedModule { file: String, published: String },
    #[error(transparent)]
    Forbidden(#[from] BelowMinimum),
    /// A tree that was found and is not copied completely.
    #[error("cannot copy `{}`", goroot.display())]
    NotCopied { goroot: PathBuf, source: Box<PatchError> },
    #[error("cannot get `{location}`: {reason}")]
    Given { location: String, reason: String },
    #[error(transparent)]
    File(#[from] FileError),
    /// The toolchain is installed, but `bin/` was not updated.
    #[error("{name} is installed, but its name in `bin` is not")]
    Shims { name: String, source: ShimError },
    #[error("gover failed internally while working on {name}")]
    Defect { name: String, source: tokio::task::JoinError },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} from {from}")]
pub struct DownloadOrigin {
    pub file: String,
    pub toolchain: ToolchainName,
    pub from: SourceSpec,
    pub fate: Fate,
}

/// What happened to the file of a failed install. Only the code that keeps or deletes a download
/// sets `Kept` or `Deleted`, so that no message claims it without reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Unknown,
    /// It is a file of the user, which gover does not change.
    Local,
    /// The download is in the cache, and the next attempt continues from it.
    Kept,
    Deleted,
}

impl DownloadOrigin {
    pub(crate) fn of(artifact: &Artifact) -> Box<Self> {
        let Artifact { file_name, wanted, source, location, .. } = artifact;
        let (file, toolchain, from) = (file_name.clone(), wanted.name.clone(), source.clone());
        let fate = if matches!(location, Location::File(_)) { Fate::Local } else { Fate::Unknown };
        Box::new(Self { file, toolchain, from, fate })
    }

    fn end(&self) -> String {
        let end = match self.fate {
            Fate::Unknown => "nothing was installed",
            Fate::Local => "nothing was installed; the file was not changed",
            Fate::Kept => "nothing was installed; the download is kept",
            Fate::Deleted => "nothing was installed and the download was deleted",
        };
        end.to_owned()
    }

    fn other_source(&self) -> String {
        let name = self.toolchain.as_str();
        let version = name.strip_prefix("go").unwrap_or(name);
        let changed =
            |who: &str| format!("the {who}, or something between it and this machine, changes files");
        let (culprit, other) = match &self.from {
            site if site.is_release_site() => {
                (format!("something between {site} and this machine changes files"), "goproxy")
            }
            SourceSpec::Directory(_) | SourceSpec::File(_) => {
                ("the file is not the official release".to_owned(), "go.dev")
            }
            SourceSpec::GoProxy => (changed("module proxy"), "go.dev"),
            _ => (changed("mirror"), "go.dev"),
        };
        if IS_WINDOWS {
            return format!(
                "{culprit}; set GOVER_SOURCES to {other} and run `gover install {version}` again"
            );
        }
        format!("{culprit}; try `GOVER_SOURCES={other} gover install {version}`")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin} is not what {}", if *proof == Contradiction::Given { "`--sha256` says" } else { "was released" })]
pub struct Mismatch {
    pub origin: DownloadOrigin,
    /// `h1:…` or 64 hexadecimal digits.
    pub expected: String,
    pub received: String,
    pub proof: Contradiction,
    pub likely_cause: Option<LikelyCause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contradiction {
    Sha256 { origin: String },
    Log { database: String, record: u64 },
    Given,
}

impl Mismatch {
    fn details(&self) -> Vec<String> {
        let proof = match &self.proof {
            Contradiction::Sha256 { origin } => format!("(sha256, {origin})"),
            Contradiction::Log { record, .. } => format!("(checksum database, record {record})"),
            Contradiction::Given => "(`--sha256`)".to_owned(),
        };
        let sums = [
            format!("expected  {}  {proof}", shorten(&self.expected)),
            format!("received  {}", shorten(&self.received)),
        ];
        let likely_cause = self.likely_cause.map(|cause| cause.to_string());
        sums.into_iter().chain(likely_cause).chain([self.origin.end()]).collect()
    }

    fn hint(&self) -> String {
        match (self.likely_cause, &self.proof) {
            (Some(LikelyCause::WebPage), _) => SIGN_IN.to_owned(),
            (_, Contradiction::Given) => {
                "compare the checksum with the one its publisher shows, and download the file again"
                    .to_owned()
            }
            _ => self.origin.other_source(),
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
            Self::NoProof { source, .. } => source.is_unavailable() || source.is_local(),
            // The copy of a local file would only take up space.
            Self::Disk { failure, .. } => failure.origin.fate != Fate::Local,
            // A lack of this machine, such as of descriptors, says nothing about the download.
            Self::Unproven { .. } | Self::File(_) | Self::Shims { .. } | Self::Defect { .. } => true,
            Self::Archive { source, .. } => !source.is_integrity(),
            Self::Smoke { source, .. } => source.is_of_the_machine(),
            _ => false,
        }
    }

    /// Records what became of the download, if the message says it.
    #[must_use]
    pub(crate) fn with_fate(mut self, fate: Fate) -> Self {
        let origin = match &mut self {
            Self::Contradicted(mismatch) => &mut mismatch.origin,
            Self::Disk { failure, .. } => &mut failure.origin,
            Self::Archive { origin, .. } | Self::Smoke { origin, .. } => origin,
            _ => return self,
        };
        if origin.fate != Fate::Local {
            origin.fate = fate;
        }
        self
    }
}

impl Diagnose for InstallError {
    fn details(&self) -> Vec<String> {
        let detail = match self {
            Self::Supply(error) => return error.details(),
            Self::NoProof { source, .. } => return source.details(),
            Self::Disk { failure, .. } => return failure.details(),
            Self::Contradicted(mismatch) => return mismatch.details(),
            Self::Unproven { .. } => {
                "neither the table compiled into gover nor the index of a release site has its checksum"
            }
            Self::RenamedModule { .. }
            | Self::NameOfRelease { .. }
            | Self::UnusableName { .. }
            | Self::NotCopied { .. }
            | Self::Forbidden(_) => "nothing was installed",
            Self::Archive { source, likely_cause, origin, proof } => {
                let likely_cause = likely_cause.filter(|_| source.is_integrity() && !is_given(proof));
                let likely_cause = likely_cause.map(|cause| cause.to_string());
                return likely_cause.into_iter().chain([origin.end()]).collect();
            }
            Self::Smoke { origin, .. } => return vec![origin.end()],
            _ => return Vec::new(),
        };
        vec![detail.to_owned()]
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Supply(error) => return error.hints(),
            Self::Disk { failure, .. } => return failure.hints(),
            Self::Smoke { source, .. } => return source.hints(),
            Self::File(error) => return error.hints(),
            Self::Forbidden(error) => return error.hints(),
            Self::Shims { source, .. } => return source.hints(),
            Self::Contradicted(mismatch) => return vec![mismatch.hint()],
            Self::RenamedModule { published, .. } => {
                return vec![format!("rename it to its published name: `{published}`")];
            }
            Self::NoProof { source, index_unasked, .. } => {
                let mut hints = source.hints();
                if hints.is_empty() {
                    hints.push("GOSUMDB and GOPROXY set how the checksum database is reached".to_owned());
                }
                if *index_unasked {
                    hints
                        .push("add go.dev to GOVER_SOURCES: its index has checksums for archives".to_owned());
                }
                return hints;
            }
            Self::Archive { source, likely_cause, origin, proof } => match (source, proof) {
                (ArchiveError::Write { source, .. } | ArchiveError::Read { source, .. }, _) => {
                    return files::hints(source.kind());
                }
                (_, proof) if is_given(proof) => MADE_SO,
                (_, Proof::Sha256 { .. }) => return vec![RELEASED_SO.to_owned(), origin.other_source()],
                (_, Proof::Log) if *likely_cause == Some(LikelyCause::WebPage) => SIGN_IN,
                (_, Proof::Log) => return vec![origin.other_source()],
            },
            Self::Unproven { .. } => {
                "`--format module` downloads the module, which the log covers completely"
            }
            Self::NameOfRelease { name, .. } => {
                return vec![format!(
                    "give the build a name of its own in its VERSION, such as {name}-corp, and pack it again"
                )];
            }
            Self::NotCopied { source, .. } => match &**source {
                PatchError::File(ArchiveError::Write { source, .. } | ArchiveError::Read { source, .. }) => {
                    return files::hints(source.kind());
                }
                _ => "another program is changing it; run the command again once that has ended",
            },
            Self::UnusableName { .. } => "build it with a VERSION of letters, digits, `.`, `-`, `_` and `+`",
            Self::Given { .. } => "give the path of a file, or an address that this machine reaches",
            Self::Hash(_) | Self::NoDownload { .. } | Self::Defect { .. } => {
                "this is a bug; please report it"
            }
        };
        vec![hint.to_owned()]
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Supply(error) => error.exit(),
            _ => Exit::Failure,
        }
    }
}

pub(crate) fn is_given(proof: &Proof) -> bool {
    matches!(proof, Proof::Sha256 { origin: SumOrigin::Given, .. })
}

pub(crate) fn shorten(sum: &str) -> String {
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

const SIGN_IN: &str =
    "a proxy or the sign-in page of this network answered; open a web page in a browser, then try again";
const MADE_SO: &str = "its checksum is right, so it was built like this; build it as cmd/distpack does: one top directory `go/`, plain files";
const RELEASED_SO: &str =
    "it has the published checksum, so it was released like this; please report it to its publisher";

#[cfg(test)]
mod tests {
    use super::*;

    fn contradicted(source: &str, proof: Contradiction) -> InstallError {
        InstallError::Contradicted(Box::new(Mismatch {
            origin: DownloadOrigin {
                file: "go1.27.3.linux-amd64.tar.gz".to_owned(),
                toolchain: ToolchainName::parse("go1.27.3").unwrap(),
                from: source.parse().unwrap(),
                fate: Fate::Deleted,
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
                "nothing was installed and the download was deleted",
            ]
        );
        let hint = if IS_WINDOWS {
            "the mirror, or something between it and this machine, changes files; set GOVER_SOURCES to go.dev and run `gover install 1.27.3` again"
        } else {
            "the mirror, or something between it and this machine, changes files; try `GOVER_SOURCES=go.dev gover install 1.27.3`"
        };
        assert_eq!(error.hints(), [hint]);
    }

    #[test]
    fn the_way_out_is_never_the_source_that_failed() {
        let error = contradicted("go.dev", Contradiction::Sha256 { origin: "index of go.dev".to_owned() });
        let hint = error.hints().concat();
        assert!(hint.starts_with("something between go.dev and this machine changes files; "), "{hint}");
        assert!(hint.contains("goproxy") && hint.contains("gover install 1.27.3"), "{hint}");
        let log = Contradiction::Log { database: "sum.golang.org".to_owned(), record: 1 };
        let hint = contradicted("./x", log.clone()).hints().concat();
        assert!(hint.starts_with("the file is not the official release; "), "{hint}");
        let hint = contradicted("goproxy", log).hints().concat();
        assert!(hint.starts_with("the module proxy, or something between it"), "{hint}");
        assert_eq!(
            contradicted("./x", Contradiction::Given).to_string(),
            "go1.27.3.linux-amd64.tar.gz from ./x is not what `--sha256` says"
        );
    }
}
