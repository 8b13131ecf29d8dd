//! The comparison itself, which reads no file.

use std::collections::{BTreeMap, BTreeSet};

use gover_archive::digest::{FileDigest, is_outside_module, module_version, tree_hash};
use gover_log::LogRecord;

use super::tree::TreeFile;
use super::written_by_go::is_written_by_go;
use super::{Case, Finding, FindingKind, LogStatus, Status, Tree, Verification};
use crate::file_list::FileList;

/// Compares a tree with its baseline, and the baseline with the log. A file list that matches the
/// log's record (or the receipt, if the log has none) shows which files differ. Without such a
/// list, only the h1 of the whole tree can be compared.
pub fn compare(case: &Case<'_>) -> Verification {
    let truth = Truth::of(case);
    let mut findings = knowledge(case, &truth);
    let list = case.baseline.list.as_ref().map(|(list, _)| list);
    let is_wrong = findings.iter().any(|finding| finding.kind == FindingKind::List);
    let proven = list.filter(|_| truth.h1.is_some() && !is_wrong);
    let mut files = match proven {
        Some(list) => against_list(list, case.tree),
        None => without_list(case, &truth),
    };
    let is_gos = |finding: &Finding| finding.kind == FindingKind::Added && is_written_by_go(&finding.path);
    let written_by_go = files.iter().filter(|finding| is_gos(finding)).map(|f| f.path.clone()).collect();
    files.retain(|finding| !is_gos(finding));
    findings.append(&mut whole_directories(files, list, case.tree));
    findings.sort();
    // The log covers only the module's files; the checksum in the receipt covers the whole list.
    let has_sum = case.baseline.receipt.as_ref().is_some_and(|receipt| receipt.files_sha256.is_some());
    let uncovered =
        !(proven.is_some() && has_sum) && case.tree.files.keys().any(|path| is_outside_module(path));
    let status = status(case, &truth, !findings.is_empty());
    Verification { status, findings, written_by_go, uncovered }
}

/// The h1 that the tree must have, and its origin.
struct Truth<'a> {
    h1: Option<&'a str>,
    record: Option<&'a LogRecord>,
    /// Why there is no record.
    silent: String,
}

impl<'a> Truth<'a> {
    fn of(case: &Case<'a>) -> Self {
        let written = case.baseline.receipt.as_ref().and_then(|receipt| receipt.h1.as_deref());
        match case.log {
            // Who can change the toolchain can change its receipt, so the record counts whatever
            // the receipt says.
            LogStatus::Proven(record) => {
                Self { h1: Some(&record.h1), record: Some(record), silent: String::new() }
            }
            LogStatus::Silent(reason) | LogStatus::Refused(reason) => {
                Self { h1: written, record: None, silent: reason.clone() }
            }
        }
    }
}

/// Findings about the receipt and the list themselves.
fn knowledge(case: &Case<'_>, truth: &Truth<'_>) -> Vec<Finding> {
    let baseline = case.baseline;
    let mut findings = Vec::new();
    let mut receipt = |detail: String| findings.push(Finding::general(FindingKind::Receipt, detail));
    if let Some(error) = &baseline.receipt_error {
        receipt(error.clone());
    } else if baseline.receipt.is_none() && (baseline.list.is_some() || baseline.list_error.is_some()) {
        receipt("it is missing, and the list of files is there".to_owned());
    }
    if let Some(written) = &baseline.receipt {
        if written.name != case.name.as_str() {
            receipt(format!("it is about {}", written.name));
        }
        if let (Some(h1), Some(record)) = (&written.h1, truth.record)
            && *h1 != record.h1
        {
            receipt(format!("it says {h1}, record {} of {} says {}", record.id, record.database, record.h1));
        }
    }
    findings.extend(list(case, truth).map(|detail| Finding::general(FindingKind::List, detail)));
    findings
}

