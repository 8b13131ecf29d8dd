//! Removes toolchains.

use std::path::PathBuf;

use gover_core::{Diagnose, Layout, ToolchainName};
use gover_sys::{Lock, file};

use crate::files::FileError;
use crate::staging;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uninstalled {
    pub name: ToolchainName,
    pub path: PathBuf,
    pub bytes: u64,
}

/// Removes a toolchain, damaged or not, with its receipt and its list of files. `lock` is the lock
/// of that name.
///
/// One rename makes it invisible. A later command deletes what a running program keeps now. The
/// next [`refresh`](crate::shims::refresh) removes its names in `bin/`.
pub fn uninstall(layout: &Layout, name: &ToolchainName, lock: &Lock) -> Result<Uninstalled, UninstallError> {
    staging::recover(layout, name.as_str(), lock)?;
    let path = layout.toolchain(name);
    if path.symlink_metadata().is_err() {
        return Err(UninstallError::NotInstalled { name: name.to_string() });
    }
    let bytes = file::tree_size(&path).unwrap_or_default();
    staging::hide(layout, name.as_str(), lock)?;
    // A toolchain copied here later must not inherit them. After a crash `recover` does the same.
    staging::remove_documents(layout, name.as_str())?;
    drop(staging::recover(layout, name.as_str(), lock));
    Ok(Uninstalled { name: name.clone(), path, bytes })
}

#[derive(Debug, thiserror::Error)]
pub enum UninstallError {
    #[error("{name} is not installed")]
    NotInstalled { name: String },
    #[error(transparent)]
    File(#[from] FileError),
}

impl Diagnose for UninstallError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NotInstalled { .. } => vec!["`gover list` shows what is installed".to_owned()],
            Self::File(error) => error.hints(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_uninstalled_toolchain_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().to_owned());
        let name = ToolchainName::parse("go1.91.2").unwrap();
        let lock = Lock::acquire(&layout.lock(name.as_str()), || ()).unwrap();
        let tree = layout.toolchain(&name);
        fs::create_dir_all(tree.join("src")).unwrap();
        fs::write(tree.join("src/a.go"), "12345").unwrap();
        let mut read_only = fs::metadata(tree.join("src/a.go")).unwrap().permissions();
        read_only.set_readonly(true);
        fs::set_permissions(tree.join("src/a.go"), read_only).unwrap();
        fs::create_dir_all(layout.receipts()).unwrap();
        fs::write(layout.receipt(&name), "{}").unwrap();

        let gone = uninstall(&layout, &name, &lock).unwrap();
        assert_eq!(gone, Uninstalled { name: name.clone(), path: tree.clone(), bytes: 5 });
        assert!(!tree.exists());
        assert!(!layout.receipt(&name).exists());
        assert!(staging::staged(&layout).unwrap().is_empty());

        let error = uninstall(&layout, &name, &lock).unwrap_err();
        assert_eq!(error.to_string(), "go1.91.2 is not installed");
        assert_eq!(error.hints(), ["`gover list` shows what is installed"]);
    }
}
