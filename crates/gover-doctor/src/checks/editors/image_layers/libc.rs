//! C in images: a compiler that is missing, and a program whose C library is missing.

use gover_project::Instruction;

use super::Dockerfile;
use super::stage::{GoCommand, Libc, is_named};
use crate::{Edit, Finding, Words, text};

pub(super) fn findings(file: &Dockerfile<'_>) -> Vec<Finding> {
    let stages = 0..file.stages.0.len();
    stages.flat_map(|at| without_compiler(file, at).into_iter().chain(foreign(file, at))).collect()
}

/// cgo or `-race` in an Alpine without what they need.
fn without_compiler(file: &Dockerfile<'_>, at: usize) -> Option<Finding> {
    let stages = &file.stages;
    let is_alpine = stages.libc(at) == Some(Libc::Musl) && is_named(stages.image(at), &["alpine", "golang"]);
    let commands = stages.go_commands(at).into_iter().filter(GoCommand::builds);
    let (command, reason) = commands.filter(|_| is_alpine).find_map(|command| {
        let flags = command.variable("GOFLAGS").unwrap_or_default();
        let is_race = command.has("-race") || flags.split(' ').any(|flag| flag == "-race");
        let reason = match command.variable("CGO_ENABLED") {
            Some("1") => "CGO_ENABLED=1",
            None if is_race => "-race",
            Some(_) | None => return None,
        };
        command.variable("CC").is_none().then_some((command, reason))
    })?;
    let words = stages.ran(at, command.line);
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    // Packages that a variable or a file names are not known.
    if words.contains(&"apk") && words.iter().any(|word| word.starts_with('$')) {
        return None;
    }
    let missing = match (has(&COMPILERS) || has(&ALL), has(&["musl-dev", "libc-dev"]) || has(&ALL)) {
        (true, true) => return None,
        (true, false) => "musl-dev",
        (false, _) => "gcc musl-dev",
    };
    let what = text!(
        en "{file} builds with {reason} in an Alpine image without {packages}",
        zh "{file} 在 Alpine 镜像里用 {reason} 构建，而镜像里没有 {packages}",
        file = file.shown, reason = reason,
        packages = Words { en: missing.replace(' ', " and "), zh: missing.replace(' ', " 和 ") },
    );
    let why = text!(
        en "the step fails, since cgo compiles C with them",
        zh "cgo 要靠它们编译 C，所以这一步会失败",
    );
    let from = file.stages.0.get(at)?.from.line;
    let lines = [format!("RUN apk add --no-cache {missing}")];
    let finding = Finding::error(what, why).shown_by(file.evidence(&[from, command.line]));
    let place = text!(en "after line {line}", zh "第 {line} 行之后", line = from);
    Some(finding.edited_by(file.edit(place, &lines)))
}

/// A program that was built for glibc, in an image without it.
fn foreign(file: &Dockerfile<'_>, at: usize) -> Option<Finding> {
    let stages = &file.stages;
    let libc = stages.libc(at).filter(|libc| *libc != Libc::Glibc)?;
    let stage = stages.0.get(at)?;
    let has_glibc = stages.ran(at, usize::MAX).iter().any(|word| matches!(*word, "gcompat" | "libc6-compat"));
    let mut copies = stage.steps.iter().filter(|step| step.name == "COPY" && !has_glibc);
    let (copy, builder, command) = copies.find_map(|step| copied(file, step))?;
    let image = if libc == Libc::Musl {
        text!(en "Alpine, which has musl", zh "用 musl 的 Alpine")
    } else {
        text!(en "an image without a C library", zh "没有 C 库的镜像")
    };
    let what = text!(
        en "{file} copies a program that may need glibc into {image}",
        zh "{file} 把可能需要 glibc 的程序复制到{image}",
        file = file.shown, image = image,
    );
    let why = text!(
        en "if the program uses cgo, also through packages such as net, it fails with `no such file or directory`",
        zh "程序如果用到 cgo（包括通过 net 等包），就会报 `no such file or directory`",
    );
    let lines = [builder, command, stage.from.line, copy];
    let finding = Finding::warning(what, why).shown_by(file.evidence(&lines));
    Some(finding.edited_by(without_cgo(file, builder, command)))
}

