//! Copies gover's own two programs into `bin/` from where they were unpacked or built.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gover_core::display::pasted;
use gover_core::layout::executable_name;
use gover_core::text::shown;
use gover_core::{Diagnose, Layout};
use gover_sys::Lock;
use gover_sys::exec::{self, Ended};
use gover_sys::file::{self, StagedProgram};

use crate::files::{FileError, create_directory};
use crate::smoke;

/// The shim comes first, because the manager is of no use without it.
const NAMES: [&str; 2] = ["gover-shim", "gover"];

/// gover's two programs outside `GOVER_HOME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// Source and destination of each, in the order of [`NAMES`].
    pairs: [(PathBuf, PathBuf); 2],
}

impl Programs {
    /// The programs to copy into `bin/`: the running manager `own`, and the shim in the same
    /// directory. `None` if `bin/` already has both, byte for byte. Changes nothing.
    pub fn outside(layout: &Layout, own: &Path) -> Result<Option<Self>, ProgramsError> {
        if file::same_file(own, &layout.program("gover")).unwrap_or(false) {
            return Ok(None);
        }
        let shim = own.with_file_name(executable_name("gover-shim"));
        if !shim.is_file() {
            let whole = NAMES.iter().all(|name| layout.program(name).is_file());
            let installed = whole.then(|| layout.program("gover"));
            return Err(ProgramsError::NoShim { path: shim, installed });
        }
        let [shim_name, own_name] = NAMES;
        let pairs = [(shim, layout.program(shim_name)), (own.to_owned(), layout.program(own_name))];
        for (from, to) in &pairs {
            let bytes = fs::read(from).map_err(FileError::at("read", from))?;
            // A destination that cannot be read is replaced like one that is missing.
            if fs::read(to).ok() != Some(bytes) {
                return Ok(Some(Self { pairs }));
            }
        }
        Ok(None)
    }

    /// Both programs in `directory`, in place of those in `bin/`.
    pub fn in_directory(layout: &Layout, directory: &Path) -> Self {
        let pair = |name| (directory.join(executable_name(name)), layout.program(name));
        Self { pairs: NAMES.map(pair) }
    }

    /// Copies both into `bin/`, each by one rename and the manager last, after its copy was run
    /// there and said that it is `version`, if one is given. `_lock` is the lock
    /// [`LOCK`](crate::shims::LOCK).
    pub fn place(&self, layout: &Layout, version: Option<&str>, _lock: &Lock) -> Result<(), ProgramsError> {
        let bin = layout.bin();
        create_directory(&bin)?;
        let [shim, manager] = &self.pairs;
        let stage = |(from, to): &(PathBuf, PathBuf)| {
            StagedProgram::copy(from, to).map_err(FileError::at("write", to))
        };
        let (staged_shim, staged_manager) = (stage(shim)?, stage(manager)?);
        let found = version_of(staged_manager.path())
            .map_err(|source| ProgramsError::DoesNotRun { path: manager.1.clone(), source })?;
        if let Some(version) = version.filter(|version| *version != found) {
            return Err(ProgramsError::OtherVersion { expected: version.to_owned(), found });
        }
        staged_shim.publish().map_err(FileError::at("write", &shim.1))?;
        staged_manager.publish().map_err(FileError::at("write", &manager.1))?;
        Ok(())
    }
}

/// The version that a manager prints. It is run, because some file systems do not allow programs to
/// run.
pub fn version_of(program: &Path) -> io::Result<String> {
    let mut command = exec::command(program);
    let output = match smoke::output(command.arg("--version"))? {
        Ended::ByItself(output) => output,
        Ended::TooLong => return Err(io::Error::other("`gover --version` did not end in time")),
        Ended::TooMuch => return Err(io::Error::other("`gover --version` printed too much")),
    };
    if !output.status.success() {
        return Err(io::Error::other(format!("`gover --version` failed ({})", output.status)));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let version = said.strip_prefix("gover ").map(|version| version.trim().to_owned());
    version.ok_or_else(|| io::Error::other("`gover --version` did not print the version of gover"))
}

#[derive(Debug, thiserror::Error)]
pub enum ProgramsError {
    /// The manager was moved without the shim.
    #[error("`{}` is missing, and gover needs it", path.display())]
    NoShim { path: PathBuf, installed: Option<PathBuf> },
    /// The manager does not run in `bin/`. The programs that were there are unchanged.
    #[error("gover does not run as `{}`", path.display())]
    DoesNotRun { path: PathBuf, source: io::Error },
    #[error("the new gover reports version `{}`, not {expected}", shown(found))]
    OtherVersion { expected: String, found: String },
    #[error(transparent)]
    File(#[from] FileError),
}

impl Diagnose for ProgramsError {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NoShim { installed, .. } => {
                let build =
                    "unpack the release again, or build both programs: cargo build -p gover -p gover-shim";
                let program = installed.as_ref().map(|program| pasted(&program.display().to_string()));
                let whole = program
                    .map(|program| format!("or run the setup of the installed gover: {program} setup"));
                std::iter::once(build.to_owned()).chain(whole).collect()
            }
            Self::DoesNotRun { .. } => vec![
                "its file system may not allow programs to run; set GOVER_HOME to a directory on another one"
                    .to_owned(),
            ],
            Self::OtherVersion { .. } => vec!["get the release from another place".to_owned()],
            Self::File(error) => error.hints(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manager_that_does_not_run_replaces_nothing() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path().join("home"));
        let lock = Lock::acquire(&layout.lock(crate::shims::LOCK), || ()).unwrap();
        let own = root.path().join(executable_name("gover"));
        for name in NAMES {
            fs::write(root.path().join(executable_name(name)), "no program").unwrap();
        }
        fs::create_dir_all(layout.bin()).unwrap();
        fs::write(layout.program("gover-shim"), "an old one").unwrap();
        let programs = Programs::outside(&layout, &own).unwrap().unwrap();
        let error = programs.place(&layout, None, &lock).unwrap_err();
        assert!(matches!(error, ProgramsError::DoesNotRun { .. }), "{error:?}");
        assert!(!error.hints().is_empty());
        let names: Vec<_> = fs::read_dir(layout.bin()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(names, [layout.program("gover-shim")]);
        assert_eq!(fs::read_to_string(layout.program("gover-shim")).unwrap(), "an old one");
    }
}
