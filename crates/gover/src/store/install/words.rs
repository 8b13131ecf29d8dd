//! What an install is said to have done.

use std::time::Duration;

use gover_core::ToolchainName;
use gover_install::{Installed, ProofHeld, Receipt};
use gover_source::Support;

use crate::Context;
use crate::output::mebibytes;
use crate::store::releases;

/// Since when a release has had no security fixes, and what still gets them; `None` if it does.
pub(super) fn ended(name: &ToolchainName, context: &Context<'_>) -> Option<String> {
    let releases = releases::known(context).ok()?;
    let Support::EndOfLife(since) = releases.support(name) else { return None };
    let state = since.map_or_else(
        || "gets no security fixes".to_owned(),
        |date| format!("has had no security fixes since {date}"),
    );
    let supported: Vec<String> = releases.supported().iter().map(ToString::to_string).collect();
    Some(format!("{name} {state} (supported: {})", supported.join(", ")))
}

/// One line: what, how long, how much from where, and that it was proven.
pub(super) fn sentence(installed: &Installed, took: Duration) -> String {
    let (name, seconds) = (&installed.name, took.as_secs_f64());
    match &installed.receipt {
        None => format!("installed {name} in {seconds:.1}s"),
        Some(Receipt { file_bytes, source, base, proofs, .. }) => {
            let size = mebibytes(*file_bytes);
            let rest = base.as_ref().map(|base| format!(", rest from {base}")).unwrap_or_default();
            let is_given = proofs.contains(&ProofHeld::Given);
            let end = if is_given { "matches the sha256 you gave" } else { "verified" };
            format!("installed {name} in {seconds:.1}s ({size} from {source}{rest}), {end}")
        }
    }
}

/// A proof in words.
pub(crate) fn described(proof: &ProofHeld) -> String {
    match proof {
        ProofHeld::Sha256 { origin } => format!("sha256 ({origin})"),
        ProofHeld::TransparencyLog { database, record, .. } => {
            format!("checksum database record {record} ({database})")
        }
        ProofHeld::Given => "the sha256 you gave".to_owned(),
        ProofHeld::Unknown => "a proof of a newer gover".to_owned(),
    }
}
