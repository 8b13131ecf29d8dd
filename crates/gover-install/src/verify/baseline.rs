//! What the installation of a toolchain recorded.

use gover_archive::digest::{Digest, Hashed};
use gover_core::{Layout, ToolchainName};

use crate::file_list::FileList;
use crate::proof::ProofHeld;
use crate::receipt::Receipt;

/// The receipt and the list of files, if they exist and can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    pub receipt: Option<Receipt>,
    pub receipt_error: Option<String>,
    /// The list, and the checksum of its bytes.
    pub list: Option<(FileList, Digest)>,
    pub list_error: Option<String>,
}

impl Baseline {
    pub fn read(layout: &Layout, name: &ToolchainName) -> Self {
        let (receipt, receipt_error) = split(Receipt::read(layout, name));
        let (list, list_error) = split(FileList::read(&layout.file_list(name)));
        Self { receipt, receipt_error, list, list_error }
    }

    /// Whether nothing was recorded, as for a toolchain that was copied by hand.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is a custom build.
    pub fn is_given(&self) -> bool {
        let given = |proof: &ProofHeld| *proof == ProofHeld::Given;
        self.receipt.as_ref().is_some_and(|receipt| receipt.proofs.iter().any(given))
    }

    /// How the files map to the module. A module zip is recognized by its name.
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
