//! Runs code before Ctrl-C ends long work.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;

/// Ends the watch when dropped. After Ctrl-C, the drop waits until the process has ended.
#[derive(Debug)]
pub struct Watch {
    #[expect(dead_code, reason = "its drop ends the watch")]
    imp: imp::Watch,
}

/// Calls `last` on a thread of its own when Ctrl-C is pressed, and then lets the system end this
/// process as it would have: by SIGINT on Unix, with `STATUS_CONTROL_C_EXIT` on Windows. So the
/// caller's shell sees an interrupted program.
///
/// `None` if the system refuses, if Ctrl-C is ignored, as for a background job, or if another watch
/// is active.
pub fn watch(last: impl Fn() + Send + Sync + 'static) -> Option<Watch> {
    imp::Watch::new(Box::new(last)).map(|imp| Watch { imp })
}
