//! Windows with its old limit of 260 characters for a path, and caches close to the limit.

use crate::snapshot::registry::Hive;
use crate::{Check, Evidence, Finding, MachinePath, Severity, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "long-paths",
    summary: text!(
        en "Windows: paths over 260 characters are refused, and the caches are deep",
        zh "Windows：超过 260 个字符的路径会被拒绝，而缓存的目录又很深",
    ),
    symptom: text!(
        en "`Filename too long` from git while go fetches a module, `The filename or extension is too \
            long` (in Chinese `文件名或扩展名太长`), or gcc does not find a file that exists.",
        zh "go 取模块时 git 报 `Filename too long`；`文件名或扩展名太长`（英文 `The filename or extension \
            is too long`）；或者文件明明存在，gcc 却找不到。",
    ),
    cause: text!(
        en "Windows keeps an old limit unless a registry value lifts it. go works around it; git, gcc and \
            other tools do not. Module paths with their versions take up to 200 characters.",
        zh "Windows 一直保留着旧的长度限制，要改注册表才能解除。go 会绕过它，git、gcc 和其他工具不会。模块\
            路径加上版本最长可达 200 个字符。",
    ),
    repair: text!(
        en "The commands lift the limit, as an administrator, and configure git. Or move the caches to a \
            short path.",
        zh "列出的命令以管理员身份解除限制，并设置 git。也可以把缓存移到较短的路径。",
    ),
    scope: scope::windows,
    run: |snapshot| examine(snapshot).into_iter().collect(),
};

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let value = snapshot.registry.number(Hive::Machine, KEY, "LongPathsEnabled");
    if value == Some(1) {
        return None;
    }
    let places = [snapshot.gomodcache(), Some(snapshot.gover.home.clone()), Some(snapshot.directory.clone())];
    let longest = places.into_iter().flatten().max_by_key(length)?;
    let severity = match length(&longest) {
        0..DEEP => return None,
        DEEP..TOO_DEEP => Severity::Note,
        _ => Severity::Warning,
    };
    let what = text!(
        en "Windows refuses paths over 260 characters, and {path} is deep",
        zh "Windows 不接受超过 260 个字符的路径，而 {path} 已经很深",
        path = snapshot.short(&longest),
    );
    let why = text!(
        en "git and C compilers fail with `Filename too long` for modules with long names",
        zh "模块的名字一长，git 和 C 编译器就会报 `Filename too long`",
    );
    let fact = format!("{} of 260 characters are used before the first file", length(&longest));
    let value = value.map_or_else(|| "not set".to_owned(), |value| value.to_string());
    let finding = Finding::new(severity, what, why).shown_by([
        Evidence::path(longest, fact),
        Evidence::registry(Hive::Machine, KEY, "LongPathsEnabled", value),
    ]);
    let set = format!(r"Set-ItemProperty HKLM:\{KEY} -Name LongPathsEnabled -Type DWord -Value 1");
    Some(finding.command(snapshot.in_powershell(set)).command("git config --global core.longpaths true"))
}

/// Windows counts UTF-16 units.
fn length(path: &MachinePath) -> usize {
    path.as_str().encode_utf16().count()
}

const KEY: &str = r"SYSTEM\CurrentControlSet\Control\FileSystem";

/// From here on the longest common module paths are too long.
const DEEP: usize = 80;
/// From here on ordinary module paths and files of a toolchain are too long.
const TOO_DEEP: usize = 150;

#[cfg(test)]
mod tests {
    use gover_shell::ShellKind;

    use super::*;
    use crate::testing::Machine;

    fn deep(length: usize) -> Machine {
        let cache = format!(r"C:\{}", "x".repeat(length - 3));
        Machine::windows().var("GOMODCACHE", &cache)
    }

    #[test]
    fn a_deep_cache_is_reported_with_the_commands_for_each_shell() {
        let mut machine = deep(160);
        let findings = machine.findings("long-paths");
        assert_eq!(findings[0].severity, Severity::Warning);
        let evidence: Vec<String> = findings[0].evidence.iter().map(ToString::to_string).collect();
        assert!(
            evidence[0].ends_with(": 160 of 260 characters are used before the first file"),
            "{evidence:?}"
        );
        assert_eq!(
            evidence[1],
            r"HKLM\SYSTEM\CurrentControlSet\Control\FileSystem\LongPathsEnabled = not set"
        );
        assert_eq!(
            findings[0].fix.commands,
            [
                r"Set-ItemProperty HKLM:\SYSTEM\CurrentControlSet\Control\FileSystem -Name LongPathsEnabled -Type DWord -Value 1",
                "git config --global core.longpaths true"
            ]
        );
        machine.shell = Some(ShellKind::Cmd);
        assert!(machine.findings("long-paths")[0].fix.commands[0].starts_with("powershell -Command \"Set-"));
        assert_eq!(deep(90).findings("long-paths")[0].severity, Severity::Note);
    }

    #[test]
    fn with_the_limit_lifted_it_is_silent() {
        let mut machine = deep(200);
        machine.registry.put_number(Hive::Machine, KEY, "LongPathsEnabled", 1);
        assert_eq!(machine.findings("long-paths"), []);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("long-paths"), []);
        }
    }
}
