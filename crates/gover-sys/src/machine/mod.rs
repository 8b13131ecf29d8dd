//! The machine of this process. A program for another architecture may be translated without
//! noticing: by Rosetta, by Windows on ARM, or by a 64-bit kernel that also runs 32-bit programs.
//!
//! This module only gives facts; `gover_core::Platform::of_machine` decides what they mean.

use std::path::{Path, PathBuf};

use crate::user::{self, Owner};

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "linux", target_os = "macos", windows)), path = "unknown.rs")]
mod imp;

pub use imp::processor;

/// The settings that an administrator makes for all users of gover. No variable names it, since
/// every user can set variables.
pub fn policy_file() -> Option<PathBuf> {
    #[cfg(windows)]
    let directory = imp::settings_directory();
    #[cfg(not(windows))]
    let directory = Some(PathBuf::from("/etc"));
    directory.map(|directory| directory.join("gover").join("config.toml"))
}

/// Why the file `path` is not a policy of the machine: someone other than an administrator can
/// write to it, or replace it. `None` for a good one, or a missing one. On Windows, where an access
/// list says who can write, nothing is known.
///
/// Outside the system's directory, as in tests, this user counts as an administrator.
pub fn policy_fault(path: &Path) -> Option<String> {
    let counts = user::is_root() || policy_file().as_deref() != Some(path);
    let is_trusted = |owner: &Owner| *owner == Owner::Root || (*owner == Owner::Own && counts);
    let real = path.canonicalize().ok()?;
    [path.parent(), real.parent(), Some(&real)].into_iter().flatten().find_map(|path| {
        let rights = user::rights(path)?;
        let writers = if !is_trusted(&rights.owner) {
            user::owner(path).unwrap_or_default()
        } else if rights.everyone_may_write {
            "every user".to_owned()
        } else if rights.group_may_write {
            "its group".to_owned()
        } else {
            return None;
        };
        Some(format!("{writers} can write to `{}`", path.display()))
    })
}

/// A program that every system of its kind has, and that is built like the other programs on it.
/// `None` if the system always has everything that programs for the processor need.
pub fn sample_program() -> Option<&'static Path> {
    imp::SAMPLE.map(Path::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_has_a_name_if_the_system_says_so() {
        let tells = cfg!(any(target_os = "linux", windows));
        let name = processor();
        assert_eq!(name.is_some(), tells || name.as_deref() == Some("arm64"), "{name:?}");
        assert!(name.is_none_or(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_graphic())));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_processor_is_what_uname_prints() {
        let output = std::process::Command::new("uname").arg("-m").output().unwrap();
        assert_eq!(processor().unwrap(), String::from_utf8(output.stdout).unwrap().trim());
    }
}
