//! `--keep-bin` and `--rollback`: one rename makes the programs that a command installed the content of
//! a directory. What was there before stays next to it.

mod content;
mod leftover;
mod stage;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_core::display::pasted;
use gover_core::real_path::real_path_of_new;
use gover_core::text::counted;
use gover_sys::{Lock, file};

use self::content::{Content, MARKER, names_in};
use self::leftover::Kind;
use super::area::{failed, is_file, refuse_link};
use crate::store::lock;
use crate::{Context, Failure};

/// A directory that an earlier `--keep-bin` made, or that one may make.
pub(super) struct Kept {
    pub(super) path: PathBuf,
    purpose: Purpose,
}

#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Keep,
    RollBack,
}

impl Kept {
    /// Fails for anything that gover did not make, before the command runs.
    pub(super) fn at(path: &Path, purpose: Purpose, context: &Context<'_>) -> Result<Self, Failure> {
        let path = context.absolute(path);
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            let what = format!("`{}` cannot be the path of a new directory", path.display());
            return Err(Failure::usage(what, "name a directory, such as ./tools"));
        };
        // Links above it are followed. It must not be a link itself.
        let kept = Self { path: real_path_of_new(parent).join(name), purpose };
        if let Purpose::Keep = purpose {
            kept.refuse_impossible(context)?;
        }
        kept.content(context)?;
        kept.content_of_previous(context)?;
        Ok(kept)
    }

    /// Fails where the directory and its neighbours could not be made. Makes none of them.
    fn refuse_impossible(&self, context: &Context<'_>) -> Result<(), Failure> {
        let above = self.path.ancestors().skip(1).find(|path| path.symlink_metadata().is_ok());
        let why = match above {
            Some(above) if !above.is_dir() => Some((above, "it is not a directory")),
            Some(above) if !file::is_writable(above) => Some((above, "you may not write there")),
            _ => None,
        };
        if let Some((above, why)) = why {
            let what = format!("cannot create `{}` in {}: {why}", self.path.display(), context.short(above));
            return Err(Failure::new(what, "name a directory that you can create"));
        }
        let staging = self.beside(".", &Kind::New.suffix(&leftover::this_run()));
        for path in [&self.path, &self.previous(), &staging] {
            if let Err(error) = path.symlink_metadata()
                && error.kind() != io::ErrorKind::NotFound
            {
                return Err(failed("create", path, &error));
            }
        }
        Ok(())
    }

    fn content(&self, context: &Context<'_>) -> Result<Content, Failure> {
        let hint = match self.purpose {
            Purpose::Keep => "name a directory that does not exist yet".to_owned(),
            Purpose::RollBack => roll_back_hint(&self.path),
        };
        Content::of(&self.path, &hint, context)
    }

    fn content_of_previous(&self, context: &Context<'_>) -> Result<Content, Failure> {
        let hint = match self.purpose {
            Purpose::Keep => "rename it, or name another TARGET".to_owned(),
            Purpose::RollBack => "gover restores only what --keep-bin kept; move other files away".to_owned(),
        };
        Content::of(&self.previous(), &hint, context)
    }

    fn previous(&self) -> PathBuf {
        self.beside("", PREVIOUS)
    }

    fn beside(&self, before: &str, after: &str) -> PathBuf {
        let mut name = OsString::from(before);
        name.push(self.path.file_name().unwrap_or_default());
        name.push(after);
        self.path.with_file_name(name)
    }

    /// Makes it the directory of what is in `bin`, unless that is nothing.
    pub(super) fn publish(&self, bin: &Path, context: &Context<'_>) -> Result<(), Failure> {
        refuse_link(bin, context)?;
        let count = names_in(bin).unwrap_or_default().len();
        let shown = context.short(&self.path);
        if count == 0 {
            let what = format!("the command installed no program, so {shown} was not changed");
            context.printer.warning(&what);
            return Ok(());
        }
        let parent = self.path.parent().unwrap_or(&self.path);
        fs::create_dir_all(parent).map_err(|error| failed("create", parent, &error))?;
        let _lock = self.locked(context)?;
        let run = leftover::this_run();
        let staging = self.beside(".", &Kind::New.suffix(&run));
        let published = stage::stage(bin, &staging, &run)
            .map_err(|error| failed("write", &staging, &error))
            .and_then(|()| self.replace_by(&staging, &run, context));
        let has_former = published.inspect_err(|_| stage::unstage(bin, &staging, &run))?;
        // Copies on another file system are not needed any more.
        drop(file::remove_tree(bin));
        let programs = counted(count, "program");
        context.printer.note(&if has_former {
            format!(
                "{shown} now has {programs}; what it had before is in {} (`{}` undoes this)",
                context.short(&self.previous()),
                roll_back_command(&self.path)
            )
        } else {
            format!("{shown} now has {programs}")
        });
        Ok(())
    }

    /// Keeps other processes from replacing a directory meanwhile, and cleans up after those that were
    /// killed. A read-only home has no lock.
    fn locked(&self, context: &Context<'_>) -> Result<Option<Lock>, Failure> {
        if lock::is_read_only(context) {
            return Ok(None);
        }
        let lock = lock::acquire("keep-bin", context)?;
        leftover::clean_up(self, context);
        Ok(Some(lock))
    }

    /// Gives `staging` its name. Returns whether something was there before.
    fn replace_by(&self, staging: &Path, run: &str, context: &Context<'_>) -> Result<bool, Failure> {
        let failed = |error: io::Error| failed("replace", &self.path, &error);
        match self.content(context)? {
            Content::Missing => return file::rename(staging, &self.path).map(|()| false).map_err(failed),
            Content::Empty => {
                fs::remove_dir(&self.path).map_err(failed)?;
                return file::rename(staging, &self.path).map(|()| false).map_err(failed);
            }
            Content::Ours => {}
        }
        let previous = self.previous();
        let older = self.beside(".", &Kind::Old.suffix(run));
        let has_older = self.content_of_previous(context)? != Content::Missing;
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
    refuse_link(bin, context)?;
    if names_in(bin).unwrap_or_default().is_empty() {
        return Ok(());
    }
    let shown = context.short(bin);
    Err(Failure::new(
        format!("{shown} has programs of an earlier command, so gover cannot tell which to keep"),
        format!("delete what is in {shown}, or name another directory"),
    ))
}

