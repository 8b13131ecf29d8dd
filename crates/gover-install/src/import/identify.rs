//! Which release a directory claims to be.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use gover_core::Platform;
use gover_core::platform::architectures_of;
use gover_source::Wanted;

use crate::files::FileError;
use crate::smoke::{self, SmokeError};

/// Why a directory cannot be a release for this machine.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("it is a link that points to nothing")]
    BrokenLink,
    /// `path` is the directory, or is in it.
    #[error("cannot read `{}`: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("it has neither VERSION nor bin/go")]
    NoToolchain,
    #[error("it has no bin/go")]
    NoProgram,
    /// A build from a checkout of Go's repository.
    #[error("it has no VERSION, so it is a build and not a release")]
    NoVersion,
    #[error("its VERSION is `{}`, which is not a release", gover_core::text::shown(text))]
    NotARelease { text: String },
    #[error("it is for {found}, and this machine needs {wanted}")]
    OtherPlatform { found: Platform, wanted: Platform },
    #[error("its programs are not for {wanted}")]
    UnknownPlatform { wanted: Platform },
}

/// The release that a GOROOT claims to be, if it is for this platform. Reads little and runs nothing.
pub fn identify(goroot: &Path, platform: &Platform) -> Result<Wanted, Unusable> {
    if let Err(source) = fs::read_dir(goroot) {
        let is_link = goroot.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        let is_broken = is_link && !goroot.exists();
        let unreadable = || Unusable::Unreadable { path: goroot.to_owned(), source };
        return Err(if is_broken { Unusable::BrokenLink } else { unreadable() });
    }
    let bin = goroot.join("bin");
    let has_program = is_file(&bin.join("go"))? || is_file(&bin.join("go.exe"))?;
    let version = is_file(&goroot.join("VERSION"))?.then(|| smoke::version_of(goroot));
    let name = match version {
        None if has_program => return Err(Unusable::NoVersion),
        None => return Err(Unusable::NoToolchain),
        Some(Err(SmokeError::File(FileError { source, .. }))) => {
            return Err(Unusable::Unreadable { path: goroot.join("VERSION"), source });
        }
        Some(_) if !has_program => return Err(Unusable::NoProgram),
        Some(Ok(name)) if name.is_release() => name,
        Some(Ok(name)) => return Err(Unusable::NotARelease { text: name.to_string() }),
        Some(Err(SmokeError::NoVersion { line })) => return Err(Unusable::NotARelease { text: line }),
        Some(Err(other)) => return Err(Unusable::NotARelease { text: other.to_string() }),
    };
    check_platform(goroot, platform)?;
    Ok(Wanted { name, platform: platform.clone() })
}

/// Whether it is a file. An error if that cannot be seen.
fn is_file(path: &Path) -> Result<bool, Unusable> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_file()),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(source) => Err(Unusable::Unreadable { path: path.to_owned(), source }),
    }
}

fn check_platform(goroot: &Path, wanted: &Platform) -> Result<(), Unusable> {
    let compiled = compiled_for(goroot);
    if !compiled.is_empty() && !compiled.contains(wanted) {
        // Cross-compiling adds directories, so several say nothing certain.
        return Err(match compiled.as_slice() {
            [found] => Unusable::OtherPlatform { found: found.clone(), wanted: wanted.clone() },
            _ => Unusable::UnknownPlatform { wanted: wanted.clone() },
        });
    }
    let suffix = if wanted.is_windows() { ".exe" } else { "" };
    let program = goroot.join("bin").join(format!("go{suffix}"));
    let found = architectures_of(&program);
    let is_other = !found.is_empty() && found.iter().all(|arch| arch.as_str() != wanted.arch());
    match found.first() {
        _ if !program.is_file() => Err(Unusable::UnknownPlatform { wanted: wanted.clone() }),
        Some(arch) if is_other => {
            Err(Unusable::OtherPlatform { found: wanted.with_arch(*arch), wanted: wanted.clone() })
        }
        _ => Ok(()),
    }
}

/// The platforms of the compilers in `pkg/tool`.
fn compiled_for(goroot: &Path) -> Vec<Platform> {
    let directories = fs::read_dir(goroot.join("pkg").join("tool")).into_iter().flatten().flatten();
    let platform = |name: String| {
        let (os, arch) = name.split_once('_')?;
        Platform::new(os, arch).ok()
    };
    directories.filter_map(|entry| platform(entry.file_name().into_string().ok()?)).collect()
}
