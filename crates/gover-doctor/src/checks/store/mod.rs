//! Problems of gover's own directory.

mod file_system;
mod toolchains;

use gover_core::display::mebibytes;
use gover_core::text::counted;

use crate::snapshot::manager::Leftover;
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot};

pub(crate) const CHECKS: &[Check] = &[Check {
    name: "store",
    summary: "damage, leftovers, wrong permissions, an unsuitable disk or a second store",
    symptom: "`cannot execute …/versions/go1.22.5/bin/go`, `package fmt is not in std`, `permission denied` \
            below `~/.gover`, or toolchains that `gover list` shows in one terminal but not in another.",
    cause: "A crash or a full disk during an install, `sudo gover install`, files deleted by hand, a \
            GOVER_HOME that only some programs have, or a disk that is remote or does not allow programs.",
    repair: "`gover prune` removes unused files, `gover install --force VERSION` reinstalls a toolchain, and \
            `chown` makes you the owner of files of root. `--fix` does none of it, since it deletes files.",
    run,
}];

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    if !snapshot.exists(&snapshot.gover.home) {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = locked(snapshot).into_iter().collect();
    findings.extend(file_system::finding(snapshot));
    findings.extend(toolchains::findings(snapshot));
    findings.extend(leftovers(snapshot, true));
    findings.extend(leftovers(snapshot, false));
    findings.extend(second_store(snapshot));
    findings.extend(large_cache(snapshot));
    findings
}

fn locked(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let home = &snapshot.gover.home;
    let is_own = |name: &String| DIRECTORIES.contains(&name.as_str()) || FILES.contains(&name.as_str());
    let names = snapshot.disk.list(home).into_iter().filter(is_own);
    let paths = std::iter::once(home.clone()).chain(names.map(|name| home.join(name)));
    let locked: Vec<MachinePath> = paths.filter(|path| !snapshot.disk.is_writable(path)).collect();
    let what = match locked.as_slice() {
        [] => return None,
        [path] => format!("{} is not yours, or is read-only", snapshot.short(path)),
        paths => format!("{} parts of gover's directory are not yours, or are read-only", paths.len()),
    };
    let why = "installing, `gover default` and `gover setup` fail with `permission denied`. `sudo gover` creates such files";
    let evidence = locked.iter().map(|path| Evidence::path(path, "is not writable"));
    let home = snapshot.word(home);
    Some(Finding::error(what, why).shown_by(evidence).command(if snapshot.system.is_windows() {
        format!("takeown /F {home} /R /D Y")
    } else {
        format!("sudo chown -R \"$(id -u):$(id -g)\" {home}")
    }))
}

/// What gover writes.
const DIRECTORIES: &[&str] =
    &["bin", "cache", "doctor", "locks", "receipts", "sessions", "staging", "versions"];
const FILES: &[&str] = &["config.toml", "default", "shim.state"];

/// Files that `gover prune` removes: damage, or the rest.
fn leftovers(snapshot: &Snapshot<'_>, is_damage: bool) -> Option<Finding> {
    let store = snapshot.store.as_ref()?;
    let found: Vec<&Leftover> =
        store.leftovers.iter().filter(|leftover| leftover.is_damage == is_damage).collect();
    found.first()?;
    let (severity, what, why) = if is_damage {
        let what = match found.len() {
            1 => "1 entry of versions/ is not a toolchain".to_owned(),
            count => format!("{count} entries of versions/ are not toolchains"),
        };
        (Severity::Warning, what, "it is never selected, and gover installs such a version again")
    } else {
        let size = mebibytes(found.iter().map(|leftover| leftover.bytes).sum());
        let what = counted(found.len(), "leftover");
        (Severity::Note, format!("{what} of crashes or closed shells, {size}"), "unused; safe to delete")
    };
    let evidence = found.iter().take(SHOWN).map(|leftover| {
        Evidence::path(&leftover.path, format!("{}, {}", leftover.what, mebibytes(leftover.bytes)))
    });
    Some(Finding::new(severity, what, why).shown_by(evidence).command("gover prune"))
}

/// Another store: the default one, or one whose programs are on PATH.
fn second_store(snapshot: &Snapshot<'_>) -> Option<Finding> {
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
    let what = format!("{} is also a store of gover", snapshot.short(&other));
    let why = "each has its own toolchains, and GOVER_HOME and PATH decide which one a program uses";
    let fact = counted(snapshot.disk.list(&other.join("versions")).len(), "toolchain");
    let finding = Finding::new(severity, what, why)
        .shown_by([Evidence::path(&snapshot.gover.home, "in use here"), Evidence::path(&other, fact)])
        .shown_by(snapshot.variable("GOVER_HOME").map(|_| snapshot.variable_evidence("GOVER_HOME")));
    let remove = if snapshot.system.is_windows() { "Remove-Item -Recurse -Force" } else { "rm -r" };
    Some(finding.command(format!("{remove} {}", snapshot.word(&other))))
}

fn large_cache(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let cache = snapshot.store.as_ref().map(|store| store.cache).filter(|cache| *cache >= LARGE)?;
    let what = format!("gover's cache uses {}", mebibytes(cache));
    let evidence = Evidence::path(snapshot.gover.home.join("cache"), mebibytes(cache));
    let finding = Finding::note(what, "everything in it can be downloaded again");
    Some(finding.shown_by([evidence]).command("gover cache clean"))
}

const SHOWN: usize = 5;

/// Twice the size of indexes, tree heads and one unfinished download.
const LARGE: u64 = 512 << 20;

#[cfg(test)]
mod tests;
