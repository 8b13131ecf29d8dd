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
    major: Part,
    minor: Part,
    /// Empty for prereleases, and for language versions from 1.21 on.
    patch: Part,
    kind: Part,
    pre: Part,
}

/// A part of the text. Hundreds of versions are parsed to list releases, so parts are not copied.
#[derive(Clone, Copy, Debug)]
enum Part {
    Empty,
    /// A number that is not written.
    Zero,
    /// From one byte to before another.
    Written(usize, usize),
}

impl Part {
    fn of(self, text: &str) -> &str {
        match self {
            Self::Empty => "",
            Self::Zero => "0",
            Self::Written(start, end) => text.get(start..end).unwrap_or_default(),
        }
    }
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
        let text = match (self.major.of(&self.text), self.minor.of(&self.text)) {
            ("1", "0") => "1".to_owned(),
            (major, minor) => format!("{major}.{minor}"),
        };
        parse(&text).unwrap_or_else(|| self.clone())
    }

    /// True for `1.22`, which is not a release, but not for `1.20` (`cmd/go gover.IsLang`).
    pub fn is_language(&self) -> bool {
        [self.patch, self.kind, self.pre].iter().all(|part| matches!(part, Part::Empty))
    }

    /// True for a beta or release candidate (`cmd/go gover.IsPrerelease`).
    pub fn is_prerelease(&self) -> bool {
        !matches!(self.kind, Part::Empty)
    }

    pub fn major(&self) -> Option<u64> {
        self.major.of(&self.text).parse().ok()
    }

    pub fn minor(&self) -> Option<u64> {
        self.minor.of(&self.text).parse().ok()
    }

    /// `None` for language versions and prereleases.
    pub fn patch(&self) -> Option<u64> {
        self.patch.of(&self.text).parse().ok()
    }

    pub fn prerelease(&self) -> Option<Prerelease<'_>> {
        self.is_prerelease()
            .then(|| Prerelease { word: self.kind.of(&self.text), number: self.pre.of(&self.text) })
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
        let numbers = [self.major, self.minor].map(|part| by_size(part.of(&self.text)));
        numbers >= [by_size("1"), by_size(minor)]
    }

    pub fn same_language(&self, other: &Self) -> bool {
        let language = |version: &Self| [version.major, version.minor];
        let same = |(own, its): (Part, Part)| own.of(&self.text) == its.of(&other.text);
        language(self).into_iter().zip(language(other)).all(same)
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
        self.cmp(other).is_eq()
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
        let number = |own: Part, its: Part| by_size(own.of(&self.text)).cmp(&by_size(its.of(&other.text)));
        number(self.major, other.major)
            .then_with(|| number(self.minor, other.minor))
            .then_with(|| number(self.patch, other.patch))
            .then_with(|| self.kind.of(&self.text).cmp(other.kind.of(&other.text)))
            .then_with(|| number(self.pre, other.pre))
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
    let version = |[major, minor, patch, kind, pre]: [Part; 5]| {
        Some(GoVersion { text: text.to_owned(), major, minor, patch, kind, pre })
    };
    // Parts are cut from the front, so the rest says where a part is.
    let part = |part: &str, rest: &str| {
        let end = text.len() - rest.len();
        Part::Written(end - part.len(), end)
    };
    let (number, rest) = cut_number(text)?;
    let major = part(number, rest);
    if rest.is_empty() {
        return version([major, Part::Zero, Part::Zero, Part::Empty, Part::Empty]);
    }
    let (number, rest) = cut_number(rest.strip_prefix('.')?)?;
    let minor = part(number, rest);
    if rest.is_empty() {
        // Up to 1.20 the first release has no patch number. Later, 1.N is the language version.
        let old = by_size(number) < by_size("21");
        return version([major, minor, if old { Part::Zero } else { Part::Empty }, Part::Empty, Part::Empty]);
    }
    if let Some(rest) = rest.strip_prefix('.') {
        let (number, rest) = cut_number(rest)?;
        let patch = part(number, rest);
        return rest.is_empty().then(|| version([major, minor, patch, Part::Empty, Part::Empty])).flatten();
    }
    let digits = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
    let (word, rest) = rest.split_at(digits);
    if word.is_empty() || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let kind = part(word, rest);
    if rest.is_empty() {
        return version([major, minor, Part::Empty, kind, Part::Empty]);
    }
    let (number, rest) = cut_number(rest)?;
    let pre = part(number, rest);
    rest.is_empty().then(|| version([major, minor, Part::Empty, kind, pre])).flatten()
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
