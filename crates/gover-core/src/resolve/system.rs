use std::path::{Path, PathBuf};

use super::{Question, Toolchain};
use crate::inventory;
use crate::layout::executable_name;
use crate::real_path::real_path;

/// The first Go on PATH that is not a shim of gover, this one or another home's.
pub(super) fn find(question: &Question<'_>) -> Option<Toolchain> {
    let bin = question.layout.bin();
    question.env.path().into_iter().filter(|directory| directory.is_absolute() && *directory != bin).find_map(
        |directory| {
            let program = directory.join(executable_name("go"));
            ((question.host.is_executable)(&program) && !is_shim(&program)).then(|| toolchain(&program))
        },
    )
}

/// Whether a program of that name is on PATH outside gover, where cmd/go's `LookPath` would find it.
pub(super) fn is_on_path(question: &Question<'_>, name: &str) -> bool {
    let bin = question.layout.bin();
    question
        .env
        .path()
        .into_iter()
        .filter(|directory| directory.is_absolute() && *directory != bin)
        .any(|directory| (question.host.is_executable)(&directory.join(executable_name(name))))
}

/// Whether a program is a shim: in some gover's directory, or a link into one. One that leads to a GOROOT is a real
/// Go, though gover may lie beside it.
fn is_shim(program: &Path) -> bool {
    let real = real_path(program).unwrap_or_else(|_| program.to_owned());
    if real.parent().and_then(Path::parent).is_some_and(inventory::is_goroot) {
        return false;
    }
    [program, &real].into_iter().filter_map(Path::parent).any(is_gover_directory)
}

/// Whether a directory is some gover's `bin`: the manager lies beside the `go` in it.
pub fn is_gover_directory(directory: &Path) -> bool {
    let is_file = |path: PathBuf| path.is_file();
    is_file(directory.join(executable_name("gover")))
        && is_file(directory.join(executable_name("go")))
        && !inventory::is_goroot(directory.parent().unwrap_or(directory))
}

/// The toolchain behind a `go` on PATH: links are followed to its GOROOT (`/usr/bin/go`, Homebrew). A `go` that is
/// a wrapper has none, and is run as it is.
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
