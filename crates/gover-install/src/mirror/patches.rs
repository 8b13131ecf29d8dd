//! Patch bundles in a mirror, with which clients upgrade from one patch release to the next.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gover_archive::patch::{Listed, Patch, Transition, make};
use gover_log::LogRecord;
use gover_source::Wanted;

use super::{Mirror, MirrorError, MirrorFile, files_in};
use crate::error::InstallError;
use crate::files::{self, create_directory};
use crate::proof::{LogNeed, LogResponse, Proven};
use crate::report::{Outcome, Phase, Reporter, Task};
use crate::staging::Staging;

/// A bundle of the mirror. Nothing proves it: clients prove what they make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorPatch {
    pub transition: Transition,
    pub path: PathBuf,
    pub bytes: u64,
}

/// The bundles that lead to one release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchPlan {
    pub target: MirrorFile,
    /// The newest first.
    pub bases: Vec<MirrorFile>,
}

/// A release of the mirror, unpacked and proven. Dropping it removes the tree.
#[derive(Debug)]
pub struct UnpackedRelease(Proven<Staging>);

impl Mirror {
    /// The bundles of the mirror. Files that are not bundles are left out.
    pub fn patches(&self) -> Result<Vec<MirrorPatch>, MirrorError> {
        let mut patches = Vec::new();
        for (path, bytes) in files_in(&self.directory.join(Transition::DIRECTORY))? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let transition = Patch::open(&path).ok().map(|patch| patch.transition().clone());
            if let Some(transition) = transition.filter(|transition| transition.file_name() == name) {
                patches.push(MirrorPatch { transition, path, bytes });
            }
        }
        patches.sort_by_cached_key(|patch| (patch.transition.name.clone(), patch.path.clone()));
        Ok(patches)
    }

    /// The bundles that are missing: to the newest patch release of each minor and platform, from
    /// each of the few before it that the mirror holds.
    pub fn missing_patches(&self) -> Result<Vec<PatchPlan>, MirrorError> {
        let there: Vec<Transition> = self.patches()?.into_iter().map(|patch| patch.transition).collect();
        let is_sound = |held: &MirrorFile| {
            held.is_as_proven() && !held.known_damaged && !held.wanted.name.version().is_prerelease()
        };
        // Oldest first; a release in two formats is one.
        let mut held: Vec<MirrorFile> = self.held()?.into_iter().filter(is_sound).collect();
        held.dedup_by(|later, earlier| later.wanted == earlier.wanted);
        let mut plans: Vec<PatchPlan> = Vec::new();
        while let Some(target) = held.pop() {
            let (series, others): (Vec<_>, Vec<_>) =
                held.into_iter().partition(|held| is_same_series(&held.wanted, &target.wanted));
            held = others;
            let is_missing = |base: &MirrorFile| !there.contains(&transition(&base.wanted, &target.wanted));
            let bases: Vec<_> = series.into_iter().rev().take(BASES).filter(is_missing).collect();
            if !bases.is_empty() {
                plans.push(PatchPlan { target, bases });
            }
        }
        plans.reverse();
        Ok(plans)
    }

    /// Unpacks a release of the mirror, and proves it.
    pub async fn unpack(
        &self,
        held: &MirrorFile,
        record: &LogRecord,
        reporter: &dyn Reporter,
    ) -> Result<UnpackedRelease, MirrorError> {
        let file = self.checked(held).await?;
        let staging = Staging::create(&self.work, &held.wanted.module_version(), &self.lock)?;
        let tree = file.unpack(staging, None, reporter).await?;
        Ok(UnpackedRelease(tree.prove(LogResponse::Ended(Ok(record.clone())), LogNeed::Required)?))
    }

    /// Makes the bundle that leads from one release to another, and publishes it.
    pub async fn make_patch(
        &self,
        base: UnpackedRelease,
        target: &Arc<UnpackedRelease>,
        reporter: &dyn Reporter,
    ) -> Result<MirrorPatch, MirrorError> {
        let transition = transition(base.wanted(), target.wanted());
        let name = transition.file_name();
        let (cache, directory) = (self.work.cache(), self.directory.join(Transition::DIRECTORY));
        for directory in [&cache, &directory] {
            create_directory(directory)?;
        }
        let (part, path) = (cache.join(format!("{name}.part")), directory.join(&name));
        files::remove(&part)?;
        let id = reporter.start(Task { toolchain: &name, phase: Phase::Compare }, None);
        let (to, target, steps) = (part.clone(), Arc::clone(target), transition.clone());
        let made = tokio::task::spawn_blocking(move || {
            let (old, new) = (base.tree(), target.tree());
            make(&steps, base.listed(&old), target.listed(&new), &to)
        })
        .await;
        reporter.finish(id, Outcome::of(&made));
        let made = made.map_err(|source| InstallError::Defect { name: name.clone(), source })?;
        let bytes = made.map_err(|source| {
            drop(files::remove(&part));
            MirrorError::Patch { name, source: Box::new(source) }
        })?;
        files::rename(&part, &path)?;
        Ok(MirrorPatch { transition, path, bytes })
    }
}

impl UnpackedRelease {
    fn wanted(&self) -> &Wanted {
        &self.0.facts().artifact.wanted
    }

    fn tree(&self) -> PathBuf {
        self.0.place().tree()
    }

    fn listed<'a>(&'a self, root: &'a Path) -> Listed<'a> {
        Listed { root, files: &self.0.facts().list.files }
    }
}

fn is_same_series(one: &Wanted, other: &Wanted) -> bool {
    one.platform == other.platform && one.name.version().same_language(other.name.version())
}

fn transition(base: &Wanted, target: &Wanted) -> Transition {
    let Wanted { name, platform } = target.clone();
    Transition { base: base.name.clone(), name, platform }
}

/// From how many releases bundles lead to the newest.
const BASES: usize = 3;
