//! Removing gover: which entries of a home are its own, and which ones stay.
//!
//! Users may keep files anywhere in a home, so each entry is checked. gover removes only entries with
//! a name that it uses in that place, and does not follow links.

use std::collections::BTreeSet;
use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};

use gover_core::inventory::name_at;
use gover_core::platform::IS_WINDOWS;
use gover_core::{Layout, ToolchainName, tool};
use gover_log::is_cached;
use gover_source::is_cache_file;
use gover_sys::{Lock, file, link};

use crate::files::{FileError, entries, remove};
use crate::part_file::is_part;
use crate::prune::toolchain_of_document;
use crate::shims;
use crate::staging::{self, UninstallError};

/// What happens to each entry of a home if gover is removed.
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
        contents.sort(layout.home(), "", toolchains)?;
        let rank = |path: &PathBuf| {
            let last = [layout.program("gover"), layout.shim_stamp()];
            let end = last.iter().position(|one| one == path).map(|position| position + 2);
            end.unwrap_or_else(|| usize::from(path.starts_with(layout.locks())))
        };
        contents.own.sort_by_cached_key(rank);
        Ok(contents)
    }

    /// Sorts the entries of a directory, which is at `place` below the home.
    fn sort(&mut self, directory: &Path, place: &str, toolchains: Toolchains) -> Result<(), FileError> {
        for path in entries(directory)? {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                self.foreign.push(path);
                continue;
            };
            let inside = if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") };
            if toolchains == Toolchains::Keep && belongs_to_toolchains(&inside) {
                continue;
            }
            match owner(&path, &inside) {
                Owner::Toolchain => self.toolchains.push(path),
                Owner::Gover => self.own.push(path),
                Owner::Other => self.foreign.push(path),
                Owner::Several => self.sort_mixed(path, &inside, toolchains)?,
            }
        }
        Ok(())
    }

    /// If nothing in a directory belongs to gover, names the directory instead of its files. Never names
    /// a directory that gover makes, such as `bin`.
    fn sort_mixed(
        &mut self,
        directory: PathBuf,
        inside: &str,
        toolchains: Toolchains,
    ) -> Result<(), FileError> {
        let (own, foreign) = (self.own.len(), self.foreign.len());
        self.sort(&directory, inside, toolchains)?;
        let is_place = PLACES.iter().any(|place| below(inside, place.literal()).is_some());
        if !is_place && self.own.len() == own {
            self.foreign.truncate(foreign);
            self.foreign.push(directory);
        }
        Ok(())
    }

    /// Removes one toolchain: one rename makes it invisible first, unless that leads behind a link.
    /// `lock` is that of its name.
    pub fn remove_toolchain(layout: &Layout, path: &Path, lock: &Lock) -> Result<(), FileError> {
        let Some(name) = name_at(path) else { return Ok(()) };
        if !has_real_store(layout) {
            return remove(path);
        }
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
            remove_empty(path.parent(), home);
        }
        for place in PLACES {
            remove_empty(Some(&real_directory(home, place.literal())), home);
        }
        drop(fs::remove_dir(home));
        Ok(())
    }
}

/// The names of the locks that a home has, or needs for the toolchains in it.
pub fn lock_names(layout: &Layout) -> Result<BTreeSet<String>, FileError> {
    let mut names = BTreeSet::from(LOCKS.map(str::to_owned));
    let locks = entries(&layout.locks())?;
    let locks = locks.iter().filter_map(|path| path.file_name()?.to_str());
    names.extend(
        locks.filter(|name| is_lock(name)).filter_map(|name| Some(name.strip_suffix(".lock")?.into())),
    );
    let toolchains = entries(&layout.versions())?;
    names.extend(toolchains.iter().filter_map(|path| Some(name_at(path)?.to_string())));
    names.extend(staging::staged(layout)?);
    Ok(names)
}

/// Recovers what a crash left in staging, which may be a toolchain. `lock_of` gives the lock of a
/// name. Changes nothing behind a link.
pub fn recover<'a>(layout: &Layout, lock_of: impl Fn(&str) -> Option<&'a Lock>) -> Result<(), FileError> {
    if !has_real_store(layout) {
        return Ok(());
    }
    for name in staging::staged(layout)? {
        if let Some(lock) = lock_of(&name) {
            staging::recover(layout, &name, lock)?;
        }
    }
    Ok(())
}

