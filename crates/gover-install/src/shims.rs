//! The programs in `bin/`: a copy of the shim named `go`, and links or copies with its other names.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_archive::digest::Sha256;
use gover_core::inventory::Inventory;
use gover_core::layout::executable_name;
use gover_core::platform::IS_WINDOWS;
use gover_core::{Diagnose, Layout, ToolchainName, tool};
use gover_sys::{Lock, file, link};

use crate::files::{FileError, create_directory, remove};
use crate::store_index;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShimChanges {
    pub added: Vec<String>,
    pub removed: Vec<String>,
    /// Whether the shim itself was missing or outdated.
    pub renewed: bool,
}

/// The name of the lock that [`refresh`] needs.
pub const LOCK: &str = "shims";

/// Updates the names in `bin/` and the index to match `versions/`, and replaces the shim if it is not
/// `program`, the one of this gover. `lock` is [`LOCK`]. Replacing a program does not disturb one
/// that runs. Other programs in `bin/` are left alone.
pub fn refresh(layout: &Layout, program: &Path, lock: &Lock) -> Result<ShimChanges, ShimError> {
    let bytes = fs::read(program).map_err(|source| ShimError::NoShim { path: program.to_owned(), source })?;
    let stamp = format!("{}\n", Sha256::of(&bytes));
    let bin = layout.bin();
    create_directory(&bin)?;
    file::remove_leftovers(&bin).map_err(FileError::at("read", &bin))?;

    let versions = layout.versions();
    let inventory = Inventory::scan(layout).map_err(FileError::at("read", &versions))?;
    let wanted = names(&inventory);

    let (base, stamp_path) = (layout.program("go"), layout.shim_stamp());
    let has = |path: &Path, bytes: &[u8]| fs::read(path).is_ok_and(|found| found == bytes);
    let renewed = !is_real_file(&base) || !has(&base, &bytes) || !has(&stamp_path, stamp.as_bytes());
    if renewed {
        // The stamp is emptied first and written last, so that a crash in between causes another
        // refresh. It is never missing, because shims find their home by it.
        file::replace_atomically(&stamp_path, b"").map_err(FileError::at("write", &stamp_path))?;
        file::install_program(program, &base).map_err(FileError::at("write", &base))?;
    }
    let mut changes = ShimChanges { renewed, ..ShimChanges::default() };
    for name in ["gofmt"].iter().chain(&wanted) {
        if alias(&base, &layout.program(name))? {
            changes.added.push((*name).to_owned());
        }
    }
    let tools = tool::names(layout);
    for name in &tools {
        let target = layout.program(name);
        if may_be_replaced(&base, &target) && alias(&base, &target)? {
            changes.added.push(name.clone());
        }
    }
    changes.removed = remove_stale(&bin, &base, (&wanted, &tools))?;
    // Without an index, the shim reads the directory.
    drop(store_index::refresh(layout, lock));
    if renewed {
        file::replace_atomically(&stamp_path, stamp.as_bytes())
            .map_err(FileError::at("write", &stamp_path))?;
    }
    Ok(changes)
}

/// Whether `bin/` was made from another shim than `program` and needs a [`refresh`].
pub fn is_stale(layout: &Layout, program: &Path) -> bool {
    let stamp = fs::read_to_string(layout.shim_stamp()).unwrap_or_default();
    fs::read(program).is_ok_and(|bytes| stamp.trim_end() != Sha256::of(&bytes).to_string())
}

/// Whether `bin/` has exactly the names of the installed toolchains and of tools; after a crash it may not. A
/// `bin/` without a stamp is not gover's and counts as right.
pub fn names_are_right(layout: &Layout) -> bool {
    let (Ok(inventory), Ok(entries)) = (Inventory::scan(layout), fs::read_dir(layout.bin())) else {
        return true;
    };
    let (base, entries) = (layout.program("go"), entries.flatten().collect::<Vec<_>>());
    let named: BTreeSet<String> = entries.iter().filter_map(toolchain).collect();
    let tools: BTreeSet<String> = entries.iter().filter_map(|entry| tool_named(entry, &base)).collect();
    let mut wanted = tool::names(layout);
    wanted.retain(|name| may_be_replaced(&base, &layout.program(name)));
    !layout.shim_stamp().is_file() || (names(&inventory).into_iter().eq(&named) && wanted == tools)
}

fn names(inventory: &Inventory) -> BTreeSet<&str> {
    inventory.toolchains.iter().filter(|name| is_plain_name(name)).map(ToolchainName::as_str).collect()
}

