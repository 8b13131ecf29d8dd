//! The crates that are in the programs of a target, for the list of licences and the SBOM.
//!
//! `cargo tree` knows which crates a target really contains, `cargo metadata` knows everything about
//! each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::build::PROGRAMS;
use crate::process::run;

/// The crates in both programs, gover's own included, sorted by name and version.
#[derive(Debug)]
pub(crate) struct Dependencies {
    pub(crate) packages: Vec<Package>,
}

#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// An SPDX expression.
    pub(crate) licence: String,
    pub(crate) description: String,
    pub(crate) repository: Option<String>,
    /// Where its sources are on this machine.
    pub(crate) directory: PathBuf,
    /// The SHA-256 of the archive in the registry; none for gover's own.
    pub(crate) checksum: Option<String>,
    /// Indices of the crates that it uses.
    pub(crate) uses: Vec<usize>,
}

impl Package {
    pub(crate) fn is_own(&self) -> bool {
        self.checksum.is_none()
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct MetadataPackage {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    description: Option<String>,
    repository: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    kind: Option<String>,
}

impl Dependencies {
    /// Those of the target that the compiler calls `triple`, in the checkout `root`.
    pub(crate) fn of(triple: &str, root: &Path) -> Result<Self, String> {
        let contained = contained(triple, root)?;
        let metadata = run(Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", triple])
            .current_dir(root))?;
        let metadata: Metadata = serde_json::from_str(&metadata)
            .map_err(|error| format!("cannot read `cargo metadata`: {error}"))?;
        let checksums = checksums(&crate::files::read(&root.join("Cargo.lock"))?);
        let mut found: Vec<&MetadataPackage> = metadata
            .packages
            .iter()
            .filter(|package| contained.contains(&(package.name.clone(), package.version.clone())))
            .collect();
        found.sort_by_key(|package| (&package.name, &package.version));
        if found.len() != contained.len() {
            return Err(format!("{} of {} crates are in `cargo metadata`", found.len(), contained.len()));
        }
        let index: BTreeMap<&str, usize> =
            found.iter().enumerate().map(|(index, package)| (package.id.as_str(), index)).collect();
        let uses = |package: &MetadataPackage| uses(package, &metadata.resolve, &index);
        let packages = found.iter().map(|package| {
            let key = (package.name.clone(), package.version.clone());
            Ok(Package {
                licence: package
                    .license
                    .clone()
                    .ok_or_else(|| format!("{} names no licence", package.name))?,
                description: package.description.clone().unwrap_or_default(),
                repository: package.repository.clone(),
                directory: package.manifest_path.parent().map(Path::to_owned).unwrap_or_default(),
                checksum: checksums.get(&key).cloned(),
                uses: uses(package),
                name: key.0,
                version: key.1,
            })
        });
        Ok(Self { packages: packages.collect::<Result<_, String>>()? })
    }

    pub(crate) fn foreign(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| !package.is_own())
    }
}

/// What a crate uses at run time, as far as the target contains it.
fn uses(package: &MetadataPackage, resolve: &Resolve, index: &BTreeMap<&str, usize>) -> Vec<usize> {
    let node = resolve.nodes.iter().find(|node| node.id == package.id);
    let mut uses: Vec<usize> = node
        .iter()
        .flat_map(|node| &node.deps)
        .filter(|edge| edge.dep_kinds.iter().any(|kind| kind.kind.is_none()))
        .filter_map(|edge| index.get(edge.pkg.as_str()).copied())
        .collect();
    uses.sort_unstable();
    uses
}

/// Names and versions of the crates that are linked into the programs.
fn contained(triple: &str, root: &Path) -> Result<BTreeSet<(String, String)>, String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none"]);
    command.args(["--format", "{p}", "--target", triple]);
    for program in PROGRAMS {
        command.args(["--package", program]);
    }
    Ok(names_and_versions(&run(command.current_dir(root))?))
}

fn names_and_versions(tree: &str) -> BTreeSet<(String, String)> {
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let name = words.next()?;
            let version = words.next()?.strip_prefix('v')?;
            Some((name.to_owned(), version.to_owned()))
        })
        .collect()
}

/// The checksums in a Cargo.lock.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
        line.strip_suffix('"').map(str::to_owned)
    };
    lock.split("[[package]]")
        .filter_map(|block| {
            Some(((value(block, "name")?, value(block, "version")?), value(block, "checksum")?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_as_names_and_versions() {
        let tree = "gover v0.1.0 (/p/crates/gover)\nsemver v1.0.28\n\nsemver v1.0.28 (*)\n";
        let expected = [("gover", "0.1.0"), ("semver", "1.0.28")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(names_and_versions(tree), BTreeSet::from(expected));
    }

    #[test]
    fn a_lock_file_gives_the_checksums_of_what_comes_from_a_registry() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"ff\"\n\n\
            [[package]]\nname = \"own\"\nversion = \"0.1.0\"\n";
        let expected = BTreeMap::from([(("a".to_owned(), "1.0.0".to_owned()), "ff".to_owned())]);
        assert_eq!(checksums(lock), expected);
    }
}
