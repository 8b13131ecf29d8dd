//! Editors that have no settings for gover to write.

use super::{Advice, Editor, OnPath, Step, on_path as first_go};
use crate::checks::editors::goland;
use crate::checks::editors::vscode::tools::built_with;
use crate::checks::finding_go::go_programs::version_of;
use crate::{MachinePath, Snapshot};

/// Editors that run the `go` and the gopls of PATH.
pub(super) fn on_path(editor: Editor, snapshot: &Snapshot<'_>) -> Advice {
    let title = editor.title();
    let mut advice = Advice { found: editor.found(snapshot), ..Advice::default() };
    match first_go(snapshot, title) {
        OnPath::Gover => {
            let go = snapshot.short(&snapshot.gover.bin.program("go"));
            advice.notes.push(format!("PATH is enough: the first `go` on it is {go}, and {title} runs that"));
        }
        OnPath::Other(step) => advice.steps.push(step),
    }
    language_server(editor, snapshot, &mut advice);
    advice.notes.push(format!("after the pin changes, restart gopls: {}", restart(editor)));
    advice
}

fn language_server(editor: Editor, snapshot: &Snapshot<'_>, advice: &mut Advice) {
    let title = editor.title();
    if let Some(gopls) = snapshot.program("gopls") {
        let by = built_with(snapshot, &gopls).map(|by| format!(", built with {}", by.as_str()));
        advice.notes.push(format!("gopls is {}{}", snapshot.short(&gopls), by.unwrap_or_default()));
        return;
    }
    let gobin = snapshot.gobin();
    match gobin.filter(|gobin| snapshot.is_file(&gobin.program("gopls"))) {
        Some(gobin) => {
            let shown = snapshot.short(&gobin);
            let why = format!("gopls is in {shown}, which is not on PATH, so {title} does not find it");
            advice.steps.push(Step::new(why, "gover doctor gobin"));
        }
        None if editor == Editor::Zed => {
            advice.notes.push("gopls is not on PATH, so Zed installs one of its own".to_owned());
        }
        None => {
            let why = format!("gopls, which {title} starts for Go, is not installed");
            advice.steps.push(Step::new(why, "go install golang.org/x/tools/gopls@latest"));
        }
    }
}

/// How each editor restarts its language server.
fn restart(editor: Editor) -> &'static str {
    match editor {
        Editor::Zed => "`editor: restart language server` in the command palette",
        Editor::Helix => "`:lsp-restart`",
        Editor::Emacs => "`M-x eglot-reconnect` or `M-x lsp-workspace-restart`",
        Editor::Sublime => "`LSP: Restart Server` in the command palette",
        Editor::Neovim => "`:LspRestart` of nvim-lspconfig, or start Neovim again",
        Editor::Vim | Editor::VsCode | Editor::GoLand => "start the editor again",
    }
}

/// `GoLand` overwrites its files when it closes, and their format is not documented.
pub(super) fn goland(snapshot: &Snapshot<'_>) -> Advice {
    let mut found = Editor::GoLand.found(snapshot);
    if let Some(directory) = snapshot.user_configuration().map(|directory| directory.join("JetBrains")) {
        let names = snapshot.disk.list(&directory).into_iter().filter(|name| name.starts_with("GoLand"));
        found.extend(names.map(|name| directory.join(name)));
    }
    let mut advice = Advice { found, ..Advice::default() };
    let wanted = wanted(snapshot);
    if let Some(project) = goland::project(snapshot) {
        let shown = snapshot.short(&project.goroot);
        if snapshot.real(&project.goroot) == snapshot.real(&wanted) {
            advice.notes.push(format!("the GOROOT of this project is {shown}, as it should be"));
            return advice;
        }
        let version = version_of(snapshot, &project.goroot).unwrap_or_else(|| "not a toolchain".to_owned());
        advice.notes.push(format!("the GOROOT of this project is {shown} ({version})"));
    }
    advice.notes.push("gover does not write it: GoLand overwrites its files when it closes".to_owned());
    let why = "GoLand does not run `go` from PATH: choose the GOROOT of this project in Settings > Go > GOROOT > + > Local";
    advice.steps.push(Step::new(why, wanted.as_str()));
    if wanted.file_name() == CURRENT {
        advice.notes.push(format!("{} follows `gover default`", snapshot.short(&wanted)));
    }
    advice
}

/// The link to the default, or the toolchain of the project if that is another one.
fn wanted(snapshot: &Snapshot<'_>) -> MachinePath {
    let current = snapshot.gover.home.join(CURRENT);
    match &snapshot.selection.goroot {
        Some(goroot) if snapshot.real(goroot) != snapshot.real(&current) => goroot.clone(),
        _ => current,
    }
}

const CURRENT: &str = "current";
