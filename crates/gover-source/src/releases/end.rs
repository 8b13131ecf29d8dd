//! When a supported version will end.

use std::fmt;

use gover_core::{GoVersion, ToolchainName};

use super::{Releases, Support};

/// The release that ends the support of a version, and when it is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedEnd {
    /// The second newer minor version.
    pub version: GoVersion,
    year: u64,
    month: u64,
}

impl ExpectedEnd {
    /// The month, such as `2027-02`.
    pub fn month(&self) -> String {
        format!("{:04}-{:02}", self.year, self.month)
    }
}

impl fmt::Display for ExpectedEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ends with go{}, expected {}", self.version, self.month())
    }
}

impl Releases {
    /// What will end the support of a release that is supported now (docs/go.md#support).
    pub fn expected_end(&self, name: &ToolchainName) -> Option<ExpectedEnd> {
        if self.support(name) != Support::Supported || name.version().major() != Some(1) {
            return None;
        }
        let minor = name.version().minor()?.checked_add(2)?;
        // go1.20 was released in February 2023, and go1.21 in August.
        let year = minor.checked_sub(20)? / 2 + 2023;
        let month = if minor % 2 == 0 { 2 } else { 8 };
        let version = GoVersion::parse(&format!("1.{minor}")).ok()?;
        (year < 10_000).then_some(ExpectedEnd { version, year, month })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Table;

    #[test]
    fn support_ends_with_the_second_newer_minor_version() {
        let mut releases = Releases::from_table(&Table::default());
        let names = ["go1.25.14", "go1.26.8", "go1.27.0"].map(|name| ToolchainName::parse(name).unwrap());
        releases.add_installed(&names);
        let end = |name: &str| {
            let end = releases.expected_end(&ToolchainName::parse(name).unwrap());
            end.map(|end| end.to_string()).unwrap_or_default()
        };
        assert_eq!(end("go1.26.8"), "ends with go1.28, expected 2027-02");
        assert_eq!(end("go1.27.0"), "ends with go1.29, expected 2027-08");
        for name in ["go1.25.14", "go1.28rc1", "go1.26.8-bigcorp"] {
            assert_eq!(end(name), "", "{name}");
        }
    }
}
