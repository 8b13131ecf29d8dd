//! Makes sure that the toolchain is installed and is what was released.

use gover_core::ToolchainName;
use gover_core::inventory::is_installed;
use gover_install::verify::{Status, Verification};
use gover_install::{Installed, Receipt};

use super::tool_cache::{self, Candidate};
use crate::commands::verify;
use crate::store::install::{Installation, Want};
use crate::supply::note_warnings;
use crate::{Context, Failure, Target};

pub(super) struct Obtained {
    pub(super) installed: Installed,
    pub(super) origin: Origin,
    /// The hash of its files, which the receipt or the checksum database has.
    pub(super) h1: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Downloaded,
    /// It was there, as on a machine that stays or from a cache, and was compared with its record.
    Verified,
    /// It was there, and the checksum database could not be asked.
    Kept,
    /// It was there and damaged.
    Repaired,
    ToolCache,
}

impl Origin {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Downloaded => "downloaded",
            Self::Verified => "verified",
            Self::Kept => "kept",
            Self::Repaired => "repaired",
            Self::ToolCache => "tool-cache",
        }
    }
}

/// What is in the store may come from a cache that others can write to, so it is hashed and compared
/// with the record of its release, and installed again if it differs.
pub(super) fn obtain(
    name: &ToolchainName,
    cached: &[Candidate],
    (target, installation): (&Target, &Installation<'_>),
    context: &Context<'_>,
) -> Result<Obtained, Failure> {
    let want = Want::Release(name.clone());
    let has_remains = context.layout.toolchain(name).symlink_metadata().is_ok();
    if is_installed(&context.layout, name) {
        return of_store(name, (target, installation), context);
    }
    if has_remains {
        context.printer.warning(&format!("{name} in the store is incomplete, so it is installed again"));
    } else if let Some(installed) = own_platform(target, context, || tool_cache::take(name, cached, context))?
    {
        return Ok(obtained(installed, Origin::ToolCache, None, context));
    }
    let origin = if has_remains { Origin::Repaired } else { Origin::Downloaded };
    Ok(obtained(installation.install(&want)?, origin, None, context))
}

fn of_store(
    name: &ToolchainName,
    (target, installation): (&Target, &Installation<'_>),
    context: &Context<'_>,
) -> Result<Obtained, Failure> {
    let want = Want::Release(name.clone());
    if !name.is_release() {
        context.printer.note(&format!("{name} is a custom build, so gover cannot verify it"));
        return Ok(obtained(installation.install(&want)?, Origin::Kept, None, context));
    }
    let supply = installation.supply()?;
    let verification = verify::one(name, supply, context)?;
    note_warnings(supply, context);
    let fault = match verification.as_ref().map(|one| &one.status) {
        Some(Status::Released(record)) => {
            let h1 = record.h1.clone();
            let installed = installation.install(&want)?;
            context
                .printer
                .note(&format!("{name} is equal to record {} of the checksum database", record.id));
            return Ok(obtained(installed, Origin::Verified, Some(h1), context));
        }
        Some(Status::Installed { log }) => {
            let installed = installation.install(&want)?;
            context.printer.warning(&format!("{name} was only compared with its own receipt: {log}"));
            return Ok(obtained(installed, Origin::Kept, None, context));
        }
        Some(Status::Unproven { reason }) => format!("nothing proves {name}: {reason}"),
        Some(Status::Damaged) => {
            format!("{name} in the store is damaged: {}", first_finding(verification.as_ref()))
        }
        None => format!("{name} was uninstalled meanwhile"),
    };
    context.printer.warning(&format!("{fault}; it is installed again"));
    let forced = Installation::new(target, true, context);
    Ok(obtained(forced.install(&want)?, Origin::Repaired, None, context))
}

/// The tool cache is asked only for the platform of the machine.
fn own_platform<T>(
    target: &Target,
    context: &Context<'_>,
    work: impl FnOnce() -> Result<Option<T>, Failure>,
) -> Result<Option<T>, Failure> {
    if target.platform == context.target().platform { work() } else { Ok(None) }
}

fn obtained(installed: Installed, origin: Origin, h1: Option<String>, context: &Context<'_>) -> Obtained {
    let receipt = || Receipt::read(&context.layout, &installed.name).ok().flatten()?.h1;
    let h1 = h1.or_else(receipt);
    Obtained { installed, origin, h1 }
}

fn first_finding(verification: Option<&Verification>) -> String {
    let finding = verification.and_then(|one| one.findings.first()).map(verify::show::line);
    finding.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
