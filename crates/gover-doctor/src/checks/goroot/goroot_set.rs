//! GOROOT is set.

use super::places;
use crate::{Check, Finding, Severity, Snapshot, scope, text};

pub(crate) const CHECK: Check = Check {
    name: "goroot-set",
    summary: text!(
        en "GOROOT is set for all toolchains",
        zh "设置了对所有工具链都生效的 GOROOT",
    ),
    symptom: text!(
        en "`compile: version \"go1.22.5\" does not match go tool version \"go1.21.6\"` in an editor or a \
            Makefile; `go: cannot find GOROOT directory: /usr/local/go`; a debugger that shows sources of \
            another version.",
        zh "在编辑器或 Makefile 里报 `compile: version \"go1.22.5\" does not match go tool version \
            \"go1.21.6\"`；`go: cannot find GOROOT directory: /usr/local/go`；调试器显示的是另一个版本的源\
            码。",
    ),
    cause: text!(
        en "Instructions from before Go 1.10, old installers and gvm set GOROOT in a startup file, in the \
            Windows environment or in the file of `go env -w`. Every Go since 1.10 finds its own files.",
        zh "Go 1.10 之前的教程、旧的安装程序和 gvm 会在启动文件、Windows 环境变量或 `go env -w` 的文件里设\
            置 GOROOT。从 1.10 起，每个 Go 都能自己找到自己的文件。",
    ),
    repair: text!(
        en "`--fix` removes it from your startup files, from `HKCU\\Environment` and from the file of `go \
            env -w`. For files and settings of the machine it prints commands.",
        zh "`--fix` 把它从你的启动文件、`HKCU\\Environment` 和 `go env -w` 的文件里去掉。系统的文件和设置，\
            gover 列出该用的命令。",
    ),
    scope: scope::anywhere,
    run,
};

/// gover's `go` removes GOROOT. These settings harm programs that start another `go`.
fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let places = places::places(snapshot);
    let Some(first) = places.first() else { return Vec::new() };
    let lasts = places.iter().any(|place| place.lasts);
    if !lasts && snapshot.selection.goroot.as_ref() == Some(&first.value) {
        // `gover env` set it, or the go command that started this shell.
        return Vec::new();
    }
    let is_of_gover = first.value.is_inside(&snapshot.gover.home.join("versions"));
    // Another version manager sets and removes it in each shell. gover's own `go` does not care.
    let is_managed = is_of_gover || MANAGED.iter().any(|part| first.value.key().contains(part));
    let severity = if !lasts && is_managed { Severity::Note } else { Severity::Warning };
    let what = text!(
        en "GOROOT is set to {path}",
        zh "GOROOT 设成了 {path}",
        path = snapshot.short(&first.value),
    );
    let why = text!(
        en "editors, debuggers and every go command that is started by its path use that directory, \
            whatever their version",
        zh "编辑器、调试器和所有按路径启动的 go 命令，不管是什么版本，都会用这个目录",
    );
    let mut evidence: Vec<_> = places.iter().map(|place| place.evidence.clone()).collect();
    evidence.dedup();
    let finding = Finding::new(severity, what, why).shown_by(evidence).about("GOROOT");
    vec![places::unset(snapshot, finding)]
}

/// Whether a setting names a toolchain of another program.
pub(crate) fn is_of_another(snapshot: &Snapshot<'_>) -> bool {
    let is_of_gover = |place: &places::Place| place.value.is_inside(&snapshot.gover.home);
    !CHECK.examine(snapshot).is_empty()
        && places::places(snapshot).first().is_some_and(|one| !is_of_gover(one))
}

