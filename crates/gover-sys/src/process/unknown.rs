//! Systems whose process table gover does not read: no chain, so no session records are found.

use super::Facts;

/// Nothing to prepare.
pub(super) struct System;

impl System {
    pub(super) fn open() -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "other systems look into a snapshot")]
    pub(super) fn look(&self, _id: u32) -> Option<Facts> {
        None
    }
}
