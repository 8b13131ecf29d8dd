//! A wheel for each target. maturin would build the programs itself, and only those of one crate;
//! this one holds the bytes of the archive.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::super::files::{self, Entry};
use super::{Build, Facts};

pub(super) fn write(build: &Build, facts: &Facts<'_>) -> Result<(), String> {
    let platforms = platforms(build.target.name)?;
    let stem = format!("gover-{}", facts.version());
    let data = |path: &str, entry: &Entry| Entry { path: format!("{stem}.data/{path}"), ..entry.clone() };
    let info = |path: &str, text: String| Entry::text(format!("{stem}.dist-info/{path}"), text);
    let mut entries: Vec<Entry> =
        build.programs().map(|program| data(&format!("scripts/{}", program.path), program)).collect();
    entries.extend(build.below("man").map(|(name, page)| data(&format!("data/share/man/man1/{name}"), page)));
    entries.push(data("data/share/gover/channel", &Entry::text("", "pip\n")));
    for name in ["LICENSE", "NOTICE", "THIRD-PARTY.md"] {
        let text = String::from_utf8_lossy(&build.named(name)?.bytes).into_owned();
        entries.push(info(&format!("licenses/{name}"), text));
    }
    let readme = String::from_utf8_lossy(&build.named("README.md")?.bytes).into_owned();
    entries.push(info("METADATA", metadata(facts, &readme)));
    let mut wheel =
        format!("Wheel-Version: 1.0\nGenerator: gover {}\nRoot-Is-Purelib: false\n", facts.version());
    for platform in platforms {
        let _ = writeln!(wheel, "Tag: py3-none-{platform}");
    }
    entries.push(info("WHEEL", wheel));
    let record = record(&entries, &stem);
    entries.push(info("RECORD", record));
    let name = format!("{stem}-py3-none-{}.whl", platforms.join("."));
    crate::files::write(&facts.directory("pypi").join(name), &files::zip("", &entries)?)
}

fn metadata(facts: &Facts<'_>, readme: &str) -> String {
    format!(
        "Metadata-Version: 2.4\nName: gover\nVersion: {}\nSummary: {}\nAuthor: {}\nLicense-Expression: {}\n\
         License-File: LICENSE\nLicense-File: NOTICE\nLicense-File: THIRD-PARTY.md\nRequires-Python: >=3.7\n\
         Description-Content-Type: text/markdown; charset=UTF-8\n\n{readme}",
        facts.version(),
        facts.description,
        facts.authors,
        facts.licence,
    )
}

/// The list of files with their checksums; its own line has none.
fn record(entries: &[Entry], stem: &str) -> String {
    let mut lines: Vec<String> = entries
        .iter()
        .map(|entry| {
            let sum = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&entry.bytes));
            format!("{},sha256={sum},{}", entry.path, entry.bytes.len())
        })
        .collect();
    lines.push(format!("{stem}.dist-info/RECORD,,"));
    lines.join("\n") + "\n"
}

/// What pip calls a platform. A static program runs with every C library, so Linux has two names.
fn platforms(target: &str) -> Result<&'static [&'static str], String> {
    match target {
        "linux-amd64" => Ok(&["manylinux_2_17_x86_64", "musllinux_1_1_x86_64"]),
        "linux-arm64" => Ok(&["manylinux_2_17_aarch64", "musllinux_1_1_aarch64"]),
        "windows-amd64" => Ok(&["win_amd64"]),
        "windows-arm64" => Ok(&["win_arm64"]),
        "darwin-amd64" => Ok(&["macosx_10_12_x86_64"]),
        "darwin-arm64" => Ok(&["macosx_11_0_arm64"]),
        other => Err(format!("a wheel has no name for {other}")),
    }
}
