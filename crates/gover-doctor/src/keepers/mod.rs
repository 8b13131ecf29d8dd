//! Where other programs keep Go toolchains: one table, for `gover doctor`, which reports what they
//! left, and for `gover import`, which takes it over.

mod choices;
mod in_effect;
mod table;

use std::collections::BTreeSet;

use crate::checks::finding_go::go_programs::{program_in, version_of};
use crate::{MachinePath, Snapshot};

pub use choices::{Choice, Scope, choices};
pub use in_effect::checks_in_effect;
use table::{Chosen, KEEPERS};

/// A program that keeps toolchains, and where.
#[derive(Debug)]
pub struct Keeper {
    pub name: &'static str,
    root: Root,
    /// The GOROOTs below the root, where `*` stands for any part of one name; empty if the root is one.
    goroots: &'static str,
    pub(crate) kind: Kind,
    /// The command that removes a toolchain, without the name of the directory at its end.
    pub(crate) uninstall: &'static str,
    chosen: Chosen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A version manager, which a user no longer needs after moving to gover.
    Manager,
    /// golang.org/dl, whose directory may also be on PATH.
    Downloads,
    /// The module cache of the go command.
    ModuleCache,
    /// An installer or a package manager. Other users or programs may need its toolchains.
    System,
}

/// The directory of a keeper.
#[derive(Debug)]
enum Root {
    /// What is below the first of these variables that is set, or else below the home.
    Own(&'static [(&'static str, &'static str)], &'static str),
    /// What is below a variable; nowhere without it.
    Named(&'static str, &'static str),
    Unix(&'static str),
    /// What is below a variable, on Windows alone.
    Windows(&'static str, &'static str),
    ModuleCache,
}

/// A toolchain that a keeper has, or a directory in its place that may not be read.
#[derive(Clone, Debug)]
pub struct Kept {
    /// `None` if it is in none of the known places.
    pub keeper: Option<&'static Keeper>,
    /// The directory to delete in order to remove it.
    pub directory: MachinePath,
    pub goroot: MachinePath,
    /// What its VERSION file says, such as `go1.22.5`. `None` if the file is missing or has no version.
    pub version: Option<String>,
}

/// All toolchains in known places, each once, and what may not be read there. Those of gover itself are
/// not among them.
pub fn kept(snapshot: &Snapshot<'_>) -> Vec<Kept> {
    once(KEEPERS.iter().flat_map(|keeper| keeper.kept_or_closed(snapshot)), snapshot)
}

/// The toolchains in a directory: the directory itself, or what is where some keeper has it. What may
/// not be read there is among them.
pub fn kept_in(directory: &MachinePath, snapshot: &Snapshot<'_>) -> Vec<Kept> {
    let known: Vec<Kept> = KEEPERS.iter().flat_map(|keeper| keeper.kept_or_closed(snapshot)).collect();
    let named = |directory: MachinePath, goroot: MachinePath| {
        let real = snapshot.real(&goroot);
        let keeper = known.iter().find(|kept| snapshot.real(&kept.goroot) == real);
        let version = version_of(snapshot, &goroot);
        Kept { keeper: keeper.and_then(|kept| kept.keeper), directory, goroot, version }
    };
    for goroot in [directory.clone(), directory.join("go")] {
        if looks_like_a_goroot(&goroot, snapshot) || is_closed(&goroot, snapshot) {
            return vec![named(directory.clone(), goroot)];
        }
    }
    let patterns: BTreeSet<&str> = KEEPERS.iter().map(|keeper| keeper.goroots).collect();
    let patterns =
        ["*", "*/go"].into_iter().chain(patterns.into_iter().filter(|pattern| !pattern.is_empty()));
    let matches = patterns.flat_map(|pattern| matches(directory, pattern, snapshot));
    let found =
        matches.filter(|(_, goroot)| looks_like_a_goroot(goroot, snapshot) || is_closed(goroot, snapshot));
    once(found.map(|(directory, goroot)| named(directory, goroot)), snapshot)
}

impl Keeper {
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        KEEPERS.iter()
    }

