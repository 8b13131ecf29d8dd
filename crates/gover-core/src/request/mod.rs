//! Requests: what people type or write into a file to choose a Go version.

mod foreign;
mod parse;
mod suggest;

use std::fmt;
use std::path::PathBuf;

use semver::VersionReq;

use crate::version::{GoVersion, ToolchainName};

pub use parse::InvalidRequest;

/// `Display` is the text as it was written, trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    text: String,
    kind: RequestKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// One toolchain: `1.22.5`, `go1.23rc1`, `go1.22.5-bigcorp`.
    Exact(ToolchainName),
    /// The newest patch of a language version: `1.22`, `1.22.x`.
    Language(GoVersion),
    /// The newest release of a major version: `1`.
    Major(u64),
    /// A range in semver's notation: `^1.21`, `>=1.21 <1.23`.
    Range(VersionReq),
    /// The newest stable release.
    Latest,
    /// The newest patch of the second supported minor.
    OldStable,
    Next,
    /// A Go on PATH that gover did not install.
    System,
    Path(PathBuf),
}

impl Request {
    /// Parses what a person typed. A path is allowed.
    pub fn parse(text: &str) -> Result<Self, InvalidRequest> {
        parse::parse(text, true)
    }

    /// Parses what a file of a project says. A path is an error: a checkout must not choose a
    /// program of its own to run as `go`.
    pub fn parse_pin(text: &str) -> Result<Self, InvalidRequest> {
        parse::parse(text, false)
    }

    /// Its text means that toolchain again when it is parsed: `1.20` is the newest patch, `1.20.0`
    /// is go1.20.
    pub fn exact(name: ToolchainName) -> Self {
        let bare = name.as_str().trim_start_matches("go");
        let texts = ["", ".0", ".0.0"].map(|end| format!("{bare}{end}"));
        let same =
            |text: &&String| Self::parse_pin(text).is_ok_and(|request| request.as_exact() == Some(&name));
        let text = texts.iter().find(same).cloned().unwrap_or_else(|| bare.to_owned());
        Self { text, kind: RequestKind::Exact(name) }
    }

    /// What to type for exactly the toolchain of that name: `1.20.0` for `go1.20`. A text that is not
    /// a name only loses its `go`.
    pub fn typed(name: &str) -> String {
        let bare = |_| name.trim_start_matches("go").to_owned();
        ToolchainName::parse(name).map_or_else(bare, |name| Self::exact(name).text)
    }

    pub fn kind(&self) -> &RequestKind {
        &self.kind
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn as_exact(&self) -> Option<&ToolchainName> {
        match &self.kind {
            RequestKind::Exact(name) => Some(name),
            _ => None,
        }
    }

    /// Whether a list of toolchains can contain a match: true for all but `system` and paths.
    pub fn is_by_version(&self) -> bool {
        !matches!(self.kind, RequestKind::System | RequestKind::Path(_))
    }

    /// The newest of `candidates` that matches. `oldstable` is relative to `stable`, the newest
    /// stable release known; without it, to the newest of the candidates.
    pub fn newest<'a>(
        &self,
        candidates: &'a [ToolchainName],
        stable: Option<&GoVersion>,
    ) -> Option<&'a ToolchainName> {
        self.all(candidates, stable).into_iter().max()
    }

    /// All of `candidates` that match; `stable` as for [`newest`](Self::newest).
    pub fn all<'a>(
        &self,
        candidates: &'a [ToolchainName],
        stable: Option<&GoVersion>,
    ) -> Vec<&'a ToolchainName> {
        let stable = newest_stable(candidates, stable);
        candidates.iter().filter(|name| self.matches(name, stable.as_ref())).collect()
    }

    /// What a list of `candidates` shows for the request: all that match, or the one that it means.
    pub fn listed<'a>(
        &self,
        candidates: &'a [ToolchainName],
        stable: Option<&GoVersion>,
    ) -> Vec<&'a ToolchainName> {
        let matching = self.all(candidates, stable);
        if self.means_one() { matching.into_iter().max().into_iter().collect() } else { matching }
    }

    /// Whether it means the newest match alone, as `latest` does, and not also the older ones.
    pub fn means_one(&self) -> bool {
        matches!(self.kind, RequestKind::Latest | RequestKind::OldStable | RequestKind::Next)
    }

    /// Whether `name` matches, given the newest stable release known.
    pub fn matches(&self, name: &ToolchainName, stable: Option<&GoVersion>) -> bool {
        let version = name.version();
        if let RequestKind::Exact(exact) = &self.kind {
            return exact == name;
        }
        let released = name.is_release() && !version.is_prerelease();
        match &self.kind {
            RequestKind::Language(language) => released && version.same_language(language),
            RequestKind::Major(major) => released && version.major() == Some(*major),
            RequestKind::Range(range) => {
                name.is_release() && semantic(version).is_some_and(|version| range.matches(&version))
            }
            RequestKind::Latest => released,
            RequestKind::Next => name.is_release(),
            RequestKind::OldStable => {
                let older =
                    stable.and_then(|stable| Some((stable.major()?, stable.minor()?.checked_sub(1)?)));
                released && older.is_some() && older == version.major().zip(version.minor())
            }
            RequestKind::Exact(_) | RequestKind::System | RequestKind::Path(_) => false,
        }
    }

    /// A version that no match can exceed, if there is one. With it, a go line can be compared with
    /// a request before it is known which toolchain matches.
    pub fn ceiling(&self) -> Option<GoVersion> {
        match &self.kind {
            RequestKind::Exact(name) => Some(name.version().clone()),
            RequestKind::Language(language) => {
                GoVersion::parse(&format!("{}.{}.{}", language.major()?, language.minor()?, u64::MAX)).ok()
            }
            _ => None,
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The version in semver's notation, as golang.org/x/vuln's `GoTagToSemver` maps it: `1.21rc2` is
/// `1.21.0-rc.2`.
fn semantic(version: &GoVersion) -> Option<semver::Version> {
    let mut semantic =
        semver::Version::new(version.major()?, version.minor()?, version.patch().unwrap_or_default());
    if let Some(kind) = version.prerelease() {
        let text = format!("{}.{}", kind.word, kind.number);
        semantic.pre = semver::Prerelease::new(text.trim_end_matches('.')).ok()?;
    }
    Some(semantic)
}

/// The newest stable release: the known one, or a newer toolchain that is not a custom build.
pub(crate) fn newest_stable(toolchains: &[ToolchainName], known: Option<&GoVersion>) -> Option<GoVersion> {
    let released = toolchains.iter().filter(|name| name.is_release()).map(ToolchainName::version);
    let newest = released.filter(|version| !version.is_prerelease()).max();
    known.max(newest).cloned()
}

#[cfg(test)]
mod tests;
