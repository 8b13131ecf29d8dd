//! Settings in startup files that the shell never reads, and leftovers of other version managers.

#[cfg(test)]
mod tests;

use gover_shell::ShellKind;

use super::login_shells;
use super::startup_order::StartupOrder;
use crate::snapshot::startup::{Assignment, StartupFile};
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, Words, scope, text};

pub(crate) const CHECK: Check = Check {
    name: "shell-startup",
    summary: text!(
        en "settings in startup files that the shell never reads, leftovers of version managers",
        zh "shell 不读的启动文件里的设置，以及版本管理工具的残留",
    ),
    symptom: text!(
        en "`go env GOPRIVATE` is empty although `~/.bash_profile` sets it; `gover: command not found` in \
            another shell; each new shell prints `bash: goenv: command not found` or `.gvm/scripts/gvm: No \
            such file or directory`.",
        zh "`~/.bash_profile` 里设了 GOPRIVATE，`go env GOPRIVATE` 却是空的；换一个 shell 就报 `gover: \
            command not found`；每次打开 shell 都显示 `bash: goenv: command not found` 或 \
            `.gvm/scripts/gvm: No such file or directory`。",
    ),
    cause: text!(
        en "zsh reads none of bash's files, and bash reads `~/.profile` only if `~/.bash_profile` does not \
            exist. A login bash reads these but not `~/.bashrc`; other interactive shells do the opposite. \
            Removing gvm, goenv, gobrew, asdf or g does not remove the lines that load them.",
        zh "zsh 不读 bash 的任何文件；bash 只有在 `~/.bash_profile` 不存在时才读 `~/.profile`。登录时的 \
            bash 读这些文件，不读 `~/.bashrc`；其他交互式 shell 正好相反。删除 gvm、goenv、gobrew、asdf 或 \
            g 时，加载它们的行会留下。",
    ),
    repair: text!(
        en "`--fix` comments out lines that load a removed version manager, and old GOROOT lines. For \
            settings it prints the command that adds them to the file that your shell reads.",
        zh "`--fix` 把加载已删除的版本管理工具的行和旧的 GOROOT 行注释掉。对于设置，gover 列出命令，把它们\
            加进你的 shell 会读的文件。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        snapshot.startup.unreadable.iter().map(|path| unreadable(snapshot, path)).collect();
    if let Some(order) = StartupOrder::of(snapshot) {
        findings.extend(gover_unread(&order));
        findings.extend(ineffective(snapshot).filter_map(|name| unread_setting(&order, name)));
        findings.extend(login_shells::findings(&order));
        findings.extend(unread_goroot(&order));
    }
    findings.extend(MANAGERS.iter().filter_map(|manager| leftover(snapshot, manager)));
    findings
}

/// Whether a startup file loads another version manager.
pub(crate) fn loads_another(snapshot: &Snapshot<'_>) -> bool {
    MANAGERS.iter().any(|manager| leftover(snapshot, manager).is_some())
}

fn unreadable(snapshot: &Snapshot<'_>, path: &MachinePath) -> Finding {
    let what = text!(en "you may not read {file}", zh "你没有权限读取 {file}", file = snapshot.short(path));
    let why = text!(
        en "the shell skips the file and everything it sets",
        zh "shell 会跳过这个文件，里面的设置都不起作用",
    );
    let evidence = Evidence::path(path, "permission denied");
    Finding::warning(what, why).shown_by([evidence]).command(snapshot.readable_again(path))
}

/// gover's lines are only in the startup file of another shell.
fn gover_unread(order: &StartupOrder<'_>) -> Option<Finding> {
    let loads = |file: &&StartupFile| loading_line(file).is_some();
    let is_on_path = order.snapshot.path().contains(&order.snapshot.gover.bin);
    if is_on_path || order.read.iter().any(loads) {
        return None;
    }
    let file = order.never.iter().find(|file| loads(file))?;
    let command = load_line(order).map(|line| order.append(&line));
    Some(gover_missing(order, file, NEVER)?.commands(command))
}

pub(super) fn loading_line(file: &StartupFile) -> Option<(usize, String)> {
    file.statements().find(|(_, line)| line.contains("gover") && line.contains(" init "))
}

/// The line that loads gover in the shell in use, by its path.
pub(super) fn load_line(order: &StartupOrder<'_>) -> Option<String> {
    let line = order.shell.syntax().load_line()?;
    Some(line.replacen("gover ", &format!("{}/gover ", order.snapshot.gover.bin), 1))
}

const NEVER: Words<&str> = text!(en "never reads", zh "从不读取");

pub(super) fn gover_missing(
    order: &StartupOrder<'_>,
    file: &StartupFile,
    reads: Words<&str>,
) -> Option<Finding> {
    let (number, text) = loading_line(file)?;
    let what = text!(
        en "gover is loaded in {file}, which {shell} {reads}",
        zh "加载 gover 的行在 {file} 里，{shell} {reads}它",
        file = order.snapshot.short(&file.path), shell = order.shell, reads = reads,
    );
    let why = text!(
        en "in this shell `go` is not found, or is not gover's",
        zh "在这个 shell 里找不到 `go`，或者它不是 gover 的",
    );
    Some(Finding::warning(what, why).shown_by([Evidence::line(&file.path, number, text)]))
}

/// A Go setting that nothing else sets, so the line has no effect at all.
fn unread_setting(order: &StartupOrder<'_>, name: &'static str) -> Option<Finding> {
    if order.read.iter().any(|file| file.sets(name).next().is_some()) {
        return None;
    }
    let (last, finding) = setting_missing(order, &order.never, name, NEVER)?;
    // Who changed from bash to zsh wants the setting there; other shells may differ on purpose.
    let is_family = |shell: ShellKind| matches!(shell, ShellKind::Bash | ShellKind::Zsh | ShellKind::Posix);
    let is_same_family = is_family(order.shell)
        && order.never.iter().any(|file| file.path == last.file && is_family(file.shell));
    let severity = if is_same_family { Severity::Warning } else { Severity::Note };
    let statement = order.shell.syntax().set_env(name, &last.value);
    Some(Finding { severity, ..finding }.command(order.append(statement.trim_end())))
}

/// The settings that neither a variable nor the file of `go env -w` sets here.
pub(super) fn ineffective(snapshot: &Snapshot<'_>) -> impl Iterator<Item = &'static str> {
    let is_set =
        |name: &str| snapshot.variables.even_empty(name).is_some() || snapshot.go_env.value(name).is_some();
    VARIABLES.split_whitespace().filter(move |name| !is_set(name))
}

/// A setting in files that this shell does not read, with its last line; `None` if it has no effect
/// in other shells either.
pub(super) fn setting_missing<'s>(
    order: &StartupOrder<'_>,
    files: &[&'s StartupFile],
    name: &'static str,
    reads: Words<&str>,
) -> Option<(&'s Assignment, Finding)> {
    let lines: Vec<&Assignment> = files.iter().flat_map(|file| file.sets(name)).collect();
    let last = lines.last().filter(|line| !line.value.is_empty() && !is_default(order.snapshot, line))?;
    let what = text!(
        en "{name} is set in {file}, which {shell} {reads}",
        zh "{name} 设在 {file} 里，{shell} {reads}它",
        name = name, file = order.snapshot.short(&last.file), shell = order.shell, reads = reads,
    );
    let why = text!(en "go does not use it in this shell", zh "在这个 shell 里 go 用不到它");
    let finding = Finding::warning(what, why);
    Some((last, finding.shown_by(lines.iter().map(|line| line.evidence()))))
}

fn is_default(snapshot: &Snapshot<'_>, line: &Assignment) -> bool {
    let (value, gopath) = (snapshot.system.path(line.value.as_str()), snapshot.home.join("go"));
    match line.name.as_str() {
        "GOPATH" => value == gopath,
        "GOBIN" => value == gopath.join("bin"),
        _ => false,
    }
}

/// A GOROOT for other shells; `goroot-set` reports one that is in effect.
fn unread_goroot(order: &StartupOrder<'_>) -> Option<Finding> {
    let first = order.never.iter().find(|file| file.sets("GOROOT").next().is_some())?;
    let what = text!(
        en "{file} still sets GOROOT",
        zh "{file} 还在设置 GOROOT",
        file = order.snapshot.short(&first.path),
    );
    let why = text!(
        en "shells that read it have a GOROOT that fits at most one toolchain",
        zh "读取它的 shell 里，GOROOT 最多只适合一个工具链",
    );
    let lines = order.never.iter().flat_map(|file| file.sets("GOROOT"));
    let finding = Finding::note(what, why).shown_by(lines.map(Assignment::evidence));
    Some(order.never.iter().fold(finding, |finding, file| {
        let lines: Vec<usize> = file.sets("GOROOT").map(|line| line.line).collect();
        order.snapshot.commented_out(finding, file, &lines)
    }))
}

fn leftover(snapshot: &Snapshot<'_>, manager: &Manager) -> Option<Finding> {
    let Manager { name, parts, directories, variable, go } = manager;
    let loads = |line: &str| {
        let line = line.trim();
        let is_whole = !line.starts_with("if ") || line.ends_with("fi") || line.ends_with("end");
        is_whole && parts.iter().any(|part| line.contains(part))
    };
    let lines_of = |file: &StartupFile| file.statements().filter(|(_, text)| loads(text)).collect();
    let mut files: Vec<(&StartupFile, Vec<(usize, String)>)> =
        snapshot.startup.own().map(|file| (file, lines_of(file))).collect();
    files.retain(|(_, lines)| !lines.is_empty());
    let shown = snapshot.short(&files.first()?.0.path);
    let evidence = files.iter().flat_map(|(file, lines)| {
        lines.iter().map(|(number, text)| Evidence::line(&file.path, *number, text))
    });
    let named =
        variable.and_then(|variable| snapshot.variable(variable)).map(|path| snapshot.system.path(path));
    let directories: Vec<MachinePath> =
        directories.iter().map(|directory| snapshot.home.join(directory)).chain(named).collect();
    let is_there = directories.iter().any(|path| snapshot.is_directory(path))
        || snapshot.path().iter().any(|entry| snapshot.is_file(&entry.program(name)));
    if is_there {
        let has_go = |path: &MachinePath| go.is_none_or(|go| snapshot.is_directory(&path.join(go)));
        if !directories.iter().any(has_go) {
            return None;
        }
        let why = text!(
            en "both version managers put their `go` first; the one whose line comes last wins",
            zh "两个版本管理工具都把自己的 `go` 放到最前面，谁的行在后面就用谁的",
        );
        let what = text!(
            en "{name} is also loaded, in {file}",
            zh "{file} 里还加载了 {name}",
            name = name, file = shown,
        );
        return Some(Finding::note(what, why).shown_by(evidence));
    }
    let what = text!(
        en "{file} loads {name}, which is not installed",
        zh "{file} 加载 {name}，而它并没有安装",
        file = shown, name = name,
    );
    let why = text!(
        en "each new shell prints an error, or sets GOROOT and GOPATH for a removed toolchain",
        zh "每次打开 shell 都会报错，或者把 GOROOT 和 GOPATH 设成已删除的工具链的",
    );
    let finding = Finding::warning(what, why).shown_by(evidence);
    Some(files.iter().fold(finding, |finding, (file, lines)| {
        let numbers: Vec<usize> = lines.iter().map(|(number, _)| *number).collect();
        snapshot.commented_out(finding, file, &numbers)
    }))
}

/// A version manager, and how its lines and its directory are known.
struct Manager {
    name: &'static str,
    /// Text in the lines that load it.
    parts: &'static [&'static str],
    /// Below the home directory.
    directories: &'static [&'static str],
    /// The variable that moves its directory.
    variable: Option<&'static str>,
    /// A directory below its own that it has only if it manages Go; `None` if it manages nothing else.
    go: Option<&'static str>,
}

