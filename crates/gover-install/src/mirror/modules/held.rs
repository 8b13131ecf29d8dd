//! What a mirror has of modules, and the lists of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gover_log::{escape_path, escape_version, unescape};

use super::{ModuleFault, WithAdded};
use crate::files::entries;
use crate::mirror::{Mirror, MirrorError, write_changed};
use gover_source::LookupError;

/// A module zip in the mirror.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldZip {
    /// Below the mirror, without an extension and with `/`.
    name: String,
    pub bytes: u64,
}

impl Mirror {
    /// The zips of modules that gover added and that are still there.
    pub fn module_zips(&self) -> Result<Vec<HeldZip>, MirrorError> {
        let mut zips = Vec::new();
        for name in files_below(&self.module_notes())? {
            let path = below(&self.directory, &name).with_added("zip");
            if let Ok(metadata) = fs::metadata(&path) {
                zips.push(HeldZip { name, bytes: metadata.len() });
            }
        }
        Ok(zips)
    }

    /// Writes the list of versions of each module. As in every module proxy, pseudo-versions are
    /// left out.
    pub fn write_module_lists(&self) -> Result<(), MirrorError> {
        let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in files_below(&self.module_notes())? {
            let Some((directory, version)) = name.rsplit_once('/') else { continue };
            let versions = lists.entry(directory.to_owned()).or_default();
            let is_there = below(&self.directory, &name).with_added("zip").exists();
            let version = unescape(version).filter(|version| is_there && !is_pseudo(version));
            versions.extend(version.map(|version| format!("{version}\n")));
        }
        for (directory, mut versions) in lists {
            let list = below(&self.directory, &directory).join("list");
            versions.sort();
            if !versions.is_empty() || list.exists() {
                write_changed(&list, versions.concat().as_bytes())?;
            }
        }
        Ok(())
    }

    /// The module versions of which the mirror has a record, for lookups of their go.mod files. They
    /// need new proofs when the tree head changes. Toolchains are not among them.
    pub(in crate::mirror) fn logged_modules(
        &self,
        database: &str,
    ) -> Result<Vec<(String, String)>, MirrorError> {
        let known = |name: &String| {
            let (path, version) = name.rsplit_once('@')?;
            let (path, version) = (unescape(path)?, unescape(version)?);
            let is_valid = escape_path(&path).is_ok() && escape_version(&version).is_ok();
            (is_valid && path != TOOLCHAIN).then(|| (path, format!("{version}/go.mod")))
        };
        Ok(files_below(&self.log_path(database, "lookup"))?.iter().filter_map(known).collect())
    }

    /// The error for a module without a proven record.
    pub fn no_record(name: String, source: LookupError) -> MirrorError {
        ModuleFault::Record { name, source: Box::new(source) }.into()
    }
}

/// The files below a directory, with `/`, sorted; none if it does not exist.
fn files_below(root: &Path) -> Result<Vec<String>, MirrorError> {
    let mut found = Vec::new();
    let mut waiting = vec![(root.to_owned(), String::new())];
    while let Some((directory, prefix)) = waiting.pop() {
        for path in entries(&directory)? {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let name = format!("{prefix}{name}");
            if path.is_dir() {
                waiting.push((path, format!("{name}/")));
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn below(root: &Path, name: &str) -> PathBuf {
    let mut path = root.to_owned();
    path.extend(name.split('/'));
    path
}

/// Whether a version names a commit, such as `v0.0.0-20191109021931-daa7c04131f5`
/// (go.dev/ref/mod#pseudo-versions).
fn is_pseudo(version: &str) -> bool {
    let version = version.split('+').next().unwrap_or_default();
    let Some((rest, commit)) = version.rsplit_once('-') else { return false };
    let Some((before, time)) = rest.rsplit_once(['-', '.']) else { return false };
    let is_time = time.len() == 14 && time.bytes().all(|byte| byte.is_ascii_digit());
    is_time && before.ends_with('0') && !commit.is_empty()
}

const TOOLCHAIN: &str = "golang.org/toolchain";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudo_version_is_told_from_a_prerelease() {
        for version in [
            "v0.0.0-20191109021931-daa7c04131f5",
            "v1.2.4-0.20191109021931-daa7c04131f5",
            "v1.2.3-pre.0.20191109021931-daa7c04131f5",
            "v2.0.1-0.20191109021931-daa7c04131f5+incompatible",
        ] {
            assert!(is_pseudo(version), "{version}");
        }
        for version in ["v1.5.2", "v1.0.0-rc.1", "v2.0.0+incompatible", "v1.0.0-20191109", "v1.0.0-a-b"] {
            assert!(!is_pseudo(version), "{version}");
        }
    }
}
