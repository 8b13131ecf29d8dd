//! One npm package for each target, and `gover`, which depends on all of them: npm installs the one
//! whose `os` and `cpu` fit.

use serde_json::{Map, json};

use super::super::files::{self, Entry};
use super::super::target::{System, Target};
use super::{Build, Facts};

pub(super) fn write(facts: &Facts<'_>) -> Result<(), String> {
    let mut platforms = Map::new();
    for build in &facts.builds {
        platforms.insert(name(build.target), facts.version().into());
        write_platform(build, facts)?;
    }
    let Some(any) = facts.builds.first() else { return Ok(()) };
    let manifest = json!({
        "name": "gover",
        "version": facts.version(),
        "description": facts.description,
        "license": facts.licence,
        "author": facts.authors,
        "bin": {"gover": "gover.js"},
        "files": ["gover.js"],
        "engines": {"node": ">=18"},
        "optionalDependencies": platforms,
    });
    let entries = vec![
        Entry::text("package.json", format!("{manifest:#}\n")),
        Entry { is_program: true, ..Entry::text("gover.js", include_str!("gover.js")) },
        any.named("README.md")?.clone(),
        any.named("LICENSE")?.clone(),
    ];
    pack("gover", &entries, facts)
}

fn write_platform(build: &Build, facts: &Facts<'_>) -> Result<(), String> {
    let (system, processor) = node_names(build.target);
    let manifest = json!({
        "name": name(build.target),
        "version": facts.version(),
        "description": format!("The programs of gover for {}", build.target.name),
        "license": facts.licence,
        "author": facts.authors,
        "os": [system],
        "cpu": [processor],
        "preferUnplugged": true,
    });
    let mut entries = vec![
        Entry::text("package.json", format!("{manifest:#}\n")),
        Entry::text("share/gover/channel", "npm\n"),
        build.named("LICENSE")?.clone(),
        build.named("NOTICE")?.clone(),
        build.named("THIRD-PARTY.md")?.clone(),
    ];
    entries.extend(
        build.programs().map(|program| Entry { path: format!("bin/{}", program.path), ..program.clone() }),
    );
    pack(&format!("gover-{system}-{processor}"), &entries, facts)
}

fn pack(stem: &str, entries: &[Entry], facts: &Facts<'_>) -> Result<(), String> {
    let archive = files::tar_gz("package/", entries, facts.release.time)?;
    crate::files::write(&facts.directory("npm").join(format!("{stem}-{}.tgz", facts.version())), &archive)
}

fn name(target: &Target) -> String {
    let (system, processor) = node_names(target);
    format!("@gover/{system}-{processor}")
}

/// A platform as Node.js names it.
fn node_names(target: &Target) -> (&'static str, &'static str) {
    let system = match target.system {
        System::Linux => "linux",
        System::Darwin => "darwin",
        System::Windows => "win32",
    };
    (system, if target.processor() == "amd64" { "x64" } else { "arm64" })
}
