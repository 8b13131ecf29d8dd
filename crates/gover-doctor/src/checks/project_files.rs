//! The files of a project that say how it is built: those of CI, images, makefiles and editors.

use crate::{MachinePath, Snapshot};

/// What is where such files usually are. A caller chooses by the name.
pub(super) fn all(snapshot: &Snapshot<'_>) -> Vec<MachinePath> {
    let root = root(snapshot);
    let mut directories = vec![root.clone(), snapshot.directory.clone()];
    directories.dedup();
    directories.extend(BELOW.map(|name| root.join(name)));
    let files = directories
        .iter()
        .flat_map(|directory| snapshot.disk.list(directory).into_iter().map(|name| directory.join(name)));
    files.collect()
}

/// The repository of the working directory, or else the module.
pub(super) fn root(snapshot: &Snapshot<'_>) -> MachinePath {
    let module = || snapshot.nearest("go.mod").and_then(|file| file.parent());
    snapshot.repository().or_else(module).unwrap_or_else(|| snapshot.directory.clone())
}

const BELOW: [&str; 6] = ["docker", "build", ".github/workflows", ".circleci", ".devcontainer", ".vscode"];
