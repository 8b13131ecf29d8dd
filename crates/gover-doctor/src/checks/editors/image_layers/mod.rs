//! Dockerfiles of the project whose layers are built again too often, or whose program cannot start.

mod libc;
mod modules;
mod stage;
#[cfg(test)]
mod tests;

use gover_project::FileKind;

use self::stage::Stages;
use crate::checks::project_files;
use crate::{Check, Edit, Evidence, Finding, MachinePath, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "image-layers",
    summary: text!(
        en "Dockerfiles that download modules again and again, or build a program that their image cannot start",
        zh "Dockerfile 会反复下载模块，或者编译出镜像里无法启动的程序",
    ),
    symptom: text!(
        en "`exec /app: no such file or directory` although the program is there, `cgo: C compiler \"gcc\" not \
            found`, `-race requires cgo`, or `docker build` downloads every module again after each change.",
        zh "程序明明在，却报 `exec /app: no such file or directory`；`cgo: C compiler \"gcc\" not found`、\
            `-race requires cgo`；或者每次改动之后 `docker build` 都重新下载所有模块。",
    ),
    cause: text!(
        en "`COPY . .` before `go mod download` makes each change of a file throw the layer with the modules away. \
            The alpine images have no C compiler, which cgo and `-race` need. A program that the golang image \
            builds with cgo needs glibc, and alpine and scratch do not have it. `go get` in RUN changes go.mod.",
        zh "`COPY . .` 写在 `go mod download` 前面，改动任何一个文件，存着模块的那一层就作废了。alpine 镜像\
            没有 C 编译器，而 cgo 和 `-race` 需要它。golang 镜像用 cgo 编译的程序需要 glibc，alpine 和 \
            scratch 里都没有。RUN 里的 `go get` 会改 go.mod。",
    ),
    repair: text!(
        en "Copy go.mod and go.sum first, add `gcc musl-dev`, or build with `CGO_ENABLED=0`: the lines are shown. \
            Install a program with `go install PACKAGE@VERSION`. These files are shared, so `--fix` does not change \
            them.",
        zh "先复制 go.mod 和 go.sum，加上 `gcc musl-dev`，或者用 `CGO_ENABLED=0` 构建，要写的行已经列出。安\
            装程序用 `go install PACKAGE@VERSION`。这些文件是共用的，所以 `--fix` 不改。",
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
        lines.into_iter().map(|line| Evidence::line(&self.path, line, self.line(line))).collect()
    }

    fn line(&self, number: usize) -> &str {
        self.text.lines().nth(number - 1).unwrap_or_default()
    }

    /// Lines for the file.
    fn edit(&self, place: impl Into<Words>, lines: &[String]) -> [Edit; 1] {
        [Edit::new(&self.shown, place, lines)]
    }
}
