//! Puts together the parts of a release that several machines built.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::SUMS;
use crate::files;

/// Copies the files of each directory below `parts` into `out`. Parts may share a file, such as
/// install.sh, if it is the same; lists of versions are merged.
pub(super) fn join(parts: &Path, out: &Path) -> Result<(), String> {
    for part in files::entries(parts)? {
        for path in files::below(&part, &|_| true)? {
            let below = path.strip_prefix(&part).map_err(|error| error.to_string())?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // The sums of one part say nothing of the others.
            if name.starts_with(SUMS) {
                continue;
            }
            let to = out.join(below);
            let read = |path: &Path| {
                fs::read(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))
            };
            let bytes = read(&path)?;
            if !to.exists() {
                crate::files::write(&to, &bytes)?;
            } else if name == "list" {
                crate::files::write(&to, merged(&read(&to)?, &bytes).as_bytes())?;
            } else if read(&to)? != bytes {
                return Err(format!("two parts have different files `{}`", below.display()));
            }
        }
    }
    Ok(())
}

/// The lines of both, sorted.
fn merged(one: &[u8], other: &[u8]) -> String {
    let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
    let lines: BTreeSet<&str> = one.lines().chain(other.lines()).collect();
    lines.into_iter().fold(String::new(), |text, line| text + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(root: &Path, name: &str, list: &str, script: &str) {
        let part = root.join(name);
        crate::files::write(&part.join("module/m/@v/list"), list.as_bytes()).unwrap();
        crate::files::write(&part.join("install.sh"), script.as_bytes()).unwrap();
        crate::files::write(&part.join(SUMS), name.as_bytes()).unwrap();
        crate::files::write(&part.join(format!("gover-{name}.zip")), b"zip").unwrap();
    }

    #[test]
    fn parts_become_one_release_without_their_sums() {
        let directory = tempfile::tempdir().unwrap();
        let (parts, out) = (directory.path().join("parts"), directory.path().join("out"));
        part(&parts, "b", "v1-b\n", "script");
        part(&parts, "a", "v1-a\n", "script");
        join(&parts, &out).unwrap();
        assert_eq!(fs::read_to_string(out.join("module/m/@v/list")).unwrap(), "v1-a\nv1-b\n");
        let names: Vec<String> = files::entries(&out)
            .unwrap()
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["gover-a.zip", "gover-b.zip", "install.sh", "module"]);
    }

    #[test]
    fn parts_that_disagree_are_an_error() {
        let directory = tempfile::tempdir().unwrap();
        part(directory.path(), "a", "", "one script");
        part(directory.path(), "b", "", "another");
        let error = join(directory.path(), &directory.path().join("out")).unwrap_err();
        assert!(error.contains("install.sh"), "{error}");
    }
}
