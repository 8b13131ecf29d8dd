//! What was written down about a toolchain when it was installed.

use gover_archive::digest::{Digest, Hashed};
use gover_core::{Layout, ToolchainName};

use crate::file_list::FileList;
use crate::proof::ProofHeld;
use crate::receipt::Receipt;

/// Receipt and list of files, as far as they are there and can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    pub receipt: Option<Receipt>,
    pub receipt_error: Option<String>,
    /// The list, and the sum of its bytes.
    pub list: Option<(FileList, Digest)>,
    pub list_error: Option<String>,
}

impl Baseline {
    /// Reads what there is about a toolchain.
    pub fn read(layout: &Layout, name: &ToolchainName) -> Self {
        let (receipt, receipt_error) = split(Receipt::read(layout, name));
        let (list, list_error) = split(FileList::read(&layout.file_list(name)));
        Self { receipt, receipt_error, list, list_error }
    }

    /// Whether nothing was written down, as of a toolchain that was put there by hand.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether its only proof is a sum that the user gave.
    pub fn is_given(&self) -> bool {
        let given = |proof: &ProofHeld| *proof == ProofHeld::Given;
        self.receipt.as_ref().is_some_and(|receipt| receipt.proofs.iter().any(given))
    }

    /// How the files map to the module. The zip of a module is known by its name, as `cmd/go` has it.
    pub(super) fn hashed(&self) -> Hashed {
        let is_module = |receipt: &Receipt| receipt.file.starts_with("v0.0.1-");
        if self.receipt.as_ref().is_some_and(is_module) { Hashed::Module } else { Hashed::Archive }
    }
}

fn split<T>(result: Result<Option<T>, impl std::error::Error>) -> (Option<T>, Option<String>) {
    match result {
        Ok(value) => (value, None),
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            (None, Some(format!("{error}{cause}")))
        }
    }
}
