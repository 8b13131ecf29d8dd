//! Installed toolchains that are incomplete or have a different version from their directory's
//! name.

use gover_core::ToolchainName;

use crate::{Evidence, Finding, MachinePath, Snapshot};

pub(super) fn findings(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let versions = snapshot.gover.home.join("versions");
    let mut findings = Vec::new();
    let mut without_receipt = Vec::new();
    for name in snapshot.disk.list(&versions) {
        let root = versions.join(&name);
        let program = root.join("bin").program("go");
        let version_file = root.join("VERSION");
        let is_there = |path: &MachinePath| snapshot.is_file(path);
        // Anything less is a leftover that `gover prune` removes.
        if ToolchainName::parse(&name).is_err() || !is_there(&program) || !is_there(&version_file) {
            continue;
        }
        if let Some((path, fact)) = damage(snapshot, &name, &root, &program, &version_file) {
            let what = format!("{name} is damaged");
            let why = "builds with it fail, or use a different version from the one they report";
            let command = format!("gover install --force {}", name.trim_start_matches("go"));
            let evidence = Evidence::path(path, fact);
            let finding = Finding::error(what, why);
            findings.push(finding.shown_by([evidence]).command(command));
        }
        let receipt = snapshot.gover.home.join(format!("receipts/{name}.json"));
        if !is_there(&receipt) {
            without_receipt.push((root, name));
        }
    }
    findings.extend(unknown_origin(&without_receipt));
    findings
}

/// What is wrong with a toolchain, with the path.
fn damage(
    snapshot: &Snapshot<'_>,
    name: &str,
    root: &MachinePath,
    program: &MachinePath,
    version_file: &MachinePath,
) -> Option<(MachinePath, String)> {
    if !snapshot.disk.is_executable(program) {
        return Some((program.to_owned(), "is not executable".to_owned()));
    }
    for part in ["src", "pkg/tool"] {
        let path = root.join(part);
        if !snapshot.is_directory(&path) {
            return Some((path, "is missing".to_owned()));
        }
    }
    let head = snapshot.disk.head(version_file, 100);
    let text = String::from_utf8_lossy(&head);
    let says = text.split_whitespace().next().unwrap_or_default();
    (says != name).then(|| (version_file.to_owned(), format!("says `{says}`")))
}

fn unknown_origin(toolchains: &[(MachinePath, String)]) -> Option<Finding> {
    let (_, first) = toolchains.first()?;
    let what = match toolchains {
        [_] => format!("{first} has no receipt"),
        _ => format!("{} toolchains have no receipts", toolchains.len()),
    };
    let why = "it works, but gover does not know its origin and cannot verify it";
    let evidence = toolchains.iter().take(5).map(|(path, _)| Evidence::path(path, "no receipt"));
    let names: Vec<&str> = toolchains.iter().map(|(_, name)| name.trim_start_matches("go")).collect();
    let finding = Finding::note(what, why).shown_by(evidence);
    Some(finding.command(format!("gover install --force {}", names.join(" "))))
}