const MANAGED: &[&str] = &["/mise/installs/", "/.asdf/installs/"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::registry::{Hive, environment};
    use crate::testing::Machine;

    fn evidence(findings: &[Finding]) -> Vec<String> {
        findings.iter().flat_map(|finding| &finding.evidence).map(ToString::to_string).collect()
    }

    #[test]
    fn a_line_of_a_startup_file_is_found_and_commented_out() {
        let machine = Machine::linux()
            .file("~/.profile", "umask 022\nexport GOROOT=/usr/local/go\n")
            .var("GOROOT", "/usr/local/go");
        let findings = machine.findings("goroot-set");
        assert_eq!(findings[0].severity, Severity::Warning);
        assert_eq!(
            evidence(&findings),
            [
                "GOROOT=/usr/local/go (set in ~/.profile:2)",
                "/home/ann/.profile:2: export GOROOT=/usr/local/go"
            ]
        );
        assert_eq!(findings[0].fix.commands, ["unset GOROOT"]);
        let mut repaired = machine.repaired(&findings);
        repaired.variables.remove("GOROOT");
        assert_eq!(repaired.findings("goroot-set"), []);
    }

    #[test]
    fn a_line_in_the_file_of_go_env_is_found_and_removed() {
        let machine = Machine::linux().file("~/.config/go/env", "GOFLAGS=-v\nGOROOT=/opt/go\n");
        let findings = machine.findings("goroot-set");
        assert_eq!(evidence(&findings), ["/home/ann/.config/go/env:2: GOROOT=/opt/go"]);
        assert_eq!(machine.repaired(&findings).findings("goroot-set"), []);
    }

    #[test]
    fn both_hives_of_the_registry_are_found() {
        let machine = Machine::windows().registry(Hive::User, "Environment", "GOROOT", r"C:\Go").registry(
            Hive::Machine,
            environment(Hive::Machine),
            "GOROOT",
            r"C:\Program Files\Go",
        );
        let findings = machine.findings("goroot-set");
        assert_eq!(
            evidence(&findings),
            [
                r"HKCU\Environment\GOROOT = C:\Go",
                r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment\GOROOT = C:\Program Files\Go"
            ]
        );
        assert_eq!(
            findings[0].fix.commands,
            [
                "# in PowerShell as administrator:",
                "[Environment]::SetEnvironmentVariable('GOROOT', $null, 'Machine')"
            ]
        );
        let repaired = machine.repaired(&findings);
        assert_eq!(evidence(&repaired.findings("goroot-set")).len(), 1);
    }

    #[test]
    fn settings_of_gover_or_go_for_this_shell_are_not_faults() {
        let selected = Machine::linux().var("GOROOT", "~/.gover/versions/go1.22.5");
        assert_eq!(selected.findings("goroot-set"), []);
        let other = Machine::linux().var("GOROOT", "~/.gover/versions/go1.21.6");
        assert_eq!(other.findings("goroot-set")[0].severity, Severity::Note);
        let foreign = Machine::linux().var("GOROOT", "/opt/go");
        assert_eq!(foreign.findings("goroot-set")[0].severity, Severity::Warning);
    }

    #[test]
    fn a_healthy_machine_is_silent() {
        for machine in [Machine::linux(), Machine::windows(), Machine::macos(), Machine::alpine()] {
            assert_eq!(machine.findings("goroot-set"), []);
            assert_eq!(machine.var("GOROOT", "").findings("goroot-set"), []);
        }
    }

    #[test]
    fn a_line_that_does_more_than_one_thing_is_reported_and_not_changed() {
        let line = "export GOROOT=/opt/go; export PATH=$GOROOT/bin:$PATH";
        let machine = Machine::linux().file("~/.profile", &format!("umask 022\n{line}\n"));
        let findings = machine.findings("goroot-set");
        assert_eq!(findings[0].what.en, "GOROOT is set to /opt/go");
        assert_eq!(findings[0].evidence[0].to_string(), format!("/home/ann/.profile:2: {line}"));
        assert_eq!(findings[0].fix.changes, []);
        assert_eq!(findings[0].fix.commands, ["${EDITOR:-vi} +2 /home/ann/.profile"]);
        // The user keeps the PATH half of the line.
        let fixed = machine.file("~/.profile", "umask 022\nexport PATH=/opt/tools/bin:$PATH\n");
        assert_eq!(fixed.findings("goroot-set"), []);
        // Setting it for one command is fine.
        let command =
            Machine::linux().file("~/.profile", "alias old='GOROOT=/x go'\nGOROOT=/x /x/bin/go env\n");
        assert_eq!(command.findings("goroot-set"), []);
    }

    #[test]
    fn a_file_in_another_encoding_is_repaired_with_every_other_byte_kept() {
        let machine =
            Machine::linux().bytes("~/.profile", b"# caf\xe9 \xff\xfe\r\nexport GOROOT=/opt/go\r\n");
        let findings = machine.findings("goroot-set");
        let repaired = machine.repaired(&findings);
        assert_eq!(repaired.findings("goroot-set"), []);
        let content =
            crate::snapshot::disk::Disk::read(&repaired.disk, &repaired.system.path("/home/ann/.profile"))
                .unwrap();
        assert_eq!(content, b"# caf\xe9 \xff\xfe\r\n# gover doctor: export GOROOT=/opt/go\r\n");
    }
}
