//! One vulnerability, in the parts of the OSV format that matter here.

use gover_core::GoVersion;
use semver::Version;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::range::{self, Range};

/// An entry of the database. Written and read as OSV, so the compiled table, the cache and the
/// database itself have one format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub(crate) id: String,
    /// When it last changed, as the database wrote it; empty in the module, which does not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) modified: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withdrawn: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    summary: String,
    #[serde(default)]
    affected: Vec<Affected>,
}

/// What a vulnerability is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Component {
    /// The standard library, which programs import.
    Stdlib,
    /// The go command, the compiler and the linker.
    Toolchain,
    /// A module that is not part of Go.
    #[serde(other)]
    Module,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Affected {
    package: Package,
    #[serde(default)]
    ranges: Vec<Range>,
    #[serde(default)]
    ecosystem_specific: Specific,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Package {
    name: Component,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Specific {
    #[serde(default)]
    imports: Vec<Import>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Import {
    path: String,
    /// The systems that are affected; all, if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    goos: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    goarch: Vec<String>,
}

/// Why an entry cannot be used.
#[derive(Debug, Error)]
pub enum EntryError {
    #[error("an entry is not valid")]
    Json(#[from] serde_json::Error),
    #[error("`{}` is not the ID of an entry", .id.escape_debug())]
    Id { id: String },
    #[error("{id} has a range of versions that makes no sense")]
    Range { id: String },
    #[error("{id} is longer than any entry should be")]
    TooLong { id: String },
}

impl Entry {
    /// Reads an entry. `None` if it was withdrawn, or does not concern Go itself.
    pub fn parse(json: &[u8]) -> Result<Option<Self>, EntryError> {
        serde_json::from_slice::<Self>(json)?.checked()
    }

    /// Checks and keeps what concerns Go itself.
    pub(crate) fn checked(mut self) -> Result<Option<Self>, EntryError> {
        if !is_id(&self.id) {
            return Err(EntryError::Id { id: self.id });
        }
        self.affected.retain(|affected| affected.package.name != Component::Module);
        if self.withdrawn.is_some() || self.affected.is_empty() {
            return Ok(None);
        }
        if self.is_too_long() {
            return Err(EntryError::TooLong { id: self.id });
        }
        let mut ranges = self.affected.iter_mut().flat_map(|affected| &mut affected.ranges);
        if ranges.any(|range| range.is_semantic() && !range.normalize()) {
            return Err(EntryError::Range { id: self.id });
        }
        // The database names some twice.
        self.aliases.sort();
        self.aliases.dedup();
        if self.modified.starts_with("0001-") {
            self.modified.clear();
        }
        Ok(Some(self))
    }

    fn is_too_long(&self) -> bool {
        let imports = || self.affected.iter().flat_map(|affected| &affected.ecosystem_specific.imports);
        let words =
            imports().flat_map(|import| import.goos.iter().chain(&import.goarch).chain([&import.path]));
        let mut texts = self.aliases.iter().chain([&self.summary, &self.modified]).chain(words);
        let ranges = self.affected.iter().flat_map(|affected| &affected.ranges);
        let events: usize = ranges.map(|range| range.events.len().max(1)).sum();
        events > MOST
            || imports().count() > MOST
            || self.aliases.len() > MOST
            || texts.any(|t| t.len() > LONGEST)
    }

    /// Such as `GO-2026-6218`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its CVE numbers.
    pub fn cves(&self) -> impl Iterator<Item = &str> {
        self.aliases.iter().map(String::as_str).filter(|alias| alias.starts_with("CVE-"))
    }

    /// One line; empty if the database has none.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Its page.
    pub fn url(&self) -> String {
        format!("https://pkg.go.dev/vuln/{}", self.id)
    }

    /// The packages that have it, each once. Those of one system are followed by its name.
    pub fn packages(&self) -> Vec<String> {
        let imports = self.affected.iter().flat_map(|affected| &affected.ecosystem_specific.imports);
        let mut packages: Vec<String> = imports.map(Import::named).collect();
        packages.sort();
        packages.dedup();
        packages
    }

    /// The releases that fix it after `version`, oldest first, one for each part of Go that has it.
    /// None if no release does.
    pub fn fixed_in(&self, version: &GoVersion) -> Option<String> {
        let version = crate::database::semantic(version)?;
        let ranges = self.affected.iter().flat_map(|affected| &affected.ranges);
        let affecting = ranges
            .filter(|range| range.is_semantic() && range::affect(std::slice::from_ref(range), &version));
        let fixes: Vec<Option<&Version>> = affecting.map(|range| range.fix(&version)).collect();
        // With two ranges, it is fixed where both are.
        fixes.into_iter().collect::<Option<Vec<_>>>()?.into_iter().max().map(go_name)
    }

    pub(crate) fn affects(&self, component: Component, version: &Version) -> bool {
        let mut parts = self.affected.iter().filter(|affected| affected.package.name == component);
        parts.any(|affected| range::affect(&affected.ranges, version))
    }

    /// Whether it is in any part of Go of that version.
    pub(crate) fn affects_any(&self, version: &Version) -> bool {
        self.affected.iter().any(|affected| range::affect(&affected.ranges, version))
    }

    /// The versions at which it appears or disappears.
    pub(crate) fn named(&self) -> impl Iterator<Item = &Version> {
        self.affected.iter().flat_map(|affected| &affected.ranges).flat_map(Range::named)
    }

    /// The versions that fix it, in any line.
    pub(crate) fn fixes(&self) -> impl Iterator<Item = &Version> {
        self.affected.iter().flat_map(|affected| &affected.ranges).flat_map(Range::fixes)
    }

    /// Removes what the compiled table does not need.
    pub(crate) fn shortened(mut self) -> Self {
        self.aliases.retain(|alias| alias.starts_with("CVE-"));
        self.modified.clear();
        self
    }
}

impl Import {
    fn named(&self) -> String {
        let only: Vec<&str> = self.goos.iter().chain(&self.goarch).map(String::as_str).collect();
        if only.is_empty() { self.path.clone() } else { format!("{} ({})", self.path, only.join(", ")) }
    }
}

/// The name of a release of Go: `go1.27rc3` for `1.27.0-rc.3`.
pub(crate) fn go_name(version: &Version) -> String {
    let Version { major, minor, patch, pre, .. } = version;
    // 1.21.0-0 is before every release candidate; what Go calls that version is the language.
    if pre.is_empty() || pre.as_str() == "0" {
        let text = format!("{major}.{minor}.{patch}");
        let parsed =
            GoVersion::parse(&text).map(|version| gover_core::ToolchainName::of(&version).to_string());
        return parsed.unwrap_or(text);
    }
    format!("go{major}.{minor}{}", pre.as_str().replacen('.', "", 1))
}

/// An ID becomes part of an address and of a path.
pub(crate) fn is_id(id: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = id.strip_prefix("GO-").and_then(|rest| rest.split_once('-'));
    id.len() <= 24 && parts.is_some_and(|(year, number)| digits(year) && digits(number))
}

/// Events, imports or aliases of one entry. The longest so far has 6 events and 12 packages.
const MOST: usize = 256;

/// Bytes of a text. The longest summary so far has 119.
const LONGEST: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Result<Option<Entry>, EntryError> {
        Entry::parse(text.as_bytes())
    }

    #[test]
    fn entries_of_other_modules_and_withdrawn_ones_do_not_count() {
        let of = |name: &str, more: &str| {
            let affected = format!(r#"[{{"package":{{"name":"{name}","ecosystem":"Go"}},"ranges":[]}}]"#);
            entry(&format!(r#"{{"id":"GO-2026-1"{more},"affected":{affected}}}"#)).unwrap()
        };
        assert!(of("stdlib", "").is_some());
        assert!(of("toolchain", "").is_some());
        assert!(of("golang.org/x/net", "").is_none());
        assert!(of("stdlib", r#","withdrawn":"2026-11-01T00:00:00Z""#).is_none());
    }

    #[test]
    fn entries_that_cannot_be_true_are_refused() {
        let with = |id: &str, events: &str| {
            let ranges = format!(r#"[{{"type":"SEMVER","events":[{events}]}}]"#);
            let affected = format!(r#"[{{"package":{{"name":"stdlib"}},"ranges":{ranges}}}]"#);
            entry(&format!(r#"{{"id":"{id}","affected":{affected}}}"#))
        };
        assert!(with("GO-2026-1", r#"{"introduced":"0"}"#).unwrap().is_some());
        assert!(matches!(with("../../x", ""), Err(EntryError::Id { .. })));
        assert!(matches!(with("GO-2026-1", r#"{"fixed":"1.2.3"}"#), Err(EntryError::Range { .. })));
        assert!(matches!(with("GO-2026-1", r#"{"fixed":"soon"}"#), Err(EntryError::Json(_))));
        let pair = r#"{"introduced":"0"},{"fixed":"1.2.3"},"#.repeat(200);
        let many = with("GO-2026-1", pair.trim_end_matches(','));
        assert!(matches!(many, Err(EntryError::TooLong { .. })));
        assert!(matches!(entry("<html>"), Err(EntryError::Json(_))));
    }

    #[test]
    fn a_fix_has_the_name_of_a_release() {
        for (version, name) in [
            ("1.26.9", "go1.26.9"),
            ("1.27.0-rc.3", "go1.27rc3"),
            ("1.20.0", "go1.20"),
            ("1.21.0-0", "go1.21.0"),
            ("1.22.0", "go1.22.0"),
        ] {
            assert_eq!(go_name(&Version::parse(version).unwrap()), name);
        }
    }
}
