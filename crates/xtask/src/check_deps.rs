//! `check-deps`: the shim depends on what is listed here and on nothing else.
//!
//! The shim starts with every `go` command, so each crate in it costs every build of every user.
//! The list is the wall of docs/architecture.md; a crate is added to it by hand and with a reason,
//! or not at all.

use std::collections::BTreeSet;
use std::process::Command;

/// What the shim may contain on every platform.
const EVERYWHERE: &[&str] = &["gover-core", "gover-shim", "gover-sys", "semver"];

/// What it may contain on Windows besides: directory links, and the system calls gover-sys makes.
const ON_WINDOWS: &[&str] = &["junction", "scopeguard", "windows-link", "windows-sys"];

/// The targets that are looked at, with what they may have beyond [`EVERYWHERE`].
const TARGETS: &[(&str, &[&str])] = &[
    ("x86_64-unknown-linux-gnu", &[]),
    ("aarch64-unknown-linux-musl", &[]),
    ("aarch64-apple-darwin", &[]),
    ("x86_64-pc-windows-gnu", ON_WINDOWS),
    ("x86_64-pc-windows-msvc", ON_WINDOWS),
];

/// Compares `cargo tree` with the lists; the error names each crate that must not be there.
pub(crate) fn run() -> Result<(), String> {
    let mut problems = Vec::new();
    for (target, further) in TARGETS {
        let allowed: BTreeSet<&str> = EVERYWHERE.iter().chain(*further).copied().collect();
        let found = dependencies(target)?;
        let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        for name in found.difference(&allowed) {
            problems.push(format!("{target}: the shim must not depend on `{name}`"));
        }
        for name in EVERYWHERE.iter().filter(|name| !found.contains(*name)) {
            problems.push(format!("{target}: `{name}` is gone; the list in check_deps.rs is out of date"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// The names of all crates in the shim for a target, itself included.
fn dependencies(target: &str) -> Result<Vec<String>, String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package", "gover-shim", "--edges", "normal", "--prefix", "none"])
        .args(["--format", "{p}", "--target", target])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(names(&String::from_utf8_lossy(&output.stdout)))
}

/// The first word of each line of `cargo tree`.
fn names(tree: &str) -> Vec<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_as_its_names() {
        let tree = "gover-shim v0.1.0 (/p/shims)\nsemver v1.0.28\nwindows-sys v0.61.2 (*)\n";
        assert_eq!(names(tree), ["gover-shim", "semver", "windows-sys"]);
    }
}
