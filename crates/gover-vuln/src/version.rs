//! Go versions as the semantic versions that the database compares.

use semver::{BuildMetadata, Prerelease, Version};

/// Converts the name of a Go release, such as `go1.22rc1`, as `GoTagToSemver` of golang.org/x/vuln
/// does. Only the first word counts, so the names in programs that were built with experiments are
/// known too. `None` for custom builds and development versions.
pub(crate) fn of_name(name: &str) -> Option<Version> {
    let word = name.split_whitespace().next()?;
    if word == "go1" {
        return Some(Version::new(1, 0, 0));
    }
    let (major, rest) = number(word.strip_prefix("go")?)?;
    let (minor, rest) = number(rest.strip_prefix('.')?)?;
    let (patch, rest) = match rest.strip_prefix('.') {
        Some(rest) => number(rest)?,
        None if (major, minor) == (1, 0) && rest.is_empty() => return None,
        None => (0, rest),
    };
    let mut version = Version::new(major, minor, patch);
    if !rest.is_empty() {
        let digits = rest.find(|c: char| c.is_ascii_digit())?;
        let (kind, digits) = rest.split_at(digits);
        let is_known = matches!(kind, "beta" | "rc") && digits.bytes().all(|b| b.is_ascii_digit());
        let text = is_known.then(|| format!("{kind}.{digits}"))?;
        version.pre = Prerelease::new(&text).ok()?;
    }
    Some(version)
}

/// Reads a version of the database: `1.22.5`, `1.27.0-rc.3` or `1.26.0-0`. A missing minor or patch
/// number is 0, as in golang.org/x/mod/semver.
pub(crate) fn of_event(text: &str) -> Option<Version> {
    let text = text.strip_prefix('v').or_else(|| text.strip_prefix("go")).unwrap_or(text);
    let padded = match text.bytes().filter(|byte| *byte == b'.').count() {
        _ if text.contains(['-', '+']) => text.to_owned(),
        0 => format!("{text}.0.0"),
        1 => format!("{text}.0"),
        _ => text.to_owned(),
    };
    let version = Version::parse(&padded).ok()?;
    Some(Version { build: BuildMetadata::EMPTY, ..version })
}

fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::tests::vectors;

    #[test]
    fn names_become_the_versions_that_go_makes_of_them() {
        for (name, expected) in vectors()["go_tag_to_semver"].as_object().unwrap() {
            let made = of_name(name).map(|version| format!("v{version}")).unwrap_or_default();
            assert_eq!(made, expected.as_str().unwrap(), "{name}");
        }
    }

    #[test]
    fn versions_of_the_database_may_be_short() {
        let event = |text| of_event(text).map(|version| version.to_string());
        assert_eq!(event("1.22").as_deref(), Some("1.22.0"));
        assert_eq!(event("v1.22.5").as_deref(), Some("1.22.5"));
        assert_eq!(event("1.26.0-0").as_deref(), Some("1.26.0-0"));
        for text in ["", "banana", "1.2.3.4", "-1.0.0", "1.22rc1", "99999999999999999999.0.0"] {
            assert_eq!(event(text), None, "{text}");
        }
    }
}
