//! The patch bundles of a mirror.

use std::sync::Arc;

use gover_install::mirror::{MirrorError, MirrorFile, PatchPlan, UnpackedRelease};

use super::Work;
use crate::Failure;
use crate::output::{ProgressBars, mebibytes};
use crate::runtime::block_on;

impl Work<'_> {
    /// Makes the bundles that are missing, one at a time, since each takes much memory.
    pub(super) fn make_patches(&mut self) -> Result<(), Failure> {
        for PatchPlan { target, bases } in self.mirror.missing_patches()? {
            let target = Arc::new(self.unpacked(&target, &self.progress())?);
            for base in &bases {
                let progress = self.progress();
                let base = self.unpacked(base, &progress)?;
                let patch = block_on(self.mirror.make_patch(base, &target, &progress))??;
                let name = patch.transition.file_name();
                drop(progress);
                self.context.printer.note(&format!("{name}: {}", mebibytes(patch.bytes)));
                self.patches.push(patch);
            }
        }
        Ok(())
    }

    /// Says after Ctrl-C which bundles were made before.
    fn progress(&self) -> ProgressBars<'_> {
        ProgressBars::new(self.context.env, self.context.printer, self.kept(None))
    }

    fn unpacked(&self, held: &MirrorFile, progress: &ProgressBars<'_>) -> Result<UnpackedRelease, Failure> {
        let record = block_on(self.supply.lookup(&held.wanted))?;
        let record = record.map_err(|error| MirrorError::record(&held.wanted, error))?;
        Ok(block_on(self.mirror.unpack(held, &record, progress))??)
    }
}