    /// Its directory, if it can be known. It need not exist.
    pub(crate) fn root(&self, snapshot: &Snapshot<'_>) -> Option<MachinePath> {
        let below = |variable: &str, rest: &str| {
            let path = snapshot.system.path(snapshot.variable(variable)?);
            Some(if rest.is_empty() { path } else { path.join(rest) })
        };
        match self.root {
            Root::Own(variables, directory) => {
                let named = variables.iter().find_map(|(variable, rest)| below(variable, rest));
                named.or_else(|| (!snapshot.home.is_empty()).then(|| snapshot.home.join(directory)))
            }
            Root::Named(variable, rest) => below(variable, rest),
            Root::Unix(path) => (!snapshot.system.is_windows()).then(|| snapshot.system.path(path)),
            Root::Windows(variable, rest) if snapshot.system.is_windows() => below(variable, rest),
            Root::Windows(..) => None,
            Root::ModuleCache => snapshot.gomodcache(),
        }
    }

    /// The directory that has its toolchains as entries.
    pub(crate) fn place(&self, snapshot: &Snapshot<'_>) -> Option<MachinePath> {
        let root = self.root(snapshot)?;
        let above: Vec<&str> = self.goroots.split('/').take_while(|name| !name.contains('*')).collect();
        Some(above.into_iter().filter(|name| !name.is_empty()).fold(root, |path, name| path.join(name)))
    }

    /// Its toolchains, with or without a VERSION file.
    pub(crate) fn kept(&'static self, snapshot: &Snapshot<'_>) -> Vec<Kept> {
        let mut kept = self.kept_or_closed(snapshot);
        kept.retain(|kept| looks_like_a_goroot(&kept.goroot, snapshot));
        kept
    }

    fn kept_or_closed(&'static self, snapshot: &Snapshot<'_>) -> Vec<Kept> {
        let Some(root) = self.root(snapshot) else { return Vec::new() };
        let mut found = matches(&root, self.goroots, snapshot);
        found.retain(|(_, goroot)| looks_like_a_goroot(goroot, snapshot) || is_closed(goroot, snapshot));
        let kept = found.into_iter().map(|(directory, goroot)| Kept {
            keeper: Some(self),
            version: version_of(snapshot, &goroot),
            directory,
            goroot,
        });
        kept.collect()
    }
}

/// Whether it is a toolchain, or was one.
fn looks_like_a_goroot(path: &MachinePath, snapshot: &Snapshot<'_>) -> bool {
    version_of(snapshot, path).is_some() || program_in(snapshot, &path.join("bin")).is_some()
}

/// Whether it cannot be seen whether it is a toolchain.
fn is_closed(path: &MachinePath, snapshot: &Snapshot<'_>) -> bool {
    snapshot.disk.is_closed(path) || snapshot.disk.is_closed(&path.join("bin"))
}

/// Each toolchain once, although several places may be the same directory.
fn once(found: impl Iterator<Item = Kept>, snapshot: &Snapshot<'_>) -> Vec<Kept> {
    let own = snapshot.real(&snapshot.gover.home);
    let mut known = BTreeSet::new();
    let is_new = |kept: &Kept| {
        let real = snapshot.real(&kept.goroot);
        !real.is_inside(&own) && known.insert(real)
    };
    found.filter(is_new).collect()
}

/// The paths that a pattern means below a root, each with the directory of the last `*` before it.
/// Links in place of a `*` are left out: `latest` and `1.22` are often links to another entry. A directory
/// that may not be read takes the place of what is in it.
fn matches(root: &MachinePath, pattern: &str, snapshot: &Snapshot<'_>) -> Vec<(MachinePath, MachinePath)> {
    let mut found = vec![(root.clone(), root.clone())];
    let mut closed = Vec::new();
    for name in pattern.split('/').filter(|name| !name.is_empty()) {
        closed.extend(found.extract_if(.., |(_, path)| snapshot.disk.is_closed(path)));
        let Some((before, after)) = name.split_once('*') else {
            found = found.into_iter().map(|(directory, path)| (directory, path.join(name))).collect();
            continue;
        };
        let entries = found.iter().flat_map(|(_, path)| {
            let real = snapshot.real(path);
            let names = snapshot.disk.list(path).into_iter();
            let fitting = names.filter(|name| {
                name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
            });
            let entry = |name: String| {
                let entry = path.join(&name);
                (snapshot.real(&entry) == real.join(&name)).then(|| (entry.clone(), entry))
            };
            fitting.filter_map(entry).collect::<Vec<_>>()
        });
        found = entries.collect();
    }
    found.extend(closed);
    found
}

#[cfg(test)]
mod tests;