/// The line that switches cgo off: in place of the last that switches it on, or else in the stage that
/// begins at `from`.
fn without_cgo(file: &Dockerfile<'_>, from: usize, command: usize) -> [Edit; 1] {
    let switch = (from..=command).rev().find_map(|number| Some((number, switched_off(file.line(number))?)));
    if let Some((number, line)) = switch {
        let place = text!(
            en "in place of line {line}, if it needs no C",
            zh "替换第 {line} 行（如果用不到 C）",
            line = number,
        );
        return file.edit(place, &[line]);
    }
    let place = text!(
        en "after line {line}, if it needs no C",
        zh "第 {line} 行之后（如果用不到 C）",
        line = from,
    );
    file.edit(place, &["ENV CGO_ENABLED=0".to_owned()])
}

/// A line that sets `CGO_ENABLED` to 1, with 0 in its place.
fn switched_off(line: &str) -> Option<String> {
    if line.trim_start().starts_with('#') {
        return None;
    }
    let (before, after) = line.rsplit_once("CGO_ENABLED")?;
    let value = after.trim_start_matches(['=', ' ', '"', '\'']);
    let rest =
        value.strip_prefix('1').filter(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))?;
    let sign = after.strip_suffix(value)?;
    Some(format!("{}CGO_ENABLED{sign}0{rest}", before.trim_start()))
}

/// The line of a COPY from a stage with glibc and cgo, those of that stage and of its build.
fn copied(file: &Dockerfile<'_>, step: &Instruction<'_>) -> Option<(usize, usize, usize)> {
    let stages = &file.stages;
    let name = step.words().find_map(|word| word.strip_prefix("--from="))?;
    let at = stages.named(name).filter(|at| stages.libc(*at) == Some(Libc::Glibc))?;
    let words = stages.ran(at, usize::MAX);
    let has_compiler = is_named(stages.image(at), &["golang", "buildpack-deps"])
        || words.iter().any(|word| COMPILERS.contains(word) || ALL.contains(word));
    let mut paths: Vec<&str> = step.words().filter(|word| !word.starts_with("--")).collect();
    paths.pop();
    let commands = stages.go_commands(at).into_iter().filter(|_| has_compiler);
    let command =
        commands.filter(is_dynamic).find(|command| paths.iter().any(|path| is_output(command, path)))?;
    Some((step.line, stages.0.get(at)?.from.line, command.line))
}

/// Whether a build may link to the C library.
fn is_dynamic(command: &GoCommand<'_>) -> bool {
    let is_build = matches!(command.verb, "build" | "install");
    let has_cgo = command.variable("CGO_ENABLED").is_none_or(|value| value == "1");
    let is_linux = command.variable("GOOS").is_none_or(|value| value == "linux");
    let is_static = command.arguments.iter().any(|word| word.contains("-static") || word.contains("netgo"));
    is_build && has_cgo && is_linux && !is_static
}

/// Whether a path that is copied is, or contains, what a build writes.
fn is_output(command: &GoCommand<'_>, path: &str) -> bool {
    let name = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let after =
        command.arguments.windows(2).find(|pair| matches!(pair, ["-o", _])).and_then(|pair| pair.last());
    let joined = || command.arguments.iter().find_map(|word| word.strip_prefix("-o="));
    match after.copied().or_else(joined) {
        Some(output) => {
            name(output) == name(path)
                || output.starts_with(path)
                || path.starts_with(output)
                || path.contains(['*', '$'])
        }
        None if installed(command).is_some() => {
            path.contains("/go/bin")
                || path.contains('*')
                || installed(command).as_deref() == Some(&*name(path))
        }
        None => !["/etc", "/usr/share", "/usr/local/go"].iter().any(|other| path.starts_with(other)),
    }
}

/// The program of `go install PACKAGE@VERSION`: often a tool of the build, which is not copied.
fn installed(command: &GoCommand<'_>) -> Option<String> {
    let package = command.arguments.iter().find_map(|word| word.split_once('@')).map(|(package, _)| package);
    let name = package.filter(|_| command.verb == "install")?.rsplit('/').next()?;
    Some(name.to_owned())
}

/// Packages of Alpine and Debian.
const COMPILERS: [&str; 3] = ["gcc", "clang", "zig"];
/// Those that need the headers of the C library.
const ALL: [&str; 5] = ["build-base", "alpine-sdk", "g++", "build-essential", "gcc-multilib"];
