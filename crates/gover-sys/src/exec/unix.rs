//! Unix: `execve`.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::EnvEdit;
use crate::file;

pub(super) fn replace(program: &Path, argv0: &OsStr, args: &[OsString], edits: &[EnvEdit]) -> io::Error {
    let mut command = Command::new(program);
    command.arg0(argv0).args(args);
    for edit in edits {
        match edit {
            EnvEdit::Set(name, value) => command.env(name, value),
            EnvEdit::Remove(name) => command.env_remove(name),
        };
    }
    command.exec()
}

pub(super) fn executable(path: &Path, _extensions: Option<&OsStr>) -> Option<PathBuf> {
    file::is_executable(path).then(|| path.to_owned())
}
