//! Dockerfiles of the project whose layers are built again too often, or whose program cannot start.

mod libc;
mod modules;
mod stage;
#[cfg(test)]
mod tests;

use gover_project::FileKind;

use self::stage::Stages;
use crate::checks::project_files;
use crate::{Check, Evidence, Finding, MachinePath, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "image-layers",
    summary: crate::Words::english(
        "Dockerfiles that download modules again and again, or build a program that their image cannot start",
    ),
    symptom: crate::Words::english(
        "`exec /app: no such file or directory` although the program is there, `cgo: C compiler \"gcc\" not \
            found`, `-race requires cgo`, or `docker build` downloads every module again after each change.",
    ),
    cause: crate::Words::english(
        "`COPY . .` before `go mod download` makes each change of a file throw the layer with the modules away. \
            The alpine images have no C compiler, which cgo and `-race` need. A program that the golang image \
            builds with cgo needs glibc, and alpine and scratch do not have it. `go get` in RUN changes go.mod.",
    ),
    repair: crate::Words::english(
        "Copy go.mod and go.sum first, add `gcc musl-dev`, or build with `CGO_ENABLED=0`: the lines are shown. \
            Install a program with `go install PACKAGE@VERSION`. These files are shared, so `--fix` does not change \
            them.",
    ),
    scope: |snapshot| {
        scope::given(!files(snapshot).is_empty(), text!(en "no Dockerfile here", zh "这里没有 Dockerfile"))
    },
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    files(snapshot).into_iter().flat_map(|file| in_file(snapshot, file)).collect()
}

fn files(snapshot: &Snapshot<'_>) -> Vec<MachinePath> {
    let mut files = project_files::all(snapshot);
    files.retain(|file| FileKind::of(file.as_str()) == Some(FileKind::Dockerfile) && snapshot.is_file(file));
    files
}

fn in_file(snapshot: &Snapshot<'_>, path: MachinePath) -> Vec<Finding> {
    let text = snapshot.text(&path).unwrap_or_default();
    let file = Dockerfile { shown: snapshot.short(&path), path, text: &text, stages: Stages::read(&text) };
    let mut findings = libc::findings(&file);
    findings.extend(modules::findings(snapshot, &file));
    findings
}

struct Dockerfile<'t> {
    path: MachinePath,
    /// As people read it.
    shown: String,
    text: &'t str,
    stages: Stages<'t>,
}

impl Dockerfile<'_> {
    fn evidence(&self, lines: &[usize]) -> Vec<Evidence> {
        let mut lines = lines.to_vec();
        lines.dedup();
        let text = |line: usize| self.text.lines().nth(line - 1).unwrap_or_default();
        lines.into_iter().map(|line| Evidence::line(&self.path, line, text(line))).collect()
    }

    /// Lines for the file, below one that says where they belong.
    fn lines<'l>(&'l self, place: &str, lines: &'l [String]) -> impl Iterator<Item = String> + 'l {
        [format!("# {}, {place}:", self.shown)].into_iter().chain(lines.iter().cloned())
    }
}