/// Where gover makes something, and how it names it. Whatever else is in a home belongs to others.
struct Place {
    /// Below the home. `/**` at the end means that `is_own` gets a path below it instead of a name.
    directory: &'static str,
    shape: Shape,
    is_own: fn(&str) -> bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    File,
    /// With everything in it.
    Tree,
    Toolchain,
    Link,
    /// A link that leads to this name.
    LinkTo(&'static str),
    /// The shim by the name of a tool that is kept for a toolchain.
    Tool,
}

const PLACES: [Place; 26] = [
    place("", Shape::File, |name| ["config.toml", "default", "shim.state", "versions.index"].contains(&name)),
    place("", Shape::Link, |name| name == "current"),
    place("bin", Shape::File, shims::is_own_file),
    place("bin", Shape::LinkTo("go"), shims::is_alias),
    place("bin", Shape::Tool, is_tool),
    place("tools/**", Shape::File, tool::is_own_file),
    place("versions", Shape::Toolchain, is_toolchain),
    place("receipts", Shape::File, |name| toolchain_of_document(name).is_some_and(is_toolchain)),
    place("cache", Shape::File, |name| name == "failed-sources.json" || is_part(name)),
    place("cache/index", Shape::File, is_cache_file),
    place("cache/sumdb/**", Shape::File, is_cached),
    place("cache/vulndb", Shape::File, |name| name == "go.json"),
    place("cache/vulndb", Shape::Tree, is_unpacked_database),
    place("staging", Shape::Tree, |name| name == "self"),
    place("staging/**", Shape::Tree, staging::is_own_tree),
    place("staging/**", Shape::File, staging::is_own_file),
    place("locks", Shape::File, is_lock),
    place("sessions", Shape::File, |name| name.parse::<u32>().is_ok()),
    place("bisect", Shape::File, is_search),
    place("doctor", Shape::File, is_journal),
    place("doctor.old", Shape::File, is_journal),
    place("editor/**", Shape::File, |path| path.split_once('/').is_some_and(|(_, name)| is_journal(name))),
    place("proxy", Shape::File, is_journal),
    place("proxy.old", Shape::File, is_journal),
    place("share/gover", Shape::File, |name| name == "channel"),
    place("share/man/man1", Shape::File, is_manual_page),
];

/// The locks that do not belong to a toolchain.
const LOCKS: [&str; 9] =
    ["bisect", "config", "default", "doctor", "given", "keep-bin", "self", "sessions", "shims"];

const fn place(directory: &'static str, shape: Shape, is_own: fn(&str) -> bool) -> Place {
    Place { directory, shape, is_own }
}

impl Place {
    fn literal(&self) -> &'static str {
        self.directory.strip_suffix("/**").unwrap_or(self.directory)
    }

    fn is_deep(&self) -> bool {
        self.directory != self.literal()
    }

    /// Whether gover may have made the entry `path`, which is at `inside` below the home: under its
    /// final name or a temporary one.
    fn has(&self, path: &Path, inside: &str) -> bool {
        let (directory, name) = inside.rsplit_once('/').unwrap_or(("", inside));
        let Some(above) = below(self.literal(), directory) else { return false };
        if !(above.is_empty() || self.is_deep()) || !self.shape.is_of(path) {
            return false;
        }
        let is_own = |name: &str| {
            (self.is_own)(&if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") })
        };
        let aside = |name: &str| name.strip_suffix(file::ASIDE).is_some_and(is_own);
        let temporary = || file::temporary_for(name).filter(|_| self.shape.has_temporary_names());
        is_own(name) || temporary().is_some_and(|name| is_own(name) || aside(name))
    }
}

impl Shape {
    fn is_of(self, path: &Path) -> bool {
        let Ok(metadata) = path.symlink_metadata() else { return false };
        match self {
            Self::File => metadata.is_file(),
            Self::Tree | Self::Toolchain => metadata.is_dir(),
            Self::Link => metadata.is_symlink(),
            Self::Tool if IS_WINDOWS => metadata.is_file() && is_kept(path),
            Self::Tool => Self::LinkTo("go").is_of(path),
            Self::LinkTo(name) => link::read(path).ok().flatten().is_some_and(|to| to == Path::new(name)),
        }
    }

