//! When modules are downloaded, and what changes go.mod.

use super::Dockerfile;
use super::stage::GoCommand;
use crate::checks::module_file::ModuleFile;
use crate::checks::project_files;
use crate::{Finding, Snapshot, text};

pub(super) fn findings(snapshot: &Snapshot<'_>, file: &Dockerfile<'_>) -> Vec<Finding> {
    let stages = 0..file.stages.0.len();
    let early = needs_modules(snapshot, file).then(|| stages.filter_map(|at| copied_early(file, at)));
    early.into_iter().flatten().chain(go_get(file)).collect()
}

/// Whether the module has dependencies, and they are not in the repository.
fn needs_modules(snapshot: &Snapshot<'_>, file: &Dockerfile<'_>) -> bool {
    let directories = [file.path.parent(), Some(project_files::root(snapshot))];
    directories.into_iter().flatten().any(|directory| {
        let module = ModuleFile::read(snapshot, directory.join("go.mod"));
        let is_vendored = || snapshot.is_directory(&directory.join("vendor"));
        module.is_some_and(|module| !module.required.is_empty()) && !is_vendored()
    })
}

/// `COPY . .` and only then the first command that downloads modules.
fn copied_early(file: &Dockerfile<'_>, at: usize) -> Option<Finding> {
    let stage = file.stages.0.get(at)?;
    let first = file.stages.go_commands(at).into_iter().find(GoCommand::fetches)?;
    let is_vendored = first.has("-mod=vendor")
        || first.arguments.contains(&"-mod=vendor")
        || first.variable("GOFLAGS").is_some_and(|flags| flags.contains("-mod=vendor"));
    let mut copy = None;
    for step in file.stages.steps(at).filter(|step| step.line <= first.line) {
        let words: Vec<&str> = step.words().filter(|word| !word.starts_with("--")).collect();
        let is_other = step.words().any(|word| word.starts_with("--from="));
        match step.name.as_str() {
            // A cache that stays keeps the modules.
            "RUN" if step.words().any(|word| word.starts_with("--mount=")) => return None,
            "COPY" | "ADD" if is_other => {}
            "COPY" | "ADD" if words.iter().any(|word| word.contains("go.")) => return None,
            "COPY" | "ADD" if words.first().is_some_and(|word| is_tree(word)) && copy.is_none() => {
                copy = Some((step.line, words.last().map_or(".", |word| unquoted(word))));
            }
            _ => {}
        }
    }
    let (line, target) = copy.filter(|_| !is_vendored)?;
    let what = text!(
        en "{file} copies all files before go downloads the modules",
        zh "{file} 先复制了所有文件，go 才下载模块",
        file = file.shown,
    );
    let why = text!(
        en "each change of any file downloads every module again",
        zh "改动任何一个文件，都要重新下载所有模块",
    );
    let is_here = matches!(target, "." | "./");
    let (to, go) = if is_here {
        ("./".to_owned(), "go".to_owned())
    } else {
        (format!("{}/", target.trim_end_matches('/')), format!("cd {target} && go"))
    };
    let copied = file.text.lines().nth(line - 1).unwrap_or_default().trim().to_owned();
    let lines = [format!("COPY go.mod go.sum {to}"), format!("RUN {go} mod download"), copied];
    let finding = Finding::note(what, why).shown_by(file.evidence(&[stage.from.line, line, first.line]));
    Some(finding.commands(file.lines(&format!("in place of line {line}"), &lines)))
}

fn is_tree(source: &str) -> bool {
    matches!(unquoted(source), "." | "./")
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '[', ']', ','])
}

/// `go get` in a step.
fn go_get(file: &Dockerfile<'_>) -> Option<Finding> {
    let commands = (0..file.stages.0.len()).flat_map(|at| file.stages.go_commands(at));
    let is_get =
        |command: &GoCommand<'_>| command.verb == "get" && command.variable("GO111MODULE") != Some("off");
    let found: Vec<GoCommand<'_>> = commands.filter(is_get).collect();
    let first = found.first()?;
    let what = text!(en "{file} runs `go get`", zh "{file} 运行了 `go get`", file = file.shown);
    let why = text!(
        en "it changes go.mod in the image, so the build uses other modules than the project, and since Go 1.18 it \
            installs no program",
        zh "它会改镜像里的 go.mod，构建用的模块就和项目的不同；从 Go 1.18 起，它也不再安装程序",
    );
    let lines: Vec<usize> = found.iter().map(|command| command.line).collect();
    let package = first.arguments.iter().find(|word| word.contains('/') && !word.starts_with('.'));
    let install = package.map(|package| {
        let version = if package.contains('@') { "" } else { "@latest" };
        let version = if package.ends_with("/...") { "" } else { version };
        vec![format!("RUN go install {package}{version}")]
    });
    let finding = Finding::warning(what, why).shown_by(file.evidence(&lines));
    let place = format!("in line {}, if it is for a program", first.line);
    Some(finding.commands(install.iter().flat_map(|lines| file.lines(&place, lines))))
}
