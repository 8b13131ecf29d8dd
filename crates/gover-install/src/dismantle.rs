//! Removing gover: what in a home is its own, and what is not and stays.

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::inventory::name_at;
use gover_core::platform::IS_WINDOWS;
use gover_core::{Layout, ToolchainName};
use gover_sys::{Lock, file};

use crate::files::{FileError, entries, remove};
use crate::staging::{self, UninstallError};

/// What becomes of a home if gover is removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    pub toolchains: Vec<PathBuf>,
    /// Everything else of gover, in the order in which it is removed: its program and the stamp of
    /// the home come last, so that an interrupted command can be run again.
    pub own: Vec<PathBuf>,
    /// What gover did not put there.
    pub foreign: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchains {
    Remove,
    /// With their receipts and the default.
    Keep,
}

impl Contents {
    pub fn of(layout: &Layout, toolchains: Toolchains) -> Result<Self, FileError> {
        let mut contents = Self::default();
        let mut last = Vec::new();
        for path in entries(layout.home())? {
            let keeps = toolchains == Toolchains::Keep;
            match name(&path) {
                "versions" | "receipts" | "default" | "current" if keeps => {}
                // Of a directory that is a link, only the link is gover's.
                "bin" | "versions" | "receipts" | "locks" | "share" | "cache" | "staging" | "sessions"
                | "doctor"
                    if !is_real_directory(&path) =>
                {
                    contents.own.push(path);
                }
                "versions" => contents.sort(&path, |path| name_at(path).is_some(), Sort::Toolchain)?,
                "receipts" => contents.sort(&path, is_receipt, Sort::Own)?,
                "share" => contents.sort_share(&path)?,
                "cache" | "staging" | "sessions" | "doctor" | "default" | "current" | "config.toml"
                | "shim.state" | "versions.index" => contents.own.push(path),
                "bin" => contents.sort(&path, is_own_program, Sort::Own)?,
                "locks" => {
                    for lock in entries(&path)? {
                        let is_own = name(&lock).strip_suffix(".lock").is_some();
                        let to = if is_own { &mut last } else { &mut contents.foreign };
                        to.push(lock);
                    }
                }
                _ if is_temporary_file(&path) => contents.own.push(path),
                _ => contents.foreign.push(path),
            }
        }
        let (end, mut own): (Vec<_>, Vec<_>) = std::mem::take(&mut contents.own)
            .into_iter()
            .partition(|path| [layout.program("gover"), layout.shim_stamp()].contains(path));
        own.append(&mut last);
        // The program, then the stamp: `.shim` sorts before `gover`.
        own.extend(end.into_iter().rev());
        contents.own = own;
        Ok(contents)
    }

    fn sort(
        &mut self,
        directory: &Path,
        is_own: impl Fn(&Path) -> bool,
        sort: Sort,
    ) -> Result<(), FileError> {
        for path in entries(directory)? {
            let list = match sort {
                _ if !is_own(&path) => &mut self.foreign,
                Sort::Toolchain => &mut self.toolchains,
                Sort::Own => &mut self.own,
            };
            list.push(path);
        }
        Ok(())
    }

    /// The manual pages and the mark of a package. Nothing is looked for behind a link.
    fn sort_share(&mut self, share: &Path) -> Result<(), FileError> {
        for path in entries(share)? {
            match name(&path) {
                "gover" if is_real_directory(&path) => {
                    self.sort(&path, |path| name(path) == "channel", Sort::Own)?;
                }
                "man" if is_real_directory(&path) => self.sort_manual(&path)?,
                _ => self.foreign.push(path),
            }
        }
        Ok(())
    }

    fn sort_manual(&mut self, manual: &Path) -> Result<(), FileError> {
        for section in entries(manual)? {
            if name(&section) == "man1" && is_real_directory(&section) {
                self.sort(&section, is_manual_page, Sort::Own)?;
            } else {
                self.foreign.push(section);
            }
        }
        Ok(())
    }

    /// Removes one toolchain: one rename makes it invisible first. `lock` is that of its name.
    pub fn remove_toolchain(layout: &Layout, path: &Path, lock: &Lock) -> Result<(), FileError> {
        let Some(name) = name_at(path) else { return Ok(()) };
        match staging::uninstall(layout, &name, lock) {
            Ok(_) | Err(UninstallError::NotInstalled { .. }) => Ok(()),
            Err(UninstallError::File(error)) => Err(error),
        }
    }

    /// Removes everything else, and the directories that are empty then. `locks` are all locks of the
    /// home, so no other gover is at work there. Windows keeps the name of an open file, so there they are
    /// released before their files are removed.
    ///
    /// A program that still runs on Windows goes beside the home, or to `temporary` where a user may
    /// not create files there.
    pub fn remove_own(&self, layout: &Layout, temporary: &Path, locks: Vec<Lock>) -> Result<(), FileError> {
        let home = layout.home();
        let beside = home.parent().unwrap_or(home);
        let mut locks = Some(locks);
        for path in &self.own {
            if IS_WINDOWS && path.parent() == Some(&layout.locks()) {
                drop(locks.take());
            }
            if path.parent() == Some(&layout.bin()) {
                let removed = file::remove_program(path, beside);
                let removed = removed.or_else(|_| file::remove_program(path, temporary));
                removed.map_err(FileError::at("remove", path))?;
            } else {
                remove(path)?;
            }
        }
        remove_empty(home);
        Ok(())
    }
}

