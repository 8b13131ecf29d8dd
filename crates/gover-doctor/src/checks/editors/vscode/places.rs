//! Where VS Code keeps settings.

use crate::{MachinePath, Snapshot};

/// A settings file that exists.
pub(super) struct Place {
    pub(super) file: MachinePath,
    /// The value of `${workspaceFolder}` in it.
    pub(super) workspace: MachinePath,
    /// Whether only the user has it; a workspace is shared with others.
    pub(super) is_own: bool,
}

/// Settings of the user, of remote machines and of the workspace. Later ones take precedence.
pub(super) fn all(snapshot: &Snapshot<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    let mut add = |file: MachinePath, workspace: &MachinePath, is_own: bool| {
        if snapshot.is_file(&file) {
            places.push(Place { file, workspace: workspace.clone(), is_own });
        }
    };
    if let Some(configuration) = snapshot.user_configuration() {
        for editor in EDITORS {
            add(configuration.join(editor).join("User/settings.json"), &snapshot.directory, true);
        }
    }
    for remote in REMOTE {
        add(snapshot.home.join(remote), &snapshot.directory, true);
    }
    for (file, workspace) in workspaces(snapshot) {
        add(file, &workspace, false);
    }
    if let Some(file) = snapshot.nearest(".vscode/settings.json")
        && let Some(workspace) = file.parent().and_then(|directory| directory.parent())
    {
        add(file, &workspace, false);
    }
    places
}

/// The nearest `.code-workspace` files above the working directory, up to the repository or the
/// home directory.
fn workspaces(snapshot: &Snapshot<'_>) -> Vec<(MachinePath, MachinePath)> {
    for here in snapshot.directory.ancestors() {
        let names = snapshot.disk.list(&here);
        let found: Vec<_> = names
            .iter()
            .filter(|name| name.ends_with(".code-workspace"))
            .map(|name| (here.join(name), here.clone()))
            .collect();
        let is_top = here == snapshot.home || names.iter().any(|name| name == ".git");
        if !found.is_empty() || is_top {
            return found;
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
