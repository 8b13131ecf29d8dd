//! What `gover init SHELL` prints: PATH with gover first, and a function `gover`.
//!
//! The function runs the program by its absolute path. For `gover use …` it sets `GOVER_SHELL` to the shell's
//! [name](ShellKind::name) for that one call, takes what comes on stdout and evaluates it in this shell, only
//! if the exit code is 0; messages go to stderr. Any other command, and `--help`, runs as it is.

use gover_core::env::vars;
use gover_core::text::shown;
use gover_core::{Diagnose, Env, Exit, Layout};

pub(crate) use crate::entry::text;
use crate::entry::{self, PathEntry};
use crate::kind::ShellKind;

/// Why there is no script for a shell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InitError {
    /// The shell has nothing that could evaluate it.
    #[error("`{shell}` cannot evaluate a script at its start")]
    NoFunctions { shell: ShellKind },
    /// A script is text, and this path is not.
    #[error("the path `{}` is not valid Unicode", shown(path))]
    NotText {
        /// The path, made readable.
        path: String,
    },
    /// A directory whose name contains the separator of PATH cannot be on PATH.
    #[error("`{directory}` contains `{separator}`, which separates the directories of PATH")]
    Separator { directory: String, separator: char },
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
    let bin = PathEntry::new(kind, &layout.bin(), env)?;
    let program = text(kind, &layout.program("gover"))?;
    let mut script = String::new();
    if !is_default_home(env, layout) {
        script.push_str(&syntax.set_env(vars::GOVER_HOME, &entry::plain_text(layout.home())?));
    }
    script.push_str(
        &template.replace("'@GOVER@'", &syntax.quote(&program)).replace("'@BIN@'", &syntax.path_entry(&bin)),
    );
    Ok(script)
}

/// An error if the `bin` directory cannot be on this shell's PATH.
pub(crate) fn check_bin(kind: ShellKind, layout: &Layout) -> Result<(), InitError> {
    entry::check(kind, &entry::plain_text(&layout.bin())?)
}

/// Whether this is the home that needs no variable whichever gover runs.
pub(crate) fn is_default_home(env: &Env, layout: &Layout) -> bool {
    env.user_home().is_some_and(|home| home.join(".gover") == layout.home())
}

#[cfg(test)]
mod tests;