const MANAGERS: &[Manager] = &[
    manager("gvm", &[".gvm/scripts/gvm"], &[".gvm"], Some("GVM_ROOT")),
    manager("goenv", &["goenv init", "GOENV_ROOT"], &[".goenv"], Some("GOENV_ROOT")),
    manager("gobrew", &[".gobrew/"], &[".gobrew"], Some("GOBREW_ROOT")),
    manager("asdf", &["plugins/golang/set-env"], &[".asdf/plugins/golang"], None),
    Manager {
        go: Some("plugins/golang"),
        ..manager("asdf", &[".asdf/asdf.", ".asdf}/shims", ".asdf/shims"], &[".asdf"], Some("ASDF_DATA_DIR"))
    },
    // Two have this name: voidint's, and stefanmaric's, whose line says `g-install`.
    manager("g", &["/.g/env", "/.g/go", "G_MIRROR=", "g-install"], &[".g", ".go/.versions"], Some("G_HOME")),
];

const fn manager(
    name: &'static str,
    parts: &'static [&'static str],
    directories: &'static [&'static str],
    variable: Option<&'static str>,
) -> Manager {
    Manager { name, parts, directories, variable, go: None }
}

/// Settings for every shell. GOOS, GOARCH and the like are often meant for one shell only.
const VARIABLES: &str = "GOPATH GOBIN GOPROXY GOPRIVATE GONOPROXY GONOSUMDB GOSUMDB GOFLAGS GOTOOLCHAIN \
                         GOVER_HOME GOVER_SOURCES";
