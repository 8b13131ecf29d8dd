use std::fmt;

use super::{GoVersion, InvalidVersion};

/// The name of a toolchain as Go writes it: `go1.22.5`, `go1.21rc2`, `go1.22.5-bigcorp`.
///
/// Names are equal only if their texts are. They are ordered by version first, since Go ignores a
/// suffix when it compares. A name never contains `/` or `\`, so it is safe as the name of a
/// directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToolchainName {
    version: GoVersion,
    text: String,
}

impl ToolchainName {
    /// Parses like `cmd/go gover.FromToolchain`: the prefix `go`, the version up to the first
    /// space, tab or `-`, and no slash.
    pub fn parse(text: &str) -> Result<Self, InvalidVersion> {
        let invalid = || InvalidVersion { text: text.to_owned() };
        if text.contains(['/', '\\', '\0']) {
            return Err(invalid());
        }
        let rest = text.strip_prefix("go").ok_or_else(invalid)?;
        let version = rest.split([' ', '\t', '-']).next().unwrap_or_default();
        let version = GoVersion::parse(version).map_err(|_| invalid())?;
        Ok(Self { text: text.to_owned(), version })
    }

    /// The name under which Go published the version: `go1.20` for `1.20.0`, `go1.21.0` for
    /// `1.21.0`. A language version from 1.21 on becomes its first release, as in cmd/go
    /// (go.dev/issue/62278).
    pub fn of(version: &GoVersion) -> Self {
        let mut text = format!("go{version}");
        if version.is_language() {
            text.push_str(".0");
        } else if !version.selects_toolchains() && !version.is_prerelease() && version.patch() == Some(0) {
            // 1.20.0 was released as go1.20, and 1.0.0 as go1.
            text = format!("go{}", version.language());
        }
        Self::parse(&text).unwrap_or_else(|_| Self { version: version.clone(), text: format!("go{version}") })
    }

    /// With prefix and suffix.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Without prefix and suffix.
    pub fn version(&self) -> &GoVersion {
        &self.version
    }

    /// Whether this can be an official release: no suffix, and not a bare language version.
    pub fn is_release(&self) -> bool {
        self.text.strip_prefix("go") == Some(self.version.as_str()) && !self.version.is_language()
    }
}

impl fmt::Display for ToolchainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(version: &str) -> String {
        ToolchainName::of(&version.parse().unwrap()).to_string()
    }

    #[test]
    fn release_names_follow_the_change_of_1_21() {
        assert_eq!(name_of("1.22"), "go1.22.0");
        assert_eq!(name_of("1.21.0"), "go1.21.0");
        assert_eq!(name_of("1.20.0"), "go1.20");
        assert_eq!(name_of("1.20"), "go1.20");
        assert_eq!(name_of("1.10.0"), "go1.10");
        assert_eq!(name_of("1.20.14"), "go1.20.14");
        assert_eq!(name_of("1.21rc2"), "go1.21rc2");
        assert_eq!(name_of("1"), "go1");
        assert_eq!(name_of("1.0.0"), "go1");
    }

    #[test]
    fn a_name_with_a_suffix_is_not_a_release() {
        let custom = ToolchainName::parse("go1.22.5-bigcorp").unwrap();
        let plain = ToolchainName::parse("go1.22.5").unwrap();
        assert!(!custom.is_release());
        assert!(plain.is_release());
        assert_ne!(custom, plain);
        assert_eq!(custom.version(), plain.version());
        assert!(!ToolchainName::parse("go1.22").unwrap().is_release());
    }
}
