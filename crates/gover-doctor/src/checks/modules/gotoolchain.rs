//! GOTOOLCHAIN can keep the go command from using the version that a project asks for.

use gover_core::{GoVersion, ToolchainName};

use super::gopath::commands_only;
use crate::checks::pins::go_line;
use crate::{Check, Finding, Severity, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "gotoolchain",
    summary: text!(
        en "GOTOOLCHAIN is invalid, fixed to one version, or too strict for this project",
        zh "GOTOOLCHAIN 无效、固定在一个版本，或者对这个项目限制太严",
    ),
    symptom: text!(
        en "`go: invalid GOTOOLCHAIN \"1.22\"`, `go: go.mod requires go >= 1.24 (running go 1.22.5; \
            GOTOOLCHAIN=local)`, or a different version from the one that .go-version or go.mod asks for.",
        zh "`go: invalid GOTOOLCHAIN \"1.22\"`、`go: go.mod requires go >= 1.24 (running go 1.22.5; \
            GOTOOLCHAIN=local)`，或者运行的版本和 .go-version 或 go.mod 要求的不同。",
    ),
    cause: text!(
        en "`go env -w GOTOOLCHAIN=local` or `=go1.22.5` was meant for one project or copied from a \
            Dockerfile, and applies to all.",
        zh "`go env -w GOTOOLCHAIN=local` 或 `=go1.22.5` 本来只是为了某个项目，或者是从 Dockerfile 抄来的，\
            却对所有项目都生效。",
    ),
    repair: text!(
        en "`--fix` removes an invalid value, one that breaks this project, and one version for all \
            projects. gover chooses a version for each project; to require an exact one, use a `toolchain` \
            line in go.mod or a .go-version.",
        zh "`--fix` 去掉无效的值、让这个项目无法构建的值，以及对所有项目都固定一个版本的值。gover 会为每个\
            项目选择版本；一定要用某个版本，就在 go.mod 里写 `toolchain` 行，或者用 .go-version。",
    ),
    scope: scope::anywhere,
    run,
};

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let Some(value) = snapshot.go_setting("GOTOOLCHAIN") else { return Vec::new() };
    examine(snapshot, &value).into_iter().collect()
}

