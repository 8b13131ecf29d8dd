//! Installed toolchains that are incomplete, or of another version than their directory's name.

use gover_core::{Request, ToolchainName};

use crate::{Evidence, Finding, MachinePath, Snapshot, text};

pub(super) fn findings(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let versions = snapshot.gover.home.join("versions");
    let mut findings = Vec::new();
    let mut without_receipt = Vec::new();
    for name in snapshot.disk.list(&versions) {
        let root = versions.join(&name);
        let (program, version_file) = (root.join("bin").program("go"), root.join("VERSION"));
        // Anything less is a leftover that `gover prune` removes.
        if ToolchainName::parse(&name).is_err()
            || !snapshot.is_file(&program)
            || !snapshot.is_file(&version_file)
        {
            continue;
        }
        // `gover link` names a build of one's own, which gover did not install.
        if snapshot.real(&root) != snapshot.real(&versions).join(&name) {
            continue;
        }
        if let Some(evidence) = damage(snapshot, &name, &root, &program, &version_file) {
            let what = text!(en "{name} is damaged", zh "{name} 已损坏", name = name);
            let why = text!(
                en "builds with it fail, or use a different version from the one they report",
                zh "用它构建会失败，或者用的版本和显示的不同",
            );
            let finding = Finding::error(what, why).shown_by([evidence]);
            let command = format!("gover install --force {}", Request::typed(&name));
            findings.push(finding.command(command));
        }
        if !snapshot.is_file(&snapshot.gover.home.join(format!("receipts/{name}.json"))) {
            without_receipt.push((root, name));
        }
    }
    findings.extend(unknown_origin(&without_receipt));
    findings
}

fn damage(
    snapshot: &Snapshot<'_>,
    name: &str,
    root: &MachinePath,
    program: &MachinePath,
    version_file: &MachinePath,
) -> Option<Evidence> {
    if !snapshot.disk.is_executable(program) {
        return Some(Evidence::path(program, "is not executable"));
    }
    let parts = ["src", "pkg/tool"].map(|part| root.join(part));
    if let Some(part) = parts.iter().find(|part| !snapshot.is_directory(part)) {
        return Some(Evidence::path(part, "is missing"));
    }
    let head = snapshot.disk.head(version_file, 100);
    let text = String::from_utf8_lossy(&head);
    let says = text.split_whitespace().next().unwrap_or_default();
    (says != name).then(|| Evidence::path(version_file, format!("says `{says}`")))
}

fn unknown_origin(toolchains: &[(MachinePath, String)]) -> Option<Finding> {
    let (_, first) = toolchains.first()?;
    let what = match toolchains {
        [_] => text!(en "{name} has no receipt", zh "{name} 没有回执", name = first),
        _ => text!(
            en "{count} toolchains have no receipts",
            zh "有 {count} 个工具链没有回执",
            count = toolchains.len(),
        ),
    };
    let why = text!(
        en "it works, but gover does not know its origin and cannot verify it",
        zh "能用，但 gover 不知道它的来历，也无法校验",
    );
    let evidence = toolchains.iter().take(5).map(|(path, _)| Evidence::path(path, "no receipt"));
    let names: Vec<String> = toolchains.iter().map(|(_, name)| Request::typed(name)).collect();
    let finding = Finding::note(what, why).shown_by(evidence);
    Some(finding.command(format!("gover install --force {}", names.join(" "))))
}
