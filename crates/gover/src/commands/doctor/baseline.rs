//! Findings that an earlier run also had (`--baseline`).

use std::path::Path;

use gover_core::display::pasted;
use gover_core::text::decode;
use gover_doctor::redaction::Redaction;
use gover_doctor::{Evidence, Finding, Severity};
use gover_sys::file;
use serde::Deserialize;

use crate::{Context, Failure};

/// More than any report has, in bytes.
const LARGEST: u64 = 64 << 20;

/// What `gover doctor --json` printed once, or a report in JSON. Other keys do not matter.
#[derive(Deserialize)]
pub(super) struct Baseline {
    findings: Vec<Known>,
    /// Only a report has it.
    kind: Option<String>,
    /// In an anonymous report, findings cannot be recognized.
    #[serde(default)]
    anonymous: bool,
}

#[derive(Deserialize)]
struct Known {
    check: String,
    severity: Severity,
    what: String,
    #[serde(default)]
    evidence: Vec<KnownEvidence>,
}

/// The keys of a line in a file; other evidence has none of them.
#[derive(Deserialize)]
struct KnownEvidence {
    file: Option<String>,
    text: Option<String>,
}

impl Baseline {
    pub(super) fn read(path: &Path, context: &Context<'_>) -> Result<Self, Failure> {
        let baseline = Self::parse(path, context)?;
        if baseline.anonymous {
            return Err(Failure::new(
                format!(
                    "`{}` is anonymous, so its problems cannot be compared with those here",
                    path.display()
                ),
                "`gover doctor --report baseline.json` writes one that can",
            ));
        }
        Ok(baseline)
    }

    fn parse(path: &Path, context: &Context<'_>) -> Result<Self, Failure> {
        let again = format!("`gover doctor --json > {}` writes it", pasted(&path.to_string_lossy()));
        let bytes = file::read_limited(&context.absolute(path), LARGEST)
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

    pub(super) fn is_report(&self) -> bool {
        self.kind.is_some()
    }

    /// Removes what the earlier run also had, at least as serious, and returns how many those were. A
    /// finding with more lines of a file than before is new. A report has texts as `redaction` leaves
    /// them.
    pub(super) fn take_from(&self, findings: &mut Vec<Finding>, redaction: Option<&Redaction>) -> usize {
        let before = findings.len();
        let redaction = redaction.filter(|_| self.is_report());
        findings.retain(|finding| {
            let redacted = redaction.map(|redaction| redaction.finding(finding));
            let shown = redacted.as_ref().unwrap_or(finding);
            !self.findings.iter().any(|known| {
                known.check == shown.check
                    && known.what == shown.what.en
                    && known.severity >= shown.severity
                    && known.has_lines_of(shown)
            })
        });
        before - findings.len()
    }
}

impl Known {
    /// Whether it has each line that a finding shows, by file and text: numbers change with what is
    /// above. Where the lines only show what one fault is about, their count is enough.
    fn has_lines_of(&self, finding: &Finding) -> bool {
        let mut left: Vec<(&str, &str)> = self.evidence.iter().filter_map(KnownEvidence::line).collect();
        let lines = finding.evidence.iter().filter_map(|evidence| match evidence {
            Evidence::Line { file, text, .. } => Some((file.as_str(), text.as_str())),
            _ => None,
        });
        for (file, text) in lines {
            let is_same = |(known, content): &(&str, &str)| {
                *known == file && (*content == text || !finding.lines_are_faults)
            };
            match left.iter().position(is_same) {
                Some(at) => left.swap_remove(at),
                None => return false,
            };
        }
        true
    }
}

impl KnownEvidence {
    fn line(&self) -> Option<(&str, &str)> {
        Some((self.file.as_deref()?, self.text.as_deref()?))
    }
}
