//! Unix: `execve`.

use std::ffi::{CStr, CString, OsStr, OsString, c_char, c_int};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::ptr;

use super::EnvEdit;
use crate::file;

pub(super) fn replace(program: &Path, argv0: &OsStr, args: &[OsString], edits: &[EnvEdit]) -> io::Error {
    match Start::new(program, argv0, args, edits) {
        Ok(start) => start.exec(),
        Err(error) => error,
    }
}

pub(super) fn pass_on(program: &Path, own: &[OsString], dropped: usize, edits: &[EnvEdit]) -> io::Error {
    replace(program, program.as_os_str(), own.get(dropped..).unwrap_or_default(), edits)
}

pub(super) fn share_console(_command: &mut Command) {}

pub(super) fn executable(path: &Path, _extensions: Option<&OsStr>) -> Option<PathBuf> {
    file::is_executable(path).then(|| path.to_owned())
}

/// The arguments of `execve`. The `exec` of `std` is `execvp`, which passes a file that is not a
/// program to `/bin/sh`: a toolchain that a full disk left empty would seem to work.
struct Start {
    program: CString,
    arguments: Vec<CString>,
    environment: Vec<CString>,
}

impl Start {
    fn new(program: &Path, argv0: &OsStr, args: &[OsString], edits: &[EnvEdit]) -> io::Result<Self> {
        let arguments = std::iter::once(argv0).chain(args.iter().map(OsString::as_os_str)).map(text);
        let mut environment = inherited();
        environment.retain(|entry| !edits.iter().any(|(name, _)| is_of(entry, name)));
        for (name, value) in edits {
            if let Some(value) = value {
                environment.push(text(
                    &[OsStr::new(name), OsStr::new("="), value].into_iter().collect::<OsString>(),
                )?);
            }
        }
        Ok(Self {
            program: text(program.as_os_str())?,
            arguments: arguments.collect::<Result<_, _>>()?,
            environment,
        })
    }

    fn exec(&self) -> io::Error {
        file::restore_umask();
        let (argv, envp) = (pointers(&self.arguments), pointers(&self.environment));
        // SAFETY: the path is a C string, both vectors are arrays of C strings that end with a null
        // pointer, and all outlive the call. Resetting SIGPIPE installs no handler; Rust programs
        // ignore that signal, and the new program would inherit that.
        unsafe {
            let ignored = signal(SIGPIPE, SIG_DFL);
            execve(self.program.as_ptr(), argv.as_ptr(), envp.as_ptr());
            let error = io::Error::last_os_error();
            signal(SIGPIPE, ignored);
            error
        }
    }
}

/// The environment of this process, including entries without `=`.
fn inherited() -> Vec<CString> {
    let mut entries = Vec::new();
    // SAFETY: `environ` is an array of C strings that ends with a null pointer. Nothing in gover
    // changes the environment, so no other thread does.
    unsafe {
        let mut entry = environ;
        while !entry.is_null() && !(*entry).is_null() {
            entries.push(CStr::from_ptr(*entry).to_owned());
            entry = entry.add(1);
        }
    }
    entries
}

fn is_of(entry: &CStr, name: &str) -> bool {
    entry.to_bytes().strip_prefix(name.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'='))
}

fn text(text: &OsStr) -> io::Result<CString> {
    CString::new(text.as_bytes())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a zero byte in an argument"))
}

fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    texts.iter().map(|text| text.as_ptr()).chain(std::iter::once(ptr::null())).collect()
}

unsafe extern "C" {
    static environ: *const *const c_char;
    fn execve(program: *const c_char, argv: *const *const c_char, envp: *const *const c_char) -> c_int;
    fn signal(number: c_int, handler: usize) -> usize;
}

/// `ENOEXEC`, the same number on every Unix, and `EBADARCH` of macOS ("Bad CPU type in
/// executable"), a number that `execve` returns on no other system.
pub(super) const WRONG_FORMAT: [i32; 2] = [8, 86];
/// The same number on every Unix.
const SIGPIPE: c_int = 13;
const SIG_DFL: usize = 0;
