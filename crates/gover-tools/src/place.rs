//! Where programs of `go install` are.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use gover_core::Env;
use gover_core::env::{split_paths, vars};
use gover_core::gorules::GoEnv;
use gover_core::layout::program_name;
use gover_core::real_path::real_path;
use gover_sys::file::{is_executable, open_regular};

use crate::BuildInfo;

/// An executable file where `go install` puts programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Program(Box<BuildInfo>),
    Script,
    /// A link whose target does not exist.
    Dangling,
    /// Another compiler built it, or its build information was removed.
    Unknown,
    Unreadable,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Program(_) => "a program that Go built",
            Self::Script => "a script",
            Self::Dangling => "a link to a file that does not exist",
            Self::Unknown => "does not say how it was built",
            Self::Unreadable => "cannot be read",
        })
    }
}

impl Found {
    pub fn read(path: PathBuf) -> Self {
        let kind = match BuildInfo::read(&path) {
            Ok(Some(info)) => Kind::Program(Box::new(info)),
            Ok(None) if is_script(&path) => Kind::Script,
            Ok(None) => Kind::Unknown,
            Err(_) => Kind::Unreadable,
        };
        Self { path, kind }
    }

    pub fn info(&self) -> Option<&BuildInfo> {
        match &self.kind {
            Kind::Program(info) => Some(info),
            _ => None,
        }
    }

    /// The name that people type: without `.exe` on Windows.
    pub fn name(&self) -> String {
        name_of(&self.path)
    }
}

/// The name that people type for a program.
pub(crate) fn name_of(path: &Path) -> String {
    program_name(&path.file_name().unwrap_or_default().to_string_lossy()).to_owned()
}

/// GOBIN, and `bin` in each entry of GOPATH. `go install` uses the first. A directory that is there
/// twice, by links too, is listed once.
pub fn directories(env: &Env, home: Option<&Path>) -> Vec<PathBuf> {
    let go_env = GoEnv::new(env, None);
    let setting = |name| go_env.get(name).filter(|value: &String| !value.is_empty());
    let gopath = match setting(vars::GOPATH) {
        Some(list) => split_paths(&list),
        None => home.map(|home| home.join("go")).into_iter().collect(),
    };
    let gobin = setting(vars::GOBIN).map(PathBuf::from);
    let mut seen = BTreeSet::new();
    gobin
        .into_iter()
        .chain(gopath.into_iter().map(|path| path.join("bin")))
        .filter(|path| path.is_absolute() && seen.insert(real(path)))
        .collect()
}

/// The executable files in the directories, by directory and name. A file with two names is listed
/// once.
pub fn find(directories: &[PathBuf]) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for directory in directories {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let is_dangling = path.is_symlink() && !path.exists();
            if is_dangling {
                found.push(Found { path, kind: Kind::Dangling });
            } else if is_executable(&path) && seen.insert(real(&path)) {
                found.push(Found::read(path));
            }
        }
    }
    found
}

fn real(path: &Path) -> PathBuf {
    real_path(path).unwrap_or_else(|_| path.to_owned())
}

fn is_script(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = open_regular(path).and_then(|file: File| file.take(2).read_to_end(&mut start));
    read.is_ok() && start == b"#!"
}