/// The toolchain that a program in `bin/` is named after.
fn toolchain(entry: &fs::DirEntry) -> Option<String> {
    let file_name = entry.file_name().into_string().ok()?;
    let name = program_name(&file_name)?;
    ToolchainName::parse(name).is_ok().then(|| name.to_owned())
}

fn program_name(file_name: &str) -> Option<&str> {
    file_name.strip_suffix(&executable_name(""))
}

/// Whether gover puts a file of this name into `bin/`.
pub(crate) fn is_own_file(file_name: &str) -> bool {
    let is_program = |name| ["gover", "gover-shim", "go"].contains(&name);
    let is_own = |name| is_program(name) || (IS_WINDOWS && is_alias(name));
    file_name == ".shim" || program_name(file_name).is_some_and(is_own)
}

/// Whether it is another name of the shim. On Unix they are links to `go`.
pub(crate) fn is_alias(name: &str) -> bool {
    name == "gofmt" || ToolchainName::parse(name).is_ok()
}

#[derive(Debug, thiserror::Error)]
pub enum ShimError {
    #[error("cannot read the shim program `{}`", path.display())]
    NoShim { path: PathBuf, source: io::Error },
    #[error(transparent)]
    File(#[from] FileError),
}

impl Diagnose for ShimError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NoShim { .. } => {
                vec!["gover and gover-shim belong in one directory; install gover again".to_owned()]
            }
            Self::File(error) => error.hints(),
        }
    }
}

/// Whether `name`, which custom builds choose, can be a directory and a program everywhere.
pub(crate) fn is_plain_name(name: &ToolchainName) -> bool {
    name.as_str()
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+'))
        && !name.as_str().contains("..")
        && !name.as_str().ends_with('.')
}

/// Makes `target` another name of the shim. Returns whether there was no file of that name. On Unix
/// it is a symbolic link, so that a new shim needs one rename. On Windows, where symbolic links
/// need a privilege, it is a hard link or a copy.
fn alias(base: &Path, target: &Path) -> Result<bool, FileError> {
    let missing = target.symlink_metadata().is_err();
    if IS_WINDOWS {
        file::hard_link_or_copy(base, target).map_err(FileError::at("create", target))?;
    } else {
        let name = Path::new(base.file_name().unwrap_or_default());
        let is = link::read(target).map_err(FileError::at("read", target))?;
        if is.as_deref() != Some(name) {
            if is.is_none() && !missing {
                remove(target)?;
            }
            link::replace(name, target).map_err(FileError::at("create", target))?;
        }
    }
    Ok(missing)
}

/// Whether a tool may have its name in `bin`: nothing else does. On Windows, where the shim is copied,
/// `gover tools install` has looked.
pub fn may_be_replaced(base: &Path, target: &Path) -> bool {
    target.symlink_metadata().is_err() || IS_WINDOWS || is_another_name(base, target)
}

/// Whether a file is the shim under another name.
fn is_another_name(base: &Path, path: &Path) -> bool {
    if IS_WINDOWS {
        return file::same_file(base, path).unwrap_or(false);
    }
    link::read(path).ok().flatten().is_some_and(|target| Some(target.as_os_str()) == base.file_name())
}

/// The tool that a program in `bin/` is named after.
fn tool_named(entry: &fs::DirEntry, base: &Path) -> Option<String> {
    let file_name = entry.file_name().into_string().ok()?;
    let name = program_name(&file_name).filter(|name| tool::is_tool_name(name))?;
    is_another_name(base, &entry.path()).then(|| name.to_owned())
}

/// Removes names of toolchains and tools that are gone. On Windows, one that runs stays until next time.
fn remove_stale(
    bin: &Path,
    base: &Path,
    (toolchains, tools): (&BTreeSet<&str>, &BTreeSet<String>),
) -> Result<Vec<String>, FileError> {
    let mut removed = Vec::new();
    for entry in fs::read_dir(bin).map_err(FileError::at("read", bin))? {
        let entry = entry.map_err(FileError::at("read", bin))?;
        let stale = toolchain(&entry).filter(|name| !toolchains.contains(name.as_str()));
        let stale = stale.or_else(|| tool_named(&entry, base).filter(|name| !tools.contains(name)));
        removed.extend(stale.filter(|_| fs::remove_file(entry.path()).is_ok()));
    }
    removed.sort();
    Ok(removed)
}

