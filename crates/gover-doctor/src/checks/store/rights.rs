//! Directories and files of the store that are not writable for this user.

use crate::{Evidence, Finding, MachinePath, Snapshot};

pub(super) fn findings(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let home = &snapshot.gover.home;
    let names = snapshot.disk.list(home).into_iter().filter(|name| KNOWN.contains(&name.as_str()));
    let paths = std::iter::once(home.clone()).chain(names.map(|name| home.join(&name)));
    let locked: Vec<MachinePath> = paths.filter(|path| !snapshot.disk.is_writable(path)).collect();
    let Some(first) = locked.first() else { return Vec::new() };
    let what = match locked.len() {
        1 => format!("{} is not yours, or is read-only", snapshot.short(first)),
        count => format!("{count} parts of gover's directory are not yours, or are read-only"),
    };
    let why = "installing, `gover default` and `gover setup` fail with `permission denied`. `sudo gover` creates such files";
    let fact = || "is not writable".to_owned();
    let evidence = locked.iter().map(|path| Evidence::path(path, fact()));
    let home = snapshot.word(home);
    let command = if snapshot.system.is_windows() {
        format!("takeown /F {home} /R /D Y")
    } else {
        format!("sudo chown -R \"$(id -u):$(id -g)\" {home}")
    };
    vec![Finding::error(what, why).shown_by(evidence).command(command)]
}

/// Files and directories that gover writes.
const KNOWN: &[&str] = &[
    "bin",
    "cache",
    "config.toml",
    "default",
    "doctor",
    "locks",
    "receipts",
    "sessions",
    "shim.state",
    "staging",
    "versions",
];
