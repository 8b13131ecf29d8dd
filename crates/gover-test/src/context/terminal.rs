//! Runs a program on a terminal of its own.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::invocation::{Invocation, Output};
use crate::programs::spawn;

impl Invocation {
    /// Runs the program on a terminal with that many columns, or of unknown size for 0. What stdin
    /// was given is typed there. Both streams are in `stdout`, as they appeared.
    pub fn run_on_terminal(mut self, columns: u16) -> Output {
        let (screen, line) = terminal(columns);
        let clone = || line.try_clone().expect("a descriptor of the terminal");
        self.command.stdin(clone()).stdout(clone()).stderr(clone());
        let mut child = spawn(&mut self.command)
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", self.command.get_program().display()));
        let Self { command, input, filters, .. } = self;
        // The screen ends when only the child's copies are left and it is gone.
        drop((command, line));
        let mut screen = File::from(screen);
        screen.write_all(&input).expect("a terminal takes what is typed");
        let mut raw_stdout = Vec::new();
        // Linux reports the end as an error.
        let _ = screen.read_to_end(&mut raw_stdout);
        let code = child.wait().expect("a child that was started").code();
        let text = filters.apply(&String::from_utf8_lossy(&raw_stdout));
        Output { code, stdout: text, stderr: String::new(), raw_stdout, raw_stderr: Vec::new() }
    }
}

/// Both ends of a terminal: the screen and keyboard, and the line that programs have.
fn terminal(columns: u16) -> (OwnedFd, OwnedFd) {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&screen).and_then(|()| unlockpt(&screen)).expect("a terminal that can be opened");
    let name = ptsname(&screen, Vec::new()).expect("the name of a terminal");
    let path = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let line = File::options().read(true).write(true).open(path).expect("the line of a terminal");
    let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&line, size).expect("a size");
    (screen, line.into())
}
