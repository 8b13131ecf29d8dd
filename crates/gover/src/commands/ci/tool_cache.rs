//! Toolchains that the machine of a build service brings along. Nobody vouches for them, so they are
//! proven and copied like those of `gover import`.

use gover_core::ToolchainName;
use gover_doctor::keepers::{self, Kept};
use gover_install::Installed;

use crate::commands::import::judge::{self, Status};
use crate::commands::import::{self, show, take_over};
use crate::supply::{note_warnings, supply};
use crate::{Context, Failure};

/// A toolchain of the tool cache, by what its VERSION says.
pub(super) struct Candidate {
    pub(super) name: ToolchainName,
    kept: Kept,
}

/// What the tool cache has, without a proof.
pub(super) fn candidates(context: &Context<'_>) -> Vec<Candidate> {
    let candidate = |kept: Kept| {
        let name = kept.version.as_deref().and_then(|version| ToolchainName::parse(version).ok())?;
        name.is_release().then_some(Candidate { name, kept })
    };
    let is_cached = |kept: &Kept| kept.keeper.is_some_and(|keeper| keeper.name == "tool cache");
    import::with_snapshot(context, |snapshot| {
        keepers::kept(snapshot).into_iter().filter(is_cached).filter_map(candidate).collect()
    })
}

/// Takes the toolchain over if it is equal to its release. Otherwise says why not.
pub(super) fn take(
    name: &ToolchainName,
    candidates: &[Candidate],
    context: &Context<'_>,
) -> Result<Option<Installed>, Failure> {
    let found: Vec<Kept> =
        candidates.iter().filter(|candidate| candidate.name == *name).map(|one| one.kept.clone()).collect();
    if found.is_empty() {
        return Ok(None);
    }
    let supply = supply(context)?;
    let (judged, mut log) = judge::all(&found, &supply, context)?;
    note_warnings(&supply, context);
    if let Some(failure) = log.failures.pop() {
        return Err(failure);
    }
    for one in &judged {
        if let Status::Equal(equal) = &one.status {
            return take_over::one_of(equal, &supply, context).map(Some);
        }
        context.printer.warning(&format!(
            "{name} in {} is not used: {}",
            context.short(&one.goroot),
            show::in_words(&one.status, context)
        ));
    }
    Ok(None)
}
