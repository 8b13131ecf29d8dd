//! `set-version VERSION`: the version of gover, which its crates also ask of each other.

use std::path::Path;

use crate::files;

pub(crate) fn run(version: &str, root: &Path) -> Result<(), String> {
    let path = root.join("Cargo.toml");
    files::write(&path, changed(&files::read(&path)?, version)?)
}

fn changed(manifest: &str, version: &str) -> Result<String, String> {
    if semver::Version::parse(version).is_err() {
        return Err(format!("`{version}` is not a version such as 0.2.0"));
    }
    let line = manifest.lines().find(|line| line.starts_with("version = \""));
    let old = line.and_then(|line| line.split('"').nth(1)).ok_or("Cargo.toml has no version")?;
    Ok(manifest
        .replacen(&format!("\nversion = \"{old}\"\n"), &format!("\nversion = \"{version}\"\n"), 1)
        .replace(&format!("version = \"={old}\""), &format!("version = \"={version}\"")))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_crates_follow_the_version_and_others_do_not() {
        let manifest = "[workspace.package]\nversion = \"0.1.0\"\n\n[workspace.dependencies]\n\
            own = { path = \"own\", version = \"=0.1.0\" }\nother = { version = \"0.1.0\" }\n";
        let expected = "[workspace.package]\nversion = \"0.2.0\"\n\n[workspace.dependencies]\n\
            own = { path = \"own\", version = \"=0.2.0\" }\nother = { version = \"0.1.0\" }\n";
        assert_eq!(changed(manifest, "0.2.0").unwrap(), expected);
        assert!(changed(manifest, "next").is_err());
    }

    #[test]
    fn both_programs_have_the_same_build_script() {
        let root = crate::root();
        let script = |package: &str| fs::read_to_string(root.join(package).join("build.rs")).unwrap();
        assert_eq!(script("crates/gover"), script("shims"));
    }
}