fn is_real_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Home {
        root: tempfile::TempDir,
        layout: Layout,
        program: PathBuf,
    }

    impl Home {
        fn new(toolchains: &[&str]) -> Self {
            let root = tempfile::tempdir().unwrap();
            let home = Self {
                layout: Layout::new(root.path().join("home")),
                program: root.path().join("gover-shim"),
                root,
            };
            fs::write(&home.program, "shim one").unwrap();
            for name in toolchains {
                home.add(name);
            }
            home
        }

        fn add(&self, name: &str) {
            let goroot = self.layout.versions().join(name);
            fs::create_dir_all(goroot.join("bin")).unwrap();
            fs::write(gover_core::layout::goroot_program(&goroot, "go"), "").unwrap();
            fs::write(goroot.join("VERSION"), name).unwrap();
        }

        fn refresh(&self) -> ShimChanges {
            let lock = Lock::acquire(&self.layout.lock(LOCK), || ()).unwrap();
            refresh(&self.layout, &self.program, &lock).unwrap()
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(self.layout.bin()).unwrap();
            let mut names: Vec<_> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.retain(|name| name != ".shim");
            names.sort();
            names.iter().map(|name| name.trim_end_matches(".exe").to_owned()).collect()
        }

        fn content(&self, name: &str) -> String {
            fs::read_to_string(self.layout.program(name)).unwrap()
        }
    }

    #[test]
    fn every_toolchain_gets_its_name_and_loses_it_again() {
        let home = Home::new(&["go1.91.2", "go1.90.1"]);
        assert_eq!(home.refresh().added, ["gofmt", "go1.90.1", "go1.91.2"]);
        assert_eq!(home.names(), ["go", "go1.90.1", "go1.91.2", "gofmt"]);
        assert_eq!(home.content("go1.90.1"), "shim one");
        fs::remove_dir_all(home.layout.versions().join("go1.90.1")).unwrap();
        assert_eq!(home.refresh().removed, ["go1.90.1"]);
        assert_eq!(home.names(), ["go", "go1.91.2", "gofmt"]);
    }

    #[test]
    fn a_second_refresh_changes_nothing() {
        let home = Home::new(&["go1.91.2"]);
        home.refresh();
        assert!(!is_stale(&home.layout, &home.program));
        assert_eq!(home.refresh(), ShimChanges::default());
    }

    #[test]
    fn a_new_shim_reaches_every_name() {
        let home = Home::new(&["go1.91.2"]);
        home.refresh();
        fs::write(&home.program, "shim two").unwrap();
        assert!(is_stale(&home.layout, &home.program));
        assert!(home.refresh().renewed);
        for name in ["go", "gofmt", "go1.91.2"] {
            assert_eq!(home.content(name), "shim two", "{name}");
        }
    }

    #[test]
    fn what_is_not_a_shim_stays() {
        let home = Home::new(&[]);
        fs::create_dir_all(home.layout.bin()).unwrap();
        for name in ["gover", "golangci-lint", "go1x"] {
            fs::write(home.layout.program(name), name).unwrap();
        }
        home.refresh();
        assert_eq!(home.names(), ["go", "go1x", "gofmt", "golangci-lint", "gover"]);
    }

    #[test]
    fn a_damaged_toolchain_has_no_name() {
        let home = Home::new(&["go1.91.2"]);
        home.refresh();
        fs::remove_file(home.layout.versions().join("go1.91.2").join("VERSION")).unwrap();
        assert_eq!(home.refresh().removed, ["go1.91.2"]);
    }

    #[test]
    fn an_old_go_that_is_a_copy_or_a_link_is_replaced() {
        let home = Home::new(&["go1.91.2"]);
        fs::create_dir_all(home.layout.bin()).unwrap();
        for name in ["go", "gofmt", "go1.91.2"] {
            fs::write(home.layout.program(name), "of an earlier time").unwrap();
        }
        assert!(home.refresh().renewed);
        for name in ["go", "gofmt", "go1.91.2"] {
            assert_eq!(home.content(name), "shim one", "{name}");
        }
    }

    #[test]
    fn a_missing_shim_program_is_told() {
        let home = Home::new(&[]);
        let lock = Lock::acquire(&home.layout.lock(LOCK), || ()).unwrap();
        let missing = home.root.path().join("nowhere");
        let error = refresh(&home.layout, &missing, &lock).unwrap_err();
        assert!(matches!(error, ShimError::NoShim { .. }));
        assert!(!error.hints().is_empty());
    }
}
