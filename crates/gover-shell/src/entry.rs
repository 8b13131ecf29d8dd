//! A directory as an entry of a shell's PATH.
//!
//! The entry is the name of the directory, except in the Unix-like shells of Windows: Git Bash,
//! MSYS2 and Cygwin separate PATH by `:`, and a drive is a directory. MSYS2 and Git Bash set
//! MSYSTEM in every shell and always have drives at the root (`/c/go`), so gover can write that
//! form. Cygwin has drives below `/cygdrive` unless its /etc/fstab says otherwise, and sets no
//! variable that a Windows program sees. Without MSYSTEM the shell asks `cygpath`, which all of
//! them have.
//!
//! Only PATH has that form. Windows programs read GOROOT and `GOVER_HOME`, and do not know `/c`.

use std::path::Path;

use gover_core::env::vars;
use gover_core::platform::IS_WINDOWS;
use gover_core::text::shown;
use gover_core::{Diagnose, Env, Exit};

use crate::kind::ShellKind;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InitError {
    /// The shell cannot evaluate the output of a program.
    #[error("`{shell}` cannot run a script when it starts")]
    NoFunctions { shell: ShellKind },
    /// A script is text, so it cannot contain this path.
    #[error("the path `{}` is not valid Unicode", shown(path))]
    NotText {
        /// Readable, with replacements.
        path: String,
    },
    /// PATH cannot contain a directory with the separator of PATH in its name.
    #[error("`{directory}` contains `{separator}`, the separator of PATH")]
    Separator { directory: String, separator: char },
}

impl Diagnose for InitError {
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::NoFunctions { .. } => "`gover use` works in that shell without a script",
            Self::NotText { .. } | Self::Separator { .. } => {
                "set GOVER_HOME to a directory with a plain name"
            }
        };
        vec![hint.to_owned()]
    }

    fn exit(&self) -> Exit {
        match self {
            Self::NoFunctions { .. } => Exit::Usage,
            Self::NotText { .. } | Self::Separator { .. } => Exit::Failure,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathEntry {
    Literal(String),
    /// The output of `cygpath -u` in that shell for this Windows path.
    Cygpath(String),
}

impl PathEntry {
    pub fn new(kind: ShellKind, directory: &Path, env: &Env) -> Result<Self, InitError> {
        let directory = unicode(directory)?;
        check(kind, &directory)?;
        Ok(if IS_WINDOWS && kind.is_unix_like() {
            windows_entry(&directory, env.var(vars::MSYSTEM).is_some())
        } else {
            Self::Literal(directory)
        })
    }
}

/// An error if PATH cannot contain a directory of that name.
pub(crate) fn check(kind: ShellKind, directory: &str) -> Result<(), InitError> {
    // The colon after the drive is not part of the form for Unix-like shells.
    let rest = if IS_WINDOWS { directory.get(2..).unwrap_or_default() } else { directory };
    let separator = separator(kind);
    if rest.contains(separator) {
        return Err(InitError::Separator { directory: directory.to_owned(), separator });
    }
    Ok(())
}

/// Between the directories in PATH of this shell on this system.
fn separator(kind: ShellKind) -> char {
    if !IS_WINDOWS || kind.is_unix_like() { ':' } else { ';' }
}

/// A path for this shell outside PATH. Every Unix-like shell of Windows runs `C:/a/b.exe`.
pub(crate) fn text(kind: ShellKind, path: &Path) -> Result<String, InitError> {
    let path = unicode(path)?;
    Ok(if IS_WINDOWS && kind.is_unix_like() { path.replace('\\', "/") } else { path })
}

pub(crate) fn unicode(path: &Path) -> Result<String, InitError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| InitError::NotText { path: path.to_string_lossy().into_owned() })
}

fn windows_entry(path: &str, drives_at_root: bool) -> PathEntry {
    let slashes = path.replace('\\', "/");
    match slashes.split_once(":/") {
        Some((drive, rest)) if drive.len() == 1 && drives_at_root => {
            PathEntry::Literal(format!("/{}/{rest}", drive.to_ascii_lowercase()))
        }
        // A share is `//server/share` in all of them.
        None if slashes.starts_with("//") => PathEntry::Literal(slashes),
        _ => PathEntry::Cygpath(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drives_are_directories_at_the_root_where_msystem_is_set() {
        let named = |text: &str| PathEntry::Literal(text.to_owned());
        assert_eq!(windows_entry(r"C:\Users\Ada\.gover\bin", true), named("/c/Users/Ada/.gover/bin"));
        assert_eq!(windows_entry(r"\\server\share\x", true), named("//server/share/x"));
        assert_eq!(windows_entry(r"\\server\share\x", false), named("//server/share/x"));
    }

    #[test]
    fn without_msystem_the_shell_asks_cygpath() {
        let asked = PathEntry::Cygpath(r"C:\Users\Ada\.gover\bin".to_owned());
        assert_eq!(windows_entry(r"C:\Users\Ada\.gover\bin", false), asked);
    }

    #[test]
    fn a_separator_in_a_name_is_an_error() {
        let env = Env::from_map([("", ""); 0], "/".into());
        let directory = if IS_WINDOWS { r"C:\a;b" } else { "/a:b" };
        let error = PathEntry::new(ShellKind::PowerShell, Path::new(directory), &env).unwrap_err();
        assert!(matches!(error, InitError::Separator { .. }), "{error}");
    }
}
