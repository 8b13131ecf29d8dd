//! Errors of `gover mirror`.

use gover_core::{Diagnose, Exit};
use gover_source::{LookupError, SupplyError, Wanted};

use crate::error::InstallError;
use crate::files::FileError;

/// Why something was not added to a mirror, which is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// A toolchain could not be downloaded, or is not what was released.
    #[error(transparent)]
    Fetch(#[from] InstallError),
    #[error("cannot get the record of {wanted} from the checksum database")]
    Record { wanted: Box<Wanted>, source: Box<LookupError> },
    #[error("cannot copy the proofs of the checksum database into the mirror")]
    Log { source: Box<LookupError> },
    #[error("{source_label} has {file}, which is not in the requested format")]
    Packing { file: String, source_label: String },
    #[error(transparent)]
    File(#[from] FileError),
}

impl MirrorError {
    /// The log has no proven record of a toolchain.
    pub fn record(wanted: &Wanted, source: LookupError) -> Self {
        Self::Record { wanted: Box::new(wanted.clone()), source: Box::new(source) }
    }

    pub(super) fn log(source: LookupError) -> Self {
        Self::Log { source: Box::new(source) }
    }

    /// Whether a file is damaged, as opposed to one that could not be read.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_integrity())
    }

    /// Whether only this file is unavailable, so that others may be available.
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Fetch(InstallError::Supply(error)) => {
                !matches!(**error, SupplyError::Integrity(_) | SupplyError::Write { .. })
            }
            Self::Record { source, .. } => source.is_unavailable(),
            Self::Fetch(InstallError::Unproven { .. }) | Self::Packing { .. } => true,
            Self::Fetch(_) | Self::Log { .. } | Self::File(_) => false,
        }
    }
}

impl Diagnose for MirrorError {
    fn details(&self) -> Vec<String> {
        match self {
            Self::Fetch(error) => error.details(),
            Self::Record { source, .. } | Self::Log { source } => source.details(),
            Self::Packing { .. } | Self::File(_) => Vec::new(),
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            // The hints of such errors are about GOVER_HOME, not this directory.
            Self::Fetch(InstallError::File(_)) | Self::File(_) => vec![DISK.to_owned()],
            Self::Fetch(InstallError::Supply(error)) if matches!(**error, SupplyError::Write { .. }) => {
                vec![DISK.to_owned()]
            }
            Self::Fetch(error) => error.hints(),
            Self::Record { source, .. } | Self::Log { source } => source.hints(),
            Self::Packing { .. } => vec!["without `--format`, gover takes what the sources have".to_owned()],
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Fetch(error) => error.exit(),
            Self::Record { source, .. } | Self::Log { source } => source.exit(),
            Self::Packing { .. } | Self::File(_) => Exit::Failure,
        }
    }
}

const DISK: &str =
    "check the free space and the permissions of the mirror's directory, and run the command again";
