//! Settings of VS Code and editors built on it that name a toolchain, and the tools of the Go
//! extension.

mod launch;
pub(crate) mod places;
pub(crate) mod terminal;
#[cfg(test)]
mod tests;
pub(crate) mod tools;

use super::edit::Edit;
use super::jsonc::{Entry, Settings};
use super::roots::{Root, expand, root, selected};
use crate::{Check, Finding, MachinePath, Snapshot, Words, scope, text};
use places::Place;

pub(super) const CHECK: Check = Check {
    name: "vscode",
    summary: text!(
        en "VS Code settings and Go tools that do not match the selection",
        zh "VS Code 的设置和 Go 工具与选定的工具链不一致",
    ),
    symptom: text!(
        en "`Failed to find the \"go\" binary in either GOROOT(…) or PATH(…)`, `This version of gopls … was \
            built with go1.21`, `Version of Delve is too old for this version of Go`, or the editor shows \
            errors that `go build` does not.",
        zh "`Failed to find the \"go\" binary in either GOROOT(…) or PATH(…)`、`This version of gopls … \
            was built with go1.21`、`Version of Delve is too old for this version of Go`，或者编辑器里有错\
            误，`go build` 却没有。",
    ),
    cause: text!(
        en "`go.goroot`, `go.gopath`, `go.alternateTools`, `go.toolsEnvVars` or `terminal.integrated.env` in \
            the settings of the user, a profile, the workspace or the remote machine names a toolchain or a \
            tool that was removed or is not selected, or `env` and `dlvToolPath` in `launch.json` and \
            `tasks.json` do; or gopls and dlv were built with an older Go, or for another system.",
        zh "用户、配置文件、工作区或远程机器的设置里，`go.goroot`、`go.gopath`、`go.alternateTools`、\
            `go.toolsEnvVars` 或 `terminal.integrated.env` 指向的工具链或工具已经删除或没有选用；\
            `launch.json` 和 `tasks.json` 里的 `env` 和 `dlvToolPath` 也会这样；或者 gopls 和 dlv 是用更旧\
            的 Go 编译的，或是给别的系统用的。",
    ),
    repair: text!(
        en "`--fix` removes such a key from your own settings and keeps everything else; the extension then \
            uses the `go` on PATH, which is gover's. Workspace settings are shared, so you change them \
            yourself. `go install golang.org/x/tools/gopls@latest` rebuilds gopls.",
        zh "`--fix` 从你自己的设置里去掉这样的键，其余不动；扩展就会用 PATH 里的 `go`，也就是 gover 的。工\
            作区的设置是共用的，请你自己改。`go install golang.org/x/tools/gopls@latest` 重新编译 gopls。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for place in places::all(snapshot).into_iter().chain(launch::files(snapshot)) {
        let Ok(content) = snapshot.disk.read(&place.file) else { continue };
        let settings = Settings::parse(place.file.clone(), content);
        for entry in &settings.entries {
            let found = setting(snapshot, &place, &settings, entry);
            findings.extend(found.or_else(|| launch::finding(snapshot, &place, &settings, entry)));
        }
    }
    findings.extend(tools::findings(snapshot));
    findings
}

fn setting(snapshot: &Snapshot<'_>, place: &Place, settings: &Settings, entry: &Entry) -> Option<Finding> {
    let (finding, edit) = judge(snapshot, place, entry)?;
    let finding = finding.shown_by([settings.evidence(entry)]).shown_by(snapshot.selection_evidence());
    Some(match settings.with(edit).filter(|_| place.is_own) {
        Some(change) => finding.fixed_by([change]),
        None => finding.command(open_at(&settings.file, entry.line)),
    })
}

/// The command that shows a line in the editor.
pub(crate) fn open_at(file: &MachinePath, line: usize) -> String {
    format!("code -g \"{file}:{line}\"")
}

/// What is wrong with a setting, and the edit that makes it right.
pub(crate) fn judge(snapshot: &Snapshot<'_>, place: &Place, entry: &Entry) -> Option<(Finding, Edit)> {
    let path = names(entry);
    let text = entry.text.as_deref().filter(|text| !text.trim().is_empty())?;
    let expanded = || expand(snapshot, text, &place.workspace);
    let directory = || expanded().map(|text| snapshot.system.path(text));
    let shown = path.join(".");
    let key = Words { en: shown.clone(), zh: shown.clone() };
    let sets_variables = |group: &str| group == TOOLS || group == terminal::group(snapshot);
    let finding = match path.as_slice() {
        ["go.goroot"] => goroot(snapshot, &key, &directory()?)?,
        [group, "GOROOT"] if sets_variables(group) => goroot(snapshot, &key, &directory()?)?,
        ["go.alternateTools", "go"] => alternate(snapshot, &key, &directory()?)?,
        ["go.alternateTools", tool] => dead_tool(snapshot, &key, tool, &directory()?)?,
        ["go.gopath"] | [TOOLS, "GOPATH"] => gopath(snapshot, &shown, &expanded()?)?,
        [group, "GO111MODULE"] if sets_variables(group) && (text == "off" || text == "auto") => {
            Finding::warning(
                is(&shown, text),
                text!(
                    en "the editor looks for packages in GOPATH, while the terminal uses go.mod",
                    zh "编辑器在 GOPATH 里找包，而终端用的是 go.mod",
                ),
            )
        }
        [group, "GOTOOLCHAIN"] if sets_variables(group) && is_other(snapshot, text) => Finding::warning(
            is(&shown, text),
            text!(
                en "the editor's tools use that version, whatever the project asks for",
                zh "不管项目要求什么，编辑器的工具都用那个版本",
            ),
        ),
        [group, name] if *group == terminal::group(snapshot) && terminal::is_path(snapshot, name) => {
            return terminal::path(snapshot, place, entry);
        }
        _ => return None,
    };
    Some((finding, Edit::Remove(entry.path.clone())))
}

