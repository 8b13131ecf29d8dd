//! Runs another program in place of this one. The shim and `gover exec` end here.
//!
//! Unix replaces the process image. Windows cannot: there the program is a child that handles the
//! events of the console, dies with this process, and leaves its 32-bit exit code to this process.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[cfg(any(windows, test))]
mod command_line;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows/mod.rs")]
mod imp;

mod children;
mod limited;
#[cfg(unix)]
mod signals;
mod supervised;
#[cfg(test)]
mod tests;
mod tree;

pub use children::{Children, Ending};
pub use limited::{Ended, Limits, output_within};
pub use supervised::{Finished, supervise};

/// An environment variable and its new value; `None` removes it.
pub type EnvEdit = (&'static str, Option<OsString>);

/// Runs `program`, an absolute path, in place of this process. Returns only if that failed.
///
/// The environment is inherited except for `edits`. The program sees `argv0` as its name on Unix,
/// and always `program` on Windows.
pub fn replace(program: &Path, argv0: &OsStr, args: &[OsString], edits: &[EnvEdit]) -> io::Error {
    imp::replace(program, argv0, args, edits)
}

/// Like [`replace`], with this process's own arguments `own` without the first `dropped` of them.
///
/// On Unix the name of the program is its path. A Windows program gets its arguments as one text,
/// and programs split it by different rules. So it gets the text that this process got, byte for
/// byte, including the name of this process.
pub fn pass_on(program: &Path, own: &[OsString], dropped: usize, edits: &[EnvEdit]) -> io::Error {
    imp::pass_on(program, own, dropped, edits)
}

/// A command that starts a child: the one way to make a [`Command`] in gover.
///
/// Windows gives each console program a console with a window of its own if the process that starts
/// it has none, as under an editor or a service. Here the child has none either.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    imp::share_console(&mut command);
    command
}

/// Changes the environment of a child.
pub fn edit(command: &mut Command, edits: &[EnvEdit]) {
    for (name, value) in edits {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
}

/// A handle of this process's stderr, for a child to write its stdout to.
pub fn stderr_for_child() -> io::Result<Stdio> {
    imp::stderr_for_child()
}

/// Whether a program did not start because it is for another processor, or not a program.
pub fn is_wrong_format(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| imp::WRONG_FORMAT.contains(&code))
}

/// Ends this process at once. Unix keeps the lowest eight bits of `code`.
#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "the one place besides `main` that ends the process"
)]
pub fn exit(code: i32) -> ! {
    std::process::exit(code)
}

/// The first executable file called `name` in `directories`, found like the system would find it.
///
/// A name with a separator is a path. `extensions` is the value of `PATHEXT`; on Windows a name
/// without an extension is tried with each of them.
pub fn find(name: &OsStr, directories: &[PathBuf], extensions: Option<&OsStr>) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.components().count() > 1 || path.is_absolute() {
        return imp::executable(path, extensions);
    }
    // An empty entry of PATH means the working directory, from which running is dangerous.
    directories
        .iter()
        .filter(|directory| !directory.as_os_str().is_empty())
        .find_map(|directory| imp::executable(&directory.join(name), extensions))
}
