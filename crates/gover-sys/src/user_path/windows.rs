//! `HKCU\Environment` and the machine's environment, value `Path`.

use std::io;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{
    ERROR_FILE_NOT_FOUND, ERROR_MORE_DATA, ERROR_SUCCESS, HWND, SetLastError, WIN32_ERROR,
};
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, KEY_READ, KEY_WRITE, REG_EXPAND_SZ, REG_OPTION_NON_VOLATILE,
    REG_SZ, REG_VALUE_TYPE, RegCloseKey, RegCreateKeyExW, RegDeleteValueW, RegOpenKeyExW, RegQueryValueExW,
    RegSetValueExW,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    HWND_BROADCAST, SMTO_ABORTIFHUNG, SendMessageTimeoutW, WM_SETTINGCHANGE,
};

use super::UserPath;

/// Where Windows keeps the user's variables.
const ENVIRONMENT: &str = "Environment";

/// Where Windows keeps the variables of everyone.
const MACHINE: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment";

/// How long a window that hangs may hold us up, in milliseconds.
const PATIENCE: u32 = 2000;

pub(super) fn read() -> io::Result<Option<UserPath>> {
    Key::open(HKEY_CURRENT_USER, ENVIRONMENT)?.map_or(Ok(None), |key| key.read())
}

pub(super) fn read_machine() -> io::Result<Option<UserPath>> {
    Key::open(HKEY_LOCAL_MACHINE, MACHINE)?.map_or(Ok(None), |key| key.read())
}

pub(super) fn write(path: Option<&UserPath>) -> io::Result<()> {
    Key::create(ENVIRONMENT)?.write(path)
}

pub(super) fn announce() -> io::Result<()> {
    announce_to(HWND_BROADCAST, PATIENCE)
}

/// An open registry key.
struct Key(HKEY);

impl Key {
    /// Opens a key for reading; `None` if there is none.
    fn open(root: HKEY, name: &str) -> io::Result<Option<Self>> {
        let name = terminated(name);
        let mut key = null_mut();
        // SAFETY: the root is a predefined key, the name ends with a zero, `key` lives across the call.
        match unsafe { RegOpenKeyExW(root, name.as_ptr(), 0, KEY_READ, &raw mut key) } {
            ERROR_FILE_NOT_FOUND => Ok(None),
            result => check(result).map(|()| Some(Self(key))),
        }
    }

