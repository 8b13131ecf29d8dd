//! Changes files by rename only, so that no reader sees half of one, and removes trees with
//! read-only parts.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

mod exchange;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod imp;
mod read;
mod share;
mod staged;
mod temporary;
mod together;

#[cfg(test)]
mod tests;

pub use exchange::exchange;
pub(crate) use imp::is_deleted;
pub use imp::{
    available_space, directory_stamp, is_executable, is_writable, long_path, make_executable,
    may_be_executed, renew_directory_stamp, same_file, sync_file_system,
};
pub use read::{open_regular, read_limited, read_limited_patiently, read_text_limited};
pub use share::share_content;
pub use staged::StagedProgram;
pub use temporary::temporary_for;
pub(crate) use temporary::{create_temporary, temporary_name};
pub use together::{Replacement, write_together};

/// Suffix of a program that was renamed because it runs; see [`remove_leftovers`].
pub const ASIDE: &str = ".old";

/// Linux follows as many links.
const LINKS: usize = 40;

/// Gives `path` new content by one rename: a reader, and a crash, sees the old content or the new.
///
/// A symbolic link stays and its target changes; a link that another user made is an error. An
/// existing file keeps its permissions and owner; a new file gets the usual ones. The directory
/// must exist.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, Manner::Lasting)
}

/// Like [`write_atomically`], for files that only the owner may read, from the first byte on: an
/// existing file loses the permissions of others too. On Windows the permissions of the directory
/// apply; below the user's profile they exclude others.
pub fn write_privately(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, Manner::Private)
}

/// Like [`write_atomically`], for files that only gover makes: a link at `path` is replaced and its
/// target stays as it is, because someone else may have put it there.
pub fn replace_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, Manner::Own)
}

/// Like [`replace_atomically`], for content that can be created again: it is not synced to disk, so
/// that a power failure may destroy it. Readers must check it themselves.
pub fn write_cached(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write(path, bytes, Manner::Cached)
}

/// Whether [`write_atomically`] can replace the file at `path`, as far as permissions tell. A directory
/// that is missing is not an error.
pub fn check_replaceable(path: &Path) -> io::Result<()> {
    let target = follow_links(path)?;
    match target.parent() {
        Some(directory) if directory.is_dir() && !is_writable(directory) => {
            Err(io::ErrorKind::PermissionDenied.into())
        }
        _ => Ok(()),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Lasting,
    Private,
    Own,
    Cached,
}

fn write(path: &Path, bytes: &[u8], manner: Manner) -> io::Result<()> {
    let (temporary, target) = prepare(path, bytes, manner)?;
    rename(&temporary, &target).inspect_err(|_| drop(fs::remove_file(&temporary)))
}

/// Writes the new content of a file next to it. Returns the path of that, and of the file whose name
/// it must get. Permissions are final before the file has any content.
fn prepare(path: &Path, bytes: &[u8], manner: Manner) -> io::Result<(PathBuf, PathBuf)> {
    let is_private = manner == Manner::Private;
    let target = match manner {
        Manner::Lasting | Manner::Private => follow_links(path)?,
        Manner::Own | Manner::Cached => path.to_owned(),
    };
    let mode = if is_private { 0o600 } else { 0o644 };
    let (temporary, mut file) = create_temporary(&target, |path| create(path, mode))?;
    let written = imp::copy_attributes(&target, &file, is_private)
        .and_then(|()| file.write_all(bytes))
        .and_then(|()| if manner == Manner::Cached { Ok(()) } else { file.sync_all() });
    drop(file);
    written.inspect_err(|_| drop(fs::remove_file(&temporary)))?;
    Ok((temporary, target))
}

/// Renames, and replaces a file at `to`; atomic on one file system.
///
/// On Windows a virus scanner or indexer may hold a new file open for a moment, so this tries again
/// for some seconds.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    if to.is_dir() {
        // Trying again would not help.
        return fs::rename(from, to);
    }
    imp::patiently(|| fs::rename(from, to))
}

/// Removes a file, a link (not its target) or a tree, even a read-only one. Succeeds if nothing is
/// there.
pub fn remove_tree(path: &Path) -> io::Result<()> {
    let metadata = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        result => result?,
    };
    if !metadata.is_dir() {
        return imp::remove_file(path);
    }
    match fs::remove_dir_all(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.exists() => Ok(()),
        Err(_) => {
            make_removable(path);
            imp::patiently(|| fs::remove_dir_all(path))
        }
    }
}

/// Like [`remove_tree`], but does not wait for programs that hold a part of it open.
pub fn remove_tree_now(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Ok(metadata) if !metadata.is_dir() => return imp::remove_file(path),
        _ => make_removable(path),
    }
    fs::remove_dir_all(path)
}

/// Does nothing to a link, which may have taken the place of a directory since that was seen.
fn make_removable(directory: &Path) {
    let Ok(metadata) = directory.symlink_metadata() else { return };
    if !metadata.is_dir() {
        return;
    }
    imp::make_directory_removable(directory, &metadata);
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            make_removable(&entry.path());
        } else {
            imp::make_file_removable(&entry.path());
        }
    }
}

/// Creates a directory and its missing parents, which only this user may read. On Windows that
/// applies to everything below the user's profile.
pub fn create_private_directory(path: &Path) -> io::Result<()> {
    if let Some(above) = path.parent() {
        fs::create_dir_all(above)?;
    }
    imp::create_private_directory(path)
}

/// Creates a directory that only this user may enter, or its group too below a setgid `home`, which
/// a group shares on purpose. The umask and an earlier version of gover do not open it further.
pub fn create_own_directory(path: &Path, home: &Path) -> io::Result<()> {
    if let Some(above) = path.parent() {
        fs::create_dir_all(above)?;
    }
    imp::create_own_directory(path, home)
}

