//! Toolchains in editor settings, compared with the selection.

use gover_core::ToolchainName;

use crate::{MachinePath, Snapshot};

/// What a GOROOT in the settings of an editor is.
pub(crate) enum Root {
    /// The selected toolchain, or one of the same version; or nothing is selected.
    Fits,
    Other(String),
    Missing,
}

pub(crate) fn selected<'a>(snapshot: &'a Snapshot<'_>) -> &'a str {
    snapshot.selection.version.as_ref().map_or("", ToolchainName::as_str)
}

pub(crate) fn root(snapshot: &Snapshot<'_>, path: &MachinePath) -> Root {
    let program = path.join("bin").program("go");
    if !snapshot.is_file(&program) {
        return Root::Missing;
    }
    let head = snapshot.disk.head(&path.join("VERSION"), 100);
    let version = String::from_utf8_lossy(&head).split_whitespace().next().unwrap_or_default().to_owned();
    match &snapshot.selection.version {
        Some(selected) if selected.as_str() != version && !version.is_empty() => Root::Other(version),
        _ => Root::Fits,
    }
}

/// Expands `~`, `${userHome}`, `${env:NAME}` and `${workspaceFolder}`; `None` for other names.
pub(crate) fn expand(snapshot: &Snapshot<'_>, text: &str, workspace: &MachinePath) -> Option<String> {
    let text = text.trim();
    let text = match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => format!("{}{rest}", snapshot.home),
        _ => text.to_owned(),
    };
    let mut expanded = String::new();
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once("${") {
        let (name, behind) = behind.split_once('}')?;
        expanded.push_str(before);
        expanded.push_str(match name {
            "userHome" => snapshot.home.as_str(),
            "workspaceFolder" | "workspaceRoot" => workspace.as_str(),
            name => snapshot.variable(name.strip_prefix("env:").or(name.strip_prefix("env."))?)?,
        });
        rest = behind;
    }
    expanded.push_str(rest);
    Some(if snapshot.system.is_windows() { expanded.replace('/', "\\") } else { expanded })
}
