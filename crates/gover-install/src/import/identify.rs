//! Which release a directory claims to be.

use std::fs;
use std::path::Path;

use gover_core::Platform;
use gover_core::platform::architectures_of;
use gover_source::Wanted;

use crate::smoke::{self, SmokeError};

/// Why a directory cannot be a release for this machine.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("it is a link that points to nothing")]
    BrokenLink,
    #[error("it cannot be read: {reason}")]
    Unreadable { reason: String },
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
    if let Err(error) = fs::read_dir(goroot) {
        let is_link = goroot.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        let is_broken = is_link && !goroot.exists();
        let unreadable = || Unusable::Unreadable { reason: error.to_string() };
        return Err(if is_broken { Unusable::BrokenLink } else { unreadable() });
    }
    let program =
        ["go", "go.exe"].map(|name| goroot.join("bin").join(name)).into_iter().find(|go| go.is_file());
    let version = goroot.join("VERSION").exists().then(|| smoke::version_of(goroot));
    let name = match (version, &program) {
        (Some(Ok(name)), Some(_)) if name.is_release() => name,
        (Some(_), None) => return Err(Unusable::NoProgram),
        (None, None) => return Err(Unusable::NoToolchain),
        (None, Some(_)) => return Err(Unusable::NoVersion),
        (Some(Ok(name)), Some(_)) => return Err(Unusable::NotARelease { text: name.to_string() }),
        (Some(Err(SmokeError::NoVersion { line })), _) => return Err(Unusable::NotARelease { text: line }),
        (Some(Err(error)), _) => return Err(Unusable::Unreadable { reason: error.to_string() }),
    };
    check_platform(goroot, platform)?;
    Ok(Wanted { name, platform: platform.clone() })
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
