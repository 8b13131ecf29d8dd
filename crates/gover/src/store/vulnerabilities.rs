//! The known vulnerabilities of Go versions, and the releases that have none.

use gover_core::{GoVersion, ToolchainName};
use gover_source::Releases;
use gover_vuln::Database;

/// The nearest release without a known vulnerability: `version` itself, a newer patch of the same
/// minor version, or the lowest of a newer one.
pub(crate) fn nearest_without(
    version: &GoVersion,
    database: &Database,
    releases: &Releases,
) -> Option<ToolchainName> {
    database.nearest_without(version, stable(releases))
}

fn stable(releases: &Releases) -> impl Iterator<Item = &GoVersion> {
    let stable = releases.iter().filter(|release| release.is_stable() && release.name.is_release());
    stable.map(|release| release.name.version())
}
