use std::collections::BTreeMap;

use gover_core::display::pasted;
use gover_core::text::{counted, shown};
use gover_core::{Exit, Request};
use gover_install::verify::{Finding, FindingKind, LogStatus, Status};

use super::Examined;
use super::log::LogResponses;
use crate::failure::Report;
use crate::output::{Style, mebibytes};
use crate::{Context, Failure};

/// Prints one line, and one for each finding. They are data, so they go to stdout.
pub(super) fn people(one: &Examined, width: usize, context: &Context<'_>) -> Result<(), Failure> {
    let printer = context.printer;
    let name = one.name.as_str();
    let gap = " ".repeat(width - name.len().min(width));
    let style = if is_good(one) { Style::Version } else { Style::Error };
    printer.data(&format!("{}{gap}  {}", printer.out(style, name), summary(one)))?;
    let findings = &one.verification.findings;
    for finding in findings.iter().take(LINES) {
        printer.data(&format!("  {}", line(finding)))?;
    }
    if findings.len() > LINES {
        printer.data(&format!("  and {} more (`--json` shows all)", findings.len() - LINES))?;
    }
    Ok(())
}

/// Prints notes on toolchains without problems.
pub(super) fn remarks(examined: &[Examined], context: &Context<'_>) {
    for one in examined {
        let (name, verification) = (&one.name, &one.verification);
        let by_go = verification.written_by_go.len();
        if by_go > 0 {
            let files = counted(by_go, "file");
            context.printer.note(&format!(
                "{name}: {files} below pkg may have been compiled by Go itself; no proof covers them (-v lists them)"
            ));
            for path in &verification.written_by_go {
                context.printer.detail(&format!("  {}", shown(path)));
            }
        }
        // For a damaged one, the hints say so.
        if one.baseline.is_empty() && verification.status != Status::Damaged {
            context.printer.note(&by_hand(one));
        } else if verification.uncovered && is_good(one) {
            context.printer.note(&format!(
                "{name}: its list of files is missing, so no proof covers api, doc, misc and test"
            ));
        }
    }
}

/// The note on a toolchain without receipt and list of files.
fn by_hand(one: &Examined) -> String {
    let uncovered =
        if one.verification.uncovered { ", and no proof covers api, doc, misc and test" } else { "" };
    let request = pasted(Request::exact(one.name.clone()).as_str());
    let command = if one.name.is_release() {
        format!("; `gover install -f {request}` writes both again")
    } else {
        String::new()
    };
    format!(
        "{}: its receipt and its list of files are missing, so changed files \
         cannot be named (was it copied here by hand?){uncovered}{command}",
        one.name
    )
}

/// Fails if a toolchain is damaged or unproven, or the log cannot be trusted.
pub(super) fn outcome(
    examined: &[Examined],
    responses: LogResponses,
    context: &Context<'_>,
) -> Result<(), Failure> {
    for hint in &responses.hints {
        context.printer.hint(hint);
    }
    let mut failures = responses.failures;
    let Some(worst) = failures.pop() else { return toolchains(examined, context) };
    if let Err(failure) = toolchains(examined, context) {
        context.printer.failure(&failure);
    }
    for failure in &failures {
        context.printer.failure(failure);
    }
    Err(worst)
}

fn toolchains(examined: &[Examined], context: &Context<'_>) -> Result<(), Failure> {
    // If the log cannot be trusted, its own error says more than `unproven`.
    let is_told = |one: &Examined| {
        matches!(one.verification.status, Status::Unproven { .. }) && matches!(one.log, LogStatus::Refused(_))
    };
    let bad: Vec<&Examined> = examined.iter().filter(|one| !is_good(one) && !is_told(one)).collect();
    let is_damaged = |one: &Examined| one.verification.status == Status::Damaged && lost(one).is_none();
    let damaged = bad.iter().filter(|one| is_damaged(one)).count();
    let without_record: Vec<&str> = bad.iter().filter_map(|one| lost(one)).collect();
    if bad.is_empty() {
        return Ok(());
    }
    let of = if examined.len() == 1 { String::new() } else { format!(" of {}", examined.len()) };
    let (count, what) = match (damaged, without_record.len()) {
        (0, 0) => (bad.len(), "not verified by any proof"),
        (0, lost) => (lost, "without a receipt or a list of files"),
        _ if bad.iter().all(|one| is_contradicted(one)) => (damaged, "not as released"),
        _ => (damaged, "not what was installed"),
    };
    let what = if examined.len() == 1 {
        let name = bad.first().map(|one| one.name.as_str()).unwrap_or_default();
        match without_record.first() {
            Some(record) => format!("the {record} of {name} is missing"),
            None => format!("{name} is {what}"),
        }
    } else {
        format!("{count}{of} toolchains {} {what}", if count == 1 { "is" } else { "are" })
    };
    Err(Report::new(what, hints(&bad, context), Exit::Failure).into())
}

