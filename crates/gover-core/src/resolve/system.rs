use std::path::{Path, PathBuf};

use super::{Question, Toolchain};
use crate::env::{Env, vars};
use crate::inventory;
use crate::layout::executable_name;
use crate::real_path::real_path;

/// The first Go on PATH that is not a shim, of this home or another.
pub(super) fn find(question: &Question<'_>) -> Option<Toolchain> {
    on_path(question, "go").find(|program| !is_shim(program)).map(|program| toolchain(&program))
}

/// What a shell starts for `go`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstGo {
    /// The shim of this home, by the path at which it was found.
    Shim(PathBuf),
    /// The shim of another home.
    OtherShim(PathBuf),
    /// A Go, in the store of this home if `stored`; the name as far as it is known.
    Go {
        name: Option<String>,
        program: PathBuf,
        stored: bool,
    },
    Nothing,
}

impl FirstGo {
    /// Its path.
    pub fn program(&self) -> Option<&Path> {
        match self {
            Self::Shim(program) | Self::OtherShim(program) | Self::Go { program, .. } => Some(program),
            Self::Nothing => None,
        }
    }
}

/// The first `go` on PATH.
pub fn first_on_path(question: &Question<'_>) -> FirstGo {
    let programs = question.env.path().into_iter().filter(|directory| directory.is_absolute());
    let mut programs = programs.map(|directory| directory.join(executable_name("go")));
    let Some(program) = programs.find(|program| (question.host.is_executable)(program)) else {
        return FirstGo::Nothing;
    };
    if is_shim(&program) {
        // Every shim obeys GOVER_HOME.
        let bin = question.layout.bin();
        let shim = [program.as_path(), &real(&program)]
            .into_iter()
            .filter_map(Path::parent)
            .any(|directory| is_same(directory, &bin));
        let is_ours = shim || question.env.var(vars::GOVER_HOME).is_some();
        return if is_ours { FirstGo::Shim(program) } else { FirstGo::OtherShim(program) };
    }
    let name = toolchain(&program).name.map(|name| name.to_string());
    let stored = real(&program).starts_with(real(&question.layout.versions()));
    FirstGo::Go { name, program, stored }
}

/// The programs of that name on PATH outside gover, where `LookPath` of cmd/go would find them.
pub(super) fn on_path(question: &Question<'_>, name: &str) -> impl Iterator<Item = PathBuf> {
    let bin = question.layout.bin();
    let file = executable_name(name);
    let directories = question.env.path().into_iter().filter(|directory| directory.is_absolute());
    let programs = directories.map(move |path| path.join(&file));
    let programs = programs.filter(|program| (question.host.is_executable)(program));
    // Links are followed only for a program that is there.
    programs.filter(move |program| !program.parent().is_some_and(|directory| is_same(directory, &bin)))
}

/// The first program of that name on PATH that does not belong to gover.
pub fn tool_on_path(question: &Question<'_>, name: &str) -> Option<PathBuf> {
    on_path(question, name).find(|program| !is_shim(program))
}

/// Whether PATH has a directory, by whatever name.
pub fn is_on_path(env: &Env, directory: &Path) -> bool {
    env.path().iter().any(|entry| is_same(entry, directory))
}

fn is_same(one: &Path, other: &Path) -> bool {
    one == other || real(one) == real(other)
}

fn real(path: &Path) -> PathBuf {
    real_path(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether a program is a shim: in the `bin` of some gover, or a link to one. A program in a GOROOT
/// is a real Go, even next to a gover.
fn is_shim(program: &Path) -> bool {
    let real = real_path(program).unwrap_or_else(|_| program.to_owned());
    if real.parent().and_then(Path::parent).is_some_and(inventory::is_goroot) {
        return false;
    }
    [program, &real].into_iter().filter_map(Path::parent).any(is_gover_directory)
}

/// Whether a directory is the `bin` of some gover: the manager is next to `go`.
pub fn is_gover_directory(directory: &Path) -> bool {
    ["gover", "go"].iter().all(|name| directory.join(executable_name(name)).is_file())
        && !inventory::is_goroot(directory.parent().unwrap_or(directory))
}

/// The toolchain of a `go` on PATH. Links are followed to its GOROOT (`/usr/bin/go`, Homebrew). A
/// wrapper has no GOROOT and is run as it is.
fn toolchain(program: &Path) -> Toolchain {
    let real = real_path(program).unwrap_or_else(|_| program.to_owned());
    let goroot = real.parent().and_then(Path::parent).filter(|root| inventory::is_goroot(root));
    match goroot {
        Some(root) => Toolchain::at(root.to_owned(), inventory::version_of(root)),
        None => Toolchain {
            name: None,
            goroot: None,
            bin: program.parent().map(Path::to_owned).unwrap_or_default(),
        },
    }
}
