//! Files of one project that ask for different versions.

use std::fmt::Display;

use gover_core::version::GoVersion;
use gover_core::{Request, RequestKind};

use crate::checks::module_file::ModuleFile;
use crate::checks::network::setting::Setting;
use crate::checks::pins::{Pin, Pins};
use crate::{Check, Evidence, Finding, MachinePath, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "pins-disagree",
    summary: text!(
        en ".go-version, .tool-versions, mise.toml, go.mod and others ask for different versions",
        zh ".go-version、.tool-versions、mise.toml、go.mod 等要求的版本不一致",
    ),
    symptom: text!(
        en "`go: go.mod requires go >= 1.23.1 (running go 1.22.5; GOTOOLCHAIN=local)`, `go: module . listed in go.work file requires go >= 1.23, but \
            go.work lists go 1.21`, or `go version` prints a different version from the pin.",
        zh "`go: go.mod requires go >= 1.23.1 (running go 1.22.5; GOTOOLCHAIN=local)`、`go: module . \
            listed in go.work file requires go >= 1.23, but go.work lists go 1.21`，或者 `go version` 显示\
            的不是固定的版本。",
    ),
    cause: text!(
        en "A dependency raised the go line and the pin was not updated; or two version managers each read \
            their own file. The nearest `.go-version` or `.tool-versions` decides; in the same directory it \
            is `.go-version`. mise.toml, .prototools and devbox.json are for their own managers. Then go.work, or else go.mod, may ask for a newer version, never for an older \
            one.",
        zh "某个依赖提高了 go 行，版本文件没有跟着改；或者两个版本管理工具各读各的文件。起作用的是最近的 \
            `.go-version` 或 `.tool-versions`，在同一个目录里则是 `.go-version`。mise.toml、.prototools 和 \
            devbox.json 是给各自的工具用的。然后 go.work（没有就看 go.mod）可以要求更新的版本，但不会要求更\
            旧的。",
    ),
    repair: text!(
        en "Decide which version is right and write it into the other files: `gover bump VERSION`, `gover pin \
            VERSION`, `go get go@VERSION`, `go work use`.",
        zh "先确定哪个版本是对的，再写进其他文件：`gover bump VERSION`、`gover pin VERSION`、`go get \
            go@VERSION`、`go work use`。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let pins = Pins::read(snapshot);
    let pinned = two_pins(snapshot, &pins).into_iter().chain(outvoted(snapshot, &pins));
    let pinned = pinned.chain(foreign_pins(snapshot, &pins));
    pinned.chain(workspace(snapshot, &pins)).chain(old_toolchain_line(&pins)).collect()
}

/// `.go-version` and `.tool-versions`, which different version managers read.
fn two_pins(snapshot: &Snapshot<'_>, pins: &Pins) -> Option<Finding> {
    let (version_file, tool_versions) = (pins.version_file.as_ref()?, pins.tool_versions.as_ref()?);
    if do_agree(&version_file.request()?, &tool_versions.request()?) {
        return None;
    }
    let winner = pins.winner()?;
    let loser = if winner == version_file { tool_versions } else { version_file };
    let (name, other) = (winner.file.file_name(), loser.file.file_name());
    let what = asks(name, &winner.value, other, &loser.value);
    let why = text!(
        en "gover follows {name}; tools that read only {other} use another version",
        zh "gover 按 {name}；只读 {other} 的工具会用另一个版本",
        name = name, other = other,
    );
    let (file, value) = (&loser.file, &winner.value);
    let (theirs, ours) = (loser.request()?.ceiling(), winner.request()?.ceiling());
    let is_raised = theirs.is_some_and(|theirs| ours.is_some_and(|ours| theirs < ours));
    let command = if loser == version_file {
        format!("gover pin {value}")
    } else if is_raised {
        format!("gover bump {value} {}", snapshot.word(file))
    } else if snapshot.system.is_windows() {
        let file = snapshot.powershell_word(file);
        let edit =
            format!("(Get-Content {file}) -replace '^go(lang)? .*', 'golang {value}' | Set-Content {file}");
        snapshot.in_powershell(edit)
    } else {
        format!("sed -i.bak -E 's/^go(lang)? .*/golang {value}/' {}", snapshot.word(file))
    };
    let evidence = [winner.evidence(), loser.evidence()].into_iter().chain(snapshot.selection_evidence());
    Some(Finding::warning(what, why).shown_by(evidence).command(command))
}

/// Files of managers that read neither `.go-version` nor, without a setting, `.tool-versions`.
fn foreign_pins(snapshot: &Snapshot<'_>, pins: &Pins) -> Vec<Finding> {
    let foreign = |pin: &Pin| {
        let (file, asked) = (pin.file.file_name(), pin.request()?);
        let (line, wanted) = match pins.winner() {
            Some(winner) if !do_agree(&winner.request()?, &asked) => (winner, winner.request()?.ceiling()?),
            Some(_) => return None,
            None => demand(pins.governing()?)
                .filter(|(_, demand)| asked.ceiling().is_some_and(|it| it < *demand))?,
        };
        let (name, value) = (line.file.file_name(), line.value.trim_start_matches("go"));
        let what = asks(name, value, file, &pin.value);
        let why = text!(
            en "the manager that reads {file} runs another version",
            zh "读取 {file} 的版本管理工具会运行另一个版本",
            file = file,
        );
        // The newer one is written into the other file.
        let command = if asked.ceiling()? < wanted {
            format!("gover bump {value} {}", snapshot.word(&pin.file))
        } else {
            format!("gover pin {}", pin.value)
        };
        Some(Finding::warning(what, why).shown_by([line.evidence(), pin.evidence()]).command(command))
    };
    pins.foreign.iter().filter_map(foreign).collect()
}

/// Whether a toolchain may match both.
fn asks(file: &str, version: &str, other: &str, its: impl Display) -> Words {
    text!(
        en "{file} asks for {version}, {other} for {its}",
        zh "{file} 要求 {version}，{other} 要求 {its}",
        file = file, version = version, other = other, its = its,
    )
}

fn do_agree(one: &Request, other: &Request) -> bool {
    match (one.as_exact(), other.as_exact()) {
        (Some(one), Some(other)) => one == other,
        (Some(exact), None) => !other.is_by_version() || other.matches(exact, None),
        (None, Some(exact)) => !one.is_by_version() || one.matches(exact, None),
        (None, None) => match (one.kind(), other.kind()) {
            (RequestKind::Language(one), RequestKind::Language(other)) => one.same_language(other),
            _ => true,
        },
    }
}

/// A pin for an older version than go.work or go.mod ask for.
fn outvoted(snapshot: &Snapshot<'_>, pins: &Pins) -> Option<Finding> {
    let (pin, file) = (pins.winner()?, pins.governing()?);
    let ceiling = pin.request()?.ceiling()?;
    let (line, demand) = demand(file)?;
    if ceiling >= demand {
        return None;
    }
    let local = Setting::of(snapshot, "GOTOOLCHAIN").filter(|setting| setting.value == "local");
    if local.is_some() && file.toolchain.as_ref() == Some(line) {
        // With `local`, go ignores the toolchain line.
        return None;
    }
    let (name, other) = (pin.file.file_name(), file.path.file_name());
    let what = asks(name, &pin.value, other, &demand);
    let finding = if let Some(local) = local {
        let running = pin.value.trim_start_matches("go");
        let why = text!(
            en "every build fails with `go: {file} requires go >= {demand} (running go {running}; \
                GOTOOLCHAIN=local)`",
            zh "每次构建都报 `go: {file} requires go >= {demand} (running go {running}; GOTOOLCHAIN=local)`",
            file = other, demand = demand, running = running,
        );
        Finding::error(what, why).shown_by(local.evidence).about("GOTOOLCHAIN")
    } else {
        let why = text!(
            en "Go's own rules select the newer version, so {name} affects only tools that read nothing else",
            zh "按 Go 自己的规则会选较新的版本，所以 {name} 只影响不读别的文件的工具",
            name = name,
        );
        Finding::warning(what, why)
    };
    let evidence = [pin.evidence(), line.evidence()].into_iter().chain(snapshot.selection_evidence());
    Some(finding.shown_by(evidence).command(format!("gover pin {demand}")))
}

/// The line that asks for the newest version, with the version.
fn demand(file: &ModuleFile) -> Option<(&Pin, GoVersion)> {
    let go = file.go.as_ref().zip(file.go_version());
    let toolchain = file.toolchain.as_ref().zip(file.toolchain_version());
    // Of equal versions the last one counts.
    toolchain.into_iter().chain(go).max_by(|(_, one), (_, other)| one.cmp(other))
}

/// A go.work that is older than modules it lists, or that lists directories without a module.
fn workspace(snapshot: &Snapshot<'_>, pins: &Pins) -> Vec<Finding> {
    let Some(workspace) = &pins.workspace else { return Vec::new() };
    let (mut newer, mut missing) = (Vec::new(), Vec::new());
    for used in &workspace.used {
        let go_mod = workspace.directory(used).join("go.mod");
        match ModuleFile::read(snapshot, go_mod.clone()) {
            Some(module) => newer.extend(module.go.clone().zip(module.go_version())),
            None if snapshot.exists(&go_mod) => {}
            None => missing.push((used, go_mod)),
        }
    }
    older(snapshot, workspace, newer).into_iter().chain(without_module(snapshot, &missing)).collect()
}

/// Without a go line, a go.work has version 1.18 (go.dev/ref/mod#go-work-file-go). Go refuses only
/// modules that need 1.21 or later (`cmd/go/internal/gover.GoStrictVersion`).
fn older(
    snapshot: &Snapshot<'_>,
    workspace: &ModuleFile,
    mut members: Vec<(Pin, GoVersion)>,
) -> Option<Finding> {
    let ours = workspace.go_version().or_else(|| GoVersion::parse("1.18").ok())?;
    let strict = GoVersion::parse("1.21").ok()?;
    members.retain(|(_, theirs)| *theirs > ours && *theirs >= strict);
    let newest = members.iter().map(|(_, theirs)| theirs).max()?;
    let need = match members.as_slice() {
        [(line, _)] => {
            let below = line.file.below(&workspace.base).map(str::to_owned);
            text!(
                en "{file} needs {newest}",
                zh "{file} 要求 {newest}",
                file = below.unwrap_or_else(|| snapshot.short(&line.file)), newest = newest,
            )
        }
        _ => text!(
            en "{count} modules need a newer version, up to {newest}",
            zh "有 {count} 个模块要求更新的版本，最高 {newest}",
            count = members.len(), newest = newest,
        ),
    };
    let what = text!(
        en "go.work has go {ours}, but {need}",
        zh "go.work 里只是 go {ours}，{need}",
        ours = ours, need = need,
    );
    let why = text!(
        en "every go command in the workspace fails with `module … listed in go.work file requires go >= …`",
        zh "在工作区里，所有 go 命令都会报 `module … listed in go.work file requires go >= …`",
    );
    let lines = workspace.go.iter().chain(members.iter().map(|(line, _)| line));
    Some(Finding::error(what, why).shown_by(lines.map(Pin::evidence)).command("go work use"))
}

fn without_module(snapshot: &Snapshot<'_>, missing: &[(&Pin, MachinePath)]) -> Option<Finding> {
    let (first, _) = missing.first()?;
    let what = match missing {
        [_] => text!(
            en "go.work uses {directory}, which has no go.mod",
            zh "go.work 用到的 {directory} 里没有 go.mod",
            directory = first.value,
        ),
        _ => text!(
            en "go.work uses {count} directories that have no go.mod",
            zh "go.work 用到的 {count} 个目录里没有 go.mod",
            count = missing.len(),
        ),
    };
    let why = text!(
        en "every go command in the workspace fails with `cannot load module … listed in go.work file`",
        zh "在工作区里，所有 go 命令都会报 `cannot load module … listed in go.work file`",
    );
    let evidence =
        missing.iter().flat_map(|(used, go_mod)| [used.evidence(), Evidence::path(go_mod, "does not exist")]);
    let drop = |(used, _): &(&Pin, MachinePath)| {
        format!("go work edit {}", snapshot.word(format!("-dropuse={}", used.value)))
    };
    Some(Finding::error(what, why).shown_by(evidence).commands(missing.iter().map(drop)))
}

fn old_toolchain_line(pins: &Pins) -> Option<Finding> {
    let file = pins.governing()?;
    let (go, toolchain) = (file.go_version()?, file.toolchain_version()?);
    if toolchain >= go {
        return None;
    }
    let (go_line, toolchain_line) = (file.go.as_ref()?, file.toolchain.as_ref()?);
    let what = text!(
        en "the toolchain line names go{version}, below the go line",
        zh "toolchain 行写的是 go{version}，低于 go 行",
        version = toolchain,
    );
    let why = text!(
        en "it has no effect, since the go line requires a newer version",
        zh "go 行要求更新的版本，所以它不起作用",
    );
    let is_workspace = pins.workspace.is_some();
    let command = if is_workspace { "go work edit -toolchain=none" } else { "go get toolchain@none" };
    Some(Finding::note(what, why).shown_by([go_line.evidence(), toolchain_line.evidence()]).command(command))
}

#[cfg(test)]
#[path = "pins_disagree_tests.rs"]
mod tests;