/// The names of all locks that a home has, or needs for the toolchains in it; some twice.
pub fn lock_names(layout: &Layout) -> Result<Vec<String>, FileError> {
    let locks = entries(&layout.locks())?.into_iter();
    let mut names: Vec<_> =
        locks.filter_map(|path| Some(name(&path).strip_suffix(".lock")?.to_owned())).collect();
    let toolchains = entries(&layout.versions())?;
    names.extend(toolchains.iter().filter_map(|path| Some(name_at(path)?.to_string())));
    names.extend(staging::staged(layout)?);
    Ok(names)
}

#[derive(Clone, Copy)]
enum Sort {
    Toolchain,
    Own,
}

/// Removes the directories of a home that hold nothing any more.
fn remove_empty(home: &Path) {
    let directories = ["share/gover", "share/man/man1", "share/man", "share"];
    let others = ["bin", "versions", "receipts", "locks"];
    for directory in directories.iter().chain(&others) {
        drop(fs::remove_dir(home.join(directory)));
    }
    drop(fs::remove_dir(home));
}

fn is_own_program(path: &Path) -> bool {
    let name = name(path);
    let program = name.strip_suffix(".exe").unwrap_or(name);
    ["gover", "gover-shim", "go", "gofmt", ".shim"].contains(&program)
        || is_temporary_file(path)
        || ToolchainName::parse(program).is_ok()
}

fn is_receipt(path: &Path) -> bool {
    let name = name(path);
    let toolchain = name.strip_suffix(".json").or_else(|| name.strip_suffix(".files"));
    is_temporary_file(path) || toolchain.is_some_and(|name| ToolchainName::parse(name).is_ok())
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn is_manual_page(path: &Path) -> bool {
    let page = name(path).strip_suffix(".1").and_then(|name| name.strip_prefix("gover"));
    page.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Whether this is a file that was being written, or a program that was replaced: `.gover-PID-…`.
fn is_temporary_file(path: &Path) -> bool {
    let number = name(path).strip_prefix(".gover-").and_then(|rest| rest.split('-').next());
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        && path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
}

fn is_real_directory(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_gover_made_is_removed_and_the_program_last() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().join("home"));
        let write = |path: &str| {
            let path = path.split('/').fold(layout.home().to_owned(), |path, name| path.join(name));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        let program = |name: &str| format!("bin/{}", gover_core::layout::executable_name(name));
        for name in ["gover", "gover-shim", "go", "gofmt", "go1.91.2", "golangci-lint"] {
            write(&program(name));
        }
        for path in [
            "bin/.shim",
            "versions/go1.91.2/VERSION",
            "versions/mine/x",
            "receipts/go1.91.2.json",
            "receipts/notes.json",
            "cache/sumdb/x",
            "locks/go1.91.2.lock",
            "config.toml",
            "default",
            "share/man/man1/gover.1",
            "share/man/man1/gover-install.1",
            "share/man/man1/governor.1",
            "share/man/whatis",
            "share/gover/channel",
            "notes.txt",
            ".gover-12-3-config.toml",
            ".gover-notes",
            ".gover/versions/go1.91.2/VERSION",
        ] {
            write(path);
        }
        let contents = Contents::of(&layout, Toolchains::Remove).unwrap();
        let short = |paths: &[PathBuf]| -> Vec<String> {
            let relative = paths.iter().map(|path| path.strip_prefix(layout.home()).unwrap());
            let mut names: Vec<_> = relative.map(|path| path.to_str().unwrap().replace('\\', "/")).collect();
            names.sort();
            names
        };
        assert_eq!(short(&contents.toolchains), ["versions/go1.91.2"]);
        assert_eq!(
            short(&contents.foreign),
            [
                ".gover",
                ".gover-notes",
                program("golangci-lint").as_str(),
                "notes.txt",
                "receipts/notes.json",
                "share/man/man1/governor.1",
                "share/man/whatis",
                "versions/mine"
            ]
        );
        assert_eq!(contents.own.last(), Some(&layout.shim_stamp()));
        assert_eq!(contents.own.get(contents.own.len() - 2), Some(&layout.program("gover")));
        let lock = Lock::acquire(&root.path().join("lock"), || ()).unwrap();
        for toolchain in &contents.toolchains {
            Contents::remove_toolchain(&layout, toolchain, &lock).unwrap();
        }
        let contents = Contents::of(&layout, Toolchains::Remove).unwrap();
        contents.remove_own(&layout, root.path(), vec![lock]).unwrap();
        for path in &contents.foreign {
            assert!(path.exists(), "{}", path.display());
        }
        let again = Contents::of(&layout, Toolchains::Remove).unwrap();
        assert_eq!((again.own, again.toolchains), (Vec::new(), Vec::new()));
        assert_eq!(again.foreign, contents.foreign);
    }

    #[test]
    fn kept_toolchains_keep_their_receipts() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        for path in ["versions/go1.91.2", "receipts", "bin"] {
            fs::create_dir_all(layout.home().join(path)).unwrap();
        }
        fs::write(layout.home().join("receipts/go1.91.2.json"), "").unwrap();
        fs::write(layout.shim_stamp(), "").unwrap();
        let contents = Contents::of(&layout, Toolchains::Keep).unwrap();
        assert_eq!(contents, Contents { own: vec![layout.shim_stamp()], ..Contents::default() });
    }
}
