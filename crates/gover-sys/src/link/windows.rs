//! Windows: junctions, which need neither administrator nor developer mode.

use std::path::{Component, Path, Prefix};
use std::{fs, io};

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_FUNCTION, ERROR_NOT_A_REPARSE_POINT, ERROR_NOT_SUPPORTED,
};
use windows_sys::Win32::Storage::FileSystem::GetDriveTypeW;
use windows_sys::Win32::System::WindowsProgramming::DRIVE_REMOTE;

use crate::file::{rename, temporary_name};

/// A junction is removed like a directory. Its target stays.
pub(super) use std::fs::remove_dir as remove;

pub(super) fn replace(target: &Path, link: &Path) -> io::Result<()> {
    if is_remote(target) {
        // Windows would create it, but a junction to another machine leads nowhere.
        let text = "a junction cannot point to a network share";
        return Err(io::Error::new(io::ErrorKind::Unsupported, text));
    }
    let temporary = temporary_name(link);
    junction::create(target, &temporary).map_err(|error| {
        drop(fs::remove_dir(&temporary));
        unsupported(error)
    })?;
    // A rename cannot replace a directory, not even a junction.
    remove(link)
        .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
        .and_then(|()| rename(&temporary, link))
        .inspect_err(|_| drop(fs::remove_dir(&temporary)))
}

/// Wine, and file systems without reparse points, have no links.
pub(super) fn is_not_a_link(error: &io::Error) -> bool {
    is_code(error, ERROR_NOT_A_REPARSE_POINT)
        || error.kind() == io::ErrorKind::InvalidInput
        || unsupported_code(error)
}

/// By its UNC name, or by the letter of a network drive.
fn is_remote(path: &Path) -> bool {
    let Some(Component::Prefix(prefix)) = path.components().next() else { return false };
    match prefix.kind() {
        Prefix::UNC(..) | Prefix::VerbatimUNC(..) => true,
        Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => {
            let root = [u16::from(letter), u16::from(b':'), u16::from(b'\\'), 0];
            // SAFETY: the text ends with a zero.
            unsafe { GetDriveTypeW(root.as_ptr()) == DRIVE_REMOTE }
        }
        _ => false,
    }
}

fn unsupported(error: io::Error) -> io::Error {
    if unsupported_code(&error) {
        io::Error::new(io::ErrorKind::Unsupported, "this file system has no links to directories")
    } else {
        error
    }
}

fn unsupported_code(error: &io::Error) -> bool {
    is_code(error, ERROR_NOT_SUPPORTED) || is_code(error, ERROR_INVALID_FUNCTION)
}

fn is_code(error: &io::Error, code: u32) -> bool {
    error.raw_os_error().is_some_and(|raw| raw.cast_unsigned() == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_cannot_be_the_target() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        for target in [r"\\server\share\go", r"\\?\UNC\server\share\go"] {
            let error = replace(Path::new(target), &link).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::Unsupported);
            assert!(error.to_string().contains("share"), "{error}");
        }
        assert!(link.symlink_metadata().is_err());
    }
}
