//! `HKCU\Environment`, value `Path`.

use std::io;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_FILE_NOT_FOUND, ERROR_MORE_DATA, ERROR_SUCCESS, WIN32_ERROR};
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_CURRENT_USER, KEY_READ, KEY_WRITE, REG_EXPAND_SZ, REG_OPTION_NON_VOLATILE, REG_SZ,
    REG_VALUE_TYPE, RegCloseKey, RegCreateKeyExW, RegDeleteValueW, RegQueryValueExW, RegSetValueExW,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    HWND_BROADCAST, SMTO_ABORTIFHUNG, SendMessageTimeoutW, WM_SETTINGCHANGE,
};

use super::UserPath;

/// Where Windows keeps the user's variables.
const ENVIRONMENT: &str = "Environment";

/// How long a window that hangs may hold us up, in milliseconds.
const PATIENCE: u32 = 2000;

pub(super) fn read() -> io::Result<Option<UserPath>> {
    Key::open(ENVIRONMENT)?.read()
}

pub(super) fn write(path: Option<&UserPath>) -> io::Result<()> {
    Key::open(ENVIRONMENT)?.write(path)?;
    broadcast();
    Ok(())
}

/// An open registry key.
struct Key(HKEY);

impl Key {
    fn open(name: &str) -> io::Result<Self> {
        let name = terminated(name);
        let mut key = null_mut();
        // SAFETY: the name ends with a zero; `key` lives across the call; null pointers ask for defaults.
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

    fn read(&self) -> io::Result<Option<UserPath>> {
        let name = terminated("Path");
        let mut bytes = 0;
        loop {
            // One unit more than asked for: the value may be stored with an odd number of bytes.
            let mut buffer = vec![0_u16; bytes as usize / 2 + 1];
            let mut kind: REG_VALUE_TYPE = 0;
            // SAFETY: the key is open, the name ends with a zero, buffer and size belong together.
            let result = unsafe {
                RegQueryValueExW(
                    self.0,
                    name.as_ptr(),
                    null(),
                    &raw mut kind,
                    buffer.as_mut_ptr().cast(),
                    &raw mut bytes,
                )
            };
            match result {
                ERROR_FILE_NOT_FOUND => return Ok(None),
                // Now the size is known, or it has grown since.
                ERROR_MORE_DATA => continue,
                result => check(result)?,
            }
            if kind != REG_SZ && kind != REG_EXPAND_SZ {
                let text = format!("the value `Path` has the unexpected type {kind}");
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
            buffer.truncate(bytes as usize / 2);
            while buffer.last() == Some(&0) {
                buffer.pop();
            }
            return Ok(Some(UserPath { text: buffer, expands: kind == REG_EXPAND_SZ }));
        }
    }

    fn write(&self, path: Option<&UserPath>) -> io::Result<()> {
        let name = terminated("Path");
        let Some(path) = path else {
            // SAFETY: the key is open, the name ends with a zero.
            return match unsafe { RegDeleteValueW(self.0, name.as_ptr()) } {
                ERROR_FILE_NOT_FOUND => Ok(()),
                result => check(result),
            };
        };
        let text: Vec<u16> = path.text.iter().copied().chain([0]).collect();
        let bytes = u32::try_from(text.len() * 2).map_err(io::Error::other)?;
        let kind = if path.expands { REG_EXPAND_SZ } else { REG_SZ };
        // SAFETY: the key is open, the name ends with a zero, text and size belong together.
        check(unsafe { RegSetValueExW(self.0, name.as_ptr(), 0, kind, text.as_ptr().cast(), bytes) })
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: the key was opened by `open` and is closed only here.
        unsafe { RegCloseKey(self.0) };
    }
}

/// Tells the Explorer and others, so that programs they start from now on have the new PATH.
fn broadcast() {
    let section = terminated(ENVIRONMENT);
    // SAFETY: the text ends with a zero and lives across the call, which waits for its answers.
    unsafe {
        SendMessageTimeoutW(
            HWND_BROADCAST,
            WM_SETTINGCHANGE,
            0,
            section.as_ptr() as isize,
            SMTO_ABORTIFHUNG,
            PATIENCE,
            null_mut(),
        );
    }
}

fn terminated(text: &str) -> Vec<u16> {
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
    use windows_sys::Win32::System::Registry::RegDeleteKeyW;

    use super::*;

    /// A key of this test alone, removed at its end.
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
    fn a_value_comes_back_with_its_type_and_every_unit() {
        let scratch = Scratch::new("round");
        let key = Key::open(&scratch.0).unwrap();
        assert_eq!(key.read().unwrap(), None);
        let mut text: Vec<u16> = r"%USERPROFILE%\bin;C:\".encode_utf16().collect();
        text.push(0xD800);
        for expands in [true, false] {
            let path = UserPath { text: text.clone(), expands };
            key.write(Some(&path)).unwrap();
            assert_eq!(key.read().unwrap(), Some(path));
        }
        key.write(None).unwrap();
        key.write(None).unwrap();
        assert_eq!(key.read().unwrap(), None);
    }

    #[test]
    fn a_long_value_is_read_whole() {
        let scratch = Scratch::new("long");
        let key = Key::open(&scratch.0).unwrap();
        let path = UserPath { text: vec![u16::from(b'x'); 20_000], expands: true };
        key.write(Some(&path)).unwrap();
        assert_eq!(key.read().unwrap(), Some(path));
    }
}
