//! The directory of an isolated command: everything that Go writes for a user is below it.

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::Platform;
use gover_core::env::{join_paths, vars};
use gover_core::real_path::real_path_of_new;
use gover_sys::exec::EnvEdit;
use gover_sys::file;

use super::keep::Kept;
use crate::store::temporary;
use crate::{Context, Failure};

pub(super) struct Area {
    pub(super) directory: PathBuf,
    /// Whether it was made for this command. Then dropping this value removes it.
    is_fresh: bool,
    /// What was created in a given directory, or is the directory. Dropping this value removes it,
    /// unless the command has run.
    created: Vec<PathBuf>,
}

/// The real path of a given directory, which must be new, empty or from an earlier isolated command.
/// Creates nothing.
pub(super) fn checked(given: &Path, kept: Option<&Kept>, context: &Context<'_>) -> Result<PathBuf, Failure> {
    let directory = context.absolute(given);
    let shown = context.short(&directory);
    join_paths([&directory]).map_err(|error| Failure::usage(error.to_string(), "name another directory"))?;
    match fs::read_dir(&directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed("read", &directory, &error)),
        Ok(mut entries) => {
            if entries.next().is_some() && !is_file(&directory.join(MARKER)) {
                return Err(Failure::new(
                    format!("`{shown}` is not empty, and was not made with --isolated"),
                    "name a new or empty directory; nothing in this one was changed",
                ));
            }
        }
    }
    // Go compares paths by their text.
    let directory = real_path_of_new(&directory);
    if let Some(kept) = kept
        && (kept.path.starts_with(&directory) || directory.starts_with(&kept.path))
    {
        let what = format!("one of `{}` and `{shown}` contains the other", context.short(&kept.path));
        return Err(Failure::usage(what, "name two separate directories"));
    }
    [BIN, GOPATH, TEMPORARY, BUILD_CACHE, MODULE_CACHE, GOENV]
        .iter()
        .try_for_each(|name| refuse_link(&directory.join(name), context))?;
    Ok(directory)
}

/// What a link leads to does not belong to the isolated directory.
pub(super) fn refuse_link(path: &Path, context: &Context<'_>) -> Result<(), Failure> {
    if !path.is_symlink() {
        return Ok(());
    }
    let shown = context.short(path);
    Err(Failure::new(
        format!("`{shown}` is a link, so an isolated command would write elsewhere"),
        "remove the link, or name another directory with --isolated=DIR",
    ))
}

impl Area {
    /// `given` is the result of [`checked`], or `None` for a temporary directory.
    pub(super) fn new(given: Option<PathBuf>, context: &Context<'_>) -> Result<Self, Failure> {
        match given {
            Some(directory) => Ok(Self { directory, is_fresh: false, created: Vec::new() }),
            None => Self::fresh(context),
        }
    }

    fn fresh(context: &Context<'_>) -> Result<Self, Failure> {
        let directory = temporary::create("gover-isolated", context)?;
        Ok(Self { directory, is_fresh: true, created: Vec::new() })
    }

    /// Creates the directories that do not exist yet.
    pub(super) fn prepare(&mut self) -> Result<(), Failure> {
        let directory = self.directory.clone();
        let mut missing: Vec<&Path> = directory.ancestors().take_while(|path| !path.exists()).collect();
        missing.reverse();
        missing.into_iter().try_for_each(|path| self.create(path))?;
        let marker = directory.join(MARKER);
        if !marker.exists() {
            self.created.push(marker.clone());
        }
        fs::write(&marker, "gover exec --isolated\n").map_err(|error| failed("write", &marker, &error))?;
        self.create(&self.bin())?;
        self.create(&self.temporary())
    }

    fn create(&mut self, path: &Path) -> Result<(), Failure> {
        if path.is_dir() {
            return Ok(());
        }
        fs::create_dir(path).map_err(|error| failed("create", path, &error))?;
        self.created.push(path.to_owned());
        Ok(())
    }

    /// The command has run, so a given directory stays.
    pub(super) fn has_run(&mut self) {
        self.created.clear();
    }

    /// GOBIN.
    pub(super) fn bin(&self) -> PathBuf {
        self.directory.join(BIN)
    }

    /// Where `go install` puts programs for a platform that is not the toolchain's own.
    pub(super) fn bin_for(&self, platform: &Platform) -> PathBuf {
        let name = format!("{}_{}", platform.os(), platform.arch());
        self.directory.join(GOPATH).join("bin").join(name)
    }

    /// An interrupted build leaves files there. Go does not create the directory.
    fn temporary(&self) -> PathBuf {
        self.directory.join(TEMPORARY)
    }

    pub(super) fn edits(&self, context: &Context<'_>) -> Vec<EnvEdit> {
        let places = [
            (vars::GOPATH, GOPATH),
            (vars::GOBIN, BIN),
            (vars::GOCACHE, BUILD_CACHE),
            (vars::GOMODCACHE, MODULE_CACHE),
            (vars::GOENV, GOENV),
        ];
        // Programs may not run in every directory, so one that somebody chose stays.
        let is_free = context.env.var(vars::GOTMPDIR).is_none();
        let temporary = is_free.then_some((vars::GOTMPDIR, TEMPORARY));
        let all = places.into_iter().chain(temporary);
        all.map(|(variable, name)| (variable, Some(self.directory.join(name).into_os_string()))).collect()
    }

    /// Removes it if it was made for this command. The module cache is read-only.
    pub(super) fn remove(mut self, context: &Context<'_>) {
        if std::mem::take(&mut self.is_fresh)
            && let Err(error) = file::remove_tree(&self.directory)
        {
            let shown = context.short(&self.directory);
            context.printer.warning(&format!("cannot remove the temporary directory `{shown}`: {error}"));
        }
    }

    /// Keeps it, and says so unless it was given. `reason` follows "because".
    pub(super) fn keep(mut self, reason: &str, context: &Context<'_>) {
        if std::mem::take(&mut self.is_fresh) {
            let shown = context.short(&self.directory);
            context.printer.note(&format!("kept {shown}, because {reason}"));
            context.printer.hint(&format!(
                "`gover exec --isolated={} …` runs another command there; to remove it, see docs/workspaces.md",
                gover_core::display::pasted(&self.directory.to_string_lossy())
            ));
        }
    }
}

impl Drop for Area {
    fn drop(&mut self) {
        if self.is_fresh {
            drop(file::remove_tree(&self.directory));
        }
        for path in self.created.iter().rev() {
            drop(fs::remove_dir(path).or_else(|_| fs::remove_file(path)));
        }
    }
}

/// Whether there is a file, not a link to one.
pub(super) fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
}

pub(super) fn failed(verb: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::io(
        format!("cannot {verb} `{}`", path.display()),
        error,
        "check the path and that you may write there",
    )
}

const BIN: &str = "bin";
const GOPATH: &str = "gopath";
const TEMPORARY: &str = "tmp";
const BUILD_CACHE: &str = "build-cache";
const MODULE_CACHE: &str = "module-cache";
const GOENV: &str = "env";

/// The file that shows that an isolated command made a directory.
const MARKER: &str = ".gover-isolated";
