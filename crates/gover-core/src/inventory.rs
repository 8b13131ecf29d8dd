//! The installed toolchains: the directories in `versions/`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::bounded;
use crate::layout::{Layout, goroot_program};
use crate::version::ToolchainName;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Installed toolchains, oldest first.
    pub toolchains: Vec<ToolchainName>,
    /// Entries that are not toolchains: never selected, and shown by `gover list`. `gover prune`
    /// removes those that have the name of one.
    pub damaged: Vec<Damage>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    pub path: PathBuf,
    pub reason: &'static str,
}

impl Inventory {
    /// Looks at every entry. A store that does not exist is empty.
    pub fn scan(layout: &Layout) -> io::Result<Self> {
        let mut inventory = Self::default();
        for entry in entries(&layout.versions())? {
            let path = layout.versions().join(&entry);
            match name_of(&entry) {
                None => inventory.damaged.push(Damage { path, reason: "is not the name of a toolchain" }),
                Some(name) => match damage(&path) {
                    None => inventory.toolchains.push(name),
                    Some(reason) => inventory.damaged.push(Damage { path, reason }),
                },
            }
        }
        inventory.toolchains.sort();
        inventory.damaged.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(inventory)
    }
}

/// Two file look-ups, however large the store is.
pub fn is_installed(layout: &Layout, name: &ToolchainName) -> bool {
    is_goroot(&layout.toolchain(name))
}

/// The names in `versions/`, unchecked, newest last.
pub fn candidates(layout: &Layout) -> io::Result<Vec<ToolchainName>> {
    let mut names: Vec<_> = entries(&layout.versions())?.iter().filter_map(|entry| name_of(entry)).collect();
    names.sort();
    Ok(names)
}

/// Whether a directory has what makes it a GOROOT: `bin/go` and `VERSION`. A build from a checkout
/// of Go's repository has `VERSION.cache` (cmd/dist, `findgoversion`).
pub fn is_goroot(path: &Path) -> bool {
    damage(path).is_none()
}

/// The name in a GOROOT's `VERSION`: its first line, trimmed.
pub fn version_of(goroot: &Path) -> Option<ToolchainName> {
    let text = bounded::read_text(&goroot.join("VERSION"), bounded::SMALL_FILE).ok()?;
    ToolchainName::parse(text.lines().next()?.trim()).ok()
}

fn damage(path: &Path) -> Option<&'static str> {
    let is_file = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    if !is_file(&goroot_program(path, "go")) {
        Some("has no bin/go")
    } else if !is_file(&path.join("VERSION")) && !is_file(&path.join("VERSION.cache")) {
        Some("has no VERSION")
    } else {
        None
    }
}

/// The toolchain that a directory in `versions/` is named after.
pub fn name_at(path: &Path) -> Option<ToolchainName> {
    name_of(path.file_name()?)
}

fn name_of(entry: &OsStr) -> Option<ToolchainName> {
    ToolchainName::parse(entry.to_str()?).ok()
}

fn entries(directory: &Path) -> io::Result<Vec<OsString>> {
    match fs::read_dir(directory) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.file_name())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_directories_with_go_and_version_are_toolchains() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        assert_eq!(Inventory::scan(&layout).unwrap(), Inventory::default());
        for (name, files) in [
            ("go1.22.5", &["bin", "VERSION"][..]),
            ("go1.9", &["bin", "VERSION"]),
            ("go1.21.0", &["bin"]),
            ("junk", &[]),
        ] {
            let path = layout.versions().join(name);
            fs::create_dir_all(path.join("bin")).unwrap();
            for file in files {
                let file = if *file == "bin" { goroot_program(&path, "go") } else { path.join(file) };
                fs::write(file, "").unwrap();
            }
        }
        let inventory = Inventory::scan(&layout).unwrap();
        assert_eq!(
            inventory.toolchains.iter().map(ToolchainName::as_str).collect::<Vec<_>>(),
            ["go1.9", "go1.22.5"]
        );
        let damaged: Vec<_> = inventory.damaged.iter().map(|damage| damage.reason).collect();
        assert_eq!(damaged, ["has no VERSION", "is not the name of a toolchain"]);
    }
}
