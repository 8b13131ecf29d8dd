//! Packages for other managers, made of the archives of a release: the programs in them are the
//! very bytes that were signed.
//!
//! [`Facts`] is the one table: nothing that a package says of a release is written anywhere else.

mod npm;
mod recipes;
mod system;
mod wheel;
mod winget;

use std::fs;
use std::path::PathBuf;

use super::files::{self, Entry};
use super::target::{TARGETS, Target};
use super::{Release, hex};
use crate::process::variable;

/// What packages say of a release.
struct Facts<'a> {
    release: &'a Release,
    description: String,
    licence: String,
    authors: String,
    /// Where releases are downloaded from; none as long as they are published nowhere.
    base: Option<String>,
    builds: Vec<Build>,
}

/// The archive of one target.
struct Build {
    target: &'static Target,
    archive: String,
    sha256: String,
    entries: Vec<Entry>,
}

impl Facts<'_> {
    /// The address of an archive.
    fn address(&self, build: &Build) -> Option<String> {
        let base = self.base.as_deref()?.trim_end_matches('/');
        Some(format!("{base}/download/v{}/{}", self.release.version, build.archive))
    }

    fn build(&self, name: &str) -> Option<&Build> {
        self.builds.iter().find(|build| build.target.name == name)
    }

    /// Where a package is written that is not an asset of the release itself.
    fn directory(&self, name: &str) -> PathBuf {
        self.release.out.join("packages").join(name)
    }

    fn version(&self) -> &str {
        &self.release.version
    }
}

impl Build {
    /// Files of the archive below a directory, by their names there.
    fn below<'a>(&'a self, directory: &str) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        let prefix = format!("{directory}/");
        self.entries.iter().filter_map(move |entry| Some((entry.path.strip_prefix(&prefix)?, entry)))
    }

    fn programs(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.is_program && !entry.path.starts_with("install."))
    }

    fn named(&self, path: &str) -> Result<&Entry, String> {
        let found = self.entries.iter().find(|entry| entry.path == path);
        found.ok_or_else(|| format!("{} has no {path}", self.archive))
    }
}

/// Makes all packages of the archives in the directory of the release.
pub(super) fn write(release: &Release) -> Result<(), String> {
    let facts = read(release)?;
    if facts.builds.is_empty() {
        return Err(format!(
            "there is no archive of gover {} in `{}`",
            release.version,
            release.out.display()
        ));
    }
    for build in &facts.builds {
        system::write(build, &facts)?;
        wheel::write(build, &facts)?;
    }
    npm::write(&facts)?;
    if facts.base.is_some() {
        recipes::write(&facts)?;
        winget::write(&facts)?;
    } else {
        super::report("no recipes for Homebrew, Scoop, winget, AUR and Nix: GOVER_RELEASE_BASE is not set");
    }
    Ok(())
}

fn read(release: &Release) -> Result<Facts<'_>, String> {
    let manifest = crate::files::read(&release.root.join("Cargo.toml"))?;
    let mut builds = Vec::new();
    for target in TARGETS {
        let archive = target.archive(&release.version);
        let path = release.out.join(&archive);
        if !path.is_file() {
            continue;
        }
        let bytes = fs::read(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        let entries = files::unpack(&archive, &bytes)?;
        builds.push(Build { target, sha256: hex(&bytes), archive, entries });
    }
    Ok(Facts {
        release,
        description: quoted(&manifest, "description = ")?,
        licence: quoted(&manifest, "license = ")?,
        authors: quoted(&manifest, "authors = [")?,
        base: variable("GOVER_RELEASE_BASE"),
        builds,
    })
}

/// The text after a key of a manifest.
fn quoted(manifest: &str, key: &str) -> Result<String, String> {
    let value = manifest.lines().find_map(|line| line.strip_prefix(key)?.split('"').nth(1));
    value.map(str::to_owned).ok_or_else(|| format!("Cargo.toml has no line `{key}…`"))
}
