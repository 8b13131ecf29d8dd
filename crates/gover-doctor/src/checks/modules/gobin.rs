//! The directory of `go install`: refused, in the wrong place, or not on PATH.

use gover_core::text::counted;
use gover_shell::ShellKind;

use super::gopath::{commands_only, is_in_toolchain};
use crate::checks::finding_go::go_programs::version_of;
use crate::checks::finding_go::registry_path::StoredPath;
use crate::snapshot::registry::{Hive, Text, UserKey};
use crate::snapshot::startup::StartupFile;
use crate::{Change, Check, Evidence, Finding, MachinePath, Severity, Snapshot, scope, text};

pub(crate) const CHECK: Check = Check {
    name: "gobin",
    summary: text!(
        en "GOBIN is relative, not writable, inside a toolchain or not on PATH",
        zh "GOBIN 是相对路径、不可写、在工具链里面，或者不在 PATH 里",
    ),
    symptom: text!(
        en "`go install` prints `cannot install, GOBIN must be an absolute path` or `permission denied`; or \
            it succeeds, and the program is `command not found`.",
        zh "`go install` 报 `cannot install, GOBIN must be an absolute path` 或 `permission denied`；或者安\
            装成功，运行时却是 `command not found`。",
    ),
    cause: text!(
        en "GOBIN is a system directory, a toolchain's `bin`, or not on PATH. Only the Windows installer puts \
            the default, `~/go/bin`, on PATH.",
        zh "GOBIN 是系统目录、某个工具链的 `bin`，或者不在 PATH 里。默认的 `~/go/bin`，只有 Windows 的安装\
            程序会加进 PATH。",
    ),
    repair: text!(
        en "`--fix` removes a GOBIN that cannot work, and on Windows appends the directory to your own Path. \
            For shells the line to add is shown; it appends the directory, so that gover's `go` stays first.",
        zh "`--fix` 去掉不可能有效的 GOBIN；在 Windows 上，还会把目录加到你自己的 Path 末尾。对于 shell，\
            gover 列出要加的那一行，它把目录加在末尾，这样 gover 的 `go` 仍然在最前面。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let is_set = snapshot.go_setting("GOBIN").is_some();
    let Some(gobin) = snapshot.gobin() else { return Vec::new() };
    if is_set && let Some(finding) = misplaced(snapshot, &gobin) {
        return vec![finding];
    }
    Vec::from_iter(unreachable(snapshot, &gobin, is_set))
}

fn misplaced(snapshot: &Snapshot<'_>, gobin: &MachinePath) -> Option<Finding> {
    let shown = snapshot.short(gobin);
    let mut is_automatic = true;
    let (severity, what, why) = if !gobin.is_absolute() {
        let why = text!(
            en "`go install` fails with `cannot install, GOBIN must be an absolute path`",
            zh "`go install` 会报 `cannot install, GOBIN must be an absolute path`",
        );
        let what = text!(
            en "GOBIN is the relative path `{path}`",
            zh "GOBIN 是相对路径 `{path}`",
            path = *gobin,
        );
        (Severity::Error, what, why)
    } else if *gobin == snapshot.gover.bin {
        let why = text!(
            en "programs named go, gofmt or go1.X.Y from `go install` and from gover overwrite each other there",
            zh "`go install` 装的 go、gofmt、go1.X.Y 等程序会和 gover 的互相覆盖",
        );
        let what = text!(
            en "GOBIN is gover's own directory, {path}",
            zh "GOBIN 是 gover 自己的目录 {path}",
            path = shown,
        );
        (Severity::Warning, what, why)
    } else if is_in_toolchain(snapshot, gobin) || is_in_goroot(snapshot, gobin) {
        // mise does this on purpose, and sets it again in the next shell.
        is_automatic = !is_of_mise(gobin);
        let severity = if is_automatic { Severity::Warning } else { Severity::Note };
        let why = text!(
            en "installed programs are deleted with the toolchain",
            zh "删除工具链时，安装的程序也会一起删掉",
        );
        let what =
            text!(en "GOBIN {path} is inside a toolchain", zh "GOBIN {path} 在工具链里面", path = shown);
        (severity, what, why)
    } else if !snapshot.can_write(gobin) {
        is_automatic = false;
        let why = text!(
            en "every `go install` fails with `permission denied`",
            zh "每次 `go install` 都报 `permission denied`",
        );
        let what =
            text!(en "GOBIN {path} is not writable by you", zh "你没有权限写入 GOBIN {path}", path = shown);
        (Severity::Error, what, why)
    } else {
        return None;
    };
    let finding = Finding::new(severity, what, why).shown_by(snapshot.setting_evidence("GOBIN"));
    if is_of_mise(gobin) {
        return Some(finding.command("mise settings set go_set_gobin false"));
    }
    let finding = snapshot.corrected(finding, "GOBIN", None);
    // A directory that is not writable now may be on a disk that is temporarily read-only.
    Some(if is_automatic { finding } else { commands_only(finding) })
}

/// Whether a setting puts programs into a toolchain of another program.
pub(crate) fn is_of_another(snapshot: &Snapshot<'_>) -> bool {
    let gobin = snapshot.gobin().filter(|_| snapshot.go_setting("GOBIN").is_some());
    gobin.is_some_and(|gobin| !gobin.is_inside(&snapshot.gover.home) && is_in_goroot(snapshot, &gobin))
}

fn is_in_goroot(snapshot: &Snapshot<'_>, path: &MachinePath) -> bool {
    path.ancestors().any(|above| version_of(snapshot, &above).is_some())
}

fn is_of_mise(path: &MachinePath) -> bool {
    path.key().contains("/mise/installs/")
}

/// No shell finds the programs. Editors start them by path, so this is only a note by default.
fn unreachable(snapshot: &Snapshot<'_>, gobin: &MachinePath, is_set: bool) -> Option<Finding> {
    let is_program = |path: &MachinePath| snapshot.is_file(path) && snapshot.disk.is_executable(path);
    let mut programs = snapshot.disk.list(gobin);
    programs.retain(|name| is_program(&gobin.join(name)));
    let example = programs.first()?;
    if is_on_path(snapshot, gobin) {
        return None;
    }
    let severity = if is_set { Severity::Warning } else { Severity::Note };
    let what = text!(
        en "{directory}, where `go install` puts programs, is not on PATH",
        zh "`go install` 存放程序的 {directory} 不在 PATH 里",
        directory = snapshot.short(gobin),
    );
    let why = text!(
        en "`{example}` and other installed programs are `command not found`",
        zh "运行 `{example}` 等安装的程序会报 `command not found`",
        example = example,
    );
    let finding = Finding::new(severity, what, why)
        .shown_by(snapshot.go_setting_evidence("GOBIN"))
        .shown_by([Evidence::path(gobin, format!("contains {}", counted(programs.len(), "program")))]);
    Some(add_to_path(snapshot, finding, gobin))
}

/// Whether it is on PATH here or in new shells.
fn is_on_path(snapshot: &Snapshot<'_>, directory: &MachinePath) -> bool {
    let is_same = |entry: &MachinePath| entry == directory || snapshot.real(entry) == *directory;
    if snapshot.path().iter().any(is_same) {
        return true;
    }
    if snapshot.system.is_windows() {
        let stored = StoredPath::read(snapshot, Hive::User);
        return stored.is_some_and(|path| path.entries.iter().any(|entry| is_same(&entry.directory)));
    }
    let [tilde, home, braced] = ["~", "$HOME", "${HOME}"].map(|home| snapshot.below_home(directory, home));
    let forms = [directory.as_str(), &tilde, &home, &braced, "go env GOPATH", "GOPATH/bin", "$GOBIN"];
    snapshot
        .startup
        .files
        .iter()
        .flat_map(StartupFile::statements)
        .any(|(_, line)| line.to_uppercase().contains("PATH") && forms.iter().any(|form| line.contains(form)))
}

fn add_to_path(snapshot: &Snapshot<'_>, finding: Finding, directory: &MachinePath) -> Finding {
    if snapshot.system.is_windows() {
        let key = UserKey::of_variable("Path");
        let before = snapshot.registry.text(Hive::User, &key.key, &key.name);
        let mut text = before.as_ref().map(Text::shown).unwrap_or_default();
        if !text.is_empty() && !text.ends_with(';') {
            text.push(';');
        }
        text.push_str(directory.as_str());
        let expands = before.as_ref().is_none_or(|value| value.expands);
        let after = Some(Text::new(&text, expands));
        return finding.fixed_by([Change::Registry { key, before, after }]);
    }
    let written = snapshot.below_home(directory, "$HOME");
    let posix = format!("export PATH=\"$PATH:{written}\"");
    let shell = snapshot.shell.unwrap_or(ShellKind::Posix);
    let line = match shell {
        ShellKind::Bash | ShellKind::Zsh | ShellKind::Posix => posix,
        ShellKind::Fish => {
            return finding.command(format!("fish_add_path --append {}", snapshot.word(directory)));
        }
        ShellKind::PowerShell => format!("$env:PATH += [IO.Path]::PathSeparator + '{directory}'"),
        ShellKind::Nu => format!("$env.PATH = ($env.PATH | append \"{directory}\")"),
        ShellKind::Elvish => format!("set paths = [$@paths {directory}]"),
        ShellKind::Cmd => return finding.command(format!("set PATH=%PATH%;{directory}")),
    };
    finding.command(snapshot.added_line(shell, &line))
}

#[cfg(test)]
mod tests;
