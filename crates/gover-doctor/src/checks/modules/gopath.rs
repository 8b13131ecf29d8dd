//! GOPATH in a place where it cannot or should not be.

use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "gopath",
    summary: text!(
        en "GOPATH is relative, inside a toolchain, not writable, or conflicts with modules",
        zh "GOPATH 是相对路径、在工具链里面、不可写，或者与模块冲突",
    ),
    symptom: text!(
        en "`go: GOPATH entry is relative; must be absolute path`, `warning: both GOPATH and GOROOT are the \
            same directory`, `$GOPATH/go.mod exists but should not`, `could not create module cache: mkdir \
            …: permission denied`, or `go: go.mod file not found in current directory or any parent \
            directory` below `$GOPATH/src`.",
        zh "`go: GOPATH entry is relative; must be absolute path`、`warning: both GOPATH and GOROOT are \
            the same directory`、`$GOPATH/go.mod exists but should not`、`could not create module cache: \
            mkdir …: permission denied`，或者在 `$GOPATH/src` 下报 `go: go.mod file not found in current \
            directory or any parent directory`。",
    ),
    cause: text!(
        en "Instructions from before modules set GOPATH to the project, to GOROOT or to `.`; or `sudo go \
            install` made root the owner of `~/go`.",
        zh "模块出现之前的教程把 GOPATH 设成项目、GOROOT 或 `.`；或者用过 `sudo go install`，`~/go` 成了 \
            root 的。",
    ),
    repair: text!(
        en "`--fix` removes a GOPATH that cannot work, so that the default `~/go` applies. The command that \
            restores permissions is shown.",
        zh "`--fix` 去掉不可能有效的 GOPATH，改用默认的 `~/go`。改回权限的命令已经列出。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let entries = snapshot.gopath();
    let mut findings: Vec<Finding> =
        entries.iter().filter_map(|entry| misplaced(snapshot, entry)).take(1).collect();
    if findings.is_empty()
        && let Some(first) = entries.first()
    {
        findings.extend(unwritable(snapshot, first));
        findings.extend(module_at_top(snapshot, first));
        findings.extend(entries.iter().filter_map(|entry| project_below(snapshot, entry)).take(1));
    }
    findings
}

/// An entry that the go command refuses, or that is in a toolchain.
fn misplaced(snapshot: &Snapshot<'_>, entry: &MachinePath) -> Option<Finding> {
    let shown = snapshot.short(entry);
    let (severity, what, why) = if entry.as_str().starts_with('~') {
        let why = text!(
            en "every go command fails with `GOPATH entry cannot start with shell metacharacter '~'`",
            zh "所有 go 命令都会报 `GOPATH entry cannot start with shell metacharacter '~'`",
        );
        let what = text!(
            en "GOPATH contains `{entry}`, and `~` is not expanded",
            zh "GOPATH 里有 `{entry}`，其中的 `~` 不会展开",
            entry = *entry,
        );
        (Severity::Error, what, why)
    } else if !entry.is_absolute() {
        let why = text!(
            en "every go command fails with `GOPATH entry is relative; must be absolute path`",
            zh "所有 go 命令都会报 `GOPATH entry is relative; must be absolute path`",
        );
        let what = text!(
            en "GOPATH contains the relative path `{entry}`",
            zh "GOPATH 里有相对路径 `{entry}`",
            entry = *entry,
        );
        (Severity::Error, what, why)
    } else if snapshot.selection.goroot.as_ref() == Some(entry) {
        let why = text!(
            en "modules and installed programs are mixed into the toolchain and deleted with it",
            zh "模块和安装的程序会混进工具链，删除工具链时也一起删掉",
        );
        let what = text!(
            en "GOPATH is the GOROOT of the selected toolchain, {path}",
            zh "GOPATH 就是选定工具链的 GOROOT：{path}",
            path = shown,
        );
        (Severity::Warning, what, why)
    } else if is_in_toolchain(snapshot, entry) {
        let why = text!(
            en "modules and installed programs are deleted with the toolchain",
            zh "删除工具链时，模块和安装的程序也会一起删掉",
        );
        let what =
            text!(en "GOPATH {path} is inside a toolchain", zh "GOPATH {path} 在工具链里面", path = shown);
        (Severity::Warning, what, why)
    } else {
        return None;
    };
    let finding = Finding::new(severity, what, why).shown_by(snapshot.setting_evidence("GOPATH"));
    Some(snapshot.corrected(finding, "GOPATH", None))
}

/// Whether a directory is inside the selected toolchain or one of gover's.
pub(super) fn is_in_toolchain(snapshot: &Snapshot<'_>, path: &MachinePath) -> bool {
    let goroot = snapshot.selection.goroot.as_ref();
    goroot.is_some_and(|goroot| path.is_inside(goroot))
        || path.is_inside(&snapshot.gover.home.join("versions"))
}

