//! What an install is told as.

use std::time::Duration;

use gover_install::{Installed, ProofHeld, Receipt};
use serde_json::{Value, json};

use crate::output::{Json, mebibytes};

/// One line: what, how long, how much from where, proven by what.
pub(super) fn sentence(installed: &Installed, took: Duration) -> String {
    let name = &installed.name;
    match &installed.receipt {
        None => format!("installed {name} in {}", seconds(took)),
        Some(receipt) => format!(
            "installed {name} in {} ({} from {}; {})",
            seconds(took),
            mebibytes(receipt.file_bytes),
            receipt.source,
            proofs(receipt)
        ),
    }
}

/// The facts; the schema is in docs/reference/json.md.
pub(super) fn facts(installed: &Installed) -> Value {
    let receipt = installed.receipt.as_ref();
    json!({
        "version": installed.name.as_str(),
        "goroot": Json::path(&installed.path),
        "reused": installed.reused,
        "source": receipt.map(|receipt| &receipt.source),
        "bytes": receipt.map(|receipt| receipt.file_bytes),
        "proofs": receipt.map(|receipt| &receipt.proofs),
    })
}

fn proofs(receipt: &Receipt) -> String {
    let proofs: Vec<String> = receipt
        .proofs
        .iter()
        .map(|proof| match proof {
            ProofHeld::Sha256 { .. } => "sha256".to_owned(),
            ProofHeld::TransparencyLog { record, .. } => format!("transparency log record {record}"),
            ProofHeld::Given => "the given sha256".to_owned(),
            ProofHeld::Unknown => "a proof of a later gover".to_owned(),
        })
        .collect();
    proofs.join(", ")
}

fn seconds(took: Duration) -> String {
    format!("{:.1}s", took.as_secs_f64())
}
