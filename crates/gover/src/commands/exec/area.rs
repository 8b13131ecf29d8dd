//! The directory of an isolated command: everything that Go writes for a user is below it.

use std::fs;
use std::path::{Path, PathBuf};

use gover_core::Platform;
use gover_core::env::vars;
use gover_core::real_path::{real_path, simplified};
use gover_sys::exec::EnvEdit;
use gover_sys::file;

use super::keep::Kept;
use crate::store::temporary;
use crate::{Context, Failure};

pub(super) struct Area {
    pub(super) directory: PathBuf,
    /// Whether it was made for this command. Then dropping this value removes it.
    is_fresh: bool,
}

impl Area {
    /// A given directory must be new, empty or from an earlier isolated command.
    pub(super) fn open(
        given: Option<&Path>,
        kept: Option<&Kept>,
        context: &Context<'_>,
    ) -> Result<Self, Failure> {
        let area = match given {
            Some(given) => Self::at(context.absolute(given), kept, context)?,
            None => Self::fresh(context)?,
        };
        let prepared = fs::write(area.directory.join(MARKER), "gover exec --isolated\n");
        prepared
            .and_then(|()| fs::create_dir_all(area.bin()))
            .and_then(|()| fs::create_dir_all(area.temporary()))
            .map_err(|error| failed("write to", &area.directory, &error))?;
        Ok(area)
    }

    fn at(directory: PathBuf, kept: Option<&Kept>, context: &Context<'_>) -> Result<Self, Failure> {
        let shown = context.short(&directory);
        if std::env::join_paths([&directory]).is_err() {
            let what =
                format!("`{shown}` contains the character that separates directories in PATH and GOPATH");
            return Err(Failure::usage(what, "name a directory without it"));
        }
        match fs::read_dir(&directory) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                fs::create_dir_all(&directory).map_err(|error| failed("create", &directory, &error))?;
            }
            Err(error) => return Err(failed("read", &directory, &error)),
            Ok(mut entries) => {
                let is_ours = || is_file(&directory.join(MARKER));
                if entries.next().is_some() && !is_ours() {
                    return Err(Failure::new(
                        format!("`{shown}` is not empty, and was not made with --isolated"),
                        "name a new or empty directory; nothing in this one was changed",
                    ));
                }
            }
        }
        // Go compares paths by their text.
        let directory = real_path(&directory).map(|path| simplified(&path)).unwrap_or(directory);
        if let Some(kept) = kept
            && (kept.path.starts_with(&directory) || directory.starts_with(&kept.path))
        {
            let what = format!("one of `{}` and `{shown}` contains the other", context.short(&kept.path));
            return Err(Failure::usage(what, "name two separate directories"));
        }
        Ok(Self { directory, is_fresh: false })
    }

    fn fresh(context: &Context<'_>) -> Result<Self, Failure> {
        Ok(Self { directory: temporary::create("gover-isolated", context)?, is_fresh: true })
    }

    /// GOBIN.
    pub(super) fn bin(&self) -> PathBuf {
        self.directory.join("bin")
    }

    /// Where `go install` puts programs for a platform that is not the toolchain's own.
    pub(super) fn bin_for(&self, platform: &Platform) -> PathBuf {
        self.gopath().join("bin").join(format!("{}_{}", platform.os(), platform.arch()))
    }

    fn gopath(&self) -> PathBuf {
        self.directory.join("gopath")
    }

    /// An interrupted build leaves files there. Go does not create the directory.
    fn temporary(&self) -> PathBuf {
        self.directory.join("tmp")
    }

    pub(super) fn edits(&self, context: &Context<'_>) -> Vec<EnvEdit> {
        let below = |name| self.directory.join(name);
        let places = [
            (vars::GOPATH, self.gopath()),
            (vars::GOBIN, self.bin()),
            (vars::GOCACHE, below("build-cache")),
            (vars::GOMODCACHE, below("module-cache")),
            (vars::GOENV, below("env")),
        ];
        // Programs may not run in every directory, so one that somebody chose stays.
        let is_free = context.env.var(vars::GOTMPDIR).is_none();
        let temporary = is_free.then(|| (vars::GOTMPDIR, self.temporary()));
        let all = places.into_iter().chain(temporary);
        all.map(|(name, path)| (name, Some(path.into_os_string()))).collect()
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

/// The file that shows that an isolated command made a directory.
const MARKER: &str = ".gover-isolated";
