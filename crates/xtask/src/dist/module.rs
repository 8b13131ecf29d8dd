//! gover as a Go module: a file tree that any GOPROXY can serve, one version for each target.
//!
//! golang.org/toolchain is published in the same way: the version names the platform, and the
//! programs are in the module's zip.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use gover_core::date;
use serde_json::json;

use super::Release;
use super::files::{self, Entry};
use super::target::Target;

/// Adds a version to the tree `module`, and to the list of versions there.
pub(super) fn write(
    module: &str,
    target: &Target,
    entries: &[Entry],
    release: &Release,
) -> Result<(), String> {
    let version = format!("v{}-{}", release.version, target.name);
    let directory = release
        .out
        .join("module")
        .join(gover_log::escape_path(module).map_err(|error| error.to_string())?)
        .join("@v");
    let list = directory.join("list");
    let go_mod = format!("module {module}\n");
    let zip = files::zip(&format!("{module}@{version}/"), &contents(entries, &go_mod))?;
    let info =
        json!({"Version": version, "Time": date::to_rfc3339(UNIX_EPOCH + Duration::from_secs(release.time))});
    let mut versions: Vec<String> =
        fs::read_to_string(&list).unwrap_or_default().lines().map(str::to_owned).collect();
    versions.push(version.clone());
    versions.sort();
    versions.dedup();
    let name = |suffix: &str| directory.join(format!("{version}.{suffix}"));
    crate::files::write(&name("zip"), &zip)?;
    crate::files::write(&name("mod"), go_mod.as_bytes())?;
    crate::files::write(&name("info"), format!("{info}\n").as_bytes())?;
    crate::files::write(&list, format!("{}\n", versions.join("\n")).as_bytes())
}

/// What the zip holds: programs in `bin`, and everything else but the script that installs an
/// archive.
fn contents(entries: &[Entry], go_mod: &str) -> Vec<Entry> {
    let mut contents = vec![Entry::text("go.mod", go_mod)];
    for entry in entries.iter().filter(|entry| !entry.path.starts_with("install.")) {
        let path = if entry.is_program { format!("bin/{}", entry.path) } else { entry.path.clone() };
        contents.push(Entry { path, ..entry.clone() });
    }
    contents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zip_holds_the_programs_in_bin_and_no_script() {
        let entries =
            [Entry::program("gover", vec![1]), Entry::text("LICENSE", "l"), Entry::text("install.sh", "s")];
        let names: Vec<String> =
            contents(&entries, "module m\n").into_iter().map(|entry| entry.path).collect();
        assert_eq!(names, ["go.mod", "bin/gover", "LICENSE"]);
    }
}
