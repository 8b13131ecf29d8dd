//! Microsoft Defender scans the files that Go writes.

use crate::snapshot::registry::Hive;
use crate::{Check, Evidence, Finding, MachinePath, Snapshot, Words, scope, text};

pub(super) const CHECK: Check = Check {
    name: "antivirus",
    summary: text!(
        en "Windows: Defender scans the toolchains and the build cache",
        zh "Windows：Defender 会扫描工具链和构建缓存",
    ),
    symptom: text!(
        en "Builds and `go test` are several times slower than on Linux, or a test program that was just \
            built fails with `Access is denied` (in Chinese `拒绝访问`).",
        zh "构建和 `go test` 比在 Linux 上慢好几倍；或者刚编译出来的测试程序报 `拒绝访问`（英文 `Access is \
            denied`）。",
    ),
    cause: text!(
        en "Microsoft Defender scans each written file and each started program, and a build has thousands of \
            both.",
        zh "Microsoft Defender 会扫描每个写入的文件和每个启动的程序，而一次构建两者都有成千上万个。",
    ),
    repair: text!(
        en "As an administrator, exclude gover's directory and the build cache, if you trust their content: \
            it is not scanned afterwards. A Dev Drive is a milder alternative.",
        zh "如果你信任里面的内容，可以用管理员身份把 gover 的目录和构建缓存加入排除项，之后就不再扫描。开发\
            驱动器（Dev Drive）是更稳妥的办法。",
    ),
    scope: scope::windows,
    run: |snapshot| examine(snapshot).into_iter().collect(),
};

fn examine(snapshot: &Snapshot<'_>) -> Option<Finding> {
    // Windows hides exclusions from ordinary users, so an empty list says nothing.
    let can_see = !snapshot.registry.keys(Hive::Machine, EXCLUSIONS).is_empty();
    let is_off = |key: &str, name: &str| {
        let key = format!(r"{DEFENDER}{key}");
        snapshot.registry.number(Hive::Machine, &key, name) == Some(1)
    };
    if !can_see
        || is_off("", "DisableAntiSpyware")
        || is_off(r"\Real-Time Protection", "DisableRealtimeMonitoring")
    {
        return None;
    }
    let cache = snapshot.gocache().filter(|path| path.as_str() != "off");
    let mut scanned: Vec<MachinePath> = [snapshot.gover.home.clone()].into_iter().chain(cache).collect();
    scanned.retain(|path| !is_excluded(snapshot, path));
    if scanned.is_empty() {
        return None;
    }
    let shown: Vec<String> = scanned.iter().map(|path| snapshot.short(path)).collect();
    let what = text!(
        en "Defender scans {directories}",
        zh "Defender 会扫描 {directories}",
        directories = Words { en: shown.join(" and "), zh: shown.join(" 和 ") },
    );
    let why = text!(
        en "each build writes and starts many files there, and waits for each scan",
        zh "每次构建都要在那里写入并启动许多文件，每次都要等扫描",
    );
    let evidence = scanned.iter().map(|path| Evidence::path(path, "is not excluded in Defender"));
    let exclude = |path: &MachinePath| {
        format!("Add-MpPreference -ExclusionPath '{}'", path.as_str().replace('\'', "''"))
    };
    let commands = scanned.iter().map(|path| snapshot.in_powershell(exclude(path)));
    Some(Finding::note(what, why).shown_by(evidence).commands(commands))
}

/// Whether the directory or one above it is excluded.
fn is_excluded(snapshot: &Snapshot<'_>, path: &MachinePath) -> bool {
    let key = format!(r"{EXCLUSIONS}\Paths");
    let is_listed =
        |path: MachinePath| snapshot.registry.number(Hive::Machine, &key, path.as_str()).is_some();
    path.ancestors().any(is_listed)
}

const DEFENDER: &str = r"SOFTWARE\Microsoft\Windows Defender";
const EXCLUSIONS: &str = r"SOFTWARE\Microsoft\Windows Defender\Exclusions";

#[cfg(test)]
mod tests {
    use gover_shell::ShellKind;

    use super::*;
    use crate::Severity;
    use crate::testing::Machine;

    fn defended(excluded: &[&str]) -> Machine {
        let mut machine = Machine::windows();
        machine.registry.put_number(Hive::Machine, &format!(r"{EXCLUSIONS}\Extensions"), "log", 0);
        for path in excluded {
            machine.registry.put_number(Hive::Machine, &format!(r"{EXCLUSIONS}\Paths"), path, 0);
        }
        machine
    }

    #[test]
    fn what_defender_scans_is_a_note_with_the_commands() {
        let findings = defended(&[]).findings("antivirus");
        assert_eq!(findings[0].severity, Severity::Note);
        assert_eq!(findings[0].what.en, r"Defender scans ~\.gover and ~\AppData\Local\go-build");
        assert_eq!(findings[0].evidence[0].to_string(), r"C:\Users\ann\.gover: is not excluded in Defender");
        assert_eq!(
            findings[0].fix.commands,
            [
                r"Add-MpPreference -ExclusionPath 'C:\Users\ann\.gover'",
                r"Add-MpPreference -ExclusionPath 'C:\Users\ann\AppData\Local\go-build'"
            ]
        );
        assert_eq!(findings[0].fix.changes, []);
        let mut machine = defended(&[r"C:\Users\ann\.gover"]);
        machine.shell = Some(ShellKind::Cmd);
        assert_eq!(
            machine.findings("antivirus")[0].fix.commands,
            [
                r#"powershell -Command "Add-MpPreference -ExclusionPath 'C:\Users\ann\AppData\Local\go-build'""#
            ]
        );
    }

    #[test]
    fn excluded_or_switched_off_it_is_silent() {
        assert_eq!(defended(&[r"C:\Users\ann"]).findings("antivirus"), []);
        let mut machine = defended(&[]);
        let key = format!(r"{DEFENDER}\Real-Time Protection");
        machine.registry.put_number(Hive::Machine, &key, "DisableRealtimeMonitoring", 1);
        assert_eq!(machine.findings("antivirus"), []);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("antivirus"), []);
        }
    }
}
