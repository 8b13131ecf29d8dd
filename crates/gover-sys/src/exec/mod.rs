//! Running another program in place of this one. The shim and `gover exec` end here.
//!
//! Unix replaces the process image. Windows cannot, so there the program is started, console events are left
//! to it, it dies with this process, and this process ends with its full 32-bit exit code.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

#[cfg(any(windows, test))]
mod command_line;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as imp;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as imp;

#[cfg(test)]
mod tests;

/// A change to the environment that the new program inherits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvEdit {
    Set(OsString, OsString),
    Remove(OsString),
}

/// Runs `program`, an absolute path, in place of this process and returns only if that failed.
///
/// The environment is inherited but for `edits`. `argv0` is what the program sees as its own name; Windows
/// always shows it `program`.
pub fn replace(program: &Path, argv0: &OsStr, args: &[OsString], edits: &[EnvEdit]) -> io::Error {
    imp::replace(program, argv0, args, edits)
}

/// Runs `program`, an absolute path, in place of this process with this process's own arguments `own`, without the
/// first `dropped` of them; returns only if that failed.
///
/// On Unix the program's own name is its path. A Windows program gets its arguments as one text that it splits
/// itself, not every program by the same rules; so there it gets our text, byte for byte, our name in front included.
pub fn pass_on(program: &Path, own: &[OsString], dropped: usize, edits: &[EnvEdit]) -> io::Error {
    imp::pass_on(program, own, dropped, edits)
}

/// Whether a program was refused because of what it is: for another processor, or no program at all. What the file
/// says of itself tells the two apart.
pub fn is_wrong_format(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| imp::WRONG_FORMAT.contains(&code))
}

/// Ends this process at once with `code`, of which Unix keeps the lowest eight bits.
#[expect(clippy::disallowed_methods, reason = "the one place besides `main` that ends the process")]
pub fn exit(code: i32) -> ! {
    std::process::exit(code)
}

/// The first executable file called `name` in `directories`, as the system's own search would find it.
///
/// A name with a separator is taken as a path. `extensions` is the value of `PATHEXT` and matters on Windows
/// only, where a name without an extension is tried with each of them.
pub fn find(name: &OsStr, directories: &[PathBuf], extensions: Option<&OsStr>) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.components().count() > 1 || path.is_absolute() {
        return imp::executable(path, extensions);
    }
    // An empty entry of PATH means the working directory; running what lies there is a trap, not a wish.
    directories
        .iter()
        .filter(|directory| !directory.as_os_str().is_empty())
        .find_map(|directory| imp::executable(&directory.join(name), extensions))
}
