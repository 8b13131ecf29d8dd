use std::path::{Path, PathBuf};

use super::{Question, Toolchain};
use crate::inventory;
use crate::layout::executable_name;
use crate::real_path::real_path;

/// The first Go on PATH that is not a shim, of this home or another.
pub(super) fn find(question: &Question<'_>) -> Option<Toolchain> {
    let bin = question.layout.bin();
    question.env.path().into_iter().filter(|directory| directory.is_absolute() && *directory != bin).find_map(
        |directory| {
            let program = directory.join(executable_name("go"));
            ((question.host.is_executable)(&program) && !is_shim(&program)).then(|| toolchain(&program))
        },
    )
}

/// Whether PATH has a program of that name outside gover, where `LookPath` of cmd/go would find it.
pub(super) fn is_on_path(question: &Question<'_>, name: &str) -> bool {
    let bin = question.layout.bin();
    question
        .env
        .path()
        .into_iter()
        .filter(|directory| directory.is_absolute() && *directory != bin)
        .any(|directory| (question.host.is_executable)(&directory.join(executable_name(name))))
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
    let is_file = |path: PathBuf| path.is_file();
    is_file(directory.join(executable_name("gover")))
        && is_file(directory.join(executable_name("go")))
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
