//! Settings of VS Code and editors built on it that name a toolchain, and the tools of the Go
//! extension.

mod places;
#[cfg(test)]
mod tests;
mod tools;

use super::jsonc::{Entry, Settings};
use super::roots::{Root, expand, root, selected};
use crate::{Check, Finding, MachinePath, Snapshot, scope};
use places::Place;

pub(super) const CHECK: Check = Check {
    name: "vscode",
    summary: "VS Code settings and Go tools that do not match the selection",
    symptom: "`Failed to find the \"go\" binary in either GOROOT(…) or PATH(…)`, `This version of gopls … was \
            built with go1.21`, `Version of Delve is too old for this version of Go`, or the editor shows \
            errors that `go build` does not.",
    cause: "`go.goroot`, `go.gopath`, `go.alternateTools` or `go.toolsEnvVars` in the settings of the user, \
            the workspace or the remote machine names a toolchain that was removed or is not selected; or \
            gopls and dlv were built with an older Go.",
    repair: "`--fix` removes such a line from your own settings if it holds nothing else; the extension then \
            uses the `go` on PATH, which is gover's. Workspace settings are shared, so you change them \
            yourself. `go install golang.org/x/tools/gopls@latest` rebuilds gopls.",
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for place in places::all(snapshot) {
        let Ok(content) = snapshot.disk.read(&place.file) else { continue };
        let settings = Settings::parse(place.file.clone(), content);
        for entry in &settings.entries {
            findings.extend(setting(snapshot, &place, &settings, entry));
        }
    }
    findings.extend(tools::findings(snapshot));
    findings
}

fn setting(snapshot: &Snapshot<'_>, place: &Place, settings: &Settings, entry: &Entry) -> Option<Finding> {
    // A `.code-workspace` nests the same settings one level deeper.
    let path: Vec<&str> = entry.path.iter().map(String::as_str).collect();
    let path = path.strip_prefix(&["settings"]).unwrap_or(&path);
    let text = entry.text.as_deref().filter(|text| !text.trim().is_empty())?;
    let expanded = || expand(snapshot, text, &place.workspace);
    let directory = || expanded().map(|text| snapshot.system.path(text));
    let shown = path.join(".");
    let sets_root = |group: &str| group == "go.toolsEnvVars" || group.starts_with("terminal.integrated.env.");
    let finding = match path {
        ["go.goroot"] => goroot(snapshot, &shown, &directory()?)?,
        [group, "GOROOT"] if sets_root(group) => goroot(snapshot, &shown, &directory()?)?,
        ["go.alternateTools", "go"] => alternate(snapshot, &shown, &directory()?)?,
        ["go.gopath"] | ["go.toolsEnvVars", "GOPATH"] => gopath(snapshot, &shown, &expanded()?)?,
        [_, "GO111MODULE"] if text == "off" || text == "auto" => Finding::warning(
            format!("{shown} is `{text}`"),
            "the editor looks for packages in GOPATH, while the terminal uses go.mod",
        ),
        ["go.toolsEnvVars", "GOTOOLCHAIN"] if is_other(snapshot, text) => Finding::warning(
            format!("{shown} is `{text}`"),
            "the editor's tools use that version, whatever the project asks for",
        ),
        _ => return None,
    };
    let finding = finding.shown_by([settings.evidence(entry)]).shown_by(snapshot.selection_evidence());
    Some(match settings.without(entry).filter(|_| place.is_own) {
        Some(change) => finding.fixed_by([change]),
        None => finding.command(format!("code -g \"{}:{}\"", settings.file, entry.line)),
    })
}

fn goroot(snapshot: &Snapshot<'_>, name: &str, path: &MachinePath) -> Option<Finding> {
    match root(snapshot, path) {
        Root::Fits => None,
        Root::Missing => Some(Finding::error(
            format!("{name} names {}, which is not a toolchain", snapshot.short(path)),
            "the editor does not find go or the standard library",
        )),
        Root::Other(version) => Some(other(snapshot, name, &version)),
    }
}

fn other(snapshot: &Snapshot<'_>, name: &str, version: &str) -> Finding {
    let what = format!("{name} names {version}, and {} is selected", selected(snapshot));
    Finding::warning(what, "the editor checks and builds with a different version from the terminal")
}

fn alternate(snapshot: &Snapshot<'_>, name: &str, path: &MachinePath) -> Option<Finding> {
    // A bare name is searched on PATH.
    if !path.is_absolute() || path.is_inside(&snapshot.gover.bin) {
        return None;
    }
    if !snapshot.is_file(path) {
        let what = format!("{name} names {}, which does not exist", snapshot.short(path));
        return Some(Finding::error(what, "the editor does not find go"));
    }
    match root(snapshot, &path.parent()?.parent()?) {
        Root::Other(version) => Some(other(snapshot, name, &version)),
        Root::Fits | Root::Missing => None,
    }
}

fn gopath(snapshot: &Snapshot<'_>, name: &str, list: &str) -> Option<Finding> {
    let first = snapshot.gopath().into_iter().next()?;
    let paths = snapshot.system.split_list(list);
    if paths.contains(&first) {
        return None;
    }
    let path = snapshot.short(&snapshot.system.path(list));
    let what = format!("{name} is {path}, and GOPATH is {}", snapshot.short(&first));
    Some(Finding::warning(what, "the editor downloads modules and installs tools a second time"))
}

/// Whether a GOTOOLCHAIN makes the editor's tools use a different version from the selected one.
fn is_other(snapshot: &Snapshot<'_>, text: &str) -> bool {
    let name = text.split('+').next().unwrap_or_default();
    name.starts_with("go1") && !["", name].contains(&selected(snapshot))
}
