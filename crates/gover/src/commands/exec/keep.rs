//! `--keep-bin` and `--rollback`: one rename makes the programs that a command installed the content of
//! a directory. What was there before stays next to it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use gover_core::display::pasted;
use gover_core::platform::IS_WINDOWS;
use gover_core::real_path::{real_path, simplified};
use gover_core::text::{counted, shown as printable};
use gover_sys::{Lock, file};

use super::area::{failed, is_file};
use crate::store::lock;
use crate::{Context, Failure};

/// A directory that an earlier `--keep-bin` made, or that one may make.
pub(super) struct Kept {
    pub(super) path: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Missing,
    Empty,
    Ours,
}

impl Kept {
    /// Fails for anything that gover did not make, before the command runs.
    pub(super) fn at(path: &Path, context: &Context<'_>) -> Result<Self, Failure> {
        let path = context.absolute(path);
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            let what = format!("`{}` cannot be the path of a new directory", path.display());
            return Err(Failure::usage(what, "name a directory, such as ./tools"));
        };
        // Links above it are followed. It must not be a link itself.
        let parent = real_path(parent).map(|parent| simplified(&parent)).unwrap_or(parent.to_owned());
        let kept = Self { path: parent.join(name) };
        content(&kept.path, context)?;
        content(&kept.previous(), context)?;
        Ok(kept)
    }

    fn previous(&self) -> PathBuf {
        self.beside("", ".previous")
    }

    /// A hidden path next to it that does not exist yet.
    fn staging(&self) -> PathBuf {
        let free = |count: &u32| {
            let path = self.beside(".", &format!(".new-{}-{count}", std::process::id()));
            path.symlink_metadata().is_err().then_some(path)
        };
        (0..).find_map(|count| free(&count)).unwrap_or_else(|| self.beside(".", ".new"))
    }

    fn beside(&self, before: &str, after: &str) -> PathBuf {
        let mut name = OsString::from(before);
        name.push(self.path.file_name().unwrap_or_default());
        name.push(after);
        self.path.with_file_name(name)
    }

    /// Makes it the directory of what is in `bin`.
    pub(super) fn publish(&self, bin: &Path, context: &Context<'_>) -> Result<(), Failure> {
        let count = fs::read_dir(bin).map(Iterator::count).unwrap_or_default();
        let shown = context.short(&self.path);
        if count == 0 {
            return Err(Failure::new(
                format!("the command installed no program, so {shown} was not changed"),
                "`go install PACKAGE@VERSION` installs one",
            ));
        }
        let parent = self.path.parent().unwrap_or(&self.path);
        fs::create_dir_all(parent).map_err(|error| failed("create", parent, &error))?;
        let _lock = locked(context)?;
        let staging = self.staging();
        let staged = stage(bin, &staging).and_then(|()| mark(&staging));
        let published = staged
            .map_err(|error| failed("write", &staging, &error))
            .and_then(|()| self.replace_by(&staging, context));
        let has_former = match published {
            Ok(has_former) => has_former,
            Err(failure) => {
                // Programs that were moved go back; copied ones are still there.
                drop(fs::remove_file(staging.join(MARKER)));
                if bin.exists() || file::rename(&staging, bin).is_ok() {
                    drop(file::remove_tree(&staging));
                }
                return Err(failure);
            }
        };
        let programs = counted(count, "program");
        context.printer.note(&if has_former {
            let target = pasted(&self.path.to_string_lossy());
            format!(
                "{shown} now has {programs}; what it had before is in {} (`gover exec --rollback {target}` undoes this)",
                context.short(&self.previous())
            )
        } else {
            format!("{shown} now has {programs}")
        });
        Ok(())
    }

    /// Gives `staging` its name. Returns whether something was there before.
    fn replace_by(&self, staging: &Path, context: &Context<'_>) -> Result<bool, Failure> {
        let failed = |error: io::Error| failed("replace", &self.path, &error);
        match content(&self.path, context)? {
            Content::Missing => return file::rename(staging, &self.path).map(|()| false).map_err(failed),
            Content::Empty => {
                fs::remove_dir(&self.path).map_err(failed)?;
                return file::rename(staging, &self.path).map(|()| false).map_err(failed);
            }
            Content::Ours => {}
        }
        let previous = self.previous();
        let older = self.staging();
        let has_older = content(&previous, context)? != Content::Missing;
        if has_older {
            file::rename(&previous, &older).map_err(failed)?;
        }
        if let Err(error) = swap(&self.path, staging, &previous) {
            if has_older {
                drop(file::rename(&older, &previous));
            }
            return Err(failed(error));
        }
        drop(file::remove_tree(&older));
        Ok(true)
    }
}

