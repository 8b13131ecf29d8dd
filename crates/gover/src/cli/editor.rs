//! The arguments of `gover editor`.

use clap::{Args, ValueEnum};
use gover_doctor::editor::Editor;

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(after_help = "Examples:
  gover editor vscode
  gover editor neovim --json

On a terminal, gover shows each change to the settings and asks. Without one, it writes only with \
--yes. `vscode` also means VSCodium, Cursor and Windsurf. See docs/editors.md.")]
pub(crate) struct EditorArgs {
    /// vscode, goland, zed, neovim, vim, helix, emacs or sublime
    #[arg(value_name = "EDITOR", value_enum, hide_possible_values = true)]
    pub(crate) editor: EditorName,
    /// Change the settings of this project instead of your own
    #[arg(long)]
    pub(crate) workspace: bool,
    /// Also put the path of gover's `go` into the settings, for an editor that has another PATH
    #[arg(long, conflicts_with_all = ["undo", "workspace"])]
    pub(crate) set_go: bool,
    /// Undo what this command changed in your own settings, or with --workspace in this project
    #[arg(long, conflicts_with_all = ["yes", "dry_run"])]
    pub(crate) undo: bool,
    /// Show the changes without making them
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Do not ask on a terminal before writing
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EditorName {
    #[value(alias = "code", alias = "vscodium", alias = "codium", alias = "cursor", alias = "windsurf")]
    Vscode,
    Goland,
    Zed,
    #[value(alias = "nvim")]
    Neovim,
    Vim,
    Helix,
    Emacs,
    Sublime,
}

impl EditorName {
    pub(crate) fn editor(self) -> Editor {
        match self {
            Self::Vscode => Editor::VsCode,
            Self::Goland => Editor::GoLand,
            Self::Zed => Editor::Zed,
            Self::Neovim => Editor::Neovim,
            Self::Vim => Editor::Vim,
            Self::Helix => Editor::Helix,
            Self::Emacs => Editor::Emacs,
            Self::Sublime => Editor::Sublime,
        }
    }
}
