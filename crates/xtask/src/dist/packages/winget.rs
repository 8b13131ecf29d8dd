//! The three manifests of a winget package.

use std::fmt::Write as _;

use super::recipes::{address, base};
use super::{Build, Facts};

pub(super) fn write(facts: &Facts<'_>) -> Result<(), String> {
    let builds: Vec<(&str, &Build)> = [("x64", "windows-amd64"), ("arm64", "windows-arm64")]
        .into_iter()
        .filter_map(|(name, target)| Some((name, facts.build(target)?)))
        .collect();
    if builds.is_empty() {
        return Ok(());
    }
    let directory = facts.directory("winget");
    for (kind, suffix, body) in [
        ("version", "", "DefaultLocale: en-US\n".to_owned()),
        ("installer", ".installer", installers(&builds, facts)),
        ("defaultLocale", ".locale.en-US", locale(facts)),
    ] {
        let text = format!(
            "# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind}.{SCHEMA}.schema.json\n\n\
             PackageIdentifier: {ID}\nPackageVersion: {}\n{body}ManifestType: {kind}\nManifestVersion: {SCHEMA}\n",
            facts.version()
        );
        crate::files::write(&directory.join(format!("{ID}{suffix}.yaml")), text.as_bytes())?;
    }
    Ok(())
}

fn installers(builds: &[(&str, &Build)], facts: &Facts<'_>) -> String {
    let mut text = "InstallerType: zip\nNestedInstallerType: portable\nInstallers:\n".to_owned();
    for (processor, build) in builds {
        let address = address(build, facts);
        let _ = writeln!(text, "- Architecture: {processor}\n  InstallerUrl: {address}");
        let _ = writeln!(text, "  InstallerSha256: {}\n  NestedInstallerFiles:", build.sha256.to_uppercase());
        // Both become links in one directory, and gover looks for its shim beside itself.
        for program in ["gover", "gover-shim"] {
            let stem = build.target.stem(facts.version());
            let _ = writeln!(
                text,
                "  - RelativeFilePath: {stem}\\{program}.exe\n    PortableCommandAlias: {program}"
            );
        }
    }
    text
}

fn locale(facts: &Facts<'_>) -> String {
    format!(
        "PackageLocale: en-US\nPublisher: {}\nPackageName: gover\nPackageUrl: {}\nLicense: {}\n\
         ShortDescription: '{}'\nTags:\n- go\n- golang\n- version-manager\n",
        facts.authors,
        base(facts),
        facts.licence,
        facts.description
    )
}

const ID: &str = "Gover.Gover";
const SCHEMA: &str = "1.10.0";
