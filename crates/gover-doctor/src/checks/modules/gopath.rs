//! GOPATH in a place where it cannot or should not be.

use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, scope};

pub(super) const CHECK: Check = Check {
    name: "gopath",
    summary: crate::Words::english(
        "GOPATH is relative, inside a toolchain, not writable, or conflicts with modules",
    ),
    symptom: crate::Words::english(
        "`go: GOPATH entry is relative; must be absolute path`, `warning: both GOPATH and GOROOT are the \
            same directory`, `$GOPATH/go.mod exists but should not`, `could not create module cache: mkdir \
            …: permission denied`, or `go: go.mod file not found in current directory or any parent \
            directory` below `$GOPATH/src`.",
    ),
    cause: crate::Words::english(
        "Instructions from before modules set GOPATH to the project, to GOROOT or to `.`; or `sudo go \
            install` made root the owner of `~/go`.",
    ),
    repair: crate::Words::english(
        "`--fix` removes a GOPATH that cannot work, so that the default `~/go` applies. The command that \
            restores permissions is shown.",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let entries = snapshot.gopath();
    let mut findings: Vec<Finding> =
        entries.iter().filter_map(|entry| misplaced(snapshot, entry)).take(1).collect();
    if findings.is_empty()
        && let Some(first) = entries.first()
    {
        findings.extend(unwritable(snapshot, first));
        findings.extend(module_at_top(snapshot, first));
        findings.extend(entries.iter().filter_map(|entry| project_below(snapshot, entry)).take(1));
    }
    findings
}

/// An entry that the go command refuses, or that is in a toolchain.
fn misplaced(snapshot: &Snapshot<'_>, entry: &MachinePath) -> Option<Finding> {
    let shown = snapshot.short(entry);
    let (severity, what, why) = if entry.as_str().starts_with('~') {
        let why = "every go command fails with `GOPATH entry cannot start with shell metacharacter '~'`";
        (Severity::Error, format!("GOPATH contains `{entry}`, and `~` is not expanded"), why)
    } else if !entry.is_absolute() {
        let why = "every go command fails with `GOPATH entry is relative; must be absolute path`";
        (Severity::Error, format!("GOPATH contains the relative path `{entry}`"), why)
    } else if snapshot.selection.goroot.as_ref() == Some(entry) {
        let why = "modules and installed programs are mixed into the toolchain and deleted with it";
        (Severity::Warning, format!("GOPATH is the GOROOT of the selected toolchain, {shown}"), why)
    } else if is_in_toolchain(snapshot, entry) {
        let why = "modules and installed programs are deleted with the toolchain";
        (Severity::Warning, format!("GOPATH {shown} is inside a toolchain"), why)
    } else {
        return None;
    };
    let finding = Finding::new(severity, what, why).shown_by(snapshot.setting_evidence("GOPATH"));
    Some(snapshot.corrected(finding, "GOPATH", None))
}

/// Whether a directory is inside the selected toolchain or one of gover's.
pub(super) fn is_in_toolchain(snapshot: &Snapshot<'_>, path: &MachinePath) -> bool {
    let goroot = snapshot.selection.goroot.as_ref();
    goroot.is_some_and(|goroot| path.is_inside(goroot))
        || path.is_inside(&snapshot.gover.home.join("versions"))
}

fn unwritable(snapshot: &Snapshot<'_>, entry: &MachinePath) -> Option<Finding> {
    // If both of its uses are elsewhere, go writes nothing there.
    let is_unused = snapshot.go_setting("GOMODCACHE").is_some() && snapshot.go_setting("GOBIN").is_some();
    if is_unused || snapshot.can_write(entry) {
        return None;
    }
    let existing = snapshot.nearest_existing(entry);
    let exists = existing.as_ref() == Some(entry);
    let fact = if exists { "is not writable by you" } else { "does not exist and cannot be created" };
    let what = format!("GOPATH {} {fact}", snapshot.short(entry));
    let why = "downloading modules and installing programs fail with `could not create module cache`";
    let finding = Finding::error(what, why)
        .shown_by(snapshot.go_setting_evidence("GOPATH"))
        .shown_by([Evidence::path(entry, fact)]);
    Some(match existing {
        Some(existing) if exists || existing.is_inside(&snapshot.home) => {
            finding.command(snapshot.take_back(&existing))
        }
        // Only the user knows which was intended.
        _ => commands_only(snapshot.corrected(finding, "GOPATH", None)),
    })
}

pub(super) fn commands_only(mut finding: Finding) -> Finding {
    finding.fix.changes.clear();
    finding
}

fn module_at_top(snapshot: &Snapshot<'_>, entry: &MachinePath) -> Option<Finding> {
    let go_mod = entry.join("go.mod");
    if !snapshot.is_file(&go_mod) {
        return None;
    }
    let what = format!("GOPATH {} is itself a module", snapshot.short(entry));
    let why = "go commands in it fail with `$GOPATH/go.mod exists but should not`, or treat the module cache as its packages";
    let finding = Finding::error(what, why)
        .shown_by(snapshot.go_setting_evidence("GOPATH"))
        .shown_by([Evidence::path(&go_mod, "belongs to a module")]);
    if snapshot.go_setting("GOPATH").is_some() {
        return Some(snapshot.corrected(finding, "GOPATH", None));
    }
    let verb = if snapshot.system.is_windows() { "move" } else { "mv" };
    let (from, aside) = (snapshot.word(&go_mod), snapshot.word(format!("{go_mod}.aside")));
    Some(finding.command(format!("{verb} {from} {aside}")))
}

/// Go files below GOPATH/src without a module, or with modules switched off.
fn project_below(snapshot: &Snapshot<'_>, entry: &MachinePath) -> Option<Finding> {
    let source = entry.join("src");
    if !snapshot.directory.is_inside(&source) {
        return None;
    }
    let shown = snapshot.short(&snapshot.directory);
    let mode = snapshot.go_setting("GO111MODULE").unwrap_or_default();
    match snapshot.nearest("go.mod") {
        Some(go_mod) if mode == "off" => {
            let what = format!("{shown} is a module below GOPATH/src, and modules are off");
            let why = "go ignores its go.mod and takes dependencies from GOPATH/src in any version";
            let finding = Finding::error(what, why)
                .shown_by([Evidence::path(go_mod, "is ignored")])
                .shown_by(snapshot.go_setting_evidence("GO111MODULE"));
            Some(commands_only(snapshot.corrected(finding, "GO111MODULE", None)))
        }
        None if matches!(mode.as_str(), "" | "on")
            && snapshot
                .disk
                .list(&snapshot.directory)
                .iter()
                .any(|name| name.strip_suffix(".go").is_some()) =>
        {
            let what = format!("{shown} has Go files below GOPATH/src and is not a module");
            let why = "since Go 1.16 builds fail with `go.mod file not found in current directory or any parent directory`";
            let evidence = [Evidence::path(&snapshot.directory, "has no go.mod")];
            Some(Finding::warning(what, why).shown_by(evidence).command("go mod init"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