    /// Directories are made in staging instead.
    fn has_temporary_names(self) -> bool {
        !matches!(self, Self::Tree | Self::Toolchain)
    }
}

enum Owner {
    Toolchain,
    Gover,
    Other,
    /// A directory in which gover makes something.
    Several,
}

fn owner(path: &Path, inside: &str) -> Owner {
    match PLACES.iter().find(|place| place.has(path, inside)) {
        Some(Place { shape: Shape::Toolchain, .. }) => Owner::Toolchain,
        Some(_) => Owner::Gover,
        None if !Shape::Tree.is_of(path) => Owner::Other,
        None => {
            let holds = |place: &Place| place.is_deep() && below(place.literal(), inside).is_some();
            let is_used = |place: &Place| below(inside, place.literal()).is_some() || holds(place);
            if PLACES.iter().any(is_used) { Owner::Several } else { Owner::Other }
        }
    }
}

/// What is left of `path` below `from`, empty if they are the same; `None` if it is somewhere else.
fn below<'a>(from: &str, path: &'a str) -> Option<&'a str> {
    let rest = path.strip_prefix(from)?;
    if from.is_empty() || rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// Whether this stays with the toolchains; an interrupted install may have set one aside.
fn belongs_to_toolchains(inside: &str) -> bool {
    ["versions", "receipts", "default", "current", "tools"].contains(&inside)
        || (inside.starts_with("staging/") && inside.ends_with("/old"))
}

/// Whether removing or recovering a toolchain follows no link: none of these directories is one.
fn has_real_store(layout: &Layout) -> bool {
    let directories = [layout.versions(), layout.staging(), layout.receipts(), layout.cache()];
    !directories.iter().any(|directory| Shape::Link.is_of(directory))
}

/// Removes a directory, and those above it in the home, as long as they are empty.
fn remove_empty(directory: Option<&Path>, home: &Path) {
    let mut directory = directory.filter(|directory| *directory != home);
    while let Some(path) = directory.filter(|path| fs::remove_dir(path).is_ok()) {
        directory = path.parent().filter(|path| *path != home);
    }
}

/// The directory at the path `below` in the home, or, if part of that path is missing or a link, the
/// directory above that part.
fn real_directory(home: &Path, below: &str) -> PathBuf {
    let mut directory = home.to_owned();
    for name in below.split('/').filter(|name| !name.is_empty()) {
        let next = directory.join(name);
        if !Shape::Tree.is_of(&next) {
            break;
        }
        directory = next;
    }
    directory
}

fn is_tool(file_name: &str) -> bool {
    file_name.strip_suffix(EXE_SUFFIX).is_some_and(tool::is_tool_name)
}

/// Whether a program in `bin` has the name of a tool.
fn is_kept(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(EXE_SUFFIX));
    let home = path.parent().and_then(Path::parent);
    name.zip(home).is_some_and(|(name, home)| tool::names(&Layout::new(home.to_owned())).contains(name))
}

fn is_toolchain(name: &str) -> bool {
    ToolchainName::parse(name).is_ok()
}

fn is_lock(file_name: &str) -> bool {
    let is_own = |name| LOCKS.contains(&name) || staging::is_own_name(name);
    file_name.strip_suffix(".lock").is_some_and(is_own)
}

/// A file of the journal of `gover doctor --fix`, `gover editor` or `gover proxy set`.
fn is_journal(name: &str) -> bool {
    name == "repair.json" || name.parse::<usize>().is_ok()
}

/// What `gover bisect` knows of an unfinished search. The name is a part of a SHA-256.
fn is_search(name: &str) -> bool {
    let key = name.strip_suffix(".json").unwrap_or_default();
    key.len() == 16 && key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What an interrupted command leaves of the module of the vulnerability database.
fn is_unpacked_database(name: &str) -> bool {
    name.strip_prefix("module-").is_some_and(|process| process.parse::<u32>().is_ok())
}

fn is_manual_page(name: &str) -> bool {
    let page = name.strip_suffix(".1").and_then(|name| name.strip_prefix("gover"));
    page.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
#[path = "dismantle_tests.rs"]
mod tests;
