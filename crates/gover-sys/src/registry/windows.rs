//! Windows: the registry's own functions.

use std::io;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{
    ERROR_FILE_NOT_FOUND, ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS, ERROR_SUCCESS, WIN32_ERROR,
};
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, KEY_READ, KEY_WRITE, REG_EXPAND_SZ, REG_OPTION_NON_VOLATILE,
    REG_SZ, REG_VALUE_TYPE, RegCloseKey, RegCreateKeyExW, RegDeleteValueW, RegEnumKeyExW, RegOpenKeyExW,
    RegQueryValueExW, RegSetValueExW,
};

use super::{Hive, Text};

pub fn keys(hive: Hive, key: &str) -> io::Result<Vec<String>> {
    let Some(key) = Key::open(hive, key)? else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    // A key's name has at most 255 units (learn.microsoft.com, "Registry element size limits").
    let mut buffer = [0_u16; 256];
    loop {
        let mut length = 256;
        let index = u32::try_from(names.len()).map_err(io::Error::other)?;
        // SAFETY: the key is open, buffer and length belong together, and null pointers mean no
        // other result.
        let result = unsafe {
            let (class, its_length) = (null_mut(), null_mut());
            let name = buffer.as_mut_ptr();
            RegEnumKeyExW(key.0, index, name, &raw mut length, null(), class, its_length, null_mut())
        };
        if result == ERROR_NO_MORE_ITEMS {
            return Ok(names);
        }
        check(result)?;
        names.push(String::from_utf16_lossy(buffer.get(..length as usize).unwrap_or_default()));
    }
}

pub fn write_user_text(key: &str, name: &str, value: Option<&Text>) -> io::Result<()> {
    let key = Key::create(key)?;
    let name = terminated(name);
    let Some(value) = value else {
        // SAFETY: the key is open, the name ends with a zero.
        return match unsafe { RegDeleteValueW(key.0, name.as_ptr()) } {
            ERROR_FILE_NOT_FOUND => Ok(()),
            result => check(result),
        };
    };
    let text: Vec<u16> = value.text.iter().copied().chain([0]).collect();
    let bytes = u32::try_from(text.len() * 2).map_err(io::Error::other)?;
    let kind = if value.expands { REG_EXPAND_SZ } else { REG_SZ };
    // SAFETY: the key is open, the name ends with a zero, text and size belong together.
    check(unsafe { RegSetValueExW(key.0, name.as_ptr(), 0, kind, text.as_ptr().cast(), bytes) })
}

/// Type and data of a value. The data is in UTF-16 units.
pub(super) fn value(hive: Hive, key: &str, name: &str) -> io::Result<Option<(REG_VALUE_TYPE, Vec<u16>)>> {
    let Some(key) = Key::open(hive, key)? else { return Ok(None) };
    let name = terminated(name);
    let mut bytes = 0;
    loop {
        // One more unit, since the value may have an odd number of bytes.
        let mut buffer = vec![0_u16; bytes as usize / 2 + 1];
        bytes = u32::try_from(buffer.len() * 2).map_err(io::Error::other)?;
        let mut kind: REG_VALUE_TYPE = 0;
        // SAFETY: the key is open, the name ends with a zero, buffer and size belong together.
        let result = unsafe {
            let data = buffer.as_mut_ptr().cast();
            RegQueryValueExW(key.0, name.as_ptr(), null(), &raw mut kind, data, &raw mut bytes)
        };
        match result {
            ERROR_FILE_NOT_FOUND => return Ok(None),
            // Now the size is known, or it has grown.
            ERROR_MORE_DATA => continue,
            result => check(result)?,
        }
        buffer.truncate(bytes as usize / 2);
        return Ok(Some((kind, buffer)));
    }
}

struct Key(HKEY);

impl Key {
    /// `None` if there is no such key.
    fn open(hive: Hive, name: &str) -> io::Result<Option<Self>> {
        let root = match hive {
            Hive::User => HKEY_CURRENT_USER,
            Hive::Machine => HKEY_LOCAL_MACHINE,
        };
        let name = terminated(name);
        let mut key = null_mut();
        // SAFETY: the root is a predefined key, the name ends with a zero, `key` lives across the
        // call.
        match unsafe { RegOpenKeyExW(root, name.as_ptr(), 0, KEY_READ, &raw mut key) } {
            ERROR_FILE_NOT_FOUND => Ok(None),
            result => check(result).map(|()| Some(Self(key))),
        }
    }

