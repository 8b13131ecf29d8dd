//! A version as a file has it.

use std::ops::Range;

use gover_core::{GoVersion, ToolchainName};

/// `1.22.5`, or with less precision `1.22` and `1.22.x`, which mean the newest patch release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    text: String,
    version: GoVersion,
    is_exact: bool,
}

impl Written {
    /// `None` for everything that is not one version of Go 1: words, ranges, `1`.
    pub fn parse(text: &str) -> Option<Self> {
        let minor = text.strip_suffix(".x");
        let version = GoVersion::parse(minor.unwrap_or(text)).ok()?;
        let dots = text.matches('.').count();
        if version.major() != Some(1) || dots == 0 || (minor.is_some() && dots != 2) {
            return None;
        }
        let is_exact = minor.is_none() && (dots > 1 || version.is_prerelease());
        Some(Self { text: text.to_owned(), version, is_exact })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// For `1.22.x`, it is the language version.
    pub fn version(&self) -> &GoVersion {
        &self.version
    }

    /// Whether it is one release: not `1.22`, whose newest patch release counts.
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The same with another version in it and the same precision; `None` if it is as new already.
    pub fn raised(&self, version: &GoVersion) -> Option<String> {
        if self.is_exact {
            return (*version > self.version).then(|| release(version));
        }
        let is_older = self.version.language() < version.language() && !self.version.same_language(version);
        let end = if self.text.strip_suffix(".x").is_some() { ".x" } else { "" };
        is_older.then(|| format!("{}{end}", version.language()))
    }
}

/// The name of the release without `go`.
pub(crate) fn release(version: &GoVersion) -> String {
    ToolchainName::of(version).as_str().trim_start_matches("go").to_owned()
}

/// The version at the beginning of a value such as `go1.22.5+auto` or `1.22-alpine`, with its bytes.
pub(crate) fn leading(value: &str) -> Option<(Range<usize>, Written)> {
    let start = if value.starts_with("go") { 2 } else { 0 };
    let rest = value.get(start..)?;
    let length = rest.find(['-', '+']).unwrap_or(rest.len());
    let written = Written::parse(rest.get(..length)?)?;
    Some((start..start + length, written))
}

/// The same if the value is nothing else, except for `+auto` or `+path` as in GOTOOLCHAIN.
pub(crate) fn whole(value: &str) -> Option<(Range<usize>, Written)> {
    leading(value).filter(|(range, _)| matches!(value.get(range.end..), Some("" | "+auto" | "+path")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raised(text: &str, to: &str) -> Option<String> {
        Written::parse(text).unwrap().raised(&to.parse().unwrap())
    }

    #[test]
    fn precision_stays() {
        for (from, to, expected) in [
            ("1.22.5", "1.22.12", Some("1.22.12")),
            ("1.22.5", "1.23.0", Some("1.23.0")),
            ("1.22", "1.22.12", None),
            ("1.22", "1.23.4", Some("1.23")),
            ("1.22.x", "1.23.4", Some("1.23.x")),
            ("1.19", "1.20.1", Some("1.20")),
            ("1.23rc1", "1.23.0", Some("1.23.0")),
            ("1.21rc2", "1.21.0", Some("1.21.0")),
            ("1.24.1", "1.23.4", None),
            ("1.24", "1.23.4", None),
            ("1.20.3", "1.20", None),
            ("1.19.3", "1.20", Some("1.20")),
        ] {
            assert_eq!(raised(from, to).as_deref(), expected, "{from} {to}");
        }
    }

    #[test]
    fn what_is_not_one_version_is_not_read() {
        for text in ["", "1", "2.1", "latest", "^1.22", "1.22 ", "1.x", "1.22.5.x", "1.22.5.6", "x1.22"] {
            assert_eq!(Written::parse(text), None, "{text}");
        }
        assert!(!Written::parse("1.20").unwrap().is_exact());
        assert!(!Written::parse("1.20.x").unwrap().is_exact());
        assert!(Written::parse("1.20rc1").unwrap().is_exact());
        assert_eq!(leading("go1.22.5+auto").unwrap().0, 2..8);
        assert_eq!(whole("1.22-alpine"), None);
    }
}