/// Opens a file that only gover makes for reading and writing, and creates it if it is missing. A
/// link at its place is an error, so that nothing is created or opened elsewhere.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    open_own(path, OpenOptions::new().create(true))
}

/// The same for a file that is there; `None` if it is missing.
pub fn open_existing(path: &Path) -> io::Result<Option<File>> {
    match open_own(path, &mut OpenOptions::new()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        file => file.map(Some),
    }
}

fn open_own(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.read(true).write(true).truncate(false);
    imp::set_unfollowing(options);
    let is_link = || path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    let no_file = || io::Error::new(io::ErrorKind::InvalidInput, "it is a link, not a file");
    let file = options.open(path).map_err(|error| if is_link() { no_file() } else { error })?;
    if file.metadata()?.is_symlink() { Err(no_file()) } else { Ok(file) }
}

/// From now on, what this process creates is writable for its owner only, whatever the umask, or
/// for the group too below a setgid `home`, which a group shares on purpose. Programs that
/// [`exec::replace`](crate::exec::replace) starts get the umask that was inherited. On Windows
/// access lists of the directory decide.
pub fn limit_writers(home: &Path) {
    imp::limit_writers(home);
}

#[cfg(unix)]
pub(crate) use imp::restore_umask;

/// Creates a file that must not exist yet, with mode 0644 or 0755 less the umask.
///
/// Anything that has that name is an error, even a dangling link, so that unpacking never writes
/// through a link.
pub fn create_with_mode(path: &Path, executable: bool) -> io::Result<File> {
    create(path, if executable { 0o755 } else { 0o644 })
}

fn create(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    imp::set_mode(&mut options, mode);
    options.open(path)
}

/// Puts a copy of `source` at `target`. A program that runs there keeps its old content.
pub fn install_program(source: &Path, target: &Path) -> io::Result<()> {
    StagedProgram::copy(source, target)?.publish()
}

/// Makes `target`, which may run, the same program as `source`: a hard link, or else a copy.
pub fn hard_link_or_copy(source: &Path, target: &Path) -> io::Result<()> {
    if same_file(source, target).unwrap_or(false) {
        return Ok(());
    }
    let temporary = match create_temporary(target, |path| fs::hard_link(source, path)) {
        Ok((temporary, ())) => temporary,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
        // The file system has no links, the file has too many, or a policy forbids them.
        Err(_) => return install_program(source, target),
    };
    let published = publish(&temporary, target);
    // Renaming one link of a file onto another has no effect, so the temporary name would remain.
    drop(fs::remove_file(&temporary));
    published
}

/// Removes a program, which may be the running one. Where a running program cannot be deleted, it is
/// moved into the directory `aside`, on the same file system, and deleted once it has ended.
pub fn remove_program(path: &Path, aside: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if imp::is_in_use(&error) => {
            let target = aside_name(&aside.join(path.file_name().unwrap_or_default()));
            fs::rename(path, &target)?;
            imp::delete_later(&target);
            Ok(())
        }
        result => result,
    }
}

/// Deletes the programs in `directory` that [`install_program`] renamed and that no longer run.
pub fn remove_leftovers(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let is_leftover = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(temporary_for)
            .is_some_and(|name| name.ends_with(ASIDE));
        if is_leftover {
            // A later call deletes the programs that still run.
            drop(fs::remove_file(&path));
        }
    }
    Ok(())
}

/// The size of all files below `path`, in bytes. Links are not followed, and each hard link counts.
pub fn tree_size(path: &Path) -> io::Result<u64> {
    let metadata = path.symlink_metadata()?;
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    let mut total = 0;
    let mut directories = vec![path.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                directories.push(entry.path());
            } else {
                total += entry.metadata()?.len();
            }
        }
    }
    Ok(total)
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSystem {
    /// As the system names it: `ext4`, `nfs4`, `cifs`, `9p`, `NTFS`; empty if unknown.
    pub kind: String,
    /// Whether the system refuses to start programs on it (`noexec`).
    pub forbids_programs: bool,
    pub is_remote: bool,
    /// Bytes that this user may still write; `None` if unknown.
    pub available: Option<u64>,
}

pub fn file_system(path: &Path) -> FileSystem {
    FileSystem { available: available_space(path), ..imp::file_system(path) }
}

/// Follows all links, to a target that need not exist: the file that a write to `path` changes.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let link = path.symlink_metadata().ok().filter(fs::Metadata::is_symlink);
        let Some(link) = link else { return Ok(path) };
        if !imp::is_trusted(&link) {
            let why = format!("`{}` is a link that another user made", path.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        let target = fs::read_link(&path)?;
        path = path.parent().map_or_else(|| target.clone(), |directory| directory.join(&target));
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "too many levels of symbolic links"))
}

/// The name of a program that was renamed because it runs.
fn aside_name(program: &Path) -> PathBuf {
    let mut name = temporary_name(program).into_os_string();
    name.push(ASIDE);
    PathBuf::from(name)
}

/// Renames a finished program to its name, even if a program of that name runs.
fn publish(temporary: &Path, target: &Path) -> io::Result<()> {
    let Err(error) = imp::replace_program(temporary, target) else {
        return Ok(());
    };
    if !imp::is_in_use(&error) {
        return Err(error);
    }
    if !target.is_file() {
        // So a virus scanner holds the new one for a moment.
        return rename(temporary, target);
    }
    let aside = aside_name(target);
    rename(target, &aside)?;
    rename(temporary, target).inspect_err(|_| drop(rename(&aside, target)))?;
    // Works at once if it was not running but open for another reason.
    drop(fs::remove_file(&aside));
    Ok(())
}
