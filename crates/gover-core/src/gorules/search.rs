use std::fs;
use std::path::{Component, Path, PathBuf};

/// The nearest go.mod in `directory` or above, unless it is directly in the directory for temporary
/// files (`modload.FindGoMod`, go.dev/issue/26708).
pub fn find_go_mod(directory: &Path, temporary: &Path) -> Option<PathBuf> {
    let root = directory.ancestors().find(|directory| is_file(&directory.join("go.mod")))?;
    (!is_same_directory(root, temporary)).then(|| root.join("go.mod"))
}

/// The nearest go.work in `directory` or above, not above `goroot` (`modload.findWorkspaceFile`).
pub fn find_go_work(directory: &Path, goroot: Option<&Path>) -> Option<PathBuf> {
    let below =
        directory.ancestors().enumerate().take_while(|(depth, above)| *depth == 0 || Some(*above) != goroot);
    below.map(|(_, directory)| directory.join("go.work")).find(|file| is_file(file))
}

fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir())
}

/// `search.InDir(directory, temporary) == "."`: the same name, or the same after links are resolved.
/// Go does not make a relative `temporary` absolute, so it never matches.
pub(crate) fn is_same_directory(directory: &Path, temporary: &Path) -> bool {
    temporary.is_absolute()
        && (directory == temporary
            || directory.canonicalize().is_ok_and(|directory| {
                directory == temporary
                    || temporary.canonicalize().is_ok_and(|temporary| directory == temporary)
            }))
}

/// An absolute path without `.` and `..`, by its text alone (`filepath.Clean`). Links are not
/// followed.
pub(super) fn cleaned(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(clean.pop()),
            _ => clean.push(component),
        }
    }
    clean
}

/// A file as Go names it in messages: relative to `directory` if that is shorter
/// (`base.ShortPath`).
pub(super) fn short_path(directory: &Path, file: &Path) -> String {
    let (directory, file) = (cleaned(directory), cleaned(file));
    let shared = directory.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let up = directory.components().skip(shared).map(|_| Component::ParentDir);
    let relative: PathBuf = up.chain(file.components().skip(shared)).collect();
    let shorter = if relative.as_os_str().len() < file.as_os_str().len() { &relative } else { &file };
    shorter.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cleaned_by_its_text() {
        if cfg!(windows) {
            return;
        }
        for (path, clean) in [
            ("/a/b", "/a/b"),
            ("/a//b/./c/", "/a/b/c"),
            ("/a/link/../b", "/a/b"),
            ("/../..", "/"),
            ("/", "/"),
        ] {
            assert_eq!(cleaned(Path::new(path)), Path::new(clean), "{path}");
        }
    }

    #[test]
    fn files_are_named_as_go_names_them() {
        if cfg!(windows) {
            return;
        }
        for (directory, file, shown) in [
            ("/shop", "/shop/go.mod", "go.mod"),
            ("/home/ann/shop/api", "/home/ann/shop/go.mod", "../go.mod"),
            ("/shop/api", "/srv/go.work", "/srv/go.work"),
            ("/shop/api", "/shop/ws/go.work", "../ws/go.work"),
            ("/a/b/c/d/e", "/x", "/x"),
        ] {
            assert_eq!(short_path(Path::new(directory), Path::new(file)), shown);
        }
    }

    #[test]
    fn a_relative_directory_for_temporary_files_is_none() {
        let root = tempfile::tempdir().unwrap();
        let root = crate::real_path::real_path(root.path()).unwrap();
        for (temporary, same) in [
            (root.as_path(), true),
            (&root.join("."), true),
            (&root.join("x/.."), cfg!(windows)), // `x` does not exist, but Windows does not check.
            (Path::new("."), false),
            (Path::new(""), false),
        ] {
            assert_eq!(is_same_directory(&root, temporary), same, "{}", temporary.display());
        }
    }
}
