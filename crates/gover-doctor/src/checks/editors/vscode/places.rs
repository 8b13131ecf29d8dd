//! Where settings of VS Code are.

use crate::snapshot::Snapshot;
use crate::snapshot::disk::Kind;
use crate::snapshot::system::Os;

/// A settings file that exists.
pub(super) struct Place {
    pub(super) file: String,
    /// What `${workspaceFolder}` means in it.
    pub(super) workspace: String,
    /// Whether it is the user's alone; those of a workspace are shared with others.
    pub(super) is_own: bool,
}

/// Of the user, of remote machines, of the workspace: what comes later counts for the editor.
pub(super) fn all(snapshot: &Snapshot<'_>) -> Vec<Place> {
    let system = &snapshot.system;
    let mut places = Vec::new();
    let mut add = |file: String, workspace: &str, is_own: bool| {
        if snapshot.disk.kind(&file) == Some(Kind::File) {
            places.push(Place { file, workspace: workspace.to_owned(), is_own });
        }
    };
    let configuration = match system.os {
        Os::Windows => snapshot.variable("APPDATA").map(str::to_owned),
        Os::MacOs => Some(system.join(&snapshot.home, "Library/Application Support")),
        _ => Some(
            snapshot
                .variable("XDG_CONFIG_HOME")
                .map_or_else(|| system.join(&snapshot.home, ".config"), str::to_owned),
        ),
    };
    for editor in configuration.iter().flat_map(|base| EDITORS.iter().map(|editor| system.join(base, editor)))
    {
        add(system.join(&editor, "User/settings.json"), &snapshot.directory, true);
    }
    for remote in REMOTE {
        add(system.join(&snapshot.home, remote), &snapshot.directory, true);
    }
    for (file, workspace) in workspaces(snapshot) {
        add(file, &workspace, false);
    }
    if let Some(file) = snapshot.nearest(".vscode/settings.json") {
        let workspace = system.parent(&file).and_then(|directory| system.parent(directory));
        let workspace = workspace.unwrap_or_default().to_owned();
        add(file, &workspace, false);
    }
    places
}

/// The nearest `.code-workspace` files above the working directory, up to the repository or the home directory.
fn workspaces(snapshot: &Snapshot<'_>) -> Vec<(String, String)> {
    let system = &snapshot.system;
    let mut directory = Some(snapshot.directory.as_str());
    while let Some(here) = directory {
        let names = snapshot.disk.list(here);
        let found: Vec<(String, String)> = names
            .iter()
            .filter(|name| name.ends_with(".code-workspace"))
            .map(|name| (system.join(here, name), here.to_owned()))
            .collect();
        let is_top = system.same(here, &snapshot.home) || names.iter().any(|name| name == ".git");
        if !found.is_empty() || is_top {
            return found;
        }
        directory = system.parent(here);
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
