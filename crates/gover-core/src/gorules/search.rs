use std::borrow::Cow;
use std::cell::OnceCell;
use std::path::{Component, Path, PathBuf};

use crate::bounded::Found;
use crate::env::Env;
use crate::platform::IS_WINDOWS;
use crate::real_path::real_path;

/// The nearest go.mod in `directory` or above, unless it is directly in the directory for temporary
/// files (`modload.FindGoMod`, go.dev/issue/26708).
pub(super) fn find_go_mod(directory: &Path, temporary: &Temporary) -> Option<Found> {
    let mut above = directory.ancestors();
    let (root, found) = above.find_map(|above| Some((above, file(above.join("go.mod"))?)))?;
    (!temporary.is(root)).then_some(found)
}

/// The nearest go.work in `directory` or above, not above `goroot` (`modload.findWorkspaceFile`).
pub(super) fn find_go_work(directory: &Path, goroot: Option<&Path>) -> Option<Found> {
    let mut below =
        directory.ancestors().enumerate().take_while(|(depth, above)| *depth == 0 || Some(*above) != goroot);
    below.find_map(|(_, directory)| file(directory.join("go.work")))
}

fn file(path: PathBuf) -> Option<Found> {
    Found::at(path).ok().filter(|found| !found.is_directory())
}

/// The directory for temporary files, in which cmd/go ignores a go.mod.
#[derive(Debug)]
pub struct Temporary {
    path: PathBuf,
    real: OnceCell<Option<PathBuf>>,
    /// The working directory without links; `None` if it is not known to have none.
    here: Option<PathBuf>,
}

impl Temporary {
    pub fn of(env: &Env) -> Self {
        // Windows answers with the name by which the directory was entered.
        let here = env.directory().filter(|_| !IS_WINDOWS).map(Path::to_owned);
        Self { here, ..Self::at(env.temporary_directory()) }
    }

    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), real: OnceCell::new(), here: None }
    }

    /// `search.InDir(directory, temporary) == "."`: the same name, or the same after links are
    /// resolved. Go does not make a relative directory absolute, so that never matches.
    pub(crate) fn is(&self, directory: &Path) -> bool {
        self.path.is_absolute()
            && (directory == self.path
                || self.real_name(directory).is_some_and(|directory| {
                    *directory == self.path || self.real().is_some_and(|real| *directory == *real)
                }))
    }

    fn real(&self) -> Option<&Path> {
        self.real.get_or_init(|| without_links(&self.path)).as_deref()
    }

    /// What is above a directory without links has none either. This is asked for each command.
    fn real_name<'a>(&self, directory: &'a Path) -> Option<Cow<'a, Path>> {
        match &self.here {
            Some(here) if here.starts_with(directory) => Some(Cow::Borrowed(directory)),
            _ => real_path(directory).ok().map(Cow::Owned),
        }
    }
}

/// The path with links followed. Usually there are none, and to see that costs less.
fn without_links(path: &Path) -> Option<PathBuf> {
    let is_link = |path: &Path| path.symlink_metadata().map_or(true, |metadata| metadata.is_symlink());
    // Elsewhere a name can differ from the real one in other ways.
    let is_linux = std::env::consts::OS == "linux";
    let is_plain = || cleaned(path).as_os_str() == path.as_os_str();
    if is_linux && is_plain() && !path.ancestors().filter(|above| above.parent().is_some()).any(is_link) {
        return Some(path.to_owned());
    }
    real_path(path).ok()
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
    fn links_are_followed_as_the_system_does() {
        let root = tempfile::tempdir().unwrap();
        let root = real_path(root.path()).unwrap();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        if !cfg!(windows) {
            let link = std::process::Command::new("ln").arg("-s").arg("a").arg(root.join("link")).status();
            assert!(link.unwrap().success());
        }
        for name in ["a/b", "a", "", "a/../a/b", "./a", "a/", "link", "link/b", "none", "a/none"] {
            let path = root.join(name);
            assert_eq!(without_links(&path), real_path(&path).ok(), "{}", path.display());
        }
    }

    #[test]
    fn a_relative_directory_for_temporary_files_is_none() {
        let root = tempfile::tempdir().unwrap();
        let root = real_path(root.path()).unwrap();
        for (temporary, same) in [
            (root.as_path(), true),
            (&root.join("."), true),
            (&root.join("x/.."), cfg!(windows)), // `x` does not exist, but Windows does not check.
            (Path::new("."), false),
            (Path::new(""), false),
        ] {
            let here = Some(root.join("below"));
            for temporary in [Temporary::at(temporary), Temporary { here, ..Temporary::at(temporary) }] {
                assert_eq!(temporary.is(&root), same, "{temporary:?}");
                assert!(!temporary.is(root.parent().unwrap()));
            }
        }
    }
}
