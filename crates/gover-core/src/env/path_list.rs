//! Lists of directories, as PATH and GOPATH hold them.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::diagnose::Diagnose;
use crate::platform::IS_WINDOWS;
use crate::text::shown;

#[expect(clippy::disallowed_methods, reason = "the one place that splits such a list")]
pub fn split_paths(list: impl AsRef<OsStr>) -> Vec<PathBuf> {
    std::env::split_paths(list.as_ref()).collect()
}

/// Fails if a name contains the character that ends an entry of such a list.
#[expect(clippy::disallowed_methods, reason = "the one place that makes such a list")]
pub fn join_paths<P: AsRef<Path>>(directories: impl IntoIterator<Item = P>) -> Result<OsString, NotAnEntry> {
    let directories: Vec<P> = directories.into_iter().collect();
    let entries = || directories.iter().map(|directory| directory.as_ref().as_os_str());
    std::env::join_paths(entries()).map_err(|_| {
        let wrong = entries().find(|entry| std::env::join_paths([entry]).is_err()).unwrap_or_default();
        NotAnEntry { directory: wrong.into() }
    })
}

/// A directory whose name cannot be in a list.
#[derive(Debug)]
pub struct NotAnEntry {
    directory: PathBuf,
}

impl fmt::Display for NotAnEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if IS_WINDOWS { '"' } else { ':' };
        let directory = self.directory.to_string_lossy();
        write!(f, "`{}` cannot be on PATH because its name contains `{separator}`", shown(&directory))
    }
}

impl std::error::Error for NotAnEntry {}

impl Diagnose for NotAnEntry {
    fn hints(&self) -> Vec<String> {
        vec!["use a directory with a simple name".to_owned()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_was_made_and_a_name_that_would_end_an_entry_is_refused() {
        let paths: Vec<PathBuf> = ["a b", "c"].map(PathBuf::from).into();
        assert_eq!(split_paths(join_paths(&paths).unwrap()), paths);
        let wrong = if IS_WINDOWS { "x\"y" } else { "x:y" };
        let error = join_paths(["fine", wrong, "too"]).unwrap_err();
        assert!(error.to_string().starts_with(&format!("`{wrong}` cannot be on PATH")), "{error}");
    }
}
