//! An operating system that is too old for the selected Go, or too new.

use gover_core::{GoVersion, ToolchainName};

use crate::{Check, Evidence, Finding, Os, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "libc",
    summary: text!(
        en "the kernel, macOS or Windows is too old for the selected Go",
        zh "内核、macOS 或 Windows 太旧，跑不了选定的 Go",
    ),
    symptom: text!(
        en "`dyld: Symbol not found: _SecTrustEvaluateWithError`, `fatal error: bcryptprimitives.dll not \
            found`, `The procedure entry point … could not be located` (in Chinese `无法定位程序输入点`), `runtime: panic before malloc heap \
            initialized` or `FATAL: kernel too old`, and even `go version` fails.",
        zh "`dyld: Symbol not found: _SecTrustEvaluateWithError`、`fatal error: bcryptprimitives.dll not \
            found`、`无法定位程序输入点`（英文 `The procedure entry point … could not be located`）、\
            `runtime: panic before malloc heap initialized` 或 `FATAL: kernel too old`，连 `go version` 都\
            失败。",
    ),
    cause: text!(
        en "Each Go release has a minimum system version: Go 1.21 needs Windows 10, Go 1.24 needs Linux 3.2, \
            Go 1.27 needs macOS 13.",
        zh "每个 Go 版本都有最低的系统要求：Go 1.21 要求 Windows 10，Go 1.24 要求 Linux 3.2，Go 1.27 要求 \
            macOS 13。",
    ),
    repair: text!(
        en "Use the newest Go that this system runs, or upgrade the system.",
        zh "用这个系统能运行的最新的 Go，或者升级系统。",
    ),
    scope: scope::selected,
    run: |snapshot| examine(snapshot).into_iter().collect(),
};

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let selected = snapshot.selection.version.as_ref()?;
    let minor = selected.version().minor().filter(|_| selected.version().major() == Some(1))?;
    let release = numbers(&snapshot.system.release);
    if release.is_empty() {
        return None;
    }
    let (system, rules) = minimums(snapshot)?;
    let finding = |what: Words, why: Words<&str>| {
        let of = if snapshot.system.os == Os::Linux { "uname -r" } else { "system version" };
        Finding::error(what, why).shown_by([Evidence::answer(of, snapshot.system.release.clone())])
    };
    let refuses = |least: &[u64]| release.as_slice() < least;
    let (_, needed) = rules.iter().find(|(from, _)| minor >= *from)?;
    if refuses(needed) {
        let needed = needed.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
        let what = text!(
            en "{selected} needs {system} {release} or later",
            zh "{selected} 要求 {system} {release} 或更新的版本",
            selected = *selected, system = system, release = needed,
        );
        let why = text!(
            en "it does not start here, or fails when it calls a missing system function",
            zh "它在这里无法启动，或者在调用系统没有的函数时失败",
        );
        let finding = finding(what, why);
        let runs_any = rules.last().is_some_and(|(_, least)| !refuses(least));
        let first_refused = rules.iter().rfind(|(_, least)| runs_any && refuses(least));
        let newest = first_refused.map(|(from, _)| from - 1);
        let commands =
            newest.map(|newest| ["install", "default"].map(|word| format!("gover {word} 1.{newest}")));
        return Some(finding.commands(commands.into_iter().flatten()));
    }
    let least = too_new(snapshot, selected, &release)?;
    let release = &snapshot.system.release;
    let what = text!(
        en "{selected} does not run on {system} {release}, which needs go{least} or later",
        zh "{selected} 不能在 {system} {release} 上运行，至少要 go{least}",
        selected = *selected, system = system, release = *release, least = least,
    );
    let why = text!(
        en "it crashes, since the kernel interface has changed",
        zh "内核接口变了，它会崩溃",
    );
    let finding = finding(what, why);
    Some(finding.commands(["gover install latest", "gover default latest"]))
}

/// The system release that Go 1.N and later need, newest first.
type Rules = &'static [(u64, &'static [u64])];

