//! Where VS Code keeps settings.

use crate::{MachinePath, Snapshot};

pub(super) struct Place {
    pub(super) file: MachinePath,
    /// The value of `${workspaceFolder}` in it.
    pub(super) workspace: MachinePath,
    /// Whether only the user has it; a workspace is shared with others.
    pub(super) is_own: bool,
}

/// Settings of the user, of remote machines and of the workspace. Later ones take precedence.
pub(super) fn all(snapshot: &Snapshot<'_>) -> Vec<Place> {
    let configuration = snapshot.user_configuration();
    let local = |editor: &&str| Some(configuration.as_ref()?.join(editor).join("User/settings.json"));
    let remote = REMOTE.iter().map(|remote| snapshot.home.join(remote));
    let of_user = EDITORS.iter().filter_map(local).chain(remote);
    let of_user = of_user.map(|file| Place { file, workspace: snapshot.directory.clone(), is_own: true });
    let folder = snapshot.nearest(".vscode/settings.json").and_then(|file| {
        let workspace = file.parent()?.parent()?;
        Some(Place { file, workspace, is_own: false })
    });
    let places = of_user.chain(workspaces(snapshot)).chain(folder);
    places.filter(|place| snapshot.is_file(&place.file)).collect()
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

const REMOTE: &[&str] = &[
    ".vscode-server/data/Machine/settings.json",
    ".vscode-server-insiders/data/Machine/settings.json",
    ".vscodium-server/data/Machine/settings.json",
    ".cursor-server/data/Machine/settings.json",
    ".local/share/code-server/User/settings.json",
];