fn list(case: &Case<'_>, truth: &Truth<'_>) -> Option<String> {
    if let Some(error) = &case.baseline.list_error {
        return Some(error.clone());
    }
    let sum = case.baseline.receipt.as_ref().and_then(|receipt| receipt.files_sha256.as_deref());
    let Some((list, received)) = &case.baseline.list else {
        return sum.map(|_| "it is missing".to_owned());
    };
    if sum.is_some_and(|sum| sum != received.to_string()) {
        return Some("it does not have the sum that the receipt has".to_owned());
    }
    let module = module_version(case.name, case.platform?);
    let h1 =
        tree_hash(&list.files, case.baseline.hashed(), &module).unwrap_or_else(|error| error.to_string());
    let expected = truth.h1?;
    let who = truth.record.map_or("the receipt".to_owned(), |record| format!("record {}", record.id));
    (h1 != expected).then(|| format!("it sums to {h1}, {who} says {expected}"))
}

fn against_list(list: &FileList, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let others: BTreeMap<&str, &str> =
        tree.others.iter().map(|(path, what)| (path.as_str(), *what)).collect();
    for expected in &list.files {
        let path = expected.path.as_str();
        match tree.files.get(path) {
            Some(found) => findings.extend(difference(expected, *found)),
            None => findings.extend(absence(path, tree, &others)),
        }
    }
    let listed: BTreeSet<&str> = list.files.iter().map(|file| file.path.as_str()).collect();
    let added = tree.files.keys().filter(|path| !listed.contains(path.as_str()));
    findings.extend(added.map(|path| Finding::at(path, FindingKind::Added)));
    let directories: BTreeSet<&str> = listed.iter().flat_map(|path| parents(path)).collect();
    for (path, what) in &others {
        if directories.contains(path) {
            let detail = format!("{what}, not a directory");
            findings.push(Finding::detailed(*path, FindingKind::NotAFile, detail));
        } else if !listed.contains(path) {
            findings.push(Finding::detailed(*path, FindingKind::Added, *what));
        }
    }
    findings.extend(unreadable(tree));
    findings
}

fn difference(expected: &FileDigest, found: TreeFile) -> Option<Finding> {
    if found.digest != expected.digest {
        return Some(Finding::at(&expected.path, FindingKind::Changed));
    }
    // The other way round is not a finding: some file systems show every file as executable.
    (expected.executable && !found.executable)
        .then(|| Finding::at(&expected.path, FindingKind::NotExecutable))
}

/// A listed path without a regular file. `None` if there is a finding about a directory above it.
fn absence(path: &str, tree: &Tree, others: &BTreeMap<&str, &str>) -> Option<Finding> {
    if let Some(what) = others.get(path) {
        return Some(Finding::detailed(path, FindingKind::NotAFile, *what));
    }
    if tree.directories.contains(path) {
        return Some(Finding::detailed(path, FindingKind::NotAFile, "a directory"));
    }
    let is_told = |path: &str| others.contains_key(path) || tree.unreadable.contains_key(path);
    if is_told(path) || tree.unreadable.contains_key(".") || parents(path).any(is_told) {
        return None;
    }
    Some(Finding::at(path, FindingKind::Missing))
}

