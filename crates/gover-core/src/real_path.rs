//! Paths with all links followed, in a form that other programs understand.

use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf, Prefix};

/// The path with links, `.` and `..` resolved; an error if there is nothing.
///
/// Windows answers with `\\?\C:\…`. This returns the [simplified] form, as Go's
/// `filepath.EvalSymlinks` does.
pub fn real_path(path: &Path) -> io::Result<PathBuf> {
    Ok(simplified(&path.canonicalize()?))
}

/// The [`real_path`] that a new file or directory will have. What does not exist yet has no links.
pub fn real_path_of_new(path: &Path) -> PathBuf {
    let mut missing = Vec::new();
    let mut above = path;
    let mut real = loop {
        if let Ok(real) = real_path(above) {
            break real;
        }
        let (Some(parent), Some(last)) = (above.parent(), above.components().next_back()) else {
            return simplified(path);
        };
        missing.push(last);
        above = parent;
    };
    for component in missing.into_iter().rev() {
        if component == Component::ParentDir {
            real.pop();
        } else {
            real.push(component);
        }
    }
    real
}

/// A path with the separators of the system, none at its end, and without the `\\?\` that some
/// programs put in front on Windows: go.exe does not understand it in GOROOT, nor do cmd.exe and
/// Windows itself in PATH.
pub fn simplified(path: &Path) -> PathBuf {
    let mut components = path.components();
    let Some(Component::Prefix(prefix)) = components.next() else { return path.components().collect() };
    let start = match prefix.kind() {
        Prefix::VerbatimDisk(letter) => OsString::from(format!("{}:", char::from(letter))),
        Prefix::UNC(server, share) | Prefix::VerbatimUNC(server, share) => {
            [r"\\".as_ref(), server, r"\".as_ref(), share].into_iter().collect()
        }
        Prefix::Verbatim(_) | Prefix::DeviceNS(_) | Prefix::Disk(_) => return path.components().collect(),
    };
    let mut plain = PathBuf::from(start);
    plain.extend(components);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::IS_WINDOWS;

    #[test]
    fn a_real_path_is_absolute_and_simple() {
        let here = real_path(Path::new(".")).unwrap();
        assert!(here.is_absolute() && here.is_dir());
        assert!(!here.to_string_lossy().starts_with(r"\\?\"));
        assert!(real_path(&here.join("nothing here")).is_err());
    }

    #[test]
    fn a_new_path_is_below_the_real_path_of_what_exists() {
        let here = real_path(Path::new(".")).unwrap();
        assert_eq!(real_path_of_new(&here.join("no").join("such")), here.join("no").join("such"));
        assert_eq!(real_path_of_new(&here.join("no").join("..").join("such")), here.join("such"));
        assert_eq!(real_path_of_new(&here.join("src").join("..").join("src")), here.join("src"));
    }

    #[test]
    fn verbatim_forms_become_simple() {
        if IS_WINDOWS {
            for (verbatim, expected) in [
                (r"\\?\C:\a b\c", r"C:\a b\c"),
                (r"\\?\c:\", r"C:\"),
                (r"\\?\UNC\server\share\a", r"\\server\share\a"),
                (r"\\?\Volume{b75e2c83}\a", r"\\?\Volume{b75e2c83}\a"),
                (r"C:\a", r"C:\a"),
                (r"C:/a\b/", r"C:\a\b"),
                (r"\\server/share\a", r"\\server\share\a"),
                (r"a\b", r"a\b"),
            ] {
                assert_eq!(simplified(Path::new(verbatim)).to_str(), Some(expected));
            }
        } else {
            assert_eq!(simplified(Path::new(r"\\?\C:\a")), Path::new(r"\\?\C:\a"));
            assert_eq!(simplified(Path::new("/a/b/")), Path::new("/a/b"));
        }
    }
}
