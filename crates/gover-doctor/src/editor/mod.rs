//! What an editor needs so that it uses the toolchain that gover selects.

mod others;
mod vscode;

use std::path::Path;

use crate::checks::finding_go::go_programs;
use crate::{Change, MachinePath, Snapshot};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Editor {
    /// With the editors that are built on it.
    VsCode,
    GoLand,
    Zed,
    Neovim,
    Vim,
    Helix,
    Emacs,
    Sublime,
}

/// Which settings are examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of the user, and of remote connections to this machine.
    User,
    /// Those of the project here, which others share.
    Workspace,
}

/// Whether the settings name gover's `go`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Only where PATH leads to another one.
    IfNeeded,
    Always,
}

impl Scope {
    /// Whether a file that was changed belongs to these settings, as seen from `directories`, the names of
    /// the working directory.
    pub fn contains(self, file: &Path, directories: &[&Path]) -> bool {
        match (self, project_of(file)) {
            (Self::User, project) => project.is_none(),
            (Self::Workspace, None) => false,
            (Self::Workspace, Some(project)) => directories.iter().any(|here| here.starts_with(project)),
        }
    }
}

/// The directory of the project that has these settings; `None` if they are the user's.
fn project_of(file: &Path) -> Option<&Path> {
    let above = file.parent()?;
    match (above.file_name(), file.extension()) {
        (_, Some(extension)) if extension == "code-workspace" => Some(above),
        (Some(name), _) if name == ".vscode" => above.parent(),
        _ => None,
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Advice {
    /// Its programs, and the settings that it keeps here; empty if it is not installed.
    pub found: Vec<MachinePath>,
    /// What was looked for, as a sentence, if nothing was found.
    pub missing: Option<String>,
    pub files: Vec<FileAdvice>,
    /// What is as it should be, or good to know.
    pub notes: Vec<String>,
    /// What gover does not do.
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub why: String,
    /// A command, or what to choose in the editor.
    pub fix: String,
}

/// A settings file with something that should be different.
#[derive(Clone, Debug, PartialEq)]
pub struct FileAdvice {
    pub file: MachinePath,
    pub keys: Vec<Key>,
    /// Why it is not changed, if it is not.
    pub change: Result<Change, Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name with those of the objects around it: `go.alternateTools.go`.
    pub name: String,
    /// `None` if it is not there yet.
    pub line: Option<usize>,
    /// The new value; `None` if the key is removed.
    pub value: Option<String>,
    pub why: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub what: String,
    /// A command that leads on.
    pub hint: String,
}

impl Step {
    fn new(why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { why: why.into(), fix: fix.into() }
    }
}

impl Editor {
    /// Its name for `gover editor`.
    pub fn name(self) -> &'static str {
        match self {
            Self::VsCode => "vscode",
            Self::GoLand => "goland",
            Self::Zed => "zed",
            Self::Neovim => "neovim",
            Self::Vim => "vim",
            Self::Helix => "helix",
            Self::Emacs => "emacs",
            Self::Sublime => "sublime",
        }
    }

    /// Its name as its makers write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::VsCode => "VS Code",
            Self::GoLand => "GoLand",
            Self::Zed => "Zed",
            Self::Neovim => "Neovim",
            Self::Vim => "Vim",
            Self::Helix => "Helix",
            Self::Emacs => "Emacs",
            Self::Sublime => "Sublime Text",
        }
    }

    pub fn advice(self, snapshot: &Snapshot<'_>, scope: Scope, naming: Naming) -> Advice {
        let advice = match self {
            Self::VsCode => vscode::advice(snapshot, scope, naming),
            Self::GoLand => others::goland(snapshot),
            Self::Zed | Self::Neovim | Self::Vim | Self::Helix | Self::Emacs | Self::Sublime => {
                others::on_path(self, snapshot)
            }
        };
        let missing = advice.found.is_empty().then(|| self.missing(snapshot, scope));
        Advice { missing, ..advice }
    }

    fn missing(self, snapshot: &Snapshot<'_>, scope: Scope) -> String {
        if (self, scope) == (Self::VsCode, Scope::Workspace) {
            return "this project has no .vscode/settings.json and no .code-workspace file".to_owned();
        }
        let settings = match self {
            Self::VsCode => Some(["Code", "User"]),
            Self::GoLand => Some(["JetBrains", "GoLand*"]),
            Self::Zed | Self::Neovim | Self::Vim | Self::Helix | Self::Emacs | Self::Sublime => None,
        };
        let settings = settings.zip(snapshot.user_configuration()).map(|([above, below], directory)| {
            format!(", and {} does not exist", snapshot.short(&directory.join(above).join(below)))
        });
        let title = self.title();
        let programs = self.programs().join(" or ");
        format!("{title} was not found: PATH has no {programs}{}", settings.unwrap_or_default())
    }

    /// The names of its program.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::VsCode => &["code", "code-insiders", "codium", "cursor", "windsurf", "code-server"],
            Self::GoLand => &["goland", "goland.sh", "goland64"],
            // The Linux packages call it `zeditor`, since `zed` is another program.
            Self::Zed => &["zed", "zeditor"],
            Self::Neovim => &["nvim"],
            Self::Vim => &["vim"],
            Self::Helix => &["hx", "helix"],
            Self::Emacs => &["emacs"],
            Self::Sublime => &["subl"],
        }
    }

    /// Its programs on PATH.
    fn found(self, snapshot: &Snapshot<'_>) -> Vec<MachinePath> {
        self.programs().iter().filter_map(|name| snapshot.program(name)).collect()
    }
}

/// What a program that looks for `go` on PATH finds.
enum OnPath {
    Gover,
    /// Another one, or none.
    Other(Step),
}

fn on_path(snapshot: &Snapshot<'_>, title: &str) -> OnPath {
    match go_programs::on_path(snapshot).first() {
        Some(go) if go.is_shim(snapshot) => OnPath::Gover,
        Some(go) => {
            let is_on_path = snapshot.path().contains(&snapshot.gover.bin);
            let command = if is_on_path { "gover doctor path-shadowed" } else { "gover setup" };
            let go = snapshot.short(&go.path);
            OnPath::Other(Step::new(
                format!("the first `go` on PATH is {go}, and {title} runs that"),
                command,
            ))
        }
        None => OnPath::Other(Step::new(
            format!("PATH has no `go`, so {title} does not find gover's"),
            "gover setup",
        )),
    }
}

#[cfg(test)]
mod tests;
