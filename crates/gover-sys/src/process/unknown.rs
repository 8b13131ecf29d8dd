//! Systems whose processes gover cannot read. It finds no choice of `gover use` there.

use super::Facts;

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
