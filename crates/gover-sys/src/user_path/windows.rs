//! The message that the environment has changed.

use std::io;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, HWND, SetLastError};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    HWND_BROADCAST, SMTO_ABORTIFHUNG, SendMessageTimeoutW, WM_SETTINGCHANGE,
};

use crate::registry::{USER_ENVIRONMENT, terminated};

/// How long to wait for a window that hangs, in milliseconds.
const PATIENCE: u32 = 2000;

pub(super) fn announce() -> io::Result<()> {
    announce_to(HWND_BROADCAST, PATIENCE)
}

/// A broadcast succeeds once each window has had its time; only Windows itself can refuse it.
fn announce_to(window: HWND, patience: u32) -> io::Result<()> {
    let section = terminated(USER_ENVIRONMENT);
    // SAFETY: the text ends with a zero and lives across the call, which waits for the answers. The
    // error is cleared because the function does not always set it when it fails.
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

#[cfg(test)]
mod tests {
    use std::ptr::null;
    use std::sync::mpsc;
    use std::thread::JoinHandle;

    use windows_sys::Win32::UI::WindowsAndMessaging::{
        CreateWindowExW, DefWindowProcW, DestroyWindow, GWLP_WNDPROC, GetMessageW, HWND_MESSAGE, MSG,
        PostMessageW, SetWindowLongPtrW, WM_QUIT,
    };

    use super::*;

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
                // SAFETY: the class is one of the system's; null pointers ask for defaults;
                // `record` has the signature of a window procedure; the message lives across each
                // call.
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
