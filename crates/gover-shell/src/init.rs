//! What `gover init SHELL` prints: PATH with gover first, and a function `gover`.
//!
//! The function runs the program by its absolute path. For `gover use …` it sets `GOVER_SHELL` to the shell's
//! [name](ShellKind::name) for that one call, takes what comes on stdout and evaluates it in this shell, only
//! if the exit code is 0; messages go to stderr. Any other command, and `--help`, runs as it is.

use std::path::{MAIN_SEPARATOR, Path};

use gover_core::env::vars;
use gover_core::{Diagnose, Env, Exit, Layout};

use crate::kind::ShellKind;

/// Why there is no script for a shell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InitError {
    /// The shell has nothing that could evaluate it.
    #[error("`{shell}` cannot evaluate a script at its start")]
    NoFunctions {
        /// The shell.
        shell: ShellKind,
    },
    /// A script is text, and this path is not.
    #[error("the path `{}` is not valid Unicode", path.escape_debug())]
    NotText {
        /// The path, made readable.
        path: String,
    },
    /// A directory whose name contains the separator of PATH cannot be on PATH.
    #[error("`{directory}` contains `:`, which separates the directories of PATH")]
    Separator {
        /// The directory.
        directory: String,
    },
}

impl Diagnose for InitError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NoFunctions { .. } => {
                vec!["`gover use` works there without it: it remembers the shell's process".to_owned()]
            }
            Self::NotText { .. } | Self::Separator { .. } => {
                vec!["set GOVER_HOME to a directory with a plain name".to_owned()]
            }
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::NoFunctions { .. } => Exit::Usage,
            Self::NotText { .. } | Self::Separator { .. } => Exit::Failure,
        }
    }
}

/// The script for `kind`: evaluating it twice is the same as once.
pub fn script(kind: ShellKind, env: &Env, layout: &Layout) -> Result<String, InitError> {
    let syntax = kind.syntax();
    let template = syntax.init_template().ok_or(InitError::NoFunctions { shell: kind })?;
    let bin = directory_on_path(kind, layout)?;
    let program = text(kind, &layout.program("gover"))?;
    let mut script = String::new();
    if !is_default_home(env, layout) {
        script.push_str(&syntax.set_env(vars::GOVER_HOME, &plain_text(layout.home())?));
    }
    script.push_str(
        &template.replace("'@GOVER@'", &syntax.quote(&program)).replace("'@BIN@'", &syntax.quote(&bin)),
    );
    Ok(script)
}

/// Whether gover would find this home without `GOVER_HOME`.
pub(crate) fn is_default_home(env: &Env, layout: &Layout) -> bool {
    env.user_home().is_some_and(|home| home.join(".gover") == layout.home())
}

/// The `bin` directory as this shell's PATH has it.
pub(crate) fn directory_on_path(kind: ShellKind, layout: &Layout) -> Result<String, InitError> {
    let directory = text(kind, &layout.bin())?;
    if (MAIN_SEPARATOR == '/' || speaks_posix(kind)) && directory.contains(':') {
        return Err(InitError::Separator { directory });
    }
    Ok(directory)
}

/// A path as this shell writes it.
pub(crate) fn text(kind: ShellKind, path: &Path) -> Result<String, InitError> {
    let path = plain_text(path)?;
    Ok(if MAIN_SEPARATOR == '\\' && speaks_posix(kind) { posix_path(&path) } else { path })
}

fn plain_text(path: &Path) -> Result<String, InitError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| InitError::NotText { path: path.to_string_lossy().into_owned() })
}

fn speaks_posix(kind: ShellKind) -> bool {
    matches!(kind, ShellKind::Bash | ShellKind::Zsh | ShellKind::Fish | ShellKind::Posix)
}

/// `C:\a\b` as the Unix-like shells of Windows (Git Bash, MSYS2) know it: `/c/a/b`.
fn posix_path(path: &str) -> String {
    let path = path.replace('\\', "/");
    match path.split_once(":/") {
        Some((drive, rest)) if drive.len() == 1 => format!("/{}/{rest}", drive.to_ascii_lowercase()),
        _ => path,
    }
}

#[cfg(test)]
mod tests;