/// `gover exec --rollback TARGET`: exchanges the directory with the one that it replaced.
pub(super) fn roll_back(target: &Path, context: &Context<'_>) -> Result<(), Failure> {
    let kept = Kept::at(target, Purpose::RollBack, context)?;
    let _lock = kept.locked(context)?;
    let (previous, shown) = (kept.previous(), context.short(&kept.path));
    let failed = |error: io::Error| failed("replace", &kept.path, &error);
    if kept.content_of_previous(context)? != Content::Ours {
        let hint = match without_previous(&kept.path) {
            Some(target) if target.is_dir() => roll_back_command(&target),
            _ => "`gover exec --isolated --keep-bin TARGET …` keeps what it replaces".to_owned(),
        };
        return Err(Failure::new(
            format!("nothing to restore: there is no {}", context.short(&previous)),
            hint,
        ));
    }
    let undo = match kept.content(context)? {
        Content::Ours => {
            if !file::exchange(&kept.path, &previous).map_err(failed)? {
                let aside = kept.beside(".", &Kind::New.suffix(&leftover::this_run()));
                file::rename(&previous, &aside).map_err(failed)?;
                if let Err(error) = swap(&kept.path, &aside, &previous) {
                    drop(file::rename(&aside, &previous));
                    return Err(failed(error));
                }
            }
            format!(" (`{}` undoes this)", roll_back_command(&kept.path))
        }
        empty => {
            if empty == Content::Empty {
                fs::remove_dir(&kept.path).map_err(failed)?;
            }
            file::rename(&previous, &kept.path).map_err(failed)?;
            String::new()
        }
    };
    context.printer.note(&format!("restored {shown} to what it was before{undo}"));
    Ok(())
}

/// The directory to restore, if the one above it was named.
fn roll_back_hint(named: &Path) -> String {
    let entries = fs::read_dir(named).into_iter().flatten().flatten().map(|entry| entry.path());
    let kept = entries.filter(|path| is_file(&path.join(MARKER)));
    match kept.filter_map(|path| without_previous(&path)).min() {
        Some(target) => roll_back_command(&target),
        None => "name the directory that `gover exec --isolated --keep-bin TARGET …` made".to_owned(),
    }
}

fn without_previous(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?.strip_suffix(PREVIOUS)?;
    Some(path.with_file_name(name))
}

fn roll_back_command(target: &Path) -> String {
    format!("gover exec --rollback {}", pasted(&target.to_string_lossy()))
}

/// `new` becomes `path`, and what `path` was becomes `former`, which does not exist yet.
fn swap(path: &Path, new: &Path, former: &Path) -> io::Result<()> {
    if file::exchange(path, new)? {
        return file::rename(new, former).inspect_err(|_| drop(file::exchange(path, new)));
    }
    file::rename(path, former)?;
    file::rename(new, path).inspect_err(|_| drop(file::rename(former, path)))
}

const PREVIOUS: &str = ".previous";