    /// Opens a key of the user for writing, and creates it if it is missing.
    fn create(name: &str) -> io::Result<Self> {
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

/// Tells the desktop and others, so that programs they start from now on have the new PATH.
///
/// A broadcast succeeds once each window has had its time; only Windows itself can refuse it.
fn announce_to(window: HWND, patience: u32) -> io::Result<()> {
    let section = terminated(ENVIRONMENT);
    // SAFETY: the text ends with a zero and lives across the call, which waits for its answers. The error is
    // cleared because the function does not set it whenever it fails.
    let answer = unsafe {
        SetLastError(ERROR_SUCCESS);
        SendMessageTimeoutW(
            window,
            WM_SETTINGCHANGE,
            0,
            section.as_ptr() as isize,
            SMTO_ABORTIFHUNG,
            patience,
            null_mut(),
        )
    };
    if answer != 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    if error.raw_os_error() == Some(0) { Err(io::ErrorKind::TimedOut.into()) } else { Err(error) }
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
    use std::sync::mpsc;
    use std::thread::JoinHandle;

    use windows_sys::Win32::System::Registry::RegDeleteKeyW;
    use windows_sys::Win32::UI::WindowsAndMessaging::{
        CreateWindowExW, DefWindowProcW, DestroyWindow, GWLP_WNDPROC, GetMessageW, HWND_MESSAGE, MSG,
        PostMessageW, SetWindowLongPtrW, WM_QUIT,
    };

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
        let key = Key::create(&scratch.0).unwrap();
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
        let key = Key::create(&scratch.0).unwrap();
        let path = UserPath { text: vec![u16::from(b'x'); 20_000], expands: true };
        key.write(Some(&path)).unwrap();
        assert_eq!(key.read().unwrap(), Some(path));
    }

    #[test]
    fn a_key_that_is_missing_is_not_created_by_reading() {
        let scratch = Scratch::new("missing");
        assert!(Key::open(HKEY_CURRENT_USER, &scratch.0).unwrap().is_none());
        assert!(Key::open(HKEY_CURRENT_USER, &scratch.0).unwrap().is_none());
    }

    #[test]
    fn a_value_of_another_type_is_an_error_that_names_it() {
        let scratch = Scratch::new("type");
        let key = Key::create(&scratch.0).unwrap();
        let name = terminated("Path");
        // SAFETY: the key is open, the name ends with a zero, four bytes are a number.
        let number = 7_u32;
        check(unsafe { RegSetValueExW(key.0, name.as_ptr(), 0, 4, (&raw const number).cast(), 4) }).unwrap();
        let error = key.read().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(error.to_string().contains("type 4"), "{error}");
    }

    #[test]
    fn the_machine_s_path_is_readable() {
        let path = read_machine().unwrap().expect("Windows cannot be without");
        assert!(!path.text.is_empty());
    }

    /// A window that nobody sees; it answers messages if it pumps, and records what it was told.
    struct Window {
        handle: isize,
        thread: JoinHandle<()>,
        stop: mpsc::Sender<()>,
        heard: mpsc::Receiver<Vec<u16>>,
    }

    thread_local! {
        static HEARD: std::cell::RefCell<Option<mpsc::Sender<Vec<u16>>>> = const { std::cell::RefCell::new(None) };
    }

    unsafe extern "system" fn record(window: HWND, message: u32, first: usize, second: isize) -> isize {
        if message == WM_SETTINGCHANGE {
            let text = second as *const u16;
            // SAFETY: the sender waits with a text that ends with a zero.
            let units = (0..).map(|at| unsafe { *text.add(at) }).take_while(|&unit| unit != 0).collect();
            HEARD.with_borrow(|heard| heard.as_ref().unwrap().send(units).unwrap());
        }
        // SAFETY: what came goes on unchanged.
        unsafe { DefWindowProcW(window, message, first, second) }
    }

    impl Window {
        fn open(pumps: bool) -> Self {
            let (opened, handle) = mpsc::channel();
            let (stop, stopped) = mpsc::channel::<()>();
            let (hear, heard) = mpsc::channel();
            let thread = std::thread::spawn(move || {
                HEARD.set(Some(hear));
                let class = terminated("STATIC");
                // SAFETY: the class is one of the system's; null pointers ask for defaults; `record` has the
                // signature of a window procedure; the message lives across each call.
                unsafe {
                    let (parent, none) = (HWND_MESSAGE, null_mut());
                    let window =
                        CreateWindowExW(0, class.as_ptr(), null(), 0, 0, 0, 0, 0, parent, none, none, null());
                    assert!(!window.is_null(), "{}", io::Error::last_os_error());
                    SetWindowLongPtrW(window, GWLP_WNDPROC, record as *const () as isize);
                    opened.send(window as isize).unwrap();
                    if pumps {
                        let mut message = std::mem::zeroed::<MSG>();
                        while GetMessageW(&raw mut message, null_mut(), 0, 0) > 0 {}
                    } else {
                        stopped.recv().ok();
                    }
                    DestroyWindow(window);
                }
            });
            Self { handle: handle.recv().unwrap(), thread, stop, heard }
        }

        fn close(self) {
            // SAFETY: a message without pointers.
            unsafe { PostMessageW(self.handle as HWND, WM_QUIT, 0, 0) };
            drop(self.stop);
            self.thread.join().unwrap();
        }
    }

    #[test]
    fn a_window_hears_what_has_changed() {
        let window = Window::open(true);
        announce_to(window.handle as HWND, 60_000).unwrap();
        assert_eq!(String::from_utf16(&window.heard.recv().unwrap()).unwrap(), "Environment");
        window.close();
    }

    #[test]
    fn a_window_that_does_not_answer_is_an_error() {
        let window = Window::open(false);
        let error = announce_to(window.handle as HWND, 50).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{error}");
        let handle = window.handle;
        window.close();
        // One that is gone hears nothing either.
        announce_to(handle as HWND, 50).unwrap_err();
    }
}
