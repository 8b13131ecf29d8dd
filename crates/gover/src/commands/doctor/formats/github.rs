//! Workflow commands of GitHub Actions, which mark a line of a file
//! (docs.github.com/actions/reference/workflow-commands-for-github-actions).

use gover_doctor::{Finding, Severity};

use super::super::examine::Examination;
use super::{Location, message, root};
use crate::Context;

/// One line for each finding.
pub(in crate::commands::doctor) fn commands(examination: &Examination, context: &Context<'_>) -> Vec<String> {
    let root = root(context);
    let command = |finding: &Finding| {
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let location = Location::of(finding);
        let place = location.and_then(|one| Some((one.below(root.as_deref())?, one.line)));
        let place = place.map(|(file, line)| format!("file={},line={line},", property(&file)));
        let (place, title) = (place.unwrap_or_default(), property(finding.check));
        format!("::{level} {place}title={title}::{}", data(&message(finding, examination.language)))
    };
    examination.findings.iter().map(command).collect()
}

/// The characters that end a line or begin an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same, and the characters that end a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