fn unwritable(snapshot: &Snapshot<'_>, entry: &MachinePath) -> Option<Finding> {
    // If both of its uses are elsewhere, go writes nothing there.
    let is_unused = snapshot.go_setting("GOMODCACHE").is_some() && snapshot.go_setting("GOBIN").is_some();
    if is_unused || snapshot.can_write(entry) {
        return None;
    }
    let existing = snapshot.nearest_existing(entry);
    let exists = existing.as_ref() == Some(entry);
    let fact = if exists {
        text!(en "is not writable by you", zh "不可写，你没有权限")
    } else {
        text!(en "does not exist and cannot be created", zh "不存在，也无法创建")
    };
    let what = text!(
        en "GOPATH {path} {fact}",
        zh "GOPATH {path} {fact}",
        path = snapshot.short(entry), fact = fact,
    );
    let why = text!(
        en "downloading modules and installing programs fail with `could not create module cache`",
        zh "下载模块和安装程序都会报 `could not create module cache`",
    );
    let finding = Finding::error(what, why)
        .shown_by(snapshot.go_setting_evidence("GOPATH"))
        .shown_by([Evidence::path(entry, fact.en)]);
    Some(match existing {
        Some(existing) if exists || existing.is_inside(&snapshot.home) => {
            finding.command(snapshot.take_back(&existing))
        }
        // Only the user knows which was intended.
        _ => commands_only(snapshot.corrected(finding, "GOPATH", None)),
    })
}

pub(super) fn commands_only(mut finding: Finding) -> Finding {
    finding.fix.changes.clear();
    finding
}

fn module_at_top(snapshot: &Snapshot<'_>, entry: &MachinePath) -> Option<Finding> {
    let go_mod = entry.join("go.mod");
    if !snapshot.is_file(&go_mod) {
        return None;
    }
    let what = text!(
        en "GOPATH {path} is itself a module",
        zh "GOPATH {path} 本身就是一个模块",
        path = snapshot.short(entry),
    );
    let why = text!(
        en "go commands in it fail with `$GOPATH/go.mod exists but should not`, or treat the module cache as its \
            packages",
        zh "在里面运行 go 命令会报 `$GOPATH/go.mod exists but should not`，或者把模块缓存当成它的包",
    );
    let finding = Finding::error(what, why)
        .shown_by(snapshot.go_setting_evidence("GOPATH"))
        .shown_by([Evidence::path(&go_mod, "belongs to a module")]);
    if snapshot.go_setting("GOPATH").is_some() {
        return Some(snapshot.corrected(finding, "GOPATH", None));
    }
    let verb = if snapshot.system.is_windows() { "move" } else { "mv" };
    let (from, aside) = (snapshot.word(&go_mod), snapshot.word(format!("{go_mod}.aside")));
    Some(finding.command(format!("{verb} {from} {aside}")))
}

/// Go files below GOPATH/src without a module, or with modules switched off.
fn project_below(snapshot: &Snapshot<'_>, entry: &MachinePath) -> Option<Finding> {
    let source = entry.join("src");
    if !snapshot.directory.is_inside(&source) {
        return None;
    }
    let shown = snapshot.short(&snapshot.directory);
    let mode = snapshot.go_setting("GO111MODULE").unwrap_or_default();
    match snapshot.nearest("go.mod") {
        Some(go_mod) if mode == "off" => {
            let what = text!(
                en "{directory} is a module below GOPATH/src, and modules are off",
                zh "{directory} 是 GOPATH/src 下的模块，而模块关着",
                directory = shown,
            );
            let why = text!(
                en "go ignores its go.mod and takes dependencies from GOPATH/src in any version",
                zh "go 不看它的 go.mod，从 GOPATH/src 取依赖，不管是什么版本",
            );
            let finding = Finding::error(what, why)
                .shown_by([Evidence::path(go_mod, "is ignored")])
                .shown_by(snapshot.go_setting_evidence("GO111MODULE"));
            Some(commands_only(snapshot.corrected(finding, "GO111MODULE", None)))
        }
        None if matches!(mode.as_str(), "" | "on")
            && snapshot
                .disk
                .list(&snapshot.directory)
                .iter()
                .any(|name| name.strip_suffix(".go").is_some()) =>
        {
            let what = text!(
                en "{directory} has Go files below GOPATH/src and is not a module",
                zh "{directory} 在 GOPATH/src 下，有 Go 文件，却不是模块",
                directory = shown,
            );
            let why = text!(
                en "since Go 1.16 builds fail with `go.mod file not found in current directory or any parent \
                    directory`",
                zh "从 Go 1.16 起，构建会报 \
                    `go.mod file not found in current directory or any parent directory`",
            );
            let evidence = [Evidence::path(&snapshot.directory, "has no go.mod")];
            Some(Finding::warning(what, why).shown_by(evidence).command("go mod init"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
