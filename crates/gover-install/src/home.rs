//! Whether a home is gover's own. `GOVER_HOME` may name the directory of another program, which has
//! its own `versions`, `cache` and `sessions`.

use std::path::{Path, PathBuf};

use gover_core::inventory::name_at;
use gover_core::{Diagnose, Layout};

use crate::files::{FileError, entries};

/// Fails if the home has no stamp of gover, and `versions` holds something else than toolchains.
/// Commands that remove something ask this first.
pub fn check_not_foreign(layout: &Layout) -> Result<(), HomeError> {
    if layout.shim_stamp().is_file() {
        return Ok(());
    }
    let versions = entries(&layout.versions())?;
    match versions.into_iter().find(|path| name_at(path).is_none()) {
        Some(entry) => Err(HomeError::Foreign { home: layout.home().to_owned(), entry }),
        None => Ok(()),
    }
}

/// Fails if the home has no stamp of gover, and something in it that could be removed.
pub fn check_stamped(layout: &Layout) -> Result<(), HomeError> {
    check_not_foreign(layout)?;
    if layout.shim_stamp().is_file() {
        return Ok(());
    }
    let others = [layout.versions(), layout.staging(), layout.receipts(), layout.sessions(), layout.cache()];
    for directory in others {
        if !entries(&directory)?.is_empty() {
            return Err(HomeError::Unstamped { home: layout.home().to_owned() });
        }
    }
    Ok(())
}

/// Whether gover may change or remove files in these directories without a request of the user: the
/// home has gover's stamp, and none of the directories is a link out of it.
pub fn is_own(layout: &Layout, directories: &[PathBuf]) -> bool {
    layout.shim_stamp().is_file() && !directories.iter().any(|directory| leads_out(layout, directory))
}

/// Whether a directory of the home is a link out of the home, where files may belong to someone else.
pub(crate) fn leads_out(layout: &Layout, directory: &Path) -> bool {
    let is_inside = || Some(directory.canonicalize().ok()?.starts_with(layout.home().canonicalize().ok()?));
    directory.exists() && is_inside() != Some(true)
}

/// Why nothing is removed.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    #[error("`{}` does not belong to gover: `{}` is not a Go toolchain", home.display(), entry.display())]
    Foreign { home: PathBuf, entry: PathBuf },
    #[error("`{}` may not belong to gover, because it has no bin/.shim", home.display())]
    Unstamped { home: PathBuf },
    #[error(transparent)]
    File(#[from] FileError),
}

impl Diagnose for HomeError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Foreign { .. } => {
                vec!["set GOVER_HOME to a directory for gover alone, or unset it".to_owned()]
            }
            Self::Unstamped { .. } => {
                vec!["if it is gover's, `gover setup` adds that file; otherwise set GOVER_HOME".to_owned()]
            }
            Self::File(error) => error.hints(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_home_with_a_stamp_or_with_nothing_is_gover_s() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        assert!(check_stamped(&layout).is_ok());
        fs::create_dir_all(layout.versions().join("go1.22.5")).unwrap();
        assert!(check_not_foreign(&layout).is_ok());
        assert!(matches!(check_stamped(&layout), Err(HomeError::Unstamped { .. })));
        fs::create_dir_all(layout.versions().join("3.10.13")).unwrap();
        assert!(matches!(check_not_foreign(&layout), Err(HomeError::Foreign { .. })));
        assert!(!is_own(&layout, &[]));
        fs::create_dir_all(layout.bin()).unwrap();
        fs::write(layout.shim_stamp(), "").unwrap();
        assert!(check_stamped(&layout).is_ok() && is_own(&layout, &[layout.versions()]));
    }
}