    /// Opens a key of the user for writing. Creates a missing one.
    fn create(name: &str) -> io::Result<Self> {
        let name = terminated(name);
        let mut key = null_mut();
        // SAFETY: the name ends with a zero, `key` lives across the call, and null pointers mean
        // defaults.
        check(unsafe {
            RegCreateKeyExW(
                HKEY_CURRENT_USER,
                name.as_ptr(),
                0,
                null(),
                REG_OPTION_NON_VOLATILE,
                KEY_READ | KEY_WRITE,
                null(),
                &raw mut key,
                null_mut(),
            )
        })?;
        Ok(Self(key))
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: only this type opens and closes the key.
        unsafe { RegCloseKey(self.0) };
    }
}

pub(crate) fn terminated(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

fn check(result: WIN32_ERROR) -> io::Result<()> {
    match result {
        ERROR_SUCCESS => Ok(()),
        error => Err(io::Error::from_raw_os_error(error.cast_signed())),
    }
}

#[cfg(test)]
mod tests {
    use windows_sys::Win32::System::Registry::{REG_DWORD, RegDeleteKeyW};

    use super::super::{kind, number, text};
    use super::*;

    /// A key for one test, removed at its end.
    struct Scratch(String);

    impl Scratch {
        fn new(name: &str) -> Self {
            Self(format!(r"Software\gover-test-{}-{name}", std::process::id()))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            // SAFETY: the name ends with a zero.
            unsafe { RegDeleteKeyW(HKEY_CURRENT_USER, terminated(&self.0).as_ptr()) };
        }
    }

    #[test]
    fn a_text_comes_back_with_its_type_and_every_unit() {
        let scratch = Scratch::new("round");
        assert_eq!(text(Hive::User, &scratch.0, "Path").unwrap(), None);
        let mut units: Vec<u16> = r"%USERPROFILE%\bin;C:\".encode_utf16().collect();
        units.push(0xD800);
        units.extend(vec![u16::from(b'x'); 20_000]);
        for expands in [true, false] {
            let value = Text { text: units.clone(), expands };
            write_user_text(&scratch.0, "Path", Some(&value)).unwrap();
            assert_eq!(text(Hive::User, &scratch.0, "Path").unwrap(), Some(value));
        }
        for _ in 0..2 {
            write_user_text(&scratch.0, "Path", None).unwrap();
            assert_eq!(text(Hive::User, &scratch.0, "Path").unwrap(), None);
        }
    }

    #[test]
    fn a_key_that_is_missing_is_not_created_by_reading() {
        let scratch = Scratch::new("missing");
        assert_eq!(text(Hive::User, &scratch.0, "Path").unwrap(), None);
        assert!(Key::open(Hive::User, &scratch.0).unwrap().is_none());
    }

    #[test]
    fn numbers_and_texts_have_types() {
        let scratch = Scratch::new("type");
        let key = Key::create(&scratch.0).unwrap();
        let (name, stored) = (terminated("Number"), 70_000_u32);
        // SAFETY: the key is open, the name ends with a zero, four bytes are a number.
        check(unsafe { RegSetValueExW(key.0, name.as_ptr(), 0, REG_DWORD, (&raw const stored).cast(), 4) })
            .unwrap();
        assert_eq!(number(Hive::User, &scratch.0, "Number").unwrap(), Some(70_000));
        assert_eq!(text(Hive::User, &scratch.0, "Number").unwrap(), None);
        assert_eq!(kind(Hive::User, &scratch.0, "Number").unwrap(), Some(REG_DWORD));
    }

    #[test]
    fn the_keys_below_a_key_have_names() {
        let names = keys(Hive::Machine, "SOFTWARE").unwrap();
        assert!(names.iter().any(|name| name.eq_ignore_ascii_case("Microsoft")), "{names:?}");
        assert!(keys(Hive::User, r"Software\gover-test-nothing").unwrap().is_empty());
    }
}
