use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::text::shown;

/// A Go version without the `go` prefix: `1.22.5`, `1.21rc2`, or a language version such as `1.22`.
///
/// Equality and order are Go's (`internal/gover.Compare`): `1.20` equals `1.20.0`, but `1.21 <
/// 1.21rc1 < 1.21.0`. Numbers may have any length.
#[derive(Clone, Debug)]
pub struct GoVersion {
    text: String,
    /// Numbers are decimal digits of any length without a leading zero.
    major: String,
    minor: String,
    /// Empty for prereleases, and for language versions from 1.21 on.
    patch: String,
    kind: String,
    pre: String,
}

impl GoVersion {
    /// Parses a version as `internal/gover.Parse` does.
    pub fn parse(text: &str) -> Result<Self, InvalidVersion> {
        parse(text).ok_or_else(|| InvalidVersion { text: text.to_owned() })
    }

    /// As it was written, without `go`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The language version, `1.22` for `1.22.5` (`go/version.Lang` without the prefix).
    #[must_use]
    pub fn language(&self) -> Self {
        let text = match (self.major.as_str(), self.minor.as_str()) {
            ("1", "0") => "1".to_owned(),
            (major, minor) => format!("{major}.{minor}"),
        };
        parse(&text).unwrap_or_else(|| self.clone())
    }

    /// True for `1.22`, which is not a release, but not for `1.20` (`cmd/go gover.IsLang`).
    pub fn is_language(&self) -> bool {
        self.patch.is_empty() && self.kind.is_empty() && self.pre.is_empty()
    }

    /// True for a beta or release candidate (`cmd/go gover.IsPrerelease`).
    pub fn is_prerelease(&self) -> bool {
        !self.kind.is_empty()
    }

    pub fn major(&self) -> Option<u64> {
        self.major.parse().ok()
    }

    pub fn minor(&self) -> Option<u64> {
        self.minor.parse().ok()
    }

    /// `None` for language versions and prereleases.
    pub fn patch(&self) -> Option<u64> {
        self.patch.parse().ok()
    }

    pub fn prerelease(&self) -> Option<Prerelease<'_>> {
        self.is_prerelease().then_some(Prerelease { word: &self.kind, number: &self.pre })
    }

    /// Whether toolchains of this version have toolchain selection: 1.21 and later, prereleases
    /// included (go.dev/doc/toolchain).
    pub fn selects_toolchains(&self) -> bool {
        self.is_at_least("21")
    }

    /// Whether toolchains of this version find their own tree (go.dev/doc/go1.10#goroot).
    pub fn finds_goroot(&self) -> bool {
        self.is_at_least("10")
    }

    /// Whether this is 1.`minor` or newer, prereleases included.
    fn is_at_least(&self, minor: &str) -> bool {
        (by_size(&self.major), by_size(&self.minor)) >= (by_size("1"), by_size(minor))
    }

    pub fn same_language(&self, other: &Self) -> bool {
        self.major == other.major && self.minor == other.minor
    }

    fn key(&self) -> impl Ord {
        let numbers = [&self.major, &self.minor, &self.patch].map(|number| by_size(number));
        (numbers, &self.kind, by_size(&self.pre))
    }
}

impl FromStr for GoVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        Self::parse(text)
    }
}

impl fmt::Display for GoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for GoVersion {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for GoVersion {}

impl PartialOrd for GoVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for GoVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prerelease<'a> {
    /// `alpha`, `beta` or `rc`.
    pub word: &'a str,
    pub number: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidVersion {
    pub text: String,
}

impl fmt::Display for InvalidVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a Go version", shown(&self.text))
    }
}

impl std::error::Error for InvalidVersion {}

/// Numbers are compared like this: the shorter is less (`gover.CmpInt`).
fn by_size(number: &str) -> (usize, &str) {
    (number.len(), number)
}

fn parse(text: &str) -> Option<GoVersion> {
    let version = |major: &str, minor: &str, patch: &str, kind: &str, pre: &str| GoVersion {
        text: text.to_owned(),
        major: major.to_owned(),
        minor: minor.to_owned(),
        patch: patch.to_owned(),
        kind: kind.to_owned(),
        pre: pre.to_owned(),
    };
    let (major, rest) = cut_number(text)?;
    if rest.is_empty() {
        return Some(version(major, "0", "0", "", ""));
    }
    let (minor, rest) = cut_number(rest.strip_prefix('.')?)?;
    if rest.is_empty() {
        // Up to 1.20 the first release has no patch number. Later, 1.N is the language version.
        let old = by_size(minor) < by_size("21");
        return Some(version(major, minor, if old { "0" } else { "" }, "", ""));
    }
    if let Some(rest) = rest.strip_prefix('.') {
        let (patch, rest) = cut_number(rest)?;
        return rest.is_empty().then(|| version(major, minor, patch, "", ""));
    }
    let digits = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
    let (kind, rest) = rest.split_at(digits);
    if kind.is_empty() || !kind.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    if rest.is_empty() {
        return Some(version(major, minor, "", kind, ""));
    }
    let (pre, rest) = cut_number(rest)?;
    rest.is_empty().then(|| version(major, minor, "", kind, pre))
}

fn cut_number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let leading_zero = number.len() > 1 && number.starts_with('0');
    (!number.is_empty() && !leading_zero).then_some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_version_comes_before_its_prereleases() {
        let sorted = ["1.20", "1.21", "1.21rc1", "1.21rc10", "1.21.0", "1.22"];
        let mut versions: Vec<GoVersion> = sorted.iter().rev().map(|s| s.parse().unwrap()).collect();
        versions.sort();
        assert_eq!(versions.iter().map(GoVersion::as_str).collect::<Vec<_>>(), sorted);
    }

    #[test]
    fn an_invalid_version_is_named_in_the_error() {
        let error = GoVersion::parse("1.21.3rc1").unwrap_err();
        assert_eq!(error.to_string(), "`1.21.3rc1` is not a Go version");
    }
}
