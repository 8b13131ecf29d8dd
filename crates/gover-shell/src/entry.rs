//! A directory as an entry of a shell's PATH.
//!
//! That is its name, but for the Unix-like shells of Windows: Git Bash, MSYS2 and Cygwin separate PATH by `:` and
//! know a drive as a directory. MSYS2 and Git Bash set MSYSTEM in every shell they start and always have the
//! drives at the root, `/c/go`, so their form can be written down. Cygwin has them below `/cygdrive`, unless
//! its /etc/fstab says otherwise, and sets nothing that a Windows program would see; without MSYSTEM the shell is
//! told to ask `cygpath`, which all of them have. Only PATH is written so: GOROOT and `GOVER_HOME` are read by
//! Windows programs, which know nothing of `/c`.

use std::path::Path;

use gover_core::Env;
use gover_core::env::vars;
use gover_core::platform::IS_WINDOWS;

use crate::init::InitError;
use crate::kind::ShellKind;

/// How a directory gets into a shell's PATH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathEntry {
    Named(String),
    /// By what the shell's own `cygpath -u` makes of this Windows path.
    Asked(String),
}

impl PathEntry {
    /// The entry for a directory; an error if its name cannot be on PATH.
    pub fn new(kind: ShellKind, directory: &Path, env: &Env) -> Result<Self, InitError> {
        let directory = plain_text(directory)?;
        check(kind, &directory)?;
        Ok(if IS_WINDOWS && kind.is_unix_like() {
            windows_entry(&directory, env.var(vars::MSYSTEM).is_some())
        } else {
            Self::Named(directory)
        })
    }
}

/// An error if a directory of that name cannot be on PATH.
pub(crate) fn check(kind: ShellKind, directory: &str) -> Result<(), InitError> {
    // A drive's colon goes away on the way to a Unix-like shell.
    let rest = if IS_WINDOWS { directory.get(2..).unwrap_or_default() } else { directory };
    let separator = separator(kind);
    if rest.contains(separator) {
        return Err(InitError::Separator { directory: directory.to_owned(), separator });
    }
    Ok(())
}

/// What separates the directories of PATH in this shell, on this system.
fn separator(kind: ShellKind) -> char {
    if !IS_WINDOWS || kind.is_unix_like() { ':' } else { ';' }
}

/// A path as this shell writes it where no PATH is meant; every Unix-like shell of Windows runs `C:/a/b.exe`.
pub(crate) fn text(kind: ShellKind, path: &Path) -> Result<String, InitError> {
    let path = plain_text(path)?;
    Ok(if IS_WINDOWS && kind.is_unix_like() { path.replace('\\', "/") } else { path })
}

/// A path as it is, if it is text.
pub(crate) fn plain_text(path: &Path) -> Result<String, InitError> {
    path.to_str()
        .map(str::to_owned)
        .ok_or_else(|| InitError::NotText { path: path.to_string_lossy().into_owned() })
}

fn windows_entry(path: &str, drives_at_root: bool) -> PathEntry {
    let slashes = path.replace('\\', "/");
    match slashes.split_once(":/") {
        Some((drive, rest)) if drive.len() == 1 && drives_at_root => {
            PathEntry::Named(format!("/{}/{rest}", drive.to_ascii_lowercase()))
        }
        // A share is `//server/share` in all of them.
        None if slashes.starts_with("//") => PathEntry::Named(slashes),
        _ => PathEntry::Asked(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drives_are_directories_at_the_root_where_msystem_is_set() {
        let named = |text: &str| PathEntry::Named(text.to_owned());
        assert_eq!(windows_entry(r"C:\Users\Ada\.gover\bin", true), named("/c/Users/Ada/.gover/bin"));
        assert_eq!(windows_entry(r"\\server\share\x", true), named("//server/share/x"));
        assert_eq!(windows_entry(r"\\server\share\x", false), named("//server/share/x"));
    }

    #[test]
    fn elsewhere_cygpath_is_asked() {
        let asked = PathEntry::Asked(r"C:\Users\Ada\.gover\bin".to_owned());
        assert_eq!(windows_entry(r"C:\Users\Ada\.gover\bin", false), asked);
    }

    #[test]
    fn a_separator_in_a_name_is_refused() {
        let env = Env::from_map([("", ""); 0], "/".into());
        let directory = if IS_WINDOWS { r"C:\a;b" } else { "/a:b" };
        let error = PathEntry::new(ShellKind::PowerShell, Path::new(directory), &env).unwrap_err();
        assert!(matches!(error, InitError::Separator { .. }), "{error}");
    }
}
