//! Where VS Code and editors built on it keep settings.

use crate::{MachinePath, Snapshot};

#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) file: MachinePath,
    /// The value of `${workspaceFolder}` in it.
    pub(crate) workspace: MachinePath,
    /// Whether only the user has it; a workspace is shared with others.
    pub(crate) is_own: bool,
}

/// Settings of the user, of remote machines and of the workspace. Later ones take precedence.
pub(crate) fn all(snapshot: &Snapshot<'_>) -> Vec<Place> {
    let places = of_user(snapshot).into_iter().chain(of_project(snapshot));
    places.filter(|place| snapshot.is_file(&place.file)).collect()
}

/// The settings of each editor that this user has started. A file of them may be missing.
pub(crate) fn of_user(snapshot: &Snapshot<'_>) -> Vec<Place> {
    let mut files = Vec::new();
    for directory in directories(snapshot) {
        let profiles = directory.join("profiles");
        files.push(directory.join("settings.json"));
        let of_profile = |name| profiles.join(name).join("settings.json");
        files.extend(
            snapshot.disk.list(&profiles).into_iter().map(of_profile).filter(|file| snapshot.is_file(file)),
        );
    }
    files
        .into_iter()
        .map(|file| Place { file, workspace: snapshot.directory.clone(), is_own: true })
        .collect()
}

/// The settings that a project has for everyone.
pub(crate) fn of_project(snapshot: &Snapshot<'_>) -> Vec<Place> {
    let folder = snapshot.nearest(".vscode/settings.json").and_then(|file| {
        let workspace = file.parent()?.parent()?;
        Some(Place { file, workspace, is_own: false })
    });
    workspaces(snapshot).into_iter().chain(folder).collect()
}

/// Where editors keep the settings of this user, on this machine and for remote connections to it.
fn directories(snapshot: &Snapshot<'_>) -> Vec<MachinePath> {
    let configuration = snapshot.user_configuration();
    let local = |editor: &&str| Some(configuration.as_ref()?.join(editor).join("User"));
    let in_home = FLATPAKS.iter().chain(REMOTE).map(|directory| snapshot.home.join(directory));
    let directories = EDITORS.iter().filter_map(local).chain(in_home);
    directories.filter(|directory| snapshot.is_directory(directory)).collect()
}

/// The nearest `.code-workspace` files, up to the repository or the home directory.
fn workspaces(snapshot: &Snapshot<'_>) -> Vec<Place> {
    for here in snapshot.directory.ancestors() {
        let mut names = snapshot.disk.list(&here);
        let is_top = here == snapshot.home || names.iter().any(|name| name == ".git");
        names.retain(|name| name.ends_with(".code-workspace"));
        if !names.is_empty() || is_top {
            let place = |name| Place { file: here.join(name), workspace: here.clone(), is_own: false };
            return names.into_iter().map(place).collect();
        }
    }
    Vec::new()
}

const EDITORS: &[&str] = &["Code", "Code - Insiders", "Code - OSS", "VSCodium", "Cursor", "Windsurf"];

/// A Flatpak has a configuration directory of its own.
const FLATPAKS: &[&str] = &[
    ".var/app/com.visualstudio.code/config/Code/User",
    ".var/app/com.visualstudio.code-oss/config/Code - OSS/User",
    ".var/app/com.vscodium.codium/config/VSCodium/User",
];

const REMOTE: &[&str] = &[
    ".vscode-server/data/Machine",
    ".vscode-server-insiders/data/Machine",
    ".vscode-remote/data/Machine",
    ".vscodium-server/data/Machine",
    ".cursor-server/data/Machine",
    ".windsurf-server/data/Machine",
    ".local/share/code-server/User",
];
