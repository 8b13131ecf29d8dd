//! When modules are downloaded, and what changes go.mod.

use super::Dockerfile;
use super::stage::GoCommand;
use crate::checks::module_file::{ModuleFile, ModuleLine};
use crate::checks::project_files;
use crate::{Finding, Snapshot, text};

pub(super) fn findings(snapshot: &Snapshot<'_>, file: &Dockerfile<'_>) -> Vec<Finding> {
    let stages = 0..file.stages.0.len();
    let early = module(snapshot, file)
        .map(|module| stages.filter_map(|at| copied_early(file, at, &module)).collect::<Vec<Finding>>());
    early.into_iter().flatten().chain(go_get(file)).collect()
}

/// The module, if it has dependencies that are downloaded: not in the repository, and in no directory
/// that `replace` names.
fn module(snapshot: &Snapshot<'_>, file: &Dockerfile<'_>) -> Option<ModuleFile> {
    let directories = [file.path.parent(), Some(project_files::root(snapshot))];
    directories.into_iter().flatten().find_map(|directory| {
        let module = ModuleFile::read(snapshot, directory.join("go.mod"))?;
        let is_vendored = snapshot.is_directory(&directory.join("vendor"));
        let local = local(&module);
        let is_downloaded = |line: &ModuleLine| local.iter().all(|(path, _)| *path != line.module.0);
        (!is_vendored && module.required.iter().any(is_downloaded)).then_some(module)
    })
}

/// The modules that `replace` takes from directories, with these.
fn local(module: &ModuleFile) -> Vec<(&str, &str)> {
    let directory =
        |line: &'_ ModuleLine| line.replacement.as_ref().is_some_and(|(_, version)| version.is_empty());
    let lines = module.replaced.iter().filter(|line| directory(line));
    lines.filter_map(|line| Some((line.module.0.as_str(), line.replacement.as_ref()?.0.as_str()))).collect()
}

/// `COPY . .` and only then the first command that downloads modules.
fn copied_early(file: &Dockerfile<'_>, at: usize, module: &ModuleFile) -> Option<Finding> {
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
    let mut lines = vec![format!("COPY go.mod go.sum {to}")];
    // Without the go.mod of a directory that `replace` names, `go mod download` stops.
    for (_, directory) in local(module) {
        let directory = directory.strip_prefix("./").unwrap_or(directory).trim_end_matches('/');
        if directory.starts_with("..") || directory.starts_with('/') {
            return None;
        }
        lines.push(format!("COPY {directory}/go.mod {to}{directory}/"));
    }
    lines.extend([format!("RUN {go} mod download"), file.line(line).trim().to_owned()]);
    let finding = Finding::note(what, why).shown_by(file.evidence(&[stage.from.line, line, first.line]));
    let place = text!(en "in place of line {line}", zh "替换第 {line} 行", line = line);
    Some(finding.edited_by(file.edit(place, &lines)))
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
        [format!("RUN go install {package}{version}")]
    });
    let finding = Finding::warning(what, why).shown_by(file.evidence(&lines));
    let place = text!(
        en "in line {line}, if it is for a program",
        zh "第 {line} 行（如果是为了安装程序）",
        line = first.line,
    );
    Some(finding.edited_by(install.iter().flat_map(|lines| file.edit(place.clone(), lines))))
}