/// From go.dev/wiki/MinimumRequirements and the release notes.
fn minimums(snapshot: &Snapshot<'_>) -> Option<(&'static str, Rules)> {
    let macos: Rules = &[
        (27, &[13]),
        (25, &[12]),
        (23, &[11]),
        (21, &[10, 15]),
        (17, &[10, 13]),
        (15, &[10, 12]),
        (0, &[10]),
    ];
    match (snapshot.system.os, snapshot.system.arch.as_str()) {
        (Os::Linux, "loong64") => Some(("Linux", &[(19, &[5, 19])])),
        (Os::Linux, "mips64le") => Some(("Linux", &[(0, &[4, 8])])),
        (Os::Linux, _) => Some(("Linux", &[(24, &[3, 2]), (19, &[2, 6, 32]), (0, &[2, 6, 23])])),
        (Os::MacOs, _) => Some(("macOS", macos)),
        (Os::Windows, _) => Some(("Windows", &[(21, &[10]), (11, &[6, 1]), (0, &[5, 1])])),
        (Os::Other, _) => None,
    }
}

/// The oldest Go for this macOS, if the selected one is older (go.dev/wiki/MinimumRequirements).
fn too_new(snapshot: &Snapshot<'_>, selected: &ToolchainName, release: &[u64]) -> Option<&'static str> {
    let rules: [(&[u64], &str); 2] = [(&[12], "1.11"), (&[10, 12], "1.7.1")];
    let mut rules = rules.into_iter().filter(|_| snapshot.system.os == Os::MacOs);
    let (_, least) = rules.find(|(from, _)| release >= *from)?;
    let is_older = GoVersion::parse(least).is_ok_and(|least| *selected.version() < least);
    is_older.then_some(least)
}

/// `6.1.0-18-amd64` is 6, 1, 0.
fn numbers(release: &str) -> Vec<u64> {
    let end = release.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(release.len());
    release[..end].split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use crate::Severity;
    use crate::testing::Machine;

    fn with(mut machine: Machine, release: &str, go: &str) -> Machine {
        release.clone_into(&mut machine.system.release);
        machine = machine.selects(go);
        machine
    }

    #[test]
    fn a_system_too_old_is_reported_with_the_newest_go_for_it() {
        for (machine, release, go, what, evidence, best) in [
            (
                Machine::windows(),
                "6.1.7601",
                "go1.22.5",
                "go1.22.5 needs Windows 10 or later",
                "system version: 6.1.7601",
                "1.20",
            ),
            (
                Machine::macos(),
                "12.7.6",
                "go1.27.3",
                "go1.27.3 needs macOS 13 or later",
                "system version: 12.7.6",
                "1.26",
            ),
            (
                Machine::macos(),
                "10.14.6",
                "go1.21.0",
                "go1.21.0 needs macOS 10.15 or later",
                "system version: 10.14.6",
                "1.20",
            ),
            (
                Machine::linux(),
                "2.6.32-754.el6.x86_64",
                "go1.24.0",
                "go1.24.0 needs Linux 3.2 or later",
                "uname -r: 2.6.32-754.el6.x86_64",
                "1.23",
            ),
        ] {
            let machine = with(machine, release, go);
            let findings = machine.findings("libc");
            assert_eq!((findings[0].severity, findings[0].what.en.as_str()), (Severity::Error, what));
            assert_eq!(findings[0].evidence[0].to_string(), evidence);
            assert_eq!(
                findings[0].fix.commands,
                [format!("gover install {best}"), format!("gover default {best}")]
            );
            // Done as told, it is silent.
            assert_eq!(with(machine, release, &format!("go{best}.1")).findings("libc"), []);
        }
    }

    #[test]
    fn an_old_go_on_a_new_mac_is_reported() {
        let findings = with(Machine::macos(), "14.5", "go1.10.8").findings("libc");
        assert_eq!(findings[0].what.en, "go1.10.8 does not run on macOS 14.5, which needs go1.11 or later");
        assert_eq!(with(Machine::macos(), "14.5", "go1.16.15").findings("libc"), []);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("libc"), []);
            assert_eq!(with(machine, "", "go1.27.3").findings("libc"), []);
        }
        assert_eq!(with(Machine::linux(), "4.4.0-19041-Microsoft", "go1.27.3").findings("libc"), []);
    }
}
