//! What a person should know about a lookup that succeeded.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::repair_of;
use super::remote::LogMirror;

/// A fault that was repaired or worked around.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogWarning {
    #[error(
        "`{}` was damaged; it has been replaced by a tree head of {records} records, and the damaged file is kept as `{}`",
        path.display(), aside.display()
    )]
    HeadReplaced { path: PathBuf, aside: PathBuf, records: u64 },
    #[error("the part of checksum database `{database}` in `{place}` is damaged; another source was used")]
    DamagedMirror { place: LogMirror, database: String },
}

impl LogWarning {
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::HeadReplaced { .. } => None,
            Self::DamagedMirror { place, .. } => Some(repair_of(place)),
        }
    }
}

/// Collects warnings; clones share them. A warning outlives a lookup that was cancelled.
#[derive(Clone, Debug, Default)]
pub struct LogWarnings(Arc<Mutex<Vec<LogWarning>>>);

impl LogWarnings {
    /// The warnings since the last call.
    pub fn take(&self) -> Vec<LogWarning> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn add(&self, warning: LogWarning) {
        let mut warnings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
}
