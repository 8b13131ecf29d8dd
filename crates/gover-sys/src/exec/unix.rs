//! Unix: `execve`.

use std::ffi::{CStr, CString, OsStr, OsString, c_char, c_int};
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::ptr;

use super::EnvEdit;
use crate::file;

pub(super) fn replace(program: &Path, argv0: &OsStr, args: &[OsString], edits: &[EnvEdit]) -> io::Error {
    file::restore_umask();
    // SAFETY: this installs no handler. Rust programs ignore the signal, and the new program would
    // inherit that.
    let ignored = unsafe { signal(SIGPIPE, SIG_DFL) };
    let error = execute(program, argv0, args, edits);
    // SAFETY: as above.
    unsafe { signal(SIGPIPE, ignored) };
    error
}

/// The shim has no runtime of Rust that would ignore SIGPIPE, so what was inherited is passed on.
pub(super) fn pass_on(program: &Path, own: &[OsString], dropped: usize, edits: &[EnvEdit]) -> io::Error {
    execute(program, program.as_os_str(), own.get(dropped..).unwrap_or_default(), edits)
}

pub(super) fn share_console(_command: &mut Command) {}

pub(super) fn stderr_for_child() -> io::Result<Stdio> {
    io::stderr().as_fd().try_clone_to_owned().map(Stdio::from)
}

pub(super) fn executable(path: &Path, _extensions: Option<&OsStr>) -> Option<PathBuf> {
    file::is_executable(path).then(|| path.to_owned())
}

/// The `exec` of `std` is `execvp`, which passes a file that is not a program to `/bin/sh`: a
/// toolchain that a full disk left empty would seem to work.
fn execute(program: &Path, argv0: &OsStr, own: &[OsString], edits: &[EnvEdit]) -> io::Error {
    let texts = || -> io::Result<_> {
        let arguments = std::iter::once(argv0).chain(own.iter().map(OsString::as_os_str)).map(text);
        let set = edits.iter().filter_map(|(name, value)| {
            value.as_ref().map(|value| [OsStr::new(name), OsStr::new("="), value].into_iter().collect())
        });
        let set = set.map(|entry: OsString| text(&entry));
        let arguments: Vec<CString> = arguments.collect::<io::Result<_>>()?;
        Ok((text(program.as_os_str())?, arguments, set.collect::<io::Result<Vec<CString>>>()?))
    };
    let (program, arguments, set) = match texts() {
        Ok(texts) => texts,
        Err(error) => return error,
    };
    let kept = inherited().filter(|entry| !edits.iter().any(|(name, _)| is_of(entry, name)));
    let own = pointers(arguments.iter().map(|text| text.as_ptr()));
    let environment = pointers(kept.map(CStr::as_ptr).chain(set.iter().map(|text| text.as_ptr())));
    // SAFETY: the path is a C string, both vectors are arrays of C strings that end with a null
    // pointer, and all outlive the call.
    unsafe { execve(program.as_ptr(), own.as_ptr(), environment.as_ptr()) };
    io::Error::last_os_error()
}

/// The environment of this process, including entries without `=`.
fn inherited() -> impl Iterator<Item = &'static CStr> {
    // SAFETY: `environ` is an array of C strings that ends with a null pointer. Nothing in gover
    // changes the environment, so no other thread does, and the strings stay.
    let start = unsafe { environ };
    let entry = move |at: usize| {
        // SAFETY: as above; the iteration ends at the null pointer.
        unsafe { (!start.is_null() && !(*start.add(at)).is_null()).then(|| CStr::from_ptr(*start.add(at))) }
    };
    (0..).map_while(entry)
}

fn is_of(entry: &CStr, name: &str) -> bool {
    entry.to_bytes().strip_prefix(name.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'='))
}

fn text(text: &OsStr) -> io::Result<CString> {
    CString::new(text.as_bytes())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a zero byte in an argument"))
}

fn pointers(texts: impl Iterator<Item = *const c_char>) -> Vec<*const c_char> {
    texts.chain(std::iter::once(ptr::null())).collect()
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
