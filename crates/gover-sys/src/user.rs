//! The user of this process, and the owners of files. Windows has access lists instead, so nothing
//! is known there.

use std::path::Path;

/// The owner of a file as a sentence names it: `root`, or `user 1000` if the system's list has no
/// name.
pub fn owner(path: &Path) -> Option<String> {
    imp::owner_id(path).map(|id| imp::name(id).unwrap_or_else(|| format!("user {id}")))
}

/// The owner of `path`, if this process is root and that is another user.
pub fn owner_seen_by_root(path: &Path) -> Option<String> {
    let id = imp::owner_id(path)?;
    (imp::is_root() && id != 0).then(|| owner(path))?
}

/// Whether this process may do anything on this machine, as root of Unix.
pub fn is_root() -> bool {
    imp::is_root()
}

/// The display language of Windows, such as `zh-CN`. `None` elsewhere, where variables name it.
pub fn language() -> Option<String> {
    imp::language()
}

/// Who may change a file or directory, by its permission bits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a permission bit")]
pub struct Rights {
    pub owner: Owner,
    pub owner_may_write: bool,
    /// Whether a group other than root's may write.
    pub group_may_write: bool,
    pub everyone_may_write: bool,
    /// Whether a group shares the directory on purpose (setgid).
    pub is_shared: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The user of this process.
    Own,
    Root,
    /// With a name, or `user 1000`.
    Other(String),
}

/// The rights of a path, with links followed; `None` if nothing is there, and on Windows.
pub fn rights(path: &Path) -> Option<Rights> {
    imp::rights(path)
}

#[cfg(unix)]
pub(crate) mod imp {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use super::{Owner, Rights};

    pub(super) fn rights(path: &Path) -> Option<Rights> {
        let metadata = fs::metadata(path).ok()?;
        let (id, mode) = (metadata.uid(), metadata.mode());
        let owner = match id {
            id if id == effective() => Owner::Own,
            0 => Owner::Root,
            id => Owner::Other(name(id).unwrap_or_else(|| format!("user {id}"))),
        };
        Some(Rights {
            owner,
            owner_may_write: mode & 0o200 != 0,
            group_may_write: mode & 0o020 != 0 && metadata.gid() != 0,
            everyone_may_write: mode & 0o002 != 0,
            is_shared: metadata.is_dir() && mode & 0o2000 != 0,
        })
    }

    pub(crate) fn effective() -> u32 {
        // SAFETY: the call takes nothing and cannot fail.
        unsafe { geteuid() }
    }

    pub(super) fn is_root() -> bool {
        effective() == 0
    }

    pub(super) fn language() -> Option<String> {
        None
    }

    pub(super) fn owner_id(path: &Path) -> Option<u32> {
        fs::metadata(path).ok().map(|metadata| metadata.uid())
    }

    /// From the system's list of users, which lacks those of a directory service.
    pub(super) fn name(id: u32) -> Option<String> {
        let users = fs::read_to_string("/etc/passwd").ok()?;
        name_in(&users, id)
    }

    fn name_in(users: &str, id: u32) -> Option<String> {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)?.parse() == Ok(id)).then(|| name.to_owned())
        })
    }

    unsafe extern "C" {
        fn geteuid() -> u32;
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn users_have_names_or_numbers() {
            let users = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nbad\n";
            assert_eq!(name_in(users, 1000).as_deref(), Some("ann"));
            assert_eq!(name_in(users, 1001), None);
            let own = tempfile::tempdir().unwrap();
            assert_eq!(owner_id(own.path()), Some(effective()));
        }

        #[test]
        fn rights_are_those_of_the_permission_bits() {
            use std::os::unix::fs::PermissionsExt;
            let own = tempfile::tempdir().unwrap();
            let of = |mode| {
                fs::set_permissions(own.path(), fs::Permissions::from_mode(mode)).unwrap();
                rights(own.path()).unwrap()
            };
            let usual = of(0o755);
            assert_eq!(usual.owner, Owner::Own);
            assert!(usual.owner_may_write && !usual.everyone_may_write && !usual.is_shared);
            assert!(of(0o777).everyone_may_write && !of(0o555).owner_may_write && of(0o2775).is_shared);
            assert_eq!(rights(&own.path().join("missing")), None);
        }
    }
}

#[cfg(windows)]
mod imp {
    use std::path::Path;
    use std::ptr::null_mut;

    use windows_sys::Win32::Globalization::{GetUserPreferredUILanguages, MUI_LANGUAGE_NAME};

    use super::Rights;

    /// The first of the list, whose names end with a zero each.
    pub(super) fn language() -> Option<String> {
        let (mut count, mut length) = (0, 0);
        // SAFETY: without a buffer, the call writes the two numbers, which live across it.
        let asked = unsafe {
            GetUserPreferredUILanguages(MUI_LANGUAGE_NAME, &raw mut count, null_mut(), &raw mut length)
        };
        let mut names = vec![0_u16; usize::try_from(length).ok().filter(|_| asked != 0)?];
        // SAFETY: the buffer has `length` units, and the call does not write more.
        let read = unsafe {
            GetUserPreferredUILanguages(
                MUI_LANGUAGE_NAME,
                &raw mut count,
                names.as_mut_ptr(),
                &raw mut length,
            )
        };
        let name = names.split(|unit| *unit == 0).next().filter(|name| read != 0 && !name.is_empty())?;
        String::from_utf16(name).ok()
    }

    pub(super) fn rights(_path: &Path) -> Option<Rights> {
        None
    }

    pub(super) fn is_root() -> bool {
        false
    }

    pub(super) fn owner_id(_path: &Path) -> Option<u32> {
        None
    }

    pub(super) fn name(_id: u32) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::language;

    #[test]
    fn windows_names_its_language_and_other_systems_do_not() {
        let is_tag = |tag: &str| tag.split('-').all(|part| part.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_eq!(language().map(|tag| is_tag(&tag)), cfg!(windows).then_some(true));
    }
}
