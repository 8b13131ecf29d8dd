//! A path with every link followed, in the form that other programs understand.

use std::io;
use std::path::{Component, Path, PathBuf, Prefix};

/// The path with links, `.` and `..` resolved; an error if nothing is there.
///
/// Windows answers with `\\?\C:\…`, which go.exe, cmd.exe and most people do not take for a path: the plain form is
/// given, as Go's `filepath.EvalSymlinks` does.
pub fn real_path(path: &Path) -> io::Result<PathBuf> {
    Ok(plain(path.canonicalize()?))
}

/// `\\?\C:\a` as `C:\a`, `\\?\UNC\server\share\a` as `\\server\share\a`; anything else as it is.
pub fn plain(path: PathBuf) -> PathBuf {
    let mut components = path.components();
    let Some(Component::Prefix(prefix)) = components.next() else { return path };
    let root = match prefix.kind() {
        Prefix::VerbatimDisk(drive) => PathBuf::from(format!(r"{}:\", char::from(drive))),
        Prefix::VerbatimUNC(server, share) => {
            let mut root = std::ffi::OsString::from(r"\\");
            root.push(server);
            root.push(r"\");
            root.push(share);
            root.push(r"\");
            PathBuf::from(root)
        }
        _ => return path,
    };
    root.join(components.as_path().strip_prefix(r"\").unwrap_or(components.as_path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_there_is_absolute_and_plain() {
        let here = real_path(Path::new(".")).unwrap();
        assert!(here.is_absolute() && here.is_dir());
        assert!(!here.to_string_lossy().starts_with(r"\\?\"));
        assert!(real_path(&here.join("nothing here")).is_err());
    }

    #[test]
    fn verbatim_forms_become_plain_where_they_are_known() {
        if std::path::MAIN_SEPARATOR == '\\' {
            for (verbatim, expected) in [
                (r"\\?\C:\a b\c", r"C:\a b\c"),
                (r"\\?\c:\", r"C:\"),
                (r"\\?\UNC\server\share\a", r"\\server\share\a"),
                (r"\\?\Volume{b75e2c83}\a", r"\\?\Volume{b75e2c83}\a"),
                (r"C:\a", r"C:\a"),
                (r"a\b", r"a\b"),
            ] {
                assert_eq!(plain(PathBuf::from(verbatim)).to_str(), Some(expected));
            }
        } else {
            assert_eq!(plain(PathBuf::from(r"\\?\C:\a")), Path::new(r"\\?\C:\a"));
            assert_eq!(plain(PathBuf::from("/a/b")), Path::new("/a/b"));
        }
    }
}