fn examine(snapshot: &Snapshot<'_>, value: &str) -> Option<Finding> {
    let finding = |severity, what: Words, why: Words| {
        let finding = Finding::new(severity, what, why).shown_by(snapshot.setting_evidence("GOTOOLCHAIN"));
        snapshot.corrected(finding, "GOTOOLCHAIN", None)
    };
    let Some(kind) = kind(value) else {
        let meant = GoVersion::parse(value).map(|version| ToolchainName::of(&version));
        let hint = meant
            .map(|name| {
                text!(en "; the name of a toolchain is {name}", zh "；工具链的名字要写成 {name}", name = name)
            })
            .unwrap_or_default();
        let what = text!(
            en "GOTOOLCHAIN is `{value}`, which go does not understand{hint}",
            zh "GOTOOLCHAIN 是 `{value}`，go 读不懂{hint}",
            value = value.escape_debug(), hint = hint,
        );
        let why = text!(
            en "every go command since 1.21 fails with `invalid GOTOOLCHAIN`",
            zh "从 1.21 起，所有 go 命令都会报 `invalid GOTOOLCHAIN`",
        );
        return Some(finding(Severity::Error, what, why.into()));
    };
    if let Kind::Fixed(name) = &kind
        && name.version().is_language()
    {
        let release = ToolchainName::of(name.version());
        let what = text!(
            en "GOTOOLCHAIN is `{name}`, a language version; the toolchain is named {release}",
            zh "GOTOOLCHAIN 是 `{name}`，这是语言版本；工具链的名字是 {release}",
            name = name, release = release,
        );
        let why = text!(
            en "go commands fail with `is a language version but not a toolchain version`",
            zh "go 命令会报 `is a language version but not a toolchain version`",
        );
        return Some(finding(Severity::Error, what, why.into()));
    }
    let running = match &kind {
        Kind::Chooses => return None,
        Kind::Local => snapshot.selection.version.clone(),
        Kind::Fixed(name) => Some(name.clone()),
    };
    if let (Some((line, version)), Some(running)) = (go_line(snapshot), &running)
        && version > *running.version()
    {
        let name = line.file.file_name();
        let what = text!(
            en "GOTOOLCHAIN={value} allows only {running}, and {file} needs go {version}",
            zh "GOTOOLCHAIN={value} 只允许 {running}，而 {file} 要求 go {version}",
            value = value, running = running, file = name, version = version,
        );
        let why = text!(
            en "builds here fail with `go: {file} requires go >= {version}`",
            zh "在这里构建会报 `go: {file} requires go >= {version}`",
            file = name, version = version,
        );
        return Some(finding(Severity::Error, what, why).shown_by([line.evidence()]).about("GOTOOLCHAIN"));
    }
    Some(match kind {
        Kind::Fixed(name) if snapshot.is_lasting("GOTOOLCHAIN") => {
            let what = text!(
                en "GOTOOLCHAIN fixes {name} for all projects",
                zh "GOTOOLCHAIN 把所有项目都固定在 {name}",
                name = name,
            );
            let why = text!(
                en "that version runs whatever go.mod or .go-version say, and go downloads it if it is missing",
                zh "不管 go.mod 或 .go-version 怎么写，运行的都是那个版本；没有安装时 go 会下载它",
            );
            finding(Severity::Warning, what, why.into())
        }
        Kind::Fixed(name) => {
            let what = text!(
                en "GOTOOLCHAIN fixes {name} in this shell",
                zh "GOTOOLCHAIN 把这个 shell 固定在 {name}",
                name = name,
            );
            let why = text!(
                en "that version runs whatever go.mod or .go-version say",
                zh "不管 go.mod 或 .go-version 怎么写，运行的都是那个版本",
            );
            commands_only(finding(Severity::Note, what, why.into()))
        }
        _ => {
            let what = text!(
                en "GOTOOLCHAIN=local keeps go from switching its version",
                zh "GOTOOLCHAIN=local 让 go 不能切换版本",
            );
            let why = text!(
                en "a project whose go.mod asks for a newer version fails, unless gover provides it",
                zh "go.mod 要求更新版本的项目会失败，除非由 gover 提供那个版本",
            );
            commands_only(finding(Severity::Note, what.into(), why.into()))
        }
    })
}

enum Kind {
    /// go may switch to a newer version.
    Chooses,
    Local,
    Fixed(ToolchainName),
}

