//! Findings that an earlier run also had (`--baseline`).

use std::fs;
use std::path::Path;

use gover_core::display::pasted;
use gover_doctor::{Finding, Severity};
use serde::Deserialize;

use crate::Failure;

/// What `gover doctor --json` printed once. Other keys do not matter.
#[derive(Deserialize)]
pub(super) struct Baseline {
    findings: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    check: String,
    severity: Severity,
    what: String,
}

impl Baseline {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let again = format!("`gover doctor --json > {}` writes it", pasted(&path.to_string_lossy()));
        let text = fs::read(path)
            .map_err(|source| Failure::io(format!("cannot read `{}`", path.display()), &source, again))?;
        serde_json::from_slice(&text).map_err(|error| {
            Failure::new(
                format!("`{}` is not what `gover doctor --json` prints: {error}", path.display()),
                // Whatever that file is, it must not be written over.
                "`gover doctor --json > baseline.json` writes such a file",
            )
        })
    }

    /// Removes what the earlier run also had, at least as serious, and returns how many those were.
    pub(super) fn take_from(&self, findings: &mut Vec<Finding>) -> usize {
        let before = findings.len();
        findings.retain(|finding| {
            !self.findings.iter().any(|known| {
                known.check == finding.check
                    && known.what == finding.what
                    && known.severity >= finding.severity
            })
        });
        before - findings.len()
    }
}
