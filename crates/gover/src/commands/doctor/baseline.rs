//! Findings that an earlier run also had (`--baseline`).

use std::fs;
use std::path::Path;

use gover_core::display::pasted;
use gover_core::text::decode;
use gover_doctor::{Finding, Severity};
use serde::Deserialize;

use crate::{Context, Failure};

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
    pub(super) fn read(path: &Path, context: &Context<'_>) -> Result<Self, Failure> {
        let again = format!("`gover doctor --json > {}` writes it", pasted(&path.to_string_lossy()));
        let bytes = fs::read(context.absolute(path))
            .map_err(|source| Failure::io(format!("cannot read `{}`", path.display()), &source, again))?;
        let refused = |why: &str| {
            Failure::new(
                format!("`{}` is not what `gover doctor --json` prints: {why}", path.display()),
                // Whatever that file is, it must not be written over.
                "`gover doctor --json > baseline.json` writes such a file",
            )
        };
        // `>` of Windows PowerShell 5.1 writes UTF-16.
        let text = decode(bytes).ok_or_else(|| refused("it is not text"))?;
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| refused(&error.to_string()))
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