/// Fails if `bin` has programs of an earlier command, which this one would keep too.
pub(super) fn refuse_earlier(bin: &Path, context: &Context<'_>) -> Result<(), Failure> {
    if names_in(bin).unwrap_or_default().is_empty() {
        return Ok(());
    }
    let shown = context.short(bin);
    Err(Failure::new(
        format!("{shown} has programs of an earlier command, so gover cannot tell which to keep"),
        format!("delete what is in {shown}, or name another directory"),
    ))
}

/// Keeps other processes from replacing a directory meanwhile. A read-only home has no lock.
fn locked(context: &Context<'_>) -> Result<Option<Lock>, Failure> {
    if lock::is_read_only(context) { Ok(None) } else { lock::acquire("keep-bin", context).map(Some) }
}

/// `gover exec --rollback TARGET`: exchanges the directory with the one that it replaced.
pub(super) fn roll_back(target: &Path, context: &Context<'_>) -> Result<(), Failure> {
    let kept = Kept::at(target, context)?;
    let _lock = locked(context)?;
    let (previous, shown) = (kept.previous(), context.short(&kept.path));
    let failed = |error: io::Error| failed("replace", &kept.path, &error);
    if content(&previous, context)? != Content::Ours {
        return Err(Failure::new(
            format!("nothing to restore: there is no {}", context.short(&previous)),
            "`gover exec --isolated --keep-bin TARGET …` keeps what it replaces",
        ));
    }
    let undo = match content(&kept.path, context)? {
        Content::Ours => {
            let aside = kept.staging();
            if !file::exchange(&kept.path, &previous).map_err(failed)? {
                file::rename(&previous, &aside).map_err(failed)?;
                if let Err(error) = swap(&kept.path, &aside, &previous) {
                    drop(file::rename(&aside, &previous));
                    return Err(failed(error));
                }
            }
            let target = pasted(&kept.path.to_string_lossy());
            format!(" (`gover exec --rollback {target}` undoes this)")
        }
        empty => {
            if empty == Content::Empty {
                fs::remove_dir(&kept.path).map_err(failed)?;
            }
            file::rename(&previous, &kept.path).map_err(failed)?;
            String::new()
        }
    };
    context.printer.note(&format!("{shown} is again what it was before{undo}"));
    Ok(())
}

/// `new` becomes `path`, and what `path` was becomes `former`, which does not exist yet.
fn swap(path: &Path, new: &Path, former: &Path) -> io::Result<()> {
    if file::exchange(path, new)? {
        return file::rename(new, former).inspect_err(|_| drop(file::exchange(path, new)));
    }
    file::rename(path, former)?;
    file::rename(new, path).inspect_err(|_| drop(file::rename(former, path)))
}

/// What is at a path that gover will replace. Anything that it did not make is an error.
fn content(path: &Path, context: &Context<'_>) -> Result<Content, Failure> {
    let shown = context.short(path);
    let refused = |what: &str| {
        Failure::new(
            format!("`{shown}` {what}, so gover does not replace it"),
            "name a directory that does not exist yet",
        )
    };
    let metadata = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::Missing),
        metadata => metadata.map_err(|error| failed("read", path, &error))?,
    };
    if !metadata.is_dir() {
        let what = if metadata.is_symlink() { "is a link" } else { "is not a directory" };
        return Err(refused(what));
    }
    let names = names_in(path).map_err(|error| failed("read", path, &error))?;
    if names.is_empty() {
        return Ok(Content::Empty);
    }
    let marker = path.join(MARKER);
    if !is_file(&marker) {
        return Err(refused("is not empty, and was not made with --keep-bin"));
    }
    let listed = fs::read_to_string(&marker).map_err(|error| failed("read", &marker, &error))?;
    let is_listed = |name: &String| name == MARKER || listed.lines().skip(1).any(|line| line == name);
    match names.iter().find(|name| !is_listed(name)) {
        Some(other) => Err(refused(&format!("has `{}`, which gover did not put there", printable(other)))),
        None => Ok(Content::Ours),
    }
}

fn names_in(directory: &Path) -> io::Result<Vec<String>> {
    let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    fs::read_dir(directory)?.map(name).collect()
}

/// Moves programs to a name on the file system of their target, or copies them there.
fn stage(bin: &Path, staging: &Path) -> io::Result<()> {
    for entry in fs::read_dir(bin)? {
        flush(&entry?.path())?;
    }
    match fs::rename(bin, staging) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => copy(bin, staging),
        result => result,
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            flush(&target)?;
        }
    }
    Ok(())
}

/// Writes a program to the disk before it gets its name.
fn flush(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    OpenOptions::new().read(true).write(IS_WINDOWS).open(path)?.sync_all()
}

fn mark(directory: &Path) -> io::Result<()> {
    use io::Write as _;
    let names = names_in(directory)?.join("\n");
    let mut marker = File::create(directory.join(MARKER))?;
    marker.write_all(format!("gover exec --keep-bin\n{names}\n").as_bytes())?;
    marker.sync_all()
}

/// The file that shows that gover made a directory of programs, and lists what gover put there.
const MARKER: &str = ".gover-keep-bin";