/// The missing record of an install, if nothing else is wrong.
fn lost(one: &Examined) -> Option<&'static str> {
    let [finding] = one.verification.findings.as_slice() else { return None };
    let baseline = &one.baseline;
    match finding.kind {
        FindingKind::Receipt if baseline.receipt.is_none() && baseline.receipt_error.is_none() => {
            Some("receipt")
        }
        FindingKind::List if baseline.list.is_none() && baseline.list_error.is_none() => {
            Some("list of files")
        }
        _ => None,
    }
}

/// Whether all its files together are not what the log recorded, whatever was noted at its install.
fn is_contradicted(one: &Examined) -> bool {
    let is_tree = |finding: &Finding| finding.kind == FindingKind::Tree;
    matches!(one.log, LogStatus::Proven(_)) && one.verification.findings.iter().any(is_tree)
}

fn is_good(one: &Examined) -> bool {
    matches!(one.verification.status, Status::Released(_) | Status::Installed { .. })
}

fn summary(one: &Examined) -> String {
    let size = format!("{}, {}", counted(one.tree.file_count(), "file"), mebibytes(one.tree.bytes));
    match &one.verification.status {
        Status::Released(record) => format!("as released  {size}  checksum database record {}", record.id),
        Status::Installed { log } => format!("as installed  {size}  by its receipt only: {log}"),
        Status::Unproven { reason } => format!("not proven  {size}  {reason}"),
        Status::Damaged => format!("damaged  {}", counts(&one.verification.findings)).trim_end().to_owned(),
    }
}

/// `2 changed, 312 missing`
fn counts(findings: &[Finding]) -> String {
    let mut counts: BTreeMap<FindingKind, u64> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.files > 0) {
        *counts.entry(finding.kind).or_default() += finding.files;
    }
    let parts: Vec<String> = counts.iter().map(|(kind, count)| format!("{count} {}", label(*kind))).collect();
    parts.join(", ")
}

pub(in crate::commands) fn line(finding: &Finding) -> String {
    let path = shown(&finding.path);
    let files = if finding.path.ends_with('/') {
        format!(" ({})", counted(finding.files, "file"))
    } else {
        String::new()
    };
    let detail = finding.detail.as_deref().map(shortened).unwrap_or_default();
    let detail = match (path.is_empty(), detail.is_empty()) {
        (true, _) => detail,
        (false, true) => String::new(),
        (false, false) => format!("  ({detail})"),
    };
    format!("{:<14}  {path}{files}{detail}", label(finding.kind))
}

fn label(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Changed => "changed",
        FindingKind::Added => "added",
        FindingKind::Missing => "missing",
        FindingKind::NotExecutable => "not executable",
        FindingKind::NotAFile => "not a file",
        FindingKind::Unreadable => "unreadable",
        FindingKind::Tree => "hash",
        FindingKind::List => "list of files",
        FindingKind::Receipt => "receipt",
    }
}

fn hints(bad: &[&Examined], context: &Context<'_>) -> Vec<String> {
    let mut own = Vec::new();
    let mut hints = Vec::new();
    for one in bad {
        let request = pasted(Request::exact(one.name.clone()).as_str());
        let foreign = one.platform.as_ref().map(gover_core::Platform::arch);
        let foreign = foreign.filter(|arch| *arch != context.target().platform.arch());
        match foreign {
            // No checksum or address of the receipt: who changed the toolchain can have written it.
            _ if !one.name.is_release() => {
                hints.push(format!("gover install -f --sha256 HEX FILE, with the archive of {}", one.name));
            }
            Some(arch) => hints.push(format!("gover install -f --arch {arch} {request}")),
            None => own.push(request),
        }
    }
    if !own.is_empty() {
        hints.insert(0, format!("gover install -f {}", own.join(" ")));
    }
    if bad.iter().any(|one| lost(one).is_some()) {
        hints.push("that install writes the receipt and the list of files again".to_owned());
    }
    let without_names = |one: &&&Examined| {
        one.verification.findings.iter().any(|finding| finding.kind == FindingKind::Tree)
            && one.baseline.list.is_none()
    };
    if bad.iter().any(|one| without_names(&one)) {
        hints.push(
            "without the list of files, gover cannot name the changed ones; that install writes a list"
                .to_owned(),
        );
    }
    hints
}

/// The same text with long hashes shortened.
fn shortened(text: &str) -> String {
    let word = |word: &str| match word.split_at_checked(11).zip(word.len().checked_sub(5)) {
        Some(((head, _), end)) if word.starts_with("h1:") && word.len() > 20 => {
            format!("{head}…{}", word.get(end..).unwrap_or_default())
        }
        _ => shown(word),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// The most findings that are shown of one toolchain.
const LINES: usize = 20;