/// The keys of an entry. A `.code-workspace` nests the same settings one level deeper.
pub(crate) fn names(entry: &Entry) -> Vec<&str> {
    let path: Vec<&str> = entry.path.iter().map(String::as_str).collect();
    path.strip_prefix(&["settings"]).map(<[&str]>::to_vec).unwrap_or(path)
}

fn is(key: &str, value: &str) -> Words {
    text!(en "{key} is `{value}`", zh "{key} 是 `{value}`", key = key, value = value)
}

fn goroot(snapshot: &Snapshot<'_>, name: &Words, path: &MachinePath) -> Option<Finding> {
    match root(snapshot, path) {
        Root::Fits => None,
        Root::Missing => Some(Finding::error(
            text!(
                en "{name} names {path}, which is not a toolchain",
                zh "{name} 指向 {path}，它不是工具链",
                name = *name, path = snapshot.short(path),
            ),
            text!(
                en "the editor does not find go or the standard library",
                zh "编辑器找不到 go 或标准库",
            ),
        )),
        Root::Other(version) => Some(other(snapshot, name, &version)),
    }
}

fn other(snapshot: &Snapshot<'_>, name: &Words, version: &str) -> Finding {
    let what = text!(
        en "{name} names {version}, and {selected} is selected",
        zh "{name} 指向 {version}，而选定的是 {selected}",
        name = *name, version = version, selected = selected(snapshot),
    );
    let why = text!(
        en "the editor checks and builds with a different version from the terminal",
        zh "编辑器检查和构建用的版本和终端里的不同",
    );
    Finding::warning(what, why)
}

fn alternate(snapshot: &Snapshot<'_>, name: &Words, path: &MachinePath) -> Option<Finding> {
    // A bare name is searched on PATH.
    if !path.is_absolute() || path.is_inside(&snapshot.gover.bin) {
        return None;
    }
    if !snapshot.is_file(path) {
        return Some(dead(snapshot, name, "go", path));
    }
    match root(snapshot, &path.parent()?.parent()?) {
        Root::Other(version) => Some(other(snapshot, name, &version)),
        Root::Fits | Root::Missing => None,
    }
}

fn dead_tool(snapshot: &Snapshot<'_>, name: &Words, tool: &str, path: &MachinePath) -> Option<Finding> {
    (path.is_absolute() && !snapshot.is_file(path)).then(|| dead(snapshot, name, tool, path))
}

/// The extension then looks in the other places (`getBinPathWithPreferredGopathGorootWithExplanation`).
fn dead(snapshot: &Snapshot<'_>, name: &Words, tool: &str, path: &MachinePath) -> Finding {
    let what = text!(
        en "{name} names {path}, which does not exist",
        zh "{name} 指向 {path}，它不存在",
        name = *name, path = snapshot.short(path),
    );
    let why = text!(
        en "the editor ignores it and runs another {tool}, or none",
        zh "编辑器会忽略它，运行另一个 {tool}，或者一个也不运行",
        tool = tool,
    );
    Finding::warning(what, why)
}

fn gopath(snapshot: &Snapshot<'_>, name: &str, list: &str) -> Option<Finding> {
    let first = snapshot.gopath().into_iter().next()?;
    let paths = snapshot.system.split_list(list);
    if paths.contains(&first) {
        return None;
    }
    let path = snapshot.short(&snapshot.system.path(list));
    let what = text!(
        en "{name} is {path}, and GOPATH is {gopath}",
        zh "{name} 是 {path}，而 GOPATH 是 {gopath}",
        name = name, path = path, gopath = snapshot.short(&first),
    );
    let why = text!(
        en "the editor downloads modules and installs tools a second time",
        zh "编辑器会把模块再下载一遍，把工具再安装一遍",
    );
    Some(Finding::warning(what, why))
}

/// Whether a GOTOOLCHAIN makes the editor's tools use a different version from the selected one.
fn is_other(snapshot: &Snapshot<'_>, text: &str) -> bool {
    let name = text.split('+').next().unwrap_or_default();
    name.starts_with("go1") && !["", name].contains(&selected(snapshot))
}

/// The setting with variables for the programs that the extension runs.
pub(crate) const TOOLS: &str = "go.toolsEnvVars";
