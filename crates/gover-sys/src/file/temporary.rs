//! Names of files that are being written, or of programs that were renamed: `.gover-PID-COUNT-NAME`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The name of the file that a temporary file becomes, or of the program that was renamed, then with
/// [`ASIDE`](super::ASIDE); `None` if `name` is not a temporary name.
pub fn temporary_for(name: &str) -> Option<&str> {
    let mut parts = name.strip_prefix(PREFIX)?.splitn(3, '-');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_ours = parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number);
    parts.next().filter(|target| is_ours && !target.is_empty())
}

pub(crate) fn temporary_name(path: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut name = std::ffi::OsString::from(format!("{PREFIX}{}-{count}-", std::process::id()));
    name.push(path.file_name().unwrap_or_default());
    path.with_file_name(name)
}

/// Creates something under an unused name in the directory of `path`.
pub(crate) fn create_temporary<T>(
    path: &Path,
    create: impl Fn(&Path) -> io::Result<T>,
) -> io::Result<(PathBuf, T)> {
    remove_abandoned(path);
    loop {
        let temporary = temporary_name(path);
        match create(&temporary) {
            Ok(made) => return Ok((temporary, made)),
            // Left by a crashed process with the same id.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Removes temporary files that crashed processes left while they wrote `path`. A young one may
/// belong to a running process; writing takes far less time than this.
fn remove_abandoned(path: &Path) {
    let (Some(directory), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
    else {
        return;
    };
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let is_temporary = entry.file_name().to_str().and_then(temporary_for) == Some(name);
        let modified = || entry.metadata().and_then(|metadata| metadata.modified());
        let age = || modified().ok().and_then(|modified| modified.elapsed().ok());
        if is_temporary && age().is_some_and(|age| age > ABANDONED) {
            drop(fs::remove_file(entry.path()));
        }
    }
}

const PREFIX: &str = ".gover-";

/// After this time a temporary file has no writer any more.
pub(super) const ABANDONED: Duration = Duration::from_hours(1);