/// By the grammar of `cmd/go/internal/toolchain.Select`; `None` if go refuses the value.
fn kind(value: &str) -> Option<Kind> {
    let (first, mode) = value.split_once('+').map_or((value, None), |(first, mode)| (first, Some(mode)));
    match (first, mode) {
        ("auto" | "path", None) | ("local", Some("auto" | "path")) => Some(Kind::Chooses),
        ("local", None) => Some(Kind::Local),
        (name, None | Some("auto" | "path")) => {
            let name = ToolchainName::parse(name).ok()?;
            Some(if mode.is_some() { Kind::Chooses } else { Kind::Fixed(name) })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::registry::Hive;
    use crate::testing::Machine;

    fn with_line(value: &str) -> Machine {
        Machine::linux().file("~/.config/go/env", &format!("GOTOOLCHAIN={value}\n"))
    }

    #[test]
    fn an_invalid_value_is_removed() {
        for (value, hint) in
            [("1.22.5", "; the name of a toolchain is go1.22.5"), ("off", ""), ("auto+path", "")]
        {
            let machine = with_line(value);
            let findings = machine.findings("gotoolchain");
            assert_eq!(findings[0].severity, Severity::Error);
            assert_eq!(
                findings[0].what.en,
                format!("GOTOOLCHAIN is `{value}`, which go does not understand{hint}")
            );
            assert_eq!(
                findings[0].evidence[0].to_string(),
                format!("/home/ann/.config/go/env:1: GOTOOLCHAIN={value}")
            );
            assert_eq!(machine.repaired(&findings).findings("gotoolchain"), []);
        }
    }

    /// Tried with go1.26.8: `go env -u GOTOOLCHAIN` stops at such a value, and Go before 1.21 does
    /// not know the name.
    #[test]
    fn the_command_works_whatever_the_value_is() {
        for value in ["go1.20.14", "off", "go1.22", "1.22.5"] {
            let findings = with_line(value).findings("gotoolchain");
            assert_eq!(findings[0].fix.commands, ["go env -w GOTOOLCHAIN=auto"], "{value}");
        }
    }

    #[test]
    fn a_language_version_is_not_a_toolchain() {
        let machine = with_line("go1.22");
        let findings = machine.findings("gotoolchain");
        assert_eq!(
            findings[0].what.en,
            "GOTOOLCHAIN is `go1.22`, a language version; the toolchain is named go1.22.0"
        );
        assert_eq!(machine.repaired(&findings).findings("gotoolchain"), []);
        assert_eq!(with_line("go1.20").findings("gotoolchain")[0].severity, Severity::Warning);
    }

    #[test]
    fn the_effect_on_this_project_is_reported() {
        let machine = with_line("local").file("~/shop/go.mod", "module shop\n\ngo 1.24.0\n");
        let findings = machine.findings("gotoolchain");
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].what.en, "GOTOOLCHAIN=local allows only go1.22.5, and go.mod needs go 1.24.0");
        assert_eq!(findings[0].evidence[1].to_string(), "/home/ann/shop/go.mod:3: go 1.24.0");
        assert_eq!(machine.repaired(&findings).findings("gotoolchain"), []);
        // A workspace counts instead of the module.
        let machine = machine.file("~/shop/go.work", "go 1.22\n");
        assert_eq!(machine.findings("gotoolchain")[0].severity, Severity::Note);
        let fixed = Machine::linux().var("GOTOOLCHAIN", "go1.21.0").file("~/shop/go.mod", "go 1.22\n");
        assert_eq!(
            fixed.findings("gotoolchain")[0].what.en,
            "GOTOOLCHAIN=go1.21.0 allows only go1.21.0, and go.mod needs go 1.22"
        );
    }

    #[test]
    fn one_version_for_all_is_a_warning_and_in_one_shell_a_note() {
        let machine = Machine::windows()
            .registry(Hive::User, "Environment", "GOTOOLCHAIN", "go1.22.5")
            .var("GOTOOLCHAIN", "go1.22.5");
        let findings = machine.findings("gotoolchain");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(findings[0].evidence[0].to_string(), r"GOTOOLCHAIN=go1.22.5 (set in HKCU\Environment)");
        machine.repaired(&findings).snapshot(|snapshot| {
            assert_eq!(snapshot.registry.text(Hive::User, "Environment", "GOTOOLCHAIN"), None);
        });
        let findings = Machine::linux().var("GOTOOLCHAIN", "go1.22.5").findings("gotoolchain");
        assert_eq!(findings[0].severity, Severity::Note);
        assert_eq!(findings[0].fix.commands, ["unset GOTOOLCHAIN"]);
        let findings = with_line("local").findings("gotoolchain");
        assert_eq!((findings[0].severity, findings[0].fix.changes.len()), (Severity::Note, 0));
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("gotoolchain"), []);
            for value in ["auto", "path", "local+auto", "go1.22.5+auto"] {
                assert_eq!(machine.clone().var("GOTOOLCHAIN", value).findings("gotoolchain"), []);
            }
        }
    }
}
