//! What `gover init SHELL` prints: statements that put gover first on PATH, and a function `gover`.
//!
//! The function runs the program by its absolute path. For `gover use …` it sets `GOVER_SHELL` to
//! the [name](ShellKind::name) of the shell for that call, and evaluates what the program prints on
//! stdout if the exit code is 0. Messages go to stderr. Any other command, and `--help`, runs
//! unchanged. The completions of the shell follow the function.

use gover_core::env::vars;
use gover_core::{Env, Layout};

pub(crate) use crate::entry::text;
use crate::entry::{self, InitError, PathEntry};
use crate::kind::ShellKind;

/// Evaluating the script twice has the same effect as once.
pub fn script(kind: ShellKind, env: &Env, layout: &Layout) -> Result<String, InitError> {
    let syntax = kind.syntax();
    let template = syntax.init_template.ok_or(InitError::NoFunctions { shell: kind })?;
    let bin = PathEntry::new(kind, &layout.bin(), env)?;
    let program = text(kind, &layout.program("gover"))?;
    let mut script = String::new();
    if !is_default_home(env, layout) {
        script.push_str(&syntax.set_env(vars::GOVER_HOME, &entry::unicode(layout.home())?));
    }
    script.push_str(
        &template.replace("'@GOVER@'", &syntax.quote(&program)).replace("'@BIN@'", &syntax.path_entry(&bin)),
    );
    if let Some(completions) = syntax.completions() {
        script.push('\n');
        script.push_str(completions);
    }
    Ok(script)
}

pub(crate) fn check_bin(kind: ShellKind, layout: &Layout) -> Result<(), InitError> {
    entry::check(kind, &entry::unicode(&layout.bin())?)
}

/// Whether this is `~/.gover`, for which no gover needs a variable.
pub(crate) fn is_default_home(env: &Env, layout: &Layout) -> bool {
    env.user_home().is_some_and(|home| home.join(".gover") == layout.home())
}

#[cfg(test)]
mod tests;
