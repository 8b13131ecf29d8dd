use std::fs;
use std::path::{Path, PathBuf};

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

/// `search.InDir(a, b) == "."`: the same name, or the same after links are resolved.
pub(crate) fn is_same_directory(a: &Path, b: &Path) -> bool {
    a == b || a.canonicalize().is_ok_and(|a| a == b || b.canonicalize().is_ok_and(|b| a == b))
}
