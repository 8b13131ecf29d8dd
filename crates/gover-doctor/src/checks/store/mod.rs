//! Problems of gover's own directory.

mod file_system;
mod rights;
mod roaming;
mod second;
mod toolchains;

use gover_core::display::mebibytes;
use gover_core::text::counted;

use crate::snapshot::manager::Leftover;
use crate::{Check, Evidence, Finding, Severity, Snapshot, scope, text};

pub(crate) const CHECKS: &[Check] = &[Check {
    name: "store",
    summary: crate::Words::english(
        "damage, leftovers, wrong permissions, an unsuitable disk or a second store",
    ),
    symptom: crate::Words::english(
        "`cannot execute …/versions/go1.22.5/bin/go`, `package fmt is not in std`, `permission denied` \
            below `~/.gover`, or toolchains that `gover list` shows in one terminal but not in another.",
    ),
    cause: crate::Words::english(
        "A crash or a full disk during an install, `sudo gover install`, files deleted by hand, a umask of \
            000, a GOVER_HOME that only some programs have, a disk that is remote or does not allow programs, or \
            a roaming profile of Windows. An administrator's store for all users, or one that a group shares (setgid), is fine.",
    ),
    repair: crate::Words::english(
        "`gover prune` removes unused files, `gover install --force VERSION` reinstalls a toolchain, \
            `chown` makes you the owner of files of root in your own store, and `chmod` takes the right to \
            write from others. `--fix` does none of it. For a store of root, the commands start with `sudo`. For \
            a store of another user, none is shown.",
    ),
    scope: |snapshot| {
        scope::given(
            snapshot.exists(&snapshot.gover.home),
            text!(en "GOVER_HOME does not exist", zh "GOVER_HOME 不存在"),
        )
    },
    run,
}];

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let mut findings = rights::findings(snapshot);
    findings.extend(file_system::finding(snapshot));
    findings.extend(roaming::finding(snapshot));
    findings.extend(toolchains::findings(snapshot));
    findings.extend(leftovers(snapshot, true));
    findings.extend(leftovers(snapshot, false));
    findings.extend(second::finding(snapshot));
    findings.extend(large_cache(snapshot));
    findings
}

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
