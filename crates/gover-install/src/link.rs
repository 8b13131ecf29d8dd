//! Gives a build outside the store a name in it: a link in `versions/`.

use std::io;
use std::path::{Path, PathBuf};

use gover_core::display::pasted;
use gover_core::inventory::is_goroot;
use gover_core::platform::IS_WINDOWS;
use gover_core::{Diagnose, Layout, ToolchainName};
use gover_sys::{Lock, link as directory_link};

use crate::files::{FileError, create_directory};
use crate::shims::is_plain_name;
use crate::staging;

/// Links `name` to the GOROOT at `goroot`, an absolute path. `false` if that link exists already. The
/// name of a release is refused, because nothing proves that the build is that release. `lock` is that of
/// the name. The next [`refresh`](crate::shims::refresh) adds its name in `bin/`.
pub fn link(layout: &Layout, name: &ToolchainName, goroot: &Path, lock: &Lock) -> Result<bool, LinkError> {
    if name.is_release() {
        return Err(LinkError::Release { name: name.to_string() });
    }
    if !is_plain_name(name) {
        return Err(LinkError::Unusable { name: name.to_string() });
    }
    if !is_goroot(goroot) {
        return Err(LinkError::NoToolchain { path: goroot.to_owned() });
    }
    staging::recover(layout, name.as_str(), lock)?;
    let path = layout.toolchain(name);
    if path.symlink_metadata().is_ok() {
        let target = directory_link::read(&path).ok().flatten();
        if target.as_deref() == Some(goroot) {
            return Ok(false);
        }
        return Err(LinkError::Taken { name: name.to_string(), target });
    }
    create_directory(&layout.versions())?;
    // A receipt that was left here would speak of another toolchain.
    staging::remove_documents(layout, name.as_str())?;
    directory_link::replace(goroot, &path).map_err(FileError::at("create the link", &path))?;
    Ok(true)
}

#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("`{name}` is the name of a release, and nothing proves that this build is that release")]
    Release { name: String },
    #[error("`{}` cannot be the name of a toolchain", gover_core::text::shown(name))]
    Unusable { name: String },
    #[error("`{}` is not a toolchain: it needs bin/go, and VERSION or VERSION.cache", path.display())]
    NoToolchain { path: PathBuf },
    #[error("{name} is installed{}", target.as_ref().map(|path| format!(" as a link to `{}`", path.display())).unwrap_or_default())]
    Taken { name: String, target: Option<PathBuf> },
    #[error(transparent)]
    File(#[from] FileError),
}

impl Diagnose for LinkError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::Release { name } => {
                vec![format!("choose a name of your own, such as {name}-mine")]
            }
            Self::Unusable { .. } => vec![NAME.to_owned()],
            Self::NoToolchain { .. } => {
                vec![format!("run `{MAKE}` in its src directory, then link its GOROOT")]
            }
            Self::Taken { name, .. } => vec![format!("gover uninstall {}", pasted(name))],
            Self::File(error) if error.source.kind() == io::ErrorKind::Unsupported => {
                vec!["set GOVER_HOME to a directory on a file system that supports links".to_owned()]
            }
            Self::File(error) => error.hints(),
        }
    }
}

/// What a name of a build looks like.
const NAME: &str = "use a version and a suffix, such as go1.28-mine";

/// What builds Go in its directory src.
const MAKE: &str = if IS_WINDOWS { "make.bat" } else { "./make.bash" };
