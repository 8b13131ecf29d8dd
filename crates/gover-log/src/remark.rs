//! What a person should know of a lookup that ended well.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::repair_of;

/// Something that was not as it should be, and was put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The newest head that was kept here was damaged; another is in its place.
    HeadRenewed {
        /// Its file.
        path: PathBuf,
        /// Where what was there is now.
        aside: PathBuf,
        /// The records of the tree under the new head.
        records: u64,
    },
    /// What a place beside the usual way holds of the log is damaged; another was asked.
    DamagedPlace {
        /// The directory, or the address of the mirror.
        place: String,
        /// The name of the database.
        database: String,
    },
}

impl Remark {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::HeadRenewed { .. } => None,
            Self::DamagedPlace { place, .. } => Some(repair_of(place)),
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeadRenewed { path, aside, records } => write!(
                f,
                "`{}` was damaged and proved nothing; a head of {records} records is there now, and what was there is \
                 kept as `{}`",
                path.display(),
                aside.display()
            ),
            Self::DamagedPlace { place, database } => {
                write!(
                    f,
                    "what `{place}` holds of checksum database `{database}` is damaged; another place was asked"
                )
            }
        }
    }
}

/// A place where remarks are collected; clones share it. Told at once, they outlive a lookup that nobody waits for.
#[derive(Clone, Debug, Default)]
pub struct Remarks(Arc<Mutex<Vec<Remark>>>);

impl Remarks {
    /// What was said since the last call.
    pub fn take(&self) -> Vec<Remark> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn add(&self, remark: Remark) {
        let mut remarks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }
}