fn without_list(case: &Case<'_>, truth: &Truth<'_>) -> Vec<Finding> {
    let tree = case.tree;
    let others = tree.others.iter();
    let others = others.map(|(path, what)| Finding::detailed(path, FindingKind::Added, *what));
    let mut findings: Vec<Finding> = others.chain(unreadable(tree)).collect();
    let is_program = |path: &str| path.starts_with("bin/") || path.starts_with("pkg/tool/");
    let closed = tree.files.iter().filter(|(path, file)| is_program(path) && !file.executable);
    findings.extend(closed.map(|(path, _)| Finding::at(path, FindingKind::NotExecutable)));
    let (Some(expected), Some(platform)) = (truth.h1, case.platform) else { return findings };
    if !tree.unreadable.is_empty() {
        // The h1 would say nothing new.
        return findings;
    }
    let module = module_version(case.name, platform);
    let hash = |files: &[FileDigest]| {
        let hashed = case.baseline.hashed();
        tree_hash(files, hashed, &module).unwrap_or_else(|error| error.to_string())
    };
    let all: Vec<FileDigest> = tree.files.iter().map(file_digest).collect();
    let received = hash(&all);
    if received == expected {
        return findings;
    }
    // Try again without what the go command may have compiled for other platforms.
    let own = format!("pkg/{}_{}/", platform.os(), platform.arch());
    let is_gos = |path: &str| is_written_by_go(path) && !path.starts_with(&own);
    let (gos, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|file| is_gos(&file.path));
    if !gos.is_empty() && hash(&rest) == expected {
        findings.extend(gos.into_iter().map(|file| Finding::at(file.path, FindingKind::Added)));
        return findings;
    }
    let who = truth.record.map(|record| format!("record {} of {}", record.id, record.database));
    let who = who.unwrap_or_else(|| "the receipt".to_owned());
    let detail = format!("its files hash to {received}, {who} says {expected}");
    findings.push(Finding::general(FindingKind::Tree, detail));
    findings
}

fn file_digest((path, file): (&String, &TreeFile)) -> FileDigest {
    FileDigest { path: path.clone(), digest: file.digest, executable: file.executable }
}

fn unreadable(tree: &Tree) -> impl Iterator<Item = Finding> + '_ {
    tree.unreadable
        .iter()
        .map(|(path, reason)| Finding::detailed(path, FindingKind::Unreadable, reason.as_str()))
}

fn whole_directories(findings: Vec<Finding>, list: Option<&FileList>, tree: &Tree) -> Vec<Finding> {
    let expected: BTreeSet<&str> =
        list.into_iter().flat_map(|list| &list.files).flat_map(|file| parents(&file.path)).collect();
    let mut result: Vec<Finding> = Vec::new();
    let mut whole: BTreeMap<(String, FindingKind), u64> = BTreeMap::new();
    for finding in findings {
        let outermost = match finding.kind {
            FindingKind::Missing => outermost(&finding.path, |above| !tree.directories.contains(above)),
            FindingKind::Added if list.is_some() && finding.detail.is_none() => {
                outermost(&finding.path, |above| !expected.contains(above))
            }
            _ => None,
        };
        match outermost {
            Some(directory) => *whole.entry((format!("{directory}/"), finding.kind)).or_default() += 1,
            None => result.push(finding),
        }
    }
    result.extend(whole.into_iter().map(|((path, kind), files)| Finding { path, kind, files, detail: None }));
    result
}

fn outermost(path: &str, is_meant: impl Fn(&str) -> bool) -> Option<String> {
    parents(path).find(|above| is_meant(above)).map(str::to_owned)
}

/// The directories above a path, outermost first.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at))
}

fn status(case: &Case<'_>, truth: &Truth<'_>, is_damaged: bool) -> Status {
    if is_damaged {
        return Status::Damaged;
    }
    match (truth.record, truth.h1) {
        _ if case.platform.is_none() => {
            Status::Unproven { reason: "nothing tells which platform it is for".to_owned() }
        }
        (Some(record), _) => Status::Released(record.clone()),
        _ if matches!(case.log, LogStatus::Refused(_)) => Status::Unproven { reason: truth.silent.clone() },
        (None, None) => {
            let has_receipt = case.baseline.receipt.is_some();
            let lack = if has_receipt { "its receipt has no tree hash" } else { "it has no receipt" };
            Status::Unproven { reason: format!("{lack}, and {}", truth.silent) }
        }
        (None, Some(_)) if case.require_log => {
            Status::Unproven { reason: format!("require_sumdb is on, and {}", truth.silent) }
        }
        (None, Some(_)) => Status::Installed { log: truth.silent.clone() },
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
