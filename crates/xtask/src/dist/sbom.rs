//! The SBOM of an archive, in the form `CycloneDX` 1.6.

use std::time::{Duration, UNIX_EPOCH};

use gover_core::date;
use serde_json::{Value, json};

use super::dependencies::{Dependencies, Package};

/// What the document is about.
pub(super) struct Subject<'a> {
    pub(super) file: &'a str,
    pub(super) version: &'a str,
    pub(super) sha256: &'a str,
    /// The time of the release in seconds.
    pub(super) time: u64,
}

pub(super) fn document(subject: &Subject<'_>, dependencies: &Dependencies) -> String {
    let packages = &dependencies.packages;
    let reference = |index: &usize| packages.get(*index).map(purl);
    // The archive holds the two programs.
    let programs = packages.iter().filter(|package| super::build::PROGRAMS.contains(&package.name.as_str()));
    let root = json!({"ref": subject.file, "dependsOn": programs.map(purl).collect::<Vec<_>>()});
    let edges = packages.iter().map(|package| {
        json!({"ref": purl(package), "dependsOn": package.uses.iter().filter_map(reference).collect::<Vec<_>>()})
    });
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", uuid(subject.sha256)),
        "version": 1,
        "metadata": {
            "timestamp": date::to_rfc3339(UNIX_EPOCH + Duration::from_secs(subject.time)),
            "tools": {"components": [{"type": "application", "name": "cargo xtask dist", "version": subject.version}]},
            "component": {
                "type": "application",
                "bom-ref": subject.file,
                "name": "gover",
                "version": subject.version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "hashes": [{"alg": "SHA-256", "content": subject.sha256}],
            },
        },
        "components": packages.iter().map(component).collect::<Vec<_>>(),
        "dependencies": std::iter::once(root).chain(edges).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn component(package: &Package) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(package),
        "name": package.name,
        "version": package.version,
        "description": package.description.split_whitespace().collect::<Vec<_>>().join(" "),
        "licenses": [{"expression": package.licence.replace(" / ", " OR ").replace('/', " OR ")}],
        "purl": purl(package),
    });
    if let Some(checksum) = &package.checksum {
        component["hashes"] = json!([{"alg": "SHA-256", "content": checksum}]);
    }
    if let Some(repository) = &package.repository {
        component["externalReferences"] = json!([{"type": "vcs", "url": repository}]);
    }
    component
}

fn purl(package: &Package) -> String {
    // A `+` in a version has another meaning in a purl.
    format!("pkg:cargo/{}@{}", package.name, package.version.replace('+', "%2B"))
}

/// A UUID that follows from the archive, so that the same archive has the same document (version 8
/// of RFC 9562, for values of one's own).
fn uuid(sha256: &str) -> String {
    let digits: String = sha256.chars().take(32).collect();
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_its_form() {
        assert_eq!(uuid(&"0123456789abcdef".repeat(4)), "01234567-89ab-8def-8123-456789abcdef");
    }
}
