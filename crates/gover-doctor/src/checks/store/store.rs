//! What is wrong with gover's own directory.

use gover_core::display::mebibytes;

use super::{file_system, rights, toolchains};
use crate::snapshot::manager::Leftover;
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot};

pub(super) const CHECK: Check = Check {
    name: "store",
    summary: "damage, leftovers, wrong permissions, an unsuitable disk or a second store",
    symptom: "`cannot execute …/versions/go1.22.5/bin/go`, `package fmt is not in std`, `permission denied` \
            below `~/.gover`, or toolchains that `gover list` shows in one terminal but not in another.",
    cause: "A crash or a full disk during an install, `sudo gover install`, files deleted by hand, a \
            GOVER_HOME that only some programs have, or a disk that is remote or does not allow programs.",
    repair: "`gover prune` removes unused files, `gover install --force VERSION` reinstalls a toolchain, and \
            `chown` makes you the owner of files of root. `--fix` does none of it, since it deletes files.",
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    if !snapshot.exists(&snapshot.gover.home) {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = rights::findings(snapshot);
    findings.extend(file_system::finding(snapshot));
    findings.extend(toolchains::findings(snapshot));
    findings.extend(leftovers(snapshot, true));
    findings.extend(leftovers(snapshot, false));
    findings.extend(second_store(snapshot));
    findings.extend(large_cache(snapshot));
    findings
}

/// What `gover prune` removes: damage, or the rest.
fn leftovers(snapshot: &Snapshot<'_>, is_damage: bool) -> Option<Finding> {
    let store = snapshot.store.as_ref()?;
    let found: Vec<&Leftover> =
        store.leftovers.iter().filter(|leftover| leftover.is_damage == is_damage).collect();
    if found.is_empty() {
        return None;
    }
    let (severity, what, why) = if is_damage {
        let what = plural(
            found.len(),
            "entry of versions/ is no toolchain",
            "entries of versions/ are no toolchains",
        );
        (Severity::Warning, what, "it is never selected, and a toolchain of that name is installed anew")
    } else {
        let size = mebibytes(found.iter().map(|leftover| leftover.bytes).sum());
        let what = plural(found.len(), "leftover", "leftovers");
        (
            Severity::Note,
            format!("{what} of crashes or closed shells, {size}"),
            "it takes up space and serves nobody",
        )
    };
    let evidence = found.iter().take(SHOWN).map(|leftover| {
        Evidence::path(&leftover.path, format!("{}, {}", leftover.what, mebibytes(leftover.bytes)))
    });
    Some(Finding::new(severity, what, why).shown_by(evidence).command("gover prune"))
}

/// Another directory that is a store too: the usual one beside `GOVER_HOME`, or one whose programs are on PATH.
fn second_store(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let system = &snapshot.system;
    let own = |home: &MachinePath| {
        let real = snapshot.disk.real(home);
        home == &snapshot.gover.home || (real.is_some() && real == snapshot.disk.real(&snapshot.gover.home))
    };
    let is_stamped = |bin: &MachinePath| snapshot.exists(&bin.join(".shim"));
    let on_path: Vec<MachinePath> = snapshot.path().into_iter().filter(is_stamped).collect();
    let on_path = on_path.iter().filter_map(MachinePath::parent).find(|home| !own(home));
    let usual = snapshot.home.join(".gover");
    let is_usual = !own(&usual) && !snapshot.disk.list(&usual.join("versions")).is_empty();
    let (other, severity) = match on_path {
        Some(other) => (other.clone(), Severity::Warning),
        None if is_usual => (usual, Severity::Note),
        None => return None,
    };
    let what = format!("{} is a store of gover too", snapshot.short(&other));
    let why = "what one installs the other does not have; whether a program uses the one or the other depends on its GOVER_HOME and PATH";
    let count = snapshot.disk.list(&other.join("versions")).len();
    let fact = plural(count, "toolchain", "toolchains");
    let mut finding = Finding::new(severity, what, why)
        .shown_by([Evidence::path(&snapshot.gover.home, "in use here"), Evidence::path(&other, fact)]);
    if snapshot.variable("GOVER_HOME").is_some() {
        finding = finding.shown_by([snapshot.variable_evidence("GOVER_HOME")]);
    }
    let other = snapshot.word(&other);
    let command = if system.is_windows() {
        format!("Remove-Item -Recurse -Force {other}")
    } else {
        format!("rm -r {other}")
    };
    Some(finding.command(command))
}

fn large_cache(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let cache = snapshot.store.as_ref()?.cache;
    if cache < LARGE {
        return None;
    }
    let what = format!("gover's cache takes up {}", mebibytes(cache));
    let path = snapshot.gover.home.join("cache");
    let evidence = Evidence::path(path, mebibytes(cache));
    let finding = Finding::note(what, "all of it can be fetched again");
    Some(finding.shown_by([evidence]).command("gover cache clean"))
}

pub(super) fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// More lines tell nothing more.
const SHOWN: usize = 5;

/// Twice what indexes, tree heads and one download that broke off need.
const LARGE: u64 = 512 << 20;

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
